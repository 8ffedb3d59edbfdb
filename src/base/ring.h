/*
 * A byte ring between one producer and one consumer, threads or processes (lock-free):
 * records of any length. A record that does not fit is refused, and the producer counts
 * it.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

/* size: bytes, rounded up to a power of two. NULL when memory is short. */
struct ring *ring_new(size_t size);

/* The same in memory that a process forked later shares: each keeps to one side. What
 * the consumer may do to it never makes the producer write outside. */
struct ring *ring_new_shared(size_t size);
void ring_free(struct ring *r);

/* Producer: room for a record of n bytes (aligned to 8), or NULL when full. */
void *ring_reserve(struct ring *r, size_t n);

/* Producer: hands the reserved record over. True when the consumer had read everything
 * before it, and so may be asleep: wake it. */
bool ring_commit(struct ring *r);

/* Consumer: the oldest record (n set), or NULL when empty. Valid until ring_release. */
const void *ring_peek(struct ring *r, size_t *n);
void ring_release(struct ring *r);

/* Either side: bytes in use, and the size. */
size_t ring_used(const struct ring *r);
size_t ring_size(const struct ring *r);

#endif
