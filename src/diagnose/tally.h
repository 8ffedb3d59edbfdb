/* Counters by address, for rules over many calls. */
#ifndef DIAGNOSE_TALLY_H
#define DIAGNOSE_TALLY_H

#include "base/hash.h"
#include "base/vec.h"
#include "dissect/addr.h"

struct tally_row {
    struct addr addr;    /* without port */
    unsigned n, most;    /* in a row now; the longest row */
    int64_t since;       /* begin of the row, ns */
    int64_t longest;     /* length of the longest, ns */
    uint32_t call, last; /* first and last call of the longest row */
    uint32_t begun;      /* first call of the row now */
    uint64_t mark;       /* hash of what came last */
    bool recovered;      /* something worked after the longest row */
};

struct tally {
    struct hash by_addr;
    VEC(struct tally_row *) rows;
};

/* The row of an address (its port does not count), made where it is new; NULL when
 * memory is short. */
struct tally_row *tally_get(struct tally *t, const struct addr *a);

/* One more of a kind in a row. */
void tally_count(struct tally_row *row, int64_t time, uint32_t call);

/* The row is broken. */
void tally_break(struct tally_row *row);

/* Frees everything. */
void tally_done(struct tally *t);

#endif
