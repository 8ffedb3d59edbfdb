#include "model/stream_index.h"

void stream_index_init(struct stream_index *x)
{
    *x = (struct stream_index){
        .secret = {hash_bytes("media", 5) | 1, hash_bytes("streams", 7) | 1}};
}

void stream_index_done(struct stream_index *x)
{
    hash_done(&x->by_key);
    hash_done(&x->by_ssrc);
    hash_done(&x->by_flow);
}

size_t stream_index_memory(const struct stream_index *x)
{
    return (x->by_key.cap + x->by_ssrc.cap + x->by_flow.cap) * sizeof(struct hash_slot);
}

/* ---- by addresses and SSRC ---- */

static uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 m = (unsigned __int128)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t word_of(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* One keyed multiplication for each 16 bytes: this runs for every packet. */
uint64_t stream_index_hash(const struct stream_index *x, const struct stream_key *k)
{
    const uint64_t *secret = x->secret;
    uint64_t a = word_of(k->src->ip) ^ secret[0], b = word_of(k->dst->ip) ^ secret[1];
    uint64_t ports =
        (uint64_t)k->src->port << 48 | (uint64_t)k->dst->port << 32 | k->ssrc;
    uint64_t h = fold(a, b) ^ k->fax;
    if (k->src->family == 6)
        h = fold(h ^ word_of(k->src->ip + 8), word_of(k->dst->ip + 8) ^ secret[1]);
    return fold(h ^ ports ^ secret[1], secret[0] ^ ports);
}

static bool same_key(const struct rtp_stream *s, const struct stream_key *k)
{
    return s->ssrc == k->ssrc && s->fax == k->fax && addr_eq(&s->src, k->src) &&
           addr_eq(&s->dst, k->dst);
}

/* hash_find() with its comparison inside: this runs for every packet. */
struct rtp_stream *stream_index_find(const struct stream_index *x,
                                     const struct stream_key *k, uint64_t hash)
{
    const struct hash *h = &x->by_key;
    if (!h->cap)
        return NULL;
    for (size_t i = hash & (h->cap - 1);; i = (i + 1) & (h->cap - 1)) {
        const struct hash_slot *s = &h->slot[i];
        if (!s->value)
            return NULL;
        if (s->hash == hash && same_key(s->value, k))
            return s->value;
    }
}

void stream_index_fetch(const struct stream_index *x, uint64_t hash)
{
    const char *s = hash_peek(&x->by_key, hash);
    if (s)
        for (size_t at = 0; at < RTP_STREAM_HOT; at += 64)
            __builtin_prefetch(s + at, 1);
}

/* ---- by SSRC, by addresses ---- */

static uint64_t hash_ssrc(uint32_t ssrc)
{
    return hash_bytes(&ssrc, sizeof ssrc);
}

static bool same_ssrc(const void *value, const void *wanted)
{
    return ((const struct rtp_stream *)value)->ssrc == *(const uint32_t *)wanted;
}

static uint64_t hash_flow(const struct addr *src, const struct addr *dst)
{
    return hash_more(hash_bytes(src, sizeof *src), dst, sizeof *dst);
}

static bool same_flow(const void *value, const void *wanted)
{
    const struct rtp_stream *s = value;
    const struct stream_key *k = wanted;
    return addr_eq(&s->src, k->src) && addr_eq(&s->dst, k->dst);
}

struct rtp_stream *stream_index_ssrc(const struct stream_index *x, uint32_t ssrc)
{
    return hash_find(&x->by_ssrc, hash_ssrc(ssrc), same_ssrc, &ssrc);
}

struct rtp_stream *stream_index_flow(const struct stream_index *x,
                                     const struct addr *src, const struct addr *dst)
{
    struct stream_key k = {.src = src, .dst = dst};
    return hash_find(&x->by_flow, hash_flow(src, dst), same_flow, &k);
}

/* ---- in and out ---- */

/* A chain of streams in a hash: the newest is its value. */
static bool chain_push(struct hash *h, uint64_t hash, struct rtp_stream *newest,
                       struct rtp_stream *s)
{
    if (newest)
        hash_remove(h, hash, newest);
    return !hash_add(h, hash, s);
}

static uint64_t key_hash(const struct stream_index *x, const struct rtp_stream *n)
{
    struct stream_key k = {&n->src, &n->dst, n->ssrc, n->fax};
    return stream_index_hash(x, &k);
}

bool stream_index_add(struct stream_index *x, struct rtp_stream *n)
{
    uint64_t ssrc = hash_ssrc(n->ssrc), flow = hash_flow(&n->src, &n->dst);
    struct rtp_stream *alike = n->fax ? NULL : stream_index_ssrc(x, n->ssrc);
    struct rtp_stream *beside = stream_index_flow(x, &n->src, &n->dst);
    if (!n->stored && hash_add(&x->by_key, key_hash(x, n), n))
        return false;
    if (!chain_push(&x->by_flow, flow, beside, n) ||
        (!n->fax && !chain_push(&x->by_ssrc, ssrc, alike, n)))
        return true; /* found less well */
    n->ssrc_older = alike;
    n->flow_older = beside;
    if (alike)
        alike->ssrc_newer = n;
    if (beside)
        beside->flow_newer = n;
    return true;
}

void stream_index_remove(struct stream_index *x, struct rtp_stream *n)
{
    uint64_t ssrc = hash_ssrc(n->ssrc), flow = hash_flow(&n->src, &n->dst);
    hash_remove(&x->by_key, key_hash(x, n), n);
    if (hash_remove(&x->by_ssrc, ssrc, n) && n->ssrc_older)
        hash_add(&x->by_ssrc, ssrc, n->ssrc_older);
    if (hash_remove(&x->by_flow, flow, n) && n->flow_older)
        hash_add(&x->by_flow, flow, n->flow_older);
    if (n->ssrc_older)
        n->ssrc_older->ssrc_newer = n->ssrc_newer;
    if (n->ssrc_newer)
        n->ssrc_newer->ssrc_older = n->ssrc_older;
    if (n->flow_older)
        n->flow_older->flow_newer = n->flow_newer;
    if (n->flow_newer)
        n->flow_newer->flow_older = n->flow_older;
}
