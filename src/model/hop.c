#include "model/hop.h"

struct key {
    struct addr src, dst;
    uint8_t transport;
};

void hops_init(struct hops *h, struct mem_pool *pool)
{
    *h = (struct hops){0};
    arena_init(&h->arena, pool);
}

void hops_done(struct hops *h)
{
    struct mem_pool *pool = h->arena.pool;
    hash_done(&h->by_addr);
    arena_done(&h->arena);
    hops_init(h, pool);
}

static bool same_key(const struct hop *hop, const struct key *key)
{
    return addr_eq(&hop->src, &key->src) && addr_eq(&hop->dst, &key->dst) &&
           hop->transport == key->transport;
}

static bool same_hop(const void *value, const void *key)
{
    return same_key(value, key);
}

static uint64_t hash_of(const struct key *key)
{
    uint8_t bytes[2 * sizeof(struct addr) + 1];
    memcpy(bytes, &key->src, sizeof key->src);
    memcpy(bytes + sizeof key->src, &key->dst, sizeof key->dst);
    bytes[sizeof bytes - 1] = key->transport;
    return hash_bytes(bytes, sizeof bytes);
}

struct hop *hop_find(const struct hops *h, const struct addr *src,
                     const struct addr *dst, unsigned transport)
{
    struct key key = {*src, *dst, (uint8_t)transport};
    return hash_find(&h->by_addr, hash_of(&key), same_hop, &key);
}

static struct hop *hop_new(struct hops *h, const struct key *key, uint64_t hash)
{
    struct hop *hop = h->spare;
    if (hop)
        h->spare = hop->back;
    else if (!(hop = arena_alloc(&h->arena, sizeof *hop)))
        return NULL;
    *hop = (struct hop){.src = key->src, .dst = key->dst, .transport = key->transport};
    if (hash_add(&h->by_addr, hash, hop)) {
        h->spare = hop;
        return NULL;
    }
    hop->back = hop_find(h, &key->dst, &key->src, key->transport);
    if (hop->back)
        hop->back->back = hop;
    return hop;
}

struct hop *hop_get(struct hops *h, struct hop *near, const struct addr *src,
                    const struct addr *dst, unsigned transport)
{
    struct key key = {*src, *dst, (uint8_t)transport};
    if (near && same_key(near, &key))
        return near;
    if (near && near->back && same_key(near->back, &key))
        return near->back;
    uint64_t hash = hash_of(&key);
    struct hop *hop = hash_find(&h->by_addr, hash, same_hop, &key);
    return hop ? hop : hop_new(h, &key, hash);
}

void hop_drop(struct hops *h, struct hop *hop)
{
    if (!hop || (hop->refs && --hop->refs))
        return;
    struct key key = {hop->src, hop->dst, hop->transport};
    hash_remove(&h->by_addr, hash_of(&key), hop);
    if (hop->back)
        hop->back->back = NULL;
    hop->back = h->spare;
    h->spare = hop;
}
