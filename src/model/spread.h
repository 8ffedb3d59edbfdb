/*
 * A distribution: counts by a small key, few of which are used. Two of them add up, so
 * that an hour is the sum of its minutes. Percentiles come from its bins.
 */
#ifndef MODEL_SPREAD_H
#define MODEL_SPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a key counts. */
enum spread_kind {
    SPREAD_PDD,   /* post-dial delays: bins of ms, see spread_bin() */
    SPREAD_MOS,   /* MOS of 10-second slices: hundredths */
    SPREAD_LOSS,  /* loss of 10-second slices: tenths of a percent */
    SPREAD_CODE,  /* final responses that are no success, by code; 0: none came */
    SPREAD_CAUSE, /* causes of ITU-T Q.850 in Reason headers (RFC 3326) */
    SPREAD_KINDS
};

struct spread_item {
    uint16_t key; /* kind and bin */
    uint32_t n;
};

enum { SPREAD_FEW = 3, SPREAD_MOST = 2000 };

/* Zero it to start; it must not be moved. */
struct spread {
    struct spread_item *more; /* NULL: they lie in few */
    uint16_t n, cap;          /* cap of more */
    struct spread_item few[SPREAD_FEW];
};

/* Frees what it holds; it is then empty. */
void spread_done(struct spread *s);

/* Adds by to what is counted under a kind and bin (0-8191); by may be negative. What
 * does not fit any more is left out. */
void spread_add(struct spread *s, enum spread_kind kind, unsigned bin, int by);

/* Adds all of another. */
void spread_merge(struct spread *s, const struct spread *other);

/* The items of a kind, in order of their bins, *n of them; item.key is the bin with the
 * kind in its upper bits: spread_key(). */
const struct spread_item *spread_of(const struct spread *s, enum spread_kind kind,
                                    size_t *n);
static inline unsigned spread_key(const struct spread_item *i)
{
    return i->key & 0x1fff;
}

/* Bin of a delay in ns, and the ms where a bin begins (64 bins to an octave: 1.6 %). */
unsigned spread_bin(int64_t ns);
double spread_bin_ms(unsigned bin);

/* The value under which `share` (0-1) of a kind lie: ms, MOS or percent. Returns false
 * where nothing was counted. */
bool spread_percentile(const struct spread *s, enum spread_kind kind, double share,
                       double *out);

#endif
