/*
 * A keyed hash (SipHash-1-3, key from the kernel, one a process) for everything that an
 * attacker can choose, and an open-addressing table of pointers on top of it.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keyed 64-bit hash of n bytes. The first call draws the key; call it once before
 * threads start. */
uint64_t hash_bytes(const void *bytes, size_t n);

/* The same, continued: hash of (seed, bytes). For keys of several parts. */
uint64_t hash_more(uint64_t seed, const void *bytes, size_t n);

struct hash_slot {
    uint64_t hash;
    void *value; /* NULL: empty */
};

/* Zero it to start. Several values may have the same hash. */
struct hash {
    struct hash_slot *slot;
    size_t cap, n; /* cap: a power of two, or 0 */
};

typedef bool hash_same(const void *value, const void *key);

/* Frees the slots, not the values. */
void hash_done(struct hash *h);

/* The value whose hash is given and for which same(value, key) holds; NULL: none. */
void *hash_find(const struct hash *h, uint64_t hash, hash_same *same, const void *key);

/* Begins to load the slot of a hash that hash_find will be asked for soon. */
static inline void hash_prefetch(const struct hash *h, uint64_t hash)
{
    if (h->cap)
        __builtin_prefetch(&h->slot[hash & (h->cap - 1)]);
}

/* The first value in the slots near that of a hash that has this hash; NULL: none. A
 * guess, for prefetching. */
static inline const void *hash_peek(const struct hash *h, uint64_t hash)
{
    for (size_t i = 0; h->cap && i < 8; i++) {
        const struct hash_slot *s = &h->slot[(hash + i) & (h->cap - 1)];
        if (s->hash == hash || !s->value)
            return s->value;
    }
    return NULL;
}

/* Adds a value (not NULL), also beside equal ones. Returns 0 or -ERR_NOMEM. */
int hash_add(struct hash *h, uint64_t hash, void *value);

/* Takes this very value out. Returns true where it was there. */
bool hash_remove(struct hash *h, uint64_t hash, const void *value);

#endif
