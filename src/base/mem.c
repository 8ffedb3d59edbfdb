#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct mem_block {
    struct mem_block *next;
    size_t size; /* with this header */
};

enum { CLASS_MIN = 9, CLASSES = 16 }; /* blocks of 512 bytes to 16 MiB, powers of two */

void mem_pool_init(struct mem_pool *pool)
{
    memset(pool, 0, sizeof *pool);
}

void mem_pool_done(struct mem_pool *pool)
{
    for (int i = 0; i < CLASSES; i++)
        for (struct mem_block *b = pool->free[i], *next; b; b = next) {
            next = b->next;
            free(b);
        }
    mem_pool_init(pool);
}

/* Size class that holds n bytes; CLASSES: none does. */
static int class_of(size_t n)
{
    int c = 0;
    while (c < CLASSES && ((size_t)1 << (c + CLASS_MIN)) < n)
        c++;
    return c;
}

static struct mem_block *block_get(struct mem_pool *pool, size_t n)
{
    int c = class_of(n);
    size_t size = c < CLASSES ? (size_t)1 << (c + CLASS_MIN) : n;
    struct mem_block *b = c < CLASSES ? pool->free[c] : NULL;
    if (b) {
        pool->free[c] = b->next;
        pool->cached -= size;
    } else if (!(b = malloc(size))) {
        return NULL;
    }
    b->size = size;
    pool->used += size;
    return b;
}

static void block_put(struct mem_pool *pool, struct mem_block *b)
{
    int c = class_of(b->size);
    pool->used -= b->size;
    if (c == CLASSES) {
        free(b);
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

/* The first block is small, since most calls are; later ones grow with the arena. */
static size_t next_size(const struct arena *a, size_t need)
{
    size_t size = a->bytes ? 1024 : 2048;
    while (size < a->bytes / 4 && size < ((size_t)1 << 20))
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
