#include "dissect/layer.h"

/* An IPv6 packet whose part is told in a fragment header, RFC 8200 4.5. */
#define FRAG_HEADER 8

static const uint8_t LAYER_OF[256] = {
    [0] = LAYER_IPV6_EXT, /* hop-by-hop options */
    [1] = LAYER_ICMP,       [4] = LAYER_IPV4,
    [6] = LAYER_TCP,        [17] = LAYER_UDP,
    [41] = LAYER_IPV6,      [43] = LAYER_IPV6_EXT, /* routing */
    [44] = LAYER_IPV6_FRAG, [47] = LAYER_GRE,
    [50] = LAYER_ESP,       [51] = LAYER_AH,
    [58] = LAYER_ICMP6,     [60] = LAYER_IPV6_EXT, /* destination options */
    [94] = LAYER_IPV4,      [97] = LAYER_ETHERIP,
    [132] = LAYER_SCTP,     [135] = LAYER_IPV6_EXT, /* mobility */
    [137] = LAYER_MPLS,     [139] = LAYER_IPV6_EXT, /* HIP */
    [140] = LAYER_IPV6_EXT,                         /* shim6 */
};

enum layer ip_layer(uint8_t proto)
{
    enum layer layer = (enum layer)LAYER_OF[proto];
    return layer == LAYER_DONE ? LAYER_IP_OTHER : layer;
}

int ip_other(struct walk *w)
{
    w->out->detail = w->out->ip_proto;
    return -REASON_IP_PROTO_UNKNOWN;
}

/* Every IP header forgets what the one outside said. */
static void enter(struct walk *w, uint8_t proto, uint8_t tos, uint8_t ttl)
{
    w->out->depth = (uint8_t)w->ip_seen++;
    w->out->ip_proto = proto;
    w->out->dscp = tos >> 2;
    w->out->ttl = ttl;
}

static void addr_v4(struct addr *a, const uint8_t *p)
{
    memset(a, 0, sizeof *a);
    memcpy(a->ip, p, 4);
    a->family = 4;
}

static void addr_v6(struct addr *a, const uint8_t *p)
{
    memcpy(a->ip, p, 16);
    a->port = 0;
    a->family = 6;
    a->zero = 0;
}

static int fragment(struct walk *w, uint32_t id, uint32_t offset, bool more)
{
    struct packet *out = w->out;
    out->kind = PACKET_FRAGMENT;
    out->frag.id = id;
    out->frag.offset = offset;
    out->frag.more = more;
    out->frag.proto = out->ip_proto;
    out->payload = w->at;
    out->whole = w->whole;
    return LAYER_DONE;
}

int ip_v4(struct walk *w)
{
    const uint8_t *p = w->at.p;
    if (w->at.n < 20)
        return -REASON_IP_CUT;
    size_t header = (p[0] & 15u) * 4;
    uint32_t total = layer_be16(p + 2);
    if (p[0] >> 4 != 4 || header < 20)
        return -REASON_IP_BAD;
    if (total == 0) /* segmentation was left to the network card */
        total = w->whole;
    if (total < header)
        return -REASON_IP_BAD;
    layer_length(w, total);
    if (w->at.n < header)
        return -REASON_IP_CUT;
    enter(w, p[9], p[1], p[8]);
    addr_v4(&w->out->src, p + 12);
    addr_v4(&w->out->dst, p + 16);
    layer_pass(w, header);
    uint32_t part = layer_be16(p + 6);
    if (part & 0x3fff)
        return fragment(w, layer_be16(p + 4), (part & 0x1fff) * 8, part & 0x2000);
    return (int)ip_layer(p[9]);
}

int ip_v6(struct walk *w)
{
    const uint8_t *p = w->at.p;
    if (w->at.n < 40)
        return -REASON_IP_CUT;
    if (p[0] >> 4 != 6)
        return -REASON_IP_BAD;
    uint32_t length = layer_be16(p + 4);
    enter(w, p[6], (uint8_t)(p[0] << 4 | p[1] >> 4), p[7]);
    addr_v6(&w->out->src, p + 8);
    addr_v6(&w->out->dst, p + 24);
    layer_pass(w, 40);
    if (length) /* 0: a jumbogram, or segmentation left to the network card */
        layer_length(w, length);
    return (int)ip_layer(p[6]);
}

