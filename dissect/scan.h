/*
 * Search for one or two byte values, 16 bytes at a step. Header lines are short, so
 * this beats a call to memchr per look-up. Nothing beyond `end` is read.
 */
#ifndef DISSECT_SCAN_H
#define DISSECT_SCAN_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first byte a or b in [p, end), or end. */
static inline const uint8_t *scan_either(const uint8_t *p, const uint8_t *end,
                                         uint8_t a, uint8_t b)
{
#ifdef __SSE2__
    const __m128i wide_a = _mm_set1_epi8((char)a), wide_b = _mm_set1_epi8((char)b);
    for (; end - p >= 16; p += 16) {
        __m128i got = _mm_loadu_si128((const __m128i *)(const void *)p);
        int mask = _mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(got, wide_a), _mm_cmpeq_epi8(got, wide_b)));
        if (mask)
            return p + __builtin_ctz((unsigned)mask);
    }
    if (end - p >= 8) {
        __m128i got = _mm_loadl_epi64((const __m128i *)(const void *)p);
        int mask = _mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(got, wide_a), _mm_cmpeq_epi8(got, wide_b)));
        if (mask & 0xff)
            return p + __builtin_ctz((unsigned)mask);
        p += 8;
    }
#endif
    while (p < end && *p != a && *p != b)
        p++;
    return p;
}

/* The first byte c in [p, end), or end. */
static inline const uint8_t *scan_byte(const uint8_t *p, const uint8_t *end, uint8_t c)
{
    return scan_either(p, end, c, c);
}

#endif
