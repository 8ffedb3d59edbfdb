#include "dissect/hep.h"
#include "dissect/layer.h"

/* Kinds for layer_path(). */
enum {
    PATH_GRE = 16,
    PATH_ERSPAN,
    PATH_VXLAN,
    PATH_GENEVE,
    PATH_GTPU,
    PATH_L2TP,
    PATH_NSH,
    PATH_HEP
};

/* RFC 2784, 2890; version 1: RFC 2637 4.1. */
enum { GRE_CHECKSUM = 0x8000, GRE_ROUTING = 0x4000, GRE_KEY = 0x2000 };
enum { GRE_SEQUENCE = 0x1000, GRE_ACK = 0x0080, GRE_VERSION = 7 };

static int gre_type(struct walk *w, uint32_t type, uint32_t flags)
{
    if (type == 0x22eb)
        return LAYER_ERSPAN;
    if (type == 0x88be) /* type I has neither a sequence number nor a header */
        return flags & GRE_SEQUENCE ? LAYER_ERSPAN : LAYER_ETHERNET;
    if (w->whole == 0 || type == 0) { /* a bare acknowledgement, a keepalive */
        w->out->detail = type;
        return -REASON_NOT_IP;
    }
    return link_ethertype(w, type);
}

int tunnel_gre(struct walk *w)
{
    const uint8_t *p = w->at.p;
    if (w->at.n < 4)
        return -REASON_TUNNEL_CUT;
    uint32_t flags = layer_be16(p), type = layer_be16(p + 2);
    uint32_t version = flags & GRE_VERSION;
    if (version > 1 || flags & GRE_ROUTING)
        return -REASON_TUNNEL_BAD;
    size_t header = 4;
    if (flags & GRE_CHECKSUM)
        header += 4;
    size_t key_at = header;
    if (flags & GRE_KEY)
        header += 4;
    if (flags & GRE_SEQUENCE)
        header += 4;
    if (version == 1 && flags & GRE_ACK)
        header += 4;
    if (w->at.n < header)
        return -REASON_TUNNEL_CUT;
    uint32_t key = flags & GRE_KEY ? layer_be32(p + key_at) : 0;
    layer_pass(w, header);
    if (version == 1) { /* the key is payload length and call id */
        layer_length(w, key >> 16 < w->whole ? key >> 16 : w->whole);
        key &= 0xffff;
    }
    if (key)
        layer_path(w, PATH_GRE, key);
    return gre_type(w, type, flags);
}

int tunnel_erspan(struct walk *w)
{
    const uint8_t *p = w->at.p;
    if (w->at.n < 8)
        return -REASON_TUNNEL_CUT;
    uint32_t version = p[0] >> 4, session = layer_be16(p + 2) & 0x3ff;
    size_t header = 8;
    bool ip = false;
    if (version == 2) { /* type III */
        if (w->at.n < 12)
            return -REASON_TUNNEL_CUT;
        ip = (p[10] >> 2 & 31) == 2;
        header = p[11] & 1 ? 20 : 12;
    } else if (version != 1) {
        return -REASON_TUNNEL_BAD;
    }
    if (w->at.n < header)
        return -REASON_TUNNEL_CUT;
    layer_path(w, PATH_ERSPAN, session);
    layer_pass(w, header);
    return ip ? LAYER_RAW : LAYER_ETHERNET;
}

int tunnel_etherip(struct walk *w)
{
    if (w->at.n < 2)
        return -REASON_TUNNEL_CUT;
    if (w->at.p[0] >> 4 != 3)
        return -REASON_TUNNEL_BAD;
    layer_pass(w, 2);
    return LAYER_ETHERNET;
}

/* RFC 7348 5, with the group policy bit that some switches set. */
static bool is_vxlan(struct slice s)
{
    if (s.n < 8 + 14 || (s.p[0] & 0x7f) != 0x08 || s.p[7])
        return false;
    return s.p[0] & 0x80 || (!s.p[1] && !s.p[2] && !s.p[3]);
}

int tunnel_vxlan(struct walk *w)
{
    layer_path(w, PATH_VXLAN, layer_be32(w->at.p + 4) >> 8);
    layer_pass(w, 8);
    return LAYER_ETHERNET;
}

/* What VXLAN-GPE and NSH call by the same numbers. */
static enum layer next_protocol(uint8_t number)
{
    switch (number) {
    case 1: return LAYER_IPV4;
    case 2: return LAYER_IPV6;
    case 3: return LAYER_ETHERNET;
    case 4: return LAYER_NSH;
    }
    return LAYER_DONE;
}

