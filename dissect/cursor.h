/*
 * A bounds-checked reader of big-endian fields. A read past the end returns zeros
 * and sets the sticky `cut` flag, so a decoder reads a whole header and checks once.
 */
#ifndef DISSECT_CURSOR_H
#define DISSECT_CURSOR_H

#include "dissect/slice.h"

struct cursor {
    const uint8_t *p;
    const uint8_t *end;
    bool cut; /* a read went past the end; stays set */
};

/* A cursor at the start of s. */
static inline struct cursor cursor_of(struct slice s)
{
    return (struct cursor){s.p, s.p + s.n, false};
}

/* Bytes left. */
static inline size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->p);
}

/* True where n more bytes can be read; else the cursor is marked cut. */
static inline bool cursor_has(struct cursor *c, size_t n)
{
    if (cursor_left(c) >= n)
        return true;
    c->cut = true;
    c->p = c->end;
    return false;
}

/* The next n bytes; an empty slice, and cut, where fewer are left. */
static inline struct slice cursor_take(struct cursor *c, size_t n)
{
    if (!cursor_has(c, n))
        return (struct slice){c->end, 0};
    struct slice s = {c->p, n};
    c->p += n;
    return s;
}

/* Passes n bytes over. */
static inline void cursor_skip(struct cursor *c, size_t n)
{
    (void)cursor_take(c, n);
}

/* All that is left; the cursor is then at its end. */
static inline struct slice cursor_rest(struct cursor *c)
{
    return cursor_take(c, cursor_left(c));
}

/* The next n <= 8 bytes as one big-endian number. */
static inline uint64_t cursor_be(struct cursor *c, size_t n)
{
    struct slice s = cursor_take(c, n);
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++)
        v = v << 8 | s.p[i];
    return v;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    return (uint8_t)cursor_be(c, 1);
}

static inline uint16_t cursor_u16(struct cursor *c)
{
    return (uint16_t)cursor_be(c, 2);
}

static inline uint32_t cursor_u32(struct cursor *c)
{
    return (uint32_t)cursor_be(c, 4);
}

static inline uint64_t cursor_u64(struct cursor *c)
{
    return cursor_be(c, 8);
}

#endif
