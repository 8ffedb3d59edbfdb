/* Which elements of two sequences belong together: the pairs, in order on both sides,
 * whose scores sum up to the most. */
#ifndef VIEW_ALIGN_H
#define VIEW_ALIGN_H

#include "base/vec.h"

#include <stdint.h>

#define ALIGN_NONE UINT32_MAX

/* A step through both sequences: an element of each, or of one (the other NONE). */
struct align_step {
    uint32_t left, right;
};

struct align {
    VEC(struct align_step) steps;
};

/* How well two elements fit, at most 100; 0: they are no pair. */
typedef unsigned align_score(void *ctx, size_t left, size_t right);

enum { ALIGN_CELLS = 1 << 21 };

/*
 * Replaces the steps. Work and memory are bounded: n * m up to ALIGN_CELLS is paired at
 * its best, anything larger in one pass that looks a few elements ahead. Returns false
 * when memory is short.
 */
bool align(struct align *a, size_t n, size_t m, align_score *score, void *ctx);

/* Frees the steps. */
void align_done(struct align *a);

#endif
