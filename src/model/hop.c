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

/* Both ways of one path: an answer's hop is there when it comes. */
struct hop_pair {
    struct hop way[2]; /* way[0] begins at the lower address */
};

static bool same_key(const struct hop *hop, const struct key *key)
{
    return addr_eq(&hop->src, &key->src) && addr_eq(&hop->dst, &key->dst) &&
           hop->transport == key->transport;
}

static bool same_pair(const void *value, const void *key)
{
    const struct hop_pair *pair = value;
    return same_key(&pair->way[0], key);
}

/* Which way of its pair a hop is; the key is turned round for way 1. */
static int way_of(struct key *key)
{
    if (memcmp(&key->src, &key->dst, sizeof key->src) <= 0)
        return 0;
    struct addr lower = key->dst;
    key->dst = key->src;
    key->src = lower;
    return 1;
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
    int way = way_of(&key);
    struct hop_pair *pair = hash_find(&h->by_addr, hash_of(&key), same_pair, &key);
    return pair ? &pair->way[way] : NULL;
}

static struct hop_pair *pair_new(struct hops *h, const struct key *key, uint64_t hash)
{
    struct hop_pair *pair = (struct hop_pair *)h->spare;
    if (pair)
        h->spare = pair->way[0].back;
    else if (!(pair = arena_alloc(&h->arena, sizeof *pair)))
        return NULL;
    pair->way[0] = (struct hop){.src = key->src,
                                .dst = key->dst,
                                .transport = key->transport,
                                .back = &pair->way[1]};
    pair->way[1] = (struct hop){.src = key->dst,
                                .dst = key->src,
                                .transport = key->transport,
                                .back = &pair->way[0]};
    if (hash_add(&h->by_addr, hash, pair)) {
        pair->way[0].back = h->spare;
        h->spare = &pair->way[0];
        return NULL;
    }
    return pair;
}

struct hop *hop_get(struct hops *h, struct hop *near, const struct addr *src,
                    const struct addr *dst, unsigned transport)
{
    struct key key = {*src, *dst, (uint8_t)transport};
    if (near && same_key(near, &key))
        return near;
    if (near && same_key(near->back, &key))
        return near->back;
    int way = way_of(&key);
    uint64_t hash = hash_of(&key);
    struct hop_pair *pair = hash_find(&h->by_addr, hash, same_pair, &key);
    if (!pair)
        pair = pair_new(h, &key, hash);
    return pair ? &pair->way[way] : NULL;
}

void hop_drop(struct hops *h, struct hop *hop)
{
    if (!hop || (hop->refs && --hop->refs) || hop->back->refs)
        return;
    struct key key = {hop->src, hop->dst, hop->transport};
    struct hop_pair *pair = (struct hop_pair *)(way_of(&key) ? hop->back : hop);
    hash_remove(&h->by_addr, hash_of(&key), pair);
    pair->way[0].back = h->spare;
    h->spare = &pair->way[0];
}