/* draft-ietf-nvo3-vxlan-gpe 3: an instance, version 0. Some senders forget
 * the bit that says that there is a next protocol, but set that. */
static bool is_vxlan_gpe(struct slice s)
{
    return s.n >= 8 && (s.p[0] & 0xfa) == 0x08 && !s.p[1] && !s.p[2] && !s.p[7] &&
           next_protocol(s.p[3]) != LAYER_DONE;
}

/* Senders mix up the ports, but not the flags. */
static enum layer vxlan_layer(struct slice s)
{
    if (is_vxlan(s))
        return LAYER_VXLAN;
    return is_vxlan_gpe(s) ? LAYER_VXLAN_GPE : LAYER_DONE;
}

int tunnel_vxlan_gpe(struct walk *w)
{
    enum layer next = next_protocol(w->at.p[3]);
    layer_path(w, PATH_VXLAN, layer_be32(w->at.p + 4) >> 8);
    layer_pass(w, 8);
    return (int)next;
}

int tunnel_nsh(struct walk *w)
{
    const uint8_t *p = w->at.p;
    if (w->at.n < 8)
        return -REASON_TUNNEL_CUT;
    size_t header = (layer_be16(p) & 0x3fu) * 4;
    enum layer next = next_protocol(p[3]);
    if (p[0] >> 6 || header < 8)
        return -REASON_TUNNEL_BAD;
    if (w->at.n < header)
        return -REASON_TUNNEL_CUT;
    layer_path(w, PATH_NSH, layer_be32(p + 4) >> 8); /* service path */
    layer_pass(w, header);
    if (next == LAYER_DONE) {
        w->out->detail = p[3];
        return -REASON_NOT_IP;
    }
    return (int)next;
}

/* RFC 8926 3.4. */
static bool is_geneve(struct slice s)
{
    if (s.n < 8 || s.p[0] >> 6 || s.p[1] & 0x3f || s.p[7])
        return false;
    uint32_t type = layer_be16(s.p + 2);
    return type == 0x6558 || type == 0x0800 || type == 0x86dd;
}

int tunnel_geneve(struct walk *w)
{
    const uint8_t *p = w->at.p;
    size_t header = 8 + (p[0] & 0x3fu) * 4;
    if (w->at.n < header)
        return -REASON_TUNNEL_CUT;
    layer_path(w, PATH_GENEVE, layer_be32(p + 4) >> 8);
    layer_pass(w, header);
    return link_ethertype(w, layer_be16(p + 2));
}

/*
 * 3GPP TS 29.281 5.1, message 255 (G-PDU). Returns the header's length with its
 * extension headers, 0 where this is none.
 */
static size_t gtpu_header(struct slice s)
{
    if (s.n < 8 || (s.p[0] & 0xf8) != 0x30 || s.p[1] != 255)
        return 0;
    if (!(s.p[0] & 7))
        return 8;
    if (s.n < 12)
        return 0;
    size_t header = 12;
    uint8_t next = s.p[0] & 4 ? s.p[11] : 0;
    while (next) {
        if (header >= s.n || !s.p[header])
            return 0;
        header += s.p[header] * 4u;
        if (header > s.n)
            return 0;
        next = s.p[header - 1];
    }
    return header;
}

static bool is_gtpu(struct slice s, uint32_t whole)
{
    size_t header = gtpu_header(s);
    if (!header)
        return false;
    whole -= (uint32_t)header;
    return ip_guess(slice_skip(s, header), whole) != LAYER_DONE;
}

int tunnel_gtpu(struct walk *w)
{
    size_t header = gtpu_header(w->at);
    layer_path(w, PATH_GTPU, layer_be32(w->at.p + 4));
    layer_pass(w, header);
    return (int)ip_guess(w->at, w->whole);
}

/* TaZmen sniffer protocol: version 1, a received packet, of a link that we read. */
static bool is_tzsp(struct slice s)
{
    return s.n >= 5 && s.p[0] == 1 && s.p[1] <= 1 && !s.p[2] &&
           (s.p[3] == 1 || s.p[3] == 18);
}

int tunnel_tzsp(struct walk *w)
{
    uint8_t link = w->at.p[3];
    layer_pass(w, 4);
    for (;;) { /* tags: 0 padding, 1 the last, else with a length */
        if (!w->at.n)
            return -REASON_TUNNEL_CUT;
        uint8_t tag = w->at.p[0];
        layer_pass(w, 1);
        if (tag == 1)
            return link == 18 ? LAYER_WLAN : LAYER_ETHERNET;
        if (tag == 0)
            continue;
        if (!w->at.n || w->at.n < w->at.p[0] + 1u)
            return -REASON_TUNNEL_CUT;
        layer_pass(w, w->at.p[0] + 1u);
    }
}

