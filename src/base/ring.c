#include "base/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/*
 * Positions only grow; their low bits index the buffer. A record is its length (8
 * bytes) and its bytes, padded to 8, always in one piece: where the rest of the buffer
 * is too short for it, that rest is skipped with a marker for a length.
 */
struct ring {
    uint8_t *bytes;
    size_t size;
    _Alignas(64) atomic_size_t head; /* written up to here; the producer's */
    size_t pending, tail_seen;
    _Alignas(64) atomic_size_t tail; /* read up to here; the consumer's */
    size_t taken, head_seen;
};

static const uint64_t SKIP = UINT64_MAX;

void ring_free(struct ring *r)
{
    if (!r)
        return;
    free(r->bytes);
    free(r);
}

struct ring *ring_new(size_t size)
{
    size_t n = 64;
    while (n < size && n <= SIZE_MAX / 4)
        n *= 2;
    struct ring *r = aligned_alloc(64, sizeof *r);
    if (!r)
        return NULL;
    memset(r, 0, sizeof *r);
    atomic_init(&r->head, 0);
    atomic_init(&r->tail, 0);
    r->size = n;
    r->bytes = malloc(n);
    if (!r->bytes) {
        free(r);
        return NULL;
    }
    return r;
}

void *ring_reserve(struct ring *r, size_t n)
{
    size_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    size_t at = head & (r->size - 1), rest = r->size - at;
    if (n > r->size - 8)
        return NULL;
    size_t need = 8 + ((n + 7) & ~(size_t)7), skip = need > rest ? rest : 0;
    if (skip + need > r->size - (head - r->tail_seen)) {
        r->tail_seen = atomic_load_explicit(&r->tail, memory_order_acquire);
        if (skip + need > r->size - (head - r->tail_seen))
            return NULL;
    }
    if (skip) {
        memcpy(r->bytes + at, &SKIP, sizeof SKIP);
        at = 0;
    }
    uint64_t length = n;
    memcpy(r->bytes + at, &length, sizeof length);
    r->pending = head + skip + need;
    return r->bytes + at + 8;
}

/* Both this pair of store and load and the consumer's (release, then peek) are
 * sequentially consistent: either the consumer sees the record or the producer sees
 * that it must wake the consumer. */
bool ring_commit(struct ring *r)
{
    size_t before = atomic_load_explicit(&r->head, memory_order_relaxed);
    atomic_store(&r->head, r->pending);
    return atomic_load(&r->tail) == before;
}

const void *ring_peek(struct ring *r, size_t *n)
{
    size_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    size_t at = tail & (r->size - 1);
    uint64_t length;
    if (tail == r->head_seen && tail == (r->head_seen = atomic_load(&r->head)))
        return NULL;
    r->taken = tail;
    memcpy(&length, r->bytes + at, sizeof length);
    if (length == SKIP) {
        r->taken += r->size - at;
        at = 0;
        memcpy(&length, r->bytes, sizeof length);
    }
    r->taken += 8 + ((length + 7) & ~(size_t)7);
    *n = length;
    return r->bytes + at + 8;
}

void ring_release(struct ring *r)
{
    atomic_store(&r->tail, r->taken);
}

size_t ring_used(const struct ring *r)
{
    size_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
    size_t head = atomic_load_explicit(&r->head, memory_order_acquire);
    return head - tail;
}

size_t ring_size(const struct ring *r)
{
    return r->size;
}
