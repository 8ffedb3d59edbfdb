/*
 * Search for one or two byte values, 16 bytes and more at a step. Header lines are
 * short, so this beats a call to memchr per look-up. Nothing beyond `end` is read.
 */
#ifndef DISSECT_SCAN_H
#define DISSECT_SCAN_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#ifdef __SSE2__
/* Bits for the places of a or b in the 16 bytes at p. */
static inline unsigned scan_sixteen(const uint8_t *p, __m128i a, __m128i b)
{
    __m128i got = _mm_loadu_si128((const __m128i *)(const void *)p);
    return (unsigned)_mm_movemask_epi8(
        _mm_or_si128(_mm_cmpeq_epi8(got, a), _mm_cmpeq_epi8(got, b)));
}

/* The same for n bytes at p, from 4 to 15: the first half of what is loaded begins at
 * p, the second ends at p + n, and they overlap. A place in the second half counts from
 * p + n - 16, or from p + n - 8 where n is less than 8. */
static inline const uint8_t *scan_few(const uint8_t *p, size_t n, __m128i a, __m128i b)
{
    const uint8_t *end = p + n;
    size_t half = n < 8 ? 4 : 8;
    __m128i got;
    if (half == 8) {
        uint64_t word[2];
        memcpy(&word[0], p, 8);
        memcpy(&word[1], end - 8, 8);
        got = _mm_set_epi64x((long long)word[1], (long long)word[0]);
    } else {
        uint32_t word[2];
        memcpy(&word[0], p, 4);
        memcpy(&word[1], end - 4, 4);
        got = _mm_set_epi32(0, 0, (int)word[1], (int)word[0]);
    }
    unsigned bits = (unsigned)_mm_movemask_epi8(
        _mm_or_si128(_mm_cmpeq_epi8(got, a), _mm_cmpeq_epi8(got, b)));
    bits |= 1u << 2 * half; /* the end, also where zeros beyond it are looked for */
    size_t at = (size_t)__builtin_ctz(bits);
    return at < half ? p + at : end - 2 * half + at;
}
#endif

/* The first byte a or b in [p, end), or end. */
static inline const uint8_t *scan_either(const uint8_t *p, const uint8_t *end,
                                         uint8_t a, uint8_t b)
{
#ifdef __SSE2__
    if (end - p >= 16) {
        const __m128i wide_a = _mm_set1_epi8((char)a), wide_b = _mm_set1_epi8((char)b);
        unsigned bits = scan_sixteen(p, wide_a, wide_b);
        while (!bits) {
            if (end - p <= 16)
                return end;
            /* The last block overlaps the one before, in which there was none. */
            p = end - p >= 32 ? p + 16 : end - 16;
            bits = scan_sixteen(p, wide_a, wide_b);
        }
        return p + __builtin_ctz(bits);
    }
    if (end - p >= 4)
        return scan_few(p, (size_t)(end - p), _mm_set1_epi8((char)a),
                        _mm_set1_epi8((char)b));
#endif
    while (p < end && *p != a && *p != b)
        p++;
    return p;
}

/* The places of one byte value, 64 bytes at a step: for text in which it comes often.
 */
struct scan {
    const uint8_t *at, *end; /* the block that `left` is of; of the text */
    uint64_t left;           /* places in the block, not yet given: bit 0 is *at */
    uint8_t byte;
};

/* Bits for the places of `byte` in the first 64 bytes of [p, end), or what there is. */
static inline uint64_t scan_block(const uint8_t *p, const uint8_t *end, uint8_t byte)
{
    uint64_t bits = 0;
    int n = end - p < 64 ? (int)(end - p) : 64, i = 0;
#ifdef __SSE2__
    const __m128i wide = _mm_set1_epi8((char)byte);
    if (n == 64) {
        const __m128i *at = (const __m128i *)(const void *)p;
        unsigned a =
            (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(at), wide));
        unsigned b =
            (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(at + 1), wide));
        unsigned c =
            (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(at + 2), wide));
        unsigned d =
            (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(at + 3), wide));
        return (uint64_t)(c | d << 16) << 32 | (a | b << 16);
    }
    for (; i + 16 <= n; i += 16) {
        __m128i got = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(got, wide)) << i;
    }
#endif
    for (; i < n; i++)
        bits |= (uint64_t)(p[i] == byte) << i;
    return bits;
}

static inline struct scan scan_begin(const uint8_t *p, const uint8_t *end, uint8_t byte)
{
    return (struct scan){p, end, scan_block(p, end, byte), byte};
}

/* The next place, or the end. */
static inline const uint8_t *scan_next(struct scan *s)
{
    while (!s->left) {
        if (s->end - s->at <= 64)
            return s->end;
        s->at += 64;
        s->left = scan_block(s->at, s->end, s->byte);
    }
    const uint8_t *p = s->at + __builtin_ctzll(s->left);
    s->left &= s->left - 1;
    return p;
}

/* The first byte c in [p, end), or end. */
static inline const uint8_t *scan_byte(const uint8_t *p, const uint8_t *end, uint8_t c)
{
    return scan_either(p, end, c, c);
}

#endif
