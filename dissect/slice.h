/*
 * A view of bytes that somebody else owns. Network text is never NUL-terminated
 * and may hold NULs, so every function here is driven by the length alone.
 */
#ifndef DISSECT_SLICE_H
#define DISSECT_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const uint8_t *p;
    size_t n;
};

/* A slice of a string literal. */
#define SLICE(literal) ((struct slice){(const uint8_t *)(literal), sizeof(literal) - 1})

/* The n bytes at p. */
static inline struct slice slice_of(const void *p, size_t n)
{
    return (struct slice){(const uint8_t *)p, n};
}

/* The bytes of a NUL-terminated string, without its NUL. */
static inline struct slice slice_str(const char *s)
{
    return (struct slice){(const uint8_t *)s, s ? strlen(s) : 0};
}

/* The part of s from offset `from`, at most n bytes; empty where s ends before. */
static inline struct slice slice_sub(struct slice s, size_t from, size_t n)
{
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (struct slice){from ? s.p + from : s.p, n};
}

/* s without its first n bytes. */
static inline struct slice slice_skip(struct slice s, size_t n)
{
    return slice_sub(s, n, s.n);
}

/* Same bytes. */
static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

/* ASCII lower case of one byte; other bytes as they are. */
static inline uint8_t slice_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* Same bytes but for ASCII case. */
static inline bool slice_ieq(struct slice a, struct slice b)
{
    if (a.n != b.n)
        return false;
    if (a.n && !memcmp(a.p, b.p, a.n)) /* as most are written */
        return true;
    for (size_t i = 0; i < a.n; i++)
        if (slice_lower(a.p[i]) != slice_lower(b.p[i]))
            return false;
    return true;
}

/* s begins with prefix, but for ASCII case. */
static inline bool slice_istarts(struct slice s, struct slice prefix)
{
    return s.n >= prefix.n && slice_ieq(slice_sub(s, 0, prefix.n), prefix);
}

/* Offset of the first byte c, or s.n where there is none. */
static inline size_t slice_find(struct slice s, uint8_t c)
{
    const uint8_t *q = s.n ? (const uint8_t *)memchr(s.p, c, s.n) : NULL;
    return q ? (size_t)(q - s.p) : s.n;
}

/* Blank as RFC 3261's LWS has it: space, tab, CR, LF. */
static inline bool slice_blank(uint8_t c)
{
    return c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

/* s without blanks at both ends. */
static inline struct slice slice_trim(struct slice s)
{
    while (s.n && slice_blank(s.p[0]))
        s.p++, s.n--;
    while (s.n && slice_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

/*
 * Decimal digits at the start of s. Returns how many were read (0: none); *out is
 * set when there was at least one. Values over UINT64_MAX saturate, so a comparison
 * before narrowing still holds.
 */
static inline size_t slice_u64(struct slice s, uint64_t *out)
{
    uint64_t v = 0;
    size_t i = 0;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
        uint64_t d = (uint64_t)(s.p[i] - '0');
        v = v > (UINT64_MAX - d) / 10 ? UINT64_MAX : v * 10 + d;
    }
    if (i)
        *out = v;
    return i;
}

#endif
