#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct mem_block {
    struct mem_block *next;
    size_t size; /* with this header */
};

/* Blocks are cut from slabs, whose pages are asked for at once: that is cheaper than a
 * page fault for each, and cheaper than huge pages where a virtual machine's host has
 * to find those. */
struct mem_slab {
    struct mem_slab *next;
};

/* Before a block that is too large for a slab. */
struct mem_large {
    struct mem_large *prev, *next;
};

enum {
    STEP = 256,       /* blocks up to SMALL are multiples of it */
    FIRST = 8 * STEP, /* an arena's first block */
    SMALL = 16 * STEP,
    LARGE = 1 << 20, /* above SMALL powers of two, above LARGE as asked for */
    SLAB_FIRST = 1 << 18,
    SLAB = 1 << 21,
};

void mem_pool_init(struct mem_pool *pool)
{
    memset(pool, 0, sizeof *pool);
}

void mem_pool_done(struct mem_pool *pool)
{
    for (struct mem_slab *s = pool->slabs, *next; s; s = next) {
        next = s->next;
        free(s);
    }
    for (struct mem_large *l = pool->large, *next; l; l = next) {
        next = l->next;
        free(l);
    }
    mem_pool_init(pool);
}

/* Size class that holds n bytes, and its size; MEM_CLASSES: none does. */
static int class_of(size_t n, size_t *size)
{
    int c = SMALL / STEP;
    if (n <= SMALL) {
        c = (int)((n + STEP - 1) / STEP);
        *size = (size_t)c * STEP;
        return c - 1;
    }
    for (*size = 2 * SMALL; *size <= LARGE; *size *= 2, c++)
        if (n <= *size)
            return c;
    *size = n;
    return MEM_CLASSES;
}

static bool slab_new(struct mem_pool *pool)
{
    size_t size = pool->slabs ? SLAB : SLAB_FIRST;
    struct mem_slab *s = aligned_alloc(size, size);
    if (!s)
        return false;
#ifdef MADV_POPULATE_WRITE
    madvise(s, size, MADV_POPULATE_WRITE); /* where it fails, pages come one by one */
#endif
    s->next = pool->slabs;
    pool->slabs = s;
    pool->at = (uint8_t *)(s + 1);
    pool->end = (uint8_t *)s + size;
    return true;
}

static struct mem_block *large_new(struct mem_pool *pool, size_t size)
{
    struct mem_large *l = size < SIZE_MAX / 2 ? malloc(sizeof *l + size) : NULL;
    if (!l)
        return NULL;
    *l = (struct mem_large){.next = pool->large};
    if (l->next)
        l->next->prev = l;
    pool->large = l;
    return (struct mem_block *)(l + 1);
}

static void large_free(struct mem_pool *pool, struct mem_block *b)
{
    struct mem_large *l = (struct mem_large *)b - 1;
    *(l->prev ? &l->prev->next : &pool->large) = l->next;
    if (l->next)
        l->next->prev = l->prev;
    free(l);
}

/* A block that no arena had before. What is left of a slab when the next one begins is
 * small beside it. */
static struct mem_block *block_new(struct mem_pool *pool, int c, size_t size)
{
    if (c == MEM_CLASSES || size > SLAB_FIRST / 2)
        return large_new(pool, size);
    if (size > (size_t)(pool->end - pool->at) && !slab_new(pool))
        return NULL;
    struct mem_block *b = (struct mem_block *)pool->at;
    pool->at += size;
    return b;
}

static struct mem_block *block_get(struct mem_pool *pool, size_t n)
{
    size_t size;
    int c = class_of(n, &size);
    struct mem_block *b = c < MEM_CLASSES ? pool->free[c] : NULL;
    if (b) {
        pool->free[c] = b->next;
        pool->cached -= size;
    } else if (!(b = block_new(pool, c, size))) {
        return NULL;
    }
    b->size = size;
    pool->used += size;
    return b;
}

static void block_put(struct mem_pool *pool, struct mem_block *b)
{
    size_t size;
    int c = class_of(b->size, &size);
    pool->used -= b->size;
    if (c == MEM_CLASSES || size > SLAB_FIRST / 2) {
        large_free(pool, b);
        return;
    }
    b->next = pool->free[c];
    pool->free[c] = b;
    pool->cached += b->size;
}

void arena_init(struct arena *a, struct mem_pool *pool)
{
    *a = (struct arena){.pool = pool};
}

void arena_done(struct arena *a)
{
    for (struct mem_block *b = a->block, *next; b; b = next) {
        next = b->next;
        block_put(a->pool, b);
    }
    arena_init(a, a->pool);
}

/* Most arenas are those of short calls: one block holds what each has, and small steps
 * follow, since memory that is touched and not used costs as much as any. Those that
 * grow get larger blocks, so that their number stays small. */
static size_t next_size(const struct arena *a, size_t need)
{
    size_t size = a->bytes ? STEP : FIRST;
    while (size < a->bytes / 8 && size < LARGE)
        size *= 2;
    return need > size ? need : size;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2)
        return NULL;
    n = (n + 7) & ~(size_t)7;
    if (n > (size_t)(a->end - a->at)) {
        struct mem_block *b = block_get(a->pool, next_size(a, n + sizeof *b));
        if (!b)
            return NULL;
        b->next = a->block;
        a->block = b;
        a->at = (uint8_t *)(b + 1);
        a->end = (uint8_t *)b + b->size;
        a->bytes += (uint32_t)b->size;
    }
    void *p = a->at;
    a->at += n;
    return p;
}

void *arena_zalloc(struct arena *a, size_t n)
{
    void *p = arena_alloc(a, n);
    return p ? memset(p, 0, n) : NULL;
}

static void fetch(const void *p, size_t n)
{
    enum { LINE = 64 };
    for (size_t at = 0; at < n; at += LINE)
        __builtin_prefetch((const char *)p + at);
}

void arena_fetch(const struct arena *a)
{
    enum { BLOCKS = 4 };
    const struct mem_block *b = a->block;
    for (int i = 0; b && b->next && i < BLOCKS; i++, b = b->next)
        fetch(b, STEP);
}

void arena_fetch_first(const void *first)
{
    fetch(first, FIRST - sizeof(struct mem_block));
}

char *arena_copy(struct arena *a, const void *bytes, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    if (!p)
        return NULL;
    if (n)
        memcpy(p, bytes, n);
    p[n] = 0;
    return p;
}
