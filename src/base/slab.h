/* Memory for many things of one size: taken from blocks, given back to a free list.
 * Where the size is a multiple of 64, each begins with a line of the cache. */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include <stddef.h>

struct slab_block;

struct slab {
    struct slab_block *blocks;
    void *spare;  /* given back; the first bytes of each point to the next */
    size_t size;  /* of one thing, a multiple of 8 */
    size_t left;  /* things not yet taken from the newest block */
    size_t used;  /* things in use */
    size_t bytes; /* of all blocks */
};

/* An empty slab of things of `size` bytes. */
void slab_init(struct slab *s, size_t size);

/* Frees the blocks with all that was taken from them. */
void slab_done(struct slab *s);

/* One thing, cleared; NULL when memory is short. */
void *slab_take(struct slab *s);

/* Gives a thing back; NULL is accepted. */
void slab_give(struct slab *s, void *thing);

#endif
