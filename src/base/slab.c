#include "base/slab.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 16 };

struct slab_block {
    struct slab_block *next;
    size_t zero; /* so that things are aligned to 16 */
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

static size_t in_a_block(const struct slab *s)
{
    return s->size > BLOCK / 4 ? 4 : BLOCK / s->size;
}

static void *fresh(struct slab *s)
{
    if (!s->left) {
        size_t n = in_a_block(s), bytes = sizeof(struct slab_block) + n * s->size;
        struct slab_block *b = malloc(bytes);
        if (!b)
            return NULL;
        b->next = s->blocks;
        s->blocks = b;
        s->left = n;
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
