/*
 * A header's name to its number, for the parser's inner loop: one look at a table where
 * no two names meet, and one comparison of 16 bytes.
 */
#ifndef DISSECT_SIP_NAME_H
#define DISSECT_SIP_NAME_H

#include "dissect/sip_table.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { SIP_NAME_WIDE = 16 };

struct sip_name {
    uint8_t n;
    char text[23]; /* filled up with NULs: SIP_NAME_WIDE bytes may be read */
};

/* By enum sip_header; the last is "?". */
extern const struct sip_name SIP_NAMES[SIP_H_COUNT + 1];

/* The header plus one, 0 for none: by sip_name_hash(), and by a compact form's letter.
 */
extern const uint8_t SIP_NAME_PLACES[128], SIP_NAME_LETTERS[128];

/* Where a name stands in SIP_NAME_PLACES: from its length, first and middle letter. The
 * factors were found by trial so that no two names meet; test_sip_table holds them to
 * it. */
static inline unsigned sip_name_hash(const uint8_t *p, size_t n)
{
    return ((unsigned)n * 20 + (p[0] | 0x20u) * 15 + (p[n / 2] | 0x20u) * 8) & 127;
}

/* Do the first n (at most SIP_NAME_WIDE) bytes agree but for case? Setting bit 5 makes
 * letters lower case; it would also make a '-' out of a control character, so those
 * never do. */
static inline bool sip_name_same(const char *known, const uint8_t *b, size_t n)
{
#ifdef __SSE2__
    const __m128i space = _mm_set1_epi8(' ');
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)b);
    __m128i k = _mm_loadu_si128((const __m128i *)(const void *)known);
    __m128i same = _mm_cmpeq_epi8(_mm_or_si128(x, space), _mm_or_si128(k, space));
    __m128i printing = _mm_cmpeq_epi8(_mm_max_epu8(x, space), x);
    unsigned differ = ~(unsigned)_mm_movemask_epi8(_mm_and_si128(same, printing));
    return !(differ << (32 - n));
#else
    return slice_ieq(slice_of(known, n), slice_of(b, n));
#endif
}

/* Length of the name before the first colon of the 16 bytes at p; 0: no colon there. */
static inline size_t sip_name_length(const uint8_t *p)
{
#ifdef __SSE2__
    __m128i got = _mm_loadu_si128((const __m128i *)(const void *)p);
    unsigned colons =
        (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(got, _mm_set1_epi8(':')));
    return colons ? (size_t)__builtin_ctz(colons) : 0;
#else
    size_t n = 0;
    while (n < SIP_NAME_WIDE && p[n] != ':')
        n++;
    return n < SIP_NAME_WIDE ? n : 0;
#endif
}

/* As sip_header_find(), where SIP_NAME_WIDE bytes may be read at name.p, whatever
 * name.n is. */
static inline enum sip_header sip_name_find(struct slice name)
{
    size_t n = name.n;
    unsigned h = 0;
    if (n > 1)
        h = SIP_NAME_PLACES[sip_name_hash(name.p, n)];
    else if (n && name.p[0] < 128)
        return SIP_NAME_LETTERS[slice_lower(name.p[0])]
                   ? (enum sip_header)(SIP_NAME_LETTERS[slice_lower(name.p[0])] - 1)
                   : SIP_H_OTHER;
    if (!h || SIP_NAMES[h - 1].n != n)
        return SIP_H_OTHER;
    const char *known = SIP_NAMES[h - 1].text;
    bool same = n <= SIP_NAME_WIDE ? sip_name_same(known, name.p, n)
                                   : slice_ieq(slice_of(known, n), name);
    return same ? (enum sip_header)(h - 1) : SIP_H_OTHER;
}

#endif
