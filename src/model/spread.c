#include "model/spread.h"

#include <stdlib.h>
#include <string.h>

enum { KIND_BITS = 13, FINE = 6 /* bits of a bin in its octave */ };

static struct spread_item *items(struct spread *s)
{
    return s->more ? s->more : s->few;
}

static const struct spread_item *items_of(const struct spread *s)
{
    return s->more ? s->more : s->few;
}

void spread_done(struct spread *s)
{
    free(s->more);
    *s = (struct spread){0};
}

/* Position of a key, or where it belongs. */
static size_t position(const struct spread_item *at, size_t n, unsigned key)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (at[mid].key < key)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool grow(struct spread *s, size_t want)
{
    size_t cap = s->more ? s->cap : SPREAD_FEW;
    if (want <= cap)
        return true;
    if (want > SPREAD_MOST)
        return false;
    while (cap < want)
        cap *= 2;
    struct spread_item *more = realloc(s->more, cap * sizeof *more);
    if (!more)
        return false;
    if (!s->more)
        memcpy(more, s->few, sizeof s->few);
    s->more = more;
    s->cap = (uint16_t)cap;
    return true;
}

static void add(struct spread *s, unsigned key, uint32_t by)
{
    size_t i = position(items(s), s->n, key);
    struct spread_item *at = items(s);
    if (i < s->n && at[i].key == key) {
        at[i].n += by;
        return;
    }
    if (!grow(s, s->n + 1u))
        return;
    at = items(s);
    memmove(at + i + 1, at + i, (s->n - i) * sizeof *at);
    at[i] = (struct spread_item){(uint16_t)key, by};
    s->n++;
}

void spread_add(struct spread *s, enum spread_kind kind, unsigned bin, int by)
{
    add(s, (unsigned)kind << KIND_BITS | (bin & 0x1fff), (uint32_t)by);
}

/* How many keys the two have together. */
static size_t joined(const struct spread *a, const struct spread *b)
{
    const struct spread_item *x = items_of(a), *y = items_of(b);
    size_t i = 0, j = 0, n = 0;
    for (; i < a->n && j < b->n; n++) {
        unsigned k = x[i].key, l = y[j].key;
        i += k <= l;
        j += l <= k;
    }
    return n + (a->n - i) + (b->n - j);
}

/* From the end, so that it needs no second array. */
void spread_merge(struct spread *s, const struct spread *other)
{
    size_t n = joined(s, other), i = s->n, j = other->n;
    const struct spread_item *y = items_of(other);
    if (!grow(s, n)) {
        for (size_t k = 0; k < other->n; k++)
            add(s, y[k].key, y[k].n);
        return;
    }
    struct spread_item *x = items(s);
    for (size_t k = n; j && k--;) {
        if (i && x[i - 1].key >= y[j - 1].key) {
            x[k] = x[--i];
            if (x[k].key == y[j - 1].key)
                x[k].n += y[--j].n;
        } else {
            x[k] = y[--j];
        }
    }
    s->n = (uint16_t)n;
}

const struct spread_item *spread_of(const struct spread *s, enum spread_kind kind,
                                    size_t *n)
{
    const struct spread_item *at = items_of(s);
    size_t from = position(at, s->n, (unsigned)kind << KIND_BITS);
    size_t to = position(at, s->n, ((unsigned)kind + 1) << KIND_BITS);
    *n = to - from;
    return at + from;
}

unsigned spread_bin(int64_t ns)
{
    uint64_t us = ns > 0 ? (uint64_t)ns / 1000 : 0;
    if (us < 1u << FINE)
        return (unsigned)us;
    if (us > UINT32_MAX)
        us = UINT32_MAX;
    unsigned octave = 63u - (unsigned)__builtin_clzll(us) - FINE;
    return ((octave + 1) << FINE) + (unsigned)(us >> octave) - (1u << FINE);
}

double spread_bin_ms(unsigned bin)
{
    unsigned octave = bin >> FINE, fine = bin & ((1u << FINE) - 1);
    if (!octave)
        return fine / 1000.0;
    return (double)((uint64_t)((1u << FINE) + fine) << (octave - 1)) / 1000.0;
}

/* Where a bin begins, and its width, in the unit of its kind. */
static void bin_range(enum spread_kind kind, unsigned bin, double *low, double *width)
{
    switch (kind) {
    case SPREAD_PDD:
        *low = spread_bin_ms(bin);
        *width = spread_bin_ms(bin + 1) - *low;
        break;
    case SPREAD_MOS:
        *low = bin / 100.0 - 0.005;
        *width = 0.01;
        break;
    case SPREAD_LOSS:
        *low = bin / 10.0;
        *width = 0;
        break;
    default: *low = bin; *width = 0;
    }
}

/* The value of rank share * (n - 1), counted from 0. */
bool spread_percentile(const struct spread *s, enum spread_kind kind, double share,
                       double *out)
{
    size_t n;
    const struct spread_item *at = spread_of(s, kind, &n);
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += (int32_t)at[i].n > 0 ? at[i].n : 0;
    if (!total)
        return false;
    double rank = share * (double)(total - 1), seen = 0;
    for (size_t i = 0; i < n; i++) {
        double low, width, here = (int32_t)at[i].n > 0 ? at[i].n : 0;
        if (rank >= seen + here) {
            seen += here;
            continue;
        }
        bin_range(kind, spread_key(&at[i]), &low, &width);
        double in = (rank - seen + 0.5) / here;
        *out = low + width * (in > 1 ? 1 : in);
        return true;
    }
    return false;
}
