/* The hops of a trace: each pair of addresses with its transport exists once. */
#ifndef MODEL_HOP_H
#define MODEL_HOP_H

#include "base/hash.h"
#include "base/mem.h"
#include "model/msg.h"

struct hops {
    struct hash by_addr;
    struct arena arena;
    struct hop *spare; /* forgotten ones, by `back` */
};

/* An empty set whose memory comes from `pool`. */
void hops_init(struct hops *h, struct mem_pool *pool);

/* Forgets all hops: nothing may use them any more. */
void hops_done(struct hops *h);

/* The hop, made where it is new. It has no reference by this. `near`: the hop of the
 * message before, which it often is, or the way back of; NULL: none. NULL when memory
 * is short. */
struct hop *hop_get(struct hops *h, struct hop *near, const struct addr *src,
                    const struct addr *dst, unsigned transport);

/* The hop; NULL: not there. */
struct hop *hop_find(const struct hops *h, const struct addr *src,
                     const struct addr *dst, unsigned transport);

/* Takes one reference off; a hop is forgotten when neither it nor its way back has any.
 */
void hop_drop(struct hops *h, struct hop *hop);

#endif
