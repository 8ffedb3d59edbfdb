#include "dissect/cursor.h"
#include "dissect/layer.h"

static void ports(struct walk *w)
{
    w->out->src.port = layer_be16(w->at.p);
    w->out->dst.port = layer_be16(w->at.p + 2);
}

static int payload(struct walk *w, enum packet_kind kind)
{
    w->out->kind = kind;
    w->out->payload = w->at;
    w->out->whole = w->whole;
    return LAYER_DONE;
}

int transport_udp(struct walk *w)
{
    if (w->at.n < 8)
        return -REASON_TRANSPORT_CUT;
    uint32_t length = layer_be16(w->at.p + 4);
    if (length && length < 8) /* 0: a jumbogram, RFC 2675 4, or offload */
        return -REASON_TRANSPORT_BAD;
    ports(w);
    layer_pass(w, 8);
    if (length)
        layer_length(w, length - 8);
    payload(w, PACKET_UDP);
    return (int)tunnel_udp(w);
}

int transport_tcp(struct walk *w)
{
    const uint8_t *p = w->at.p;
    if (w->at.n < 20)
        return -REASON_TRANSPORT_CUT;
    size_t header = (p[12] >> 4) * 4u;
    if (header < 20 || header > w->whole)
        return -REASON_TRANSPORT_BAD;
    ports(w);
    w->out->tcp.seq = layer_be32(p + 4);
    w->out->tcp.ack = layer_be32(p + 8);
    w->out->tcp.flags = p[13] & 31;
    /* Cut inside the options: the lengths still tell how much data there was. */
    size_t there = header < w->at.n ? header : w->at.n;
    w->whole -= (uint32_t)header;
    w->at = slice_skip(w->at, there);
    return payload(w, PACKET_TCP);
}

int transport_sctp(struct walk *w)
{
    if (w->at.n < 12)
        return -REASON_TRANSPORT_CUT;
    ports(w);
    layer_pass(w, 12);
    return payload(w, PACKET_SCTP);
}

/* What is no error (echo, neighbour discovery, ...) carries nothing for us. */
static int icmp(struct walk *w, uint8_t version, uint32_t errors)
{
    struct packet *out = w->out;
    if (w->at.n < 8)
        return -REASON_TRANSPORT_CUT;
    uint8_t type = w->at.p[0];
    if (type > 31 || !(errors >> type & 1)) {
        out->detail = out->ip_proto;
        return -REASON_IP_PROTO_UNKNOWN;
    }
    memset(&out->quote, 0, sizeof out->quote);
    out->quote.type = type;
    out->quote.code = w->at.p[1];
    out->quote.version = version;
    layer_pass(w, 8);
    payload(w, PACKET_ICMP);
    return ip_quote(w);
}

int transport_icmp(struct walk *w)
{
    /* RFC 792: unreachable, source quench, redirect, time exceeded, parameter. */
    return icmp(w, 4, 1u << 3 | 1u << 4 | 1u << 5 | 1u << 11 | 1u << 12);
}

int transport_icmp6(struct walk *w)
{
    /* RFC 4443: unreachable, too big, time exceeded, parameter problem. */
    return icmp(w, 6, 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4);
}

/* DATA and I-DATA (RFC 8260 2.1), whose common fields stand at the same places. */
enum { SCTP_DATA = 0, SCTP_I_DATA = 64 };

static int sctp_data(struct slice chunk, uint8_t type, uint8_t flags,
                     struct sctp_data *out)
{
    struct cursor c = cursor_of(chunk);
    *out = (struct sctp_data){.begin = flags & 2, .end = flags & 1};
    out->tsn = cursor_u32(&c);
    out->stream = cursor_u16(&c);
    out->sequence = cursor_u16(&c);
    if (type == SCTP_I_DATA)
        out->sequence = (uint16_t)cursor_u32(&c); /* message identifier */
    uint32_t protocol = cursor_u32(&c);
    /* Of an I-DATA message only the first piece names the protocol. */
    out->protocol = type == SCTP_DATA || out->begin ? protocol : 0;
    out->data = cursor_rest(&c);
    return c.cut ? -REASON_TRANSPORT_CUT : 1;
}

int sctp_data_next(struct slice *chunks, struct sctp_data *out)
{
    while (chunks->n) {
        if (chunks->n < 4) {
            *chunks = slice_sub(*chunks, 0, 0);
            return -REASON_TRANSPORT_CUT;
        }
        uint8_t type = chunks->p[0], flags = chunks->p[1];
        size_t length = layer_be16(chunks->p + 2);
        if (length < 4) {
            *chunks = slice_sub(*chunks, 0, 0);
            return -REASON_TRANSPORT_BAD;
        }
        struct slice chunk = slice_sub(*chunks, 4, length - 4);
        *chunks = slice_skip(*chunks, (length + 3) & ~(size_t)3);
        if (type == SCTP_DATA || type == SCTP_I_DATA)
            return sctp_data(chunk, type, flags, out);
    }
    return 0;
}
