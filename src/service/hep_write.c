#include "service/hep_write.h"

/* Generic chunks. */
enum {
    CHUNK_FAMILY = 1,
    CHUNK_PROTO,
    CHUNK_SRC4,
    CHUNK_DST4,
    CHUNK_SRC6,
    CHUNK_DST6,
    CHUNK_SRC_PORT,
    CHUNK_DST_PORT,
    CHUNK_SECONDS,
    CHUNK_MICROS,
    CHUNK_TYPE,
    CHUNK_AGENT,
    CHUNK_KEY = 14,
    CHUNK_PAYLOAD,
    CHUNK_CALL_ID = 17
};

/* What IP has no number for goes by the numbers that proxies use. */
static const uint8_t PROTO[TRANSPORT_COUNT] = {
    [TRANSPORT_UDP] = 17, [TRANSPORT_TCP] = 6,  [TRANSPORT_TLS] = 22,
    [TRANSPORT_WS] = 50,  [TRANSPORT_WSS] = 50, [TRANSPORT_SCTP] = 132,
};

static void put16(struct strbuf *b, size_t v)
{
    strbuf_char(b, (char)(v >> 8));
    strbuf_char(b, (char)v);
}

static void chunk(struct strbuf *b, unsigned type, const void *value, size_t n)
{
    put16(b, 0); /* vendor */
    put16(b, type);
    put16(b, 6 + n);
    strbuf_add(b, value, n);
}

/* A number of n bytes. */
static void chunk_number(struct strbuf *b, unsigned type, uint32_t v, size_t n)
{
    uint8_t p[4];
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> 8 * (n - 1 - i));
    chunk(b, type, p, n);
}

static void chunk_text(struct strbuf *b, unsigned type, struct slice s)
{
    if (s.n)
        chunk(b, type, s.p, s.n);
}

bool hep_write(const struct hep_item *i, struct strbuf *out)
{
    bool six = i->src->family == 6;
    int64_t us = i->time > 0 ? i->time / 1000 : 0;
    enum { FIXED = 256 };
    out->n = 0;
    if (i->payload.n + i->call_id.n + i->key.n + FIXED > HEP_WRITE_LONGEST)
        return false;
    strbuf_add(out, "HEP3\0\0", 6);
    chunk_number(out, CHUNK_FAMILY, six ? 10 : 2, 1);
    chunk_number(out, CHUNK_PROTO, PROTO[i->transport % TRANSPORT_COUNT], 1);
    chunk(out, six ? CHUNK_SRC6 : CHUNK_SRC4, i->src->ip, six ? 16 : 4);
    chunk(out, six ? CHUNK_DST6 : CHUNK_DST4, i->dst->ip, six ? 16 : 4);
    chunk_number(out, CHUNK_SRC_PORT, i->src->port, 2);
    chunk_number(out, CHUNK_DST_PORT, i->dst->port, 2);
    chunk_number(out, CHUNK_SECONDS, (uint32_t)(us / 1000000), 4);
    chunk_number(out, CHUNK_MICROS, (uint32_t)(us % 1000000), 4);
    chunk_number(out, CHUNK_TYPE, i->payload_type, 1);
    chunk_number(out, CHUNK_AGENT, i->agent, 4);
    chunk_text(out, CHUNK_KEY, i->key);
    chunk_text(out, CHUNK_CALL_ID, i->call_id);
    chunk(out, CHUNK_PAYLOAD, i->payload.p, i->payload.n);
    if (out->failed) {
        strbuf_done(out);
        return false;
    }
    out->p[4] = (char)(out->n >> 8);
    out->p[5] = (char)out->n;
    return true;
}