/* Next header, length in units of `unit` bytes with `extra` units not counted. */
static int extension(struct walk *w, size_t unit, size_t extra)
{
    if (w->at.n < 8)
        return -REASON_IP_CUT;
    size_t header = (w->at.p[1] + extra) * unit;
    if (header > w->whole)
        return -REASON_IP_BAD;
    if (header > w->at.n)
        return -REASON_IP_CUT;
    w->out->ip_proto = w->at.p[0];
    layer_pass(w, header);
    return (int)ip_layer(w->out->ip_proto);
}

int ip_v6_ext(struct walk *w)
{
    return extension(w, 8, 1);
}

int ip_ah(struct walk *w)
{
    return extension(w, 4, 2);
}

int ip_v6_frag(struct walk *w)
{
    const uint8_t *p = w->at.p;
    if (w->at.n < FRAG_HEADER)
        return -REASON_IP_CUT;
    uint32_t part = layer_be16(p + 2);
    w->out->ip_proto = p[0];
    layer_pass(w, FRAG_HEADER);
    if (part & 0xfff9)
        return fragment(w, layer_be32(p + 4), part & 0xfff8, part & 1);
    return (int)ip_layer(p[0]); /* an atomic fragment, RFC 6946 */
}

enum layer ip_guess(struct slice s, uint32_t whole)
{
    if (s.n >= 20 && s.p[0] >> 4 == 4) {
        uint32_t header = (s.p[0] & 15u) * 4, total = layer_be16(s.p + 2);
        if (header >= 20 && (!total || (total >= header && total <= whole)))
            return LAYER_IPV4;
    }
    if (s.n >= 40 && s.p[0] >> 4 == 6 && layer_be16(s.p + 4) + 40u <= whole)
        return LAYER_IPV6;
    return LAYER_DONE;
}

static bool has_ports(uint8_t proto)
{
    return proto == 6 || proto == 17 || proto == 132;
}

/* Extension headers of a quoted IPv6 packet; each moves on, so this ends. */
static uint8_t quote_extensions(struct slice *s, uint8_t proto)
{
    while (ip_layer(proto) == LAYER_IPV6_EXT && s->n >= 8) {
        proto = s->p[0];
        *s = slice_skip(*s, (s->p[1] + 1u) * 8);
    }
    if (proto == 44 && s->n >= FRAG_HEADER) {
        bool first = (layer_be16(s->p + 2) & 0xfff8) == 0;
        proto = s->p[0];
        *s = first ? slice_skip(*s, FRAG_HEADER) : slice_sub(*s, 0, 0);
    }
    return proto;
}

int ip_quote(struct walk *w)
{
    struct packet *out = w->out;
    struct slice s = w->at, rest;
    if (s.n >= 20 && s.p[0] >> 4 == 4) {
        addr_v4(&out->quote.src, s.p + 12);
        addr_v4(&out->quote.dst, s.p + 16);
        out->quote.ip_proto = s.p[9];
        rest = slice_skip(s, (s.p[0] & 15u) * 4);
        if (layer_be16(s.p + 6) & 0x1fff)
            rest.n = 0;
    } else if (s.n >= 40 && s.p[0] >> 4 == 6) {
        addr_v6(&out->quote.src, s.p + 8);
        addr_v6(&out->quote.dst, s.p + 24);
        rest = slice_skip(s, 40);
        out->quote.ip_proto = quote_extensions(&rest, s.p[6]);
    } else {
        return -REASON_TRANSPORT_CUT;
    }
    if (has_ports(out->quote.ip_proto) && rest.n >= 4) {
        out->quote.src.port = layer_be16(rest.p);
        out->quote.dst.port = layer_be16(rest.p + 2);
    }
    out->payload =
        out->quote.ip_proto == 17 ? slice_skip(rest, 8) : slice_sub(rest, 0, 0);
    out->whole = (uint32_t)out->payload.n;
    return LAYER_DONE;
}
