#include "base/hash.h"

#include "base/err.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t key[2];
static bool keyed;

static void key_draw(void)
{
    if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        key[0] ^= (uint64_t)t.tv_nsec << 20 ^ (uint64_t)t.tv_sec;
        key[1] ^= (uint64_t)(uintptr_t)&t;
    }
    keyed = true;
}

static inline uint64_t rotl(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

static inline uint64_t load64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return le64toh(v);
}

/* The n bytes, from 1 to 7, before `end`; 8 bytes before it may be read. */
static inline uint64_t load_tail(const uint8_t *end, size_t n)
{
    return load64(end - 8) >> (64 - 8 * n);
}

#define ROUND                                                     \
    do {                                                          \
        v0 += v1, v1 = rotl(v1, 13), v1 ^= v0, v0 = rotl(v0, 32); \
        v2 += v3, v3 = rotl(v3, 16), v3 ^= v2;                    \
        v0 += v3, v3 = rotl(v3, 21), v3 ^= v0;                    \
        v2 += v1, v1 = rotl(v1, 17), v1 ^= v2, v2 = rotl(v2, 32); \
    } while (0)

/* SipHash-1-3 (Aumasson, Bernstein). */
uint64_t hash_more(uint64_t seed, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    if (!keyed)
        key_draw();
    uint64_t k0 = key[0] ^ seed, k1 = key[1];
    uint64_t v0 = k0 ^ 0x736f6d6570736575u, v1 = k1 ^ 0x646f72616e646f6du;
    uint64_t v2 = k0 ^ 0x6c7967656e657261u, v3 = k1 ^ 0x7465646279746573u;
    uint64_t last = (uint64_t)n << 56;
    bool more = n >= 8;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t m = load64(p);
        v3 ^= m;
        ROUND;
        v0 ^= m;
    }
    if (more && n) /* the last 8 bytes, without those that were taken in */
        last |= load_tail(p + n, n);
    else
        for (size_t i = 0; i < n; i++)
            last |= (uint64_t)p[i] << (8 * i);
    v3 ^= last;
    ROUND;
    v0 ^= last;
    v2 ^= 0xff;
    ROUND;
    ROUND;
    ROUND;
    return v0 ^ v1 ^ v2 ^ v3;
}

uint64_t hash_bytes(const void *bytes, size_t n)
{
    return hash_more(0, bytes, n);
}

void hash_done(struct hash *h)
{
    free(h->slot);
    *h = (struct hash){0};
}

void *hash_find(const struct hash *h, uint64_t hash, hash_same *same,
                const void *wanted)
{
    if (!h->cap)
        return NULL;
    for (size_t i = hash & (h->cap - 1);; i = (i + 1) & (h->cap - 1)) {
        const struct hash_slot *s = &h->slot[i];
        if (!s->value)
            return NULL;
        if (s->hash == hash && same(s->value, wanted))
            return s->value;
    }
}

static void slot_put(struct hash *h, uint64_t hash, void *value)
{
    size_t i = hash & (h->cap - 1);
    while (h->slot[i].value)
        i = (i + 1) & (h->cap - 1);
    h->slot[i] = (struct hash_slot){hash, value};
}

static int grow(struct hash *h)
{
    struct hash old = *h;
    size_t cap = old.cap ? old.cap * 2 : 64;
    struct hash_slot *slot = calloc(cap, sizeof *slot);
    if (!slot)
        return -ERR_NOMEM;
    *h = (struct hash){slot, cap, old.n};
    for (size_t i = 0; i < old.cap; i++)
        if (old.slot[i].value)
            slot_put(h, old.slot[i].hash, old.slot[i].value);
    free(old.slot);
    return 0;
}

int hash_add(struct hash *h, uint64_t hash, void *value)
{
    if (h->n + 1 > h->cap / 4 * 3 && grow(h) && h->n + 1 >= h->cap)
        return -ERR_NOMEM; /* a full table takes values while one slot stays empty */
    slot_put(h, hash, value);
    h->n++;
    return 0;
}

bool hash_remove(struct hash *h, uint64_t hash, const void *value)
{
    if (!h->cap)
        return false;
    size_t mask = h->cap - 1, i = hash & mask;
    while (h->slot[i].value != value) {
        if (!h->slot[i].value)
            return false;
        i = (i + 1) & mask;
    }
    /* Backward shift: no tombstones, so look-ups stay short however many come. */
    for (size_t j = (i + 1) & mask; h->slot[j].value; j = (j + 1) & mask) {
        size_t home = h->slot[j].hash & mask;
        if (((j - home) & mask) >= ((j - i) & mask)) {
            h->slot[i] = h->slot[j];
            i = j;
        }
    }
    h->slot[i].value = NULL;
    h->n--;
    return true;
}
