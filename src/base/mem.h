/*
 * Memory of a thing that is freed in one go: a chain of blocks, taken from the front.
 * A call owns one arena. Blocks come from a pool that keeps freed ones, since recycled
 * memory is several times cheaper than fresh pages.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

struct mem_block;
struct mem_slab;
struct mem_large;

enum { MEM_CLASSES = 24 };

struct mem_pool {
    struct mem_block *free[MEM_CLASSES]; /* by size class */
    struct mem_slab *slabs;              /* what blocks are cut from */
    struct mem_large *large;             /* blocks of their own */
    uint8_t *at, *end;                   /* free part of the newest slab */
    size_t used;                         /* bytes of blocks in arenas */
    size_t cached;                       /* bytes of blocks in the free lists */
};

struct arena {
    struct mem_pool *pool;
    struct mem_block *block; /* the newest */
    uint8_t *at, *end;       /* free part of the newest block */
    uint32_t bytes;          /* of all blocks */
};

/* An empty pool. */
void mem_pool_init(struct mem_pool *pool);

/* Frees everything, what arenas of the pool hold as well: with a million of them at the
 * end of a run that is much less work than arena_done() for each. */
void mem_pool_done(struct mem_pool *pool);

/* An empty arena; its first block is taken by the first allocation. */
void arena_init(struct arena *a, struct mem_pool *pool);

/* Frees everything that was taken from the arena, which is then empty. */
void arena_done(struct arena *a);

/* n bytes aligned to 8, not cleared; NULL when memory is short. */
void *arena_alloc(struct arena *a, size_t n);

/* The same, cleared. */
void *arena_zalloc(struct arena *a, size_t n);

/* A copy of n bytes, with a NUL after them. NULL when memory is short. */
char *arena_copy(struct arena *a, const void *bytes, size_t n);

/* Has the processor load what the arena's newest blocks hold, as far as they are small.
 */
void arena_fetch(const struct arena *a);

/* The same for its first block, which begins with `first`, the first thing taken. */
void arena_fetch_first(const void *first);

#endif
