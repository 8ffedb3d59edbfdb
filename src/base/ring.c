#include "base/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Positions only grow; their low bits index the buffer. A record is its length (8
 * bytes) and its bytes, padded to 8, always in one piece: where the rest of the buffer
 * is too short for it, that rest is skipped with a marker for a length.
 */
struct ring_ends {
    _Alignas(64) atomic_size_t head; /* written up to here; the producer's */
    _Alignas(64) atomic_size_t tail; /* read up to here; the consumer's */
};

/* Each side believes its own end here only; the shared one is for the other side. */
struct ring {
    struct ring_ends *ends; /* the buffer lies behind them */
    uint8_t *bytes;
    size_t size;
    bool shared;
    _Alignas(64) size_t head, pending, tail_seen;
    _Alignas(64) size_t tail, taken, head_seen;
};

static const uint64_t SKIP = UINT64_MAX;

void ring_free(struct ring *r)
{
    if (!r)
        return;
    if (r->shared)
        munmap(r->ends, sizeof *r->ends + r->size);
    else
        free(r->ends);
    free(r);
}

static void *map(size_t n)
{
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

static struct ring *new_ring(size_t size, bool shared)
{
    size_t n = 64;
    while (n < size && n <= SIZE_MAX / 4)
        n *= 2;
    struct ring *r = aligned_alloc(64, sizeof *r);
    if (!r)
        return NULL;
    memset(r, 0, sizeof *r);
    r->size = n;
    r->shared = shared;
    r->ends =
        shared ? map(sizeof *r->ends + n) : aligned_alloc(64, sizeof *r->ends + n);
    if (!r->ends) {
        free(r);
        return NULL;
    }
    atomic_init(&r->ends->head, 0);
    atomic_init(&r->ends->tail, 0);
    r->bytes = (uint8_t *)(r->ends + 1);
    return r;
}

struct ring *ring_new(size_t size)
{
    return new_ring(size, false);
}

struct ring *ring_new_shared(size_t size)
{
    return new_ring(size, true);
}

void *ring_reserve(struct ring *r, size_t n)
{
    size_t head = r->head;
    size_t at = head & (r->size - 1), rest = r->size - at;
    if (n > r->size - 8)
        return NULL;
    size_t need = 8 + ((n + 7) & ~(size_t)7), skip = need > rest ? rest : 0;
    if (skip + need > r->size - (head - r->tail_seen)) {
        r->tail_seen = atomic_load_explicit(&r->ends->tail, memory_order_acquire);
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
    size_t before = r->head;
    r->head = r->pending;
    atomic_store(&r->ends->head, r->head);
    return atomic_load(&r->ends->tail) == before;
}

const void *ring_peek(struct ring *r, size_t *n)
{
    size_t tail = r->tail, at = tail & (r->size - 1);
    uint64_t length;
    if (tail == r->head_seen && tail == (r->head_seen = atomic_load(&r->ends->head)))
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
    r->tail = r->taken;
    atomic_store(&r->ends->tail, r->tail);
}

size_t ring_used(const struct ring *r)
{
    size_t tail = atomic_load_explicit(&r->ends->tail, memory_order_acquire);
    size_t head = atomic_load_explicit(&r->ends->head, memory_order_acquire);
    return head - tail;
}

size_t ring_size(const struct ring *r)
{
    return r->size;
}
