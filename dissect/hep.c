#include "dissect/hep.h"

#include "dissect/cursor.h"

/* Address families as agents on Linux and the BSDs write them. */
static uint8_t family_of(uint8_t number)
{
    switch (number) {
    case 2: return 4;
    case 10:
    case 24:
    case 28:
    case 30: return 6;
    }
    return 0;
}

static size_t fixed_header(uint8_t family)
{
    return family == 4 ? 8 + 2 * 4 : 8 + 2 * 16;
}

/* Time and agent id that version 2 puts behind the addresses, with padding. */
#define HEP2_TAIL 12

static bool is_fixed(struct slice s)
{
    if (s.n < 16 || (s.p[0] != 1 && s.p[0] != 2))
        return false;
    uint8_t family = family_of(s.p[2]);
    size_t header = fixed_header(family), stated = s.p[1];
    if (!family || (s.p[3] != 6 && s.p[3] != 17 && s.p[3] != 132))
        return false;
    /* Agents disagree on whether the length counts version 2's tail. */
    if (stated != header && !(s.p[0] == 2 && stated == header + HEP2_TAIL))
        return false;
    return s.n > header + (s.p[0] == 2 ? HEP2_TAIL : 0);
}

bool hep_is(struct slice s)
{
    return (s.n >= 6 && !memcmp(s.p, "HEP3", 4)) || is_fixed(s);
}

static uint32_t little32(struct slice s)
{
    return (uint32_t)s.p[0] | (uint32_t)s.p[1] << 8 | (uint32_t)s.p[2] << 16 |
           (uint32_t)s.p[3] << 24;
}

static int64_t nanoseconds(uint32_t seconds, uint32_t micros)
{
    return (int64_t)seconds * 1000000000 + (int64_t)micros * 1000;
}

/* Version 2 writes its time as the agent's machine has it: the order is a guess. */
static void read_tail(struct cursor *c, struct hep *out)
{
    struct slice t = cursor_take(c, HEP2_TAIL);
    if (c->cut)
        return;
    uint32_t seconds = little32(t), micros = little32(slice_skip(t, 4));
    out->agent = (uint32_t)t.p[8] | (uint32_t)t.p[9] << 8;
    if (micros >= 1000000) {
        seconds = __builtin_bswap32(seconds);
        micros = __builtin_bswap32(micros);
        out->agent = (uint32_t)t.p[8] << 8 | t.p[9];
    }
    if (micros < 1000000)
        out->time = nanoseconds(seconds, micros);
}

static void read_ip(struct slice s, uint8_t family, struct addr *a)
{
    memcpy(a->ip, s.p, s.n <= 16 ? s.n : 16);
    a->family = family;
}

static int parse_fixed(struct slice s, struct hep *out)
{
    struct cursor c = cursor_of(s);
    struct hep h = {.payload_type = HEP_SIP};
    h.version = cursor_u8(&c);
    cursor_skip(&c, 1);
    uint8_t family = family_of(cursor_u8(&c));
    h.ip_proto = cursor_u8(&c);
    h.src.port = cursor_u16(&c);
    h.dst.port = cursor_u16(&c);
    read_ip(cursor_take(&c, family == 4 ? 4 : 16), family, &h.src);
    read_ip(cursor_take(&c, family == 4 ? 4 : 16), family, &h.dst);
    if (h.version == 2)
        read_tail(&c, &h);
    h.payload = cursor_rest(&c);
    *out = h;
    return c.cut ? -REASON_HEP_BAD : (int)s.n;
}

/* What is gathered from chunks before it can be put together. */
struct chunks {
    uint32_t seconds, micros;
};

static uint64_t number(struct slice v)
{
    struct cursor c = cursor_of(v);
    return v.n <= 8 ? cursor_be(&c, v.n) : 0;
}

/* A chunk of vendor 0; one with a length that its type cannot have is passed over. */
static void read_chunk(uint16_t type, struct slice v, struct hep *h, struct chunks *k)
{
    switch (type) {
    case 2: h->ip_proto = (uint8_t)number(v); break;
    case 3:
        if (v.n == 4)
            read_ip(v, 4, &h->src);
        break;
    case 4:
        if (v.n == 4)
            read_ip(v, 4, &h->dst);
        break;
    case 5:
        if (v.n == 16)
            read_ip(v, 6, &h->src);
        break;
    case 6:
        if (v.n == 16)
            read_ip(v, 6, &h->dst);
        break;
    case 7: h->src.port = (uint16_t)number(v); break;
    case 8: h->dst.port = (uint16_t)number(v); break;
    case 9: k->seconds = (uint32_t)number(v); break;
    case 10: k->micros = (uint32_t)number(v); break;
    case 11: h->payload_type = (uint8_t)number(v); break;
    case 12: h->agent = (uint32_t)number(v); break;
    case 14: h->key = v; break;
    case 15:
    case 16:
        h->payload = v;
        h->compressed = type == 16;
        break;
    case 17: h->call_id = v; break;
    }
}

static int parse_chunks(struct slice s, struct hep *out)
{
    struct hep h = {.version = 3};
    struct chunks k = {0};
    struct cursor c = cursor_of(slice_skip(s, 4));
    size_t total = cursor_u16(&c);
    if (total < 6)
        return -REASON_HEP_BAD;
    if (s.n < total)
        return 0;
    c = cursor_of(slice_sub(s, 6, total - 6));
    while (cursor_left(&c)) {
        uint16_t vendor = cursor_u16(&c), type = cursor_u16(&c), n = cursor_u16(&c);
        if (n < 6)
            return -REASON_HEP_BAD;
        struct slice value = cursor_take(&c, n - 6u);
        if (c.cut)
            return -REASON_HEP_BAD;
        if (vendor == 0)
            read_chunk(type, value, &h, &k);
    }
    if (k.seconds && k.micros < 1000000)
        h.time = nanoseconds(k.seconds, k.micros);
    *out = h;
    return (int)total;
}

int hep_parse(struct slice s, struct hep *out)
{
    if (s.n >= 4 && !memcmp(s.p, "HEP3", 4))
        return s.n < 6 ? 0 : parse_chunks(s, out);
    return is_fixed(s) ? parse_fixed(s, out) : -REASON_HEP_BAD;
}
