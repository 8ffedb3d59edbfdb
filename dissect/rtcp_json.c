#include "dissect/rtcp_json.h"

#include "dissect/rtcp.h"

enum { BLOCKS = 31, DEEPEST = 64 };

enum where { TOP, SENDER, LIST, ELSEWHERE };

struct block {
    uint32_t ssrc, fraction, lost, highest, jitter, lsr, dlsr;
};

struct object {
    uint32_t ssrc, type;
    uint32_t ntp_high, ntp_low, ts, packets, octets;
    bool sender, typed;
    unsigned blocks;
    struct block block[BLOCKS];
};

/* A number of the text, signed or not, as 32 bits. */
static uint32_t number(struct slice *s)
{
    bool minus = s->n && s->p[0] == '-';
    uint64_t v = 0;
    if (minus)
        *s = slice_skip(*s, 1);
    while (s->n && s->p[0] >= '0' && s->p[0] <= '9') {
        if (v <= UINT32_MAX)
            v = v * 10 + (s->p[0] - '0');
        *s = slice_skip(*s, 1);
    }
    return minus ? (uint32_t)-v : v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

/* What stands between the quotes; s moves behind the closing one. */
static struct slice string(struct slice *s)
{
    size_t n = 1;
    while (n < s->n && s->p[n] != '"')
        n += s->p[n] == '\\' && n + 1 < s->n ? 2 : 1;
    struct slice inside = slice_sub(*s, 1, n - 1);
    *s = slice_skip(*s, n + 1);
    return inside;
}

static void set_block(struct block *b, struct slice key, uint32_t v)
{
    if (slice_eq(key, SLICE("source_ssrc")))
        b->ssrc = v;
    else if (slice_eq(key, SLICE("fraction_lost")))
        b->fraction = v;
    else if (slice_eq(key, SLICE("packets_lost")))
        b->lost = v;
    else if (slice_eq(key, SLICE("highest_seq_no")))
        b->highest = v;
    else if (slice_eq(key, SLICE("ia_jitter")))
        b->jitter = v;
    else if (slice_eq(key, SLICE("lsr")))
        b->lsr = v;
    else if (slice_eq(key, SLICE("dlsr")))
        b->dlsr = v;
}

static void set_sender(struct object *o, struct slice key, uint32_t v)
{
    if (slice_eq(key, SLICE("ntp_timestamp_sec")))
        o->ntp_high = v;
    else if (slice_eq(key, SLICE("ntp_timestamp_usec")))
        o->ntp_low = v;
    else if (slice_eq(key, SLICE("rtp_timestamp")))
        o->ts = v;
    else if (slice_eq(key, SLICE("packets")))
        o->packets = v;
    else if (slice_eq(key, SLICE("octets")))
        o->octets = v;
}

static void set(struct object *o, enum where where, struct slice key, uint32_t v)
{
    if (where == LIST && o->blocks)
        set_block(&o->block[o->blocks - 1], key, v);
    else if (where == SENDER)
        set_sender(o, key, v);
    else if (where == TOP && slice_eq(key, SLICE("ssrc")))
        o->ssrc = v;
    else if (where == TOP && slice_eq(key, SLICE("type"))) {
        o->type = v;
        o->typed = true;
    }
}

/* A bracket opens, `depth` of them before it. */
static enum where open(struct object *o, enum where where, unsigned depth,
                       struct slice key)
{
    if (where == LIST && depth == 2 && o->blocks < BLOCKS)
        o->blocks++;
    if (depth != 1)
        return where;
    if (slice_eq(key, SLICE("sender_information"))) {
        o->sender = true;
        return SENDER;
    }
    return slice_eq(key, SLICE("report_blocks")) ? LIST : ELSEWHERE;
}

/* One pass over the text; depth is counted and costs no stack. */
static void read(struct slice s, struct object *o)
{
    enum where where = TOP;
    unsigned depth = 0;
    struct slice key = {0};
    while (s.n && depth < DEEPEST) {
        uint8_t c = s.p[0];
        if (c == '"') {
            key = string(&s);
            continue;
        }
        if (c == '-' || (c >= '0' && c <= '9')) {
            set(o, where, key, number(&s));
            continue;
        }
        if (c == '{' || c == '[')
            where = open(o, where, depth++, key);
        else if ((c == '}' || c == ']') && depth && --depth == 1)
            where = TOP;
        s = slice_skip(s, 1);
    }
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
    return p + 4;
}

size_t rtcp_json_read(struct slice json, uint8_t out[RTCP_JSON_MOST])
{
    struct object o = {0};
    uint8_t *p = out + 4;
    read(json, &o);
    bool sender = o.sender && (!o.typed || o.type == RTCP_SR);
    if (!sender && (!o.blocks || (o.typed && o.type != RTCP_RR && o.type != RTCP_SR)))
        return 0;
    p = put32(p, o.ssrc);
    if (sender) {
        p = put32(put32(p, o.ntp_high), o.ntp_low);
        p = put32(put32(put32(p, o.ts), o.packets), o.octets);
    }
    for (unsigned i = 0; i < o.blocks; i++) {
        const struct block *b = &o.block[i];
        p = put32(put32(p, b->ssrc), b->fraction << 24 | (b->lost & 0xffffff));
        p = put32(put32(put32(put32(p, b->highest), b->jitter), b->lsr), b->dlsr);
    }
    size_t n = (size_t)(p - out);
    put32(out, 0x80000000 | o.blocks << 24 |
                   (uint32_t)(sender ? RTCP_SR : RTCP_RR) << 16 |
                   (uint32_t)(n / 4 - 1));
    return n;
}
