#include "base/slab.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* A slab that has grown takes huge pages: things are used in no order, and a page table
 * that is walked for each of them costs more than the thing. */
enum { BLOCK = 1 << 16, HUGE = 1 << 21, GROWN = 2 * HUGE };

enum { LINE = 64 };

/* As long as a line, so that things whose size is a multiple of it begin with one. */
struct slab_block {
    _Alignas(LINE) struct slab_block *next;
};

void slab_init(struct slab *s, size_t size)
{
    *s = (struct slab){.size = (size + 7) & ~(size_t)7};
}

void slab_done(struct slab *s)
{
    for (struct slab_block *b = s->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    slab_init(s, s->size);
}

static size_t block_size(const struct slab *s)
{
    if (s->bytes >= GROWN && s->size <= BLOCK / 4)
        return HUGE;
    return sizeof(struct slab_block) +
           (s->size > BLOCK / 4 ? 4 : BLOCK / s->size) * s->size;
}

static void *block_of(size_t bytes)
{
    if (bytes != HUGE)
        return aligned_alloc(LINE, (bytes + LINE - 1) & ~(size_t)(LINE - 1));
    void *p = aligned_alloc(HUGE, HUGE);
    if (p)
        madvise(p, HUGE, MADV_HUGEPAGE); /* where there are none, it is as before */
    return p;
}

static void *fresh(struct slab *s)
{
    if (!s->left) {
        size_t bytes = block_size(s);
        struct slab_block *b = block_of(bytes);
        if (!b)
            return NULL;
        b->next = s->blocks;
        s->blocks = b;
        s->left = (bytes - sizeof *b) / s->size;
        s->bytes += bytes;
    }
    return (char *)(s->blocks + 1) + --s->left * s->size;
}

void *slab_take(struct slab *s)
{
    void *thing = s->spare;
    if (thing)
        memcpy(&s->spare, thing, sizeof s->spare);
    else if (!(thing = fresh(s)))
        return NULL;
    s->used++;
    return memset(thing, 0, s->size);
}

void slab_give(struct slab *s, void *thing)
{
    if (!thing)
        return;
    memcpy(thing, &s->spare, sizeof s->spare);
    s->spare = thing;
    s->used--;
}
