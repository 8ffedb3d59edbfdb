#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void strbuf_done(struct strbuf *b)
{
    free(b->p);
    *b = (struct strbuf){0};
}

static char *grow(struct strbuf *b, size_t n)
{
    if (b->failed || n > SIZE_MAX / 4 || b->n > SIZE_MAX / 4) {
        b->failed = true;
        return NULL;
    }
    size_t cap = b->cap ? b->cap : 256;
    while (cap < b->n + n)
        cap *= 2;
    char *p = realloc(b->p, cap);
    if (!p) {
        b->failed = true;
        return NULL;
    }
    b->p = p;
    b->cap = cap;
    return p + b->n;
}

static inline char *room(struct strbuf *b, size_t n)
{
    return n <= b->cap - b->n && b->p && !b->failed ? b->p + b->n : grow(b, n);
}

char *strbuf_room(struct strbuf *b, size_t n)
{
    return room(b, n);
}

void strbuf_add(struct strbuf *b, const void *bytes, size_t n)
{
    char *p = n ? room(b, n) : NULL;
    if (!p)
        return;
    memcpy(p, bytes, n);
    b->n += n;
}

void strbuf_str(struct strbuf *b, const char *s)
{
    strbuf_add(b, s, strlen(s));
}

void strbuf_char(struct strbuf *b, char c)
{
    char *p = room(b, 1);
    if (!p)
        return;
    *p = c;
    b->n++;
}

void strbuf_fill(struct strbuf *b, char c, size_t n)
{
    char *p = n ? room(b, n) : NULL;
    if (!p)
        return;
    memset(p, c, n);
    b->n += n;
}

/* At least `width` digits. */
static void digits(struct strbuf *b, uint64_t v, unsigned width)
{
    char d[24];
    unsigned i = sizeof d;
    do {
        d[--i] = (char)('0' + v % 10);
        v /= 10;
    } while ((v || sizeof d - i < width) && i);
    strbuf_add(b, d + i, sizeof d - i);
}

void strbuf_u64(struct strbuf *b, uint64_t v)
{
    digits(b, v, 1);
}

void strbuf_i64(struct strbuf *b, int64_t v)
{
    if (v < 0)
        strbuf_char(b, '-');
    digits(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 1);
}

void strbuf_fixed(struct strbuf *b, int64_t v, unsigned n)
{
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v, unit = 1;
    for (unsigned i = 0; i < n; i++)
        unit *= 10;
    if (v < 0)
        strbuf_char(b, '-');
    digits(b, u / unit, 1);
    if (n) {
        strbuf_char(b, '.');
        digits(b, u % unit, n);
    }
}

void strbuf_printf(struct strbuf *b, const char *format, ...)
{
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    char *p = n >= 0 ? room(b, (size_t)n + 1) : NULL;
    if (p) {
        vsnprintf(p, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

const char *strbuf_cstr(struct strbuf *b)
{
    char *p = room(b, 1);
    if (!p)
        return "";
    *p = 0;
    return b->p;
}