/* RFC 2661 3.1, a data message. Returns the length of its header, 0 where it is none.
 */
static size_t l2tp_header(struct slice s)
{
    if (s.n < 6)
        return 0;
    uint32_t flags = layer_be16(s.p);
    if ((flags & 0xb4ff) != 0x0002) /* control, reserved bits, version */
        return 0;
    size_t header = flags & 0x4000 ? 8 : 6;
    if (flags & 0x0800)
        header += 4;
    if (flags & 0x0200) { /* offset */
        if (s.n < header + 2)
            return 0;
        header += 2u + layer_be16(s.p + header);
    }
    return header <= s.n ? header : 0;
}

static bool is_l2tp(struct slice s)
{
    size_t header = l2tp_header(s);
    if (!header)
        return false;
    s = slice_skip(s, header);
    if (s.n >= 2 && s.p[0] == 0xff && s.p[1] == 0x03)
        s = slice_skip(s, 2);
    if (s.n >= 1 && (s.p[0] == 0x21 || s.p[0] == 0x57))
        return true;
    return s.n >= 2 && s.p[0] == 0 && (s.p[1] == 0x21 || s.p[1] == 0x57);
}

int tunnel_l2tp(struct walk *w)
{
    size_t ids = w->at.p[0] & 0x40 ? 4 : 2;
    layer_path(w, PATH_L2TP, layer_be32(w->at.p + ids));
    layer_pass(w, l2tp_header(w->at));
    return LAYER_PPP;
}

/* A number for a host: agents are told apart by it where their ids are the same. */
static uint32_t host_id(const struct addr *a)
{
    uint32_t id = 0;
    for (size_t i = 0; i < sizeof a->ip; i += 4)
        id = (id ^ layer_be32(a->ip + i)) * 0x9e3779b1u;
    return id;
}

int tunnel_hep(struct walk *w)
{
    struct packet *out = w->out;
    struct hep h;
    int used = hep_parse(w->at, &h);
    if (used < 0)
        return used;
    if (used == 0)
        return -REASON_TUNNEL_CUT;
    struct addr outer_src = out->src, outer_dst = out->dst;
    out->kind = PACKET_HEP;
    out->src = h.src;
    out->dst = h.dst;
    out->payload = h.payload;
    out->whole = (uint32_t)h.payload.n;
    out->ip_proto = h.ip_proto;
    out->depth = (uint8_t)w->ip_seen;
    out->hep.time = h.time;
    out->hep.agent = h.agent;
    out->hep.payload_type = h.payload_type;
    out->hep.outer_src = outer_src;
    out->hep.outer_dst = outer_dst;
    out->hep.compressed = h.compressed;
    out->hep.call_id = h.call_id;
    if (h.agent || outer_src.family)
        layer_path(w, PATH_HEP, h.agent ^ host_id(&outer_src));
    return LAYER_DONE;
}

/* An IKE port also carries ESP, told by a security parameter index that is not 0. */
static bool is_udp_esp(const struct walk *w)
{
    struct walk trial = *w;
    return w->at.n >= 8 && layer_be32(w->at.p) && esp_null(&trial) != LAYER_DONE;
}

static enum layer by_port(const struct walk *w, uint16_t port)
{
    switch (port) {
    case 4789:
    case 8472:
    case 4790: return vxlan_layer(w->at);
    case 6081: return is_geneve(w->at) ? LAYER_GENEVE : LAYER_DONE;
    case 2152: return is_gtpu(w->at, w->whole) ? LAYER_GTPU : LAYER_DONE;
    case 37008: return is_tzsp(w->at) ? LAYER_TZSP : LAYER_DONE;
    case 1701: return is_l2tp(w->at) ? LAYER_L2TP : LAYER_DONE;
    case 4500: return is_udp_esp(w) ? LAYER_ESP : LAYER_DONE;
    }
    return LAYER_DONE;
}

enum layer tunnel_udp(const struct walk *w)
{
    if (w->at.n < 8)
        return LAYER_DONE;
    uint8_t first = w->at.p[0];
    if ((first == 'H' || first == 1 || first == 2) && hep_is(w->at))
        return LAYER_HEP;
    enum layer layer = by_port(w, w->out->dst.port);
    return layer == LAYER_DONE ? by_port(w, w->out->src.port) : layer;
}
