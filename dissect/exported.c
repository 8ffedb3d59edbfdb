/*
 * Wireshark's exported PDUs (LINKTYPE_WIRESHARK_UPPER_PDU): one message a frame, and
 * who sent it, in tags. What Wireshark decrypted or put together comes to us like this.
 * Tags: epan/exported_pdu.h; each 16 bits of type, 16 of length, and a value padded to
 * a multiple of four.
 */
#include "dissect/cursor.h"
#include "dissect/hep.h"
#include "dissect/layer.h"

enum { TAG_END = 0, TAG_PROTOCOL = 12, TAG_TABLE = 14 };
enum { TAG_IPV4_SRC = 20, TAG_IPV4_DST, TAG_IPV6_SRC, TAG_IPV6_DST };
enum { TAG_PORT_TYPE = 24, TAG_SRC_PORT, TAG_DST_PORT };

static void set_ip(struct slice value, uint8_t family, struct addr *a)
{
    if (value.n != (family == 4 ? 4u : 16u))
        return;
    memcpy(a->ip, value.p, value.n);
    a->family = family;
}

/* Values are padded with NULs. */
static uint8_t payload_type(struct slice name)
{
    if (slice_istarts(name, SLICE("sip")))
        return HEP_SIP;
    return slice_istarts(name, SLICE("rtcp")) ? HEP_RTCP : UINT8_MAX;
}

static uint8_t ip_proto(struct slice value)
{
    static const uint8_t PROTO[] = {0, 132, 6,
                                    17}; /* EXP_PDU_PT_: none, SCTP, TCP, UDP */
    struct cursor c = cursor_of(value);
    uint32_t type = cursor_u32(&c);
    return type < sizeof PROTO ? PROTO[type] : 0;
}

static uint16_t port(struct slice value)
{
    struct cursor c = cursor_of(value);
    return (uint16_t)cursor_u32(&c);
}

static void set_tag(struct packet *out, uint16_t tag, struct slice value)
{
    switch (tag) {
    case TAG_PROTOCOL:
    case TAG_TABLE: out->hep.payload_type = payload_type(value); break;
    case TAG_IPV4_SRC: set_ip(value, 4, &out->src); break;
    case TAG_IPV4_DST: set_ip(value, 4, &out->dst); break;
    case TAG_IPV6_SRC: set_ip(value, 6, &out->src); break;
    case TAG_IPV6_DST: set_ip(value, 6, &out->dst); break;
    case TAG_PORT_TYPE: out->ip_proto = ip_proto(value); break;
    case TAG_SRC_PORT: out->src.port = port(value); break;
    case TAG_DST_PORT: out->dst.port = port(value); break;
    }
}

int exported_pdu(struct walk *w)
{
    struct packet *out = w->out;
    memset(&out->hep, 0, sizeof out->hep);
    out->hep.payload_type = UINT8_MAX;
    for (;;) {
        if (w->at.n < 4)
            return -REASON_LINK_CUT;
        uint16_t tag = layer_be16(w->at.p), n = layer_be16(w->at.p + 2);
        layer_pass(w, 4);
        if (tag == TAG_END)
            break;
        if (w->at.n < n)
            return -REASON_LINK_CUT;
        set_tag(out, tag, slice_sub(w->at, 0, n));
        layer_pass(w, n);
    }
    out->kind = PACKET_HEP;
    out->payload = w->at;
    out->whole = w->whole;
    return LAYER_DONE;
}
