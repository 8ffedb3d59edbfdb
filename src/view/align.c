#include "view/align.h"

#include <stdlib.h>

enum { AHEAD = 24 };
enum { PAIR, SKIP_LEFT, SKIP_RIGHT };

void align_done(struct align *a)
{
    vec_done(&a->steps);
}

static bool step(struct align *a, size_t left, size_t right)
{
    struct align_step s = {(uint32_t)left, (uint32_t)right};
    return vec_push(&a->steps, s);
}

/* The best sums for the elements behind (i, j) in `below` and `row`, from the end to
 * the beginning; what to do at each place in `choice`. */
static void fill(size_t n, size_t m, align_score *score, void *ctx, uint8_t *choice,
                 uint32_t *below, uint32_t *row)
{
    for (size_t j = 0; j <= m; j++)
        below[j] = 0;
    for (size_t i = n; i-- > 0;) {
        row[m] = 0;
        for (size_t j = m; j-- > 0;) {
            unsigned s = score(ctx, i, j);
            uint32_t best = below[j];
            uint8_t what = SKIP_LEFT;
            if (row[j + 1] > best) {
                best = row[j + 1];
                what = SKIP_RIGHT;
            }
            if (s && below[j + 1] + s >= best) {
                best = below[j + 1] + s;
                what = PAIR;
            }
            row[j] = best;
            choice[i * m + j] = what;
        }
        uint32_t *swap = below;
        below = row;
        row = swap;
    }
}

static bool walk(struct align *a, size_t n, size_t m, const uint8_t *choice)
{
    size_t i = 0, j = 0;
    bool ok = true;
    while (ok && (i < n || j < m)) {
        unsigned what = i == n ? SKIP_RIGHT : j == m ? SKIP_LEFT : choice[i * m + j];
        ok = step(a, what == SKIP_RIGHT ? ALIGN_NONE : i,
                  what == SKIP_LEFT ? ALIGN_NONE : j);
        i += what != SKIP_RIGHT;
        j += what != SKIP_LEFT;
    }
    return ok;
}

/* How many elements of one side are to be skipped so that the next two are a pair; the
 * fewer first. False: none within reach. */
static bool ahead(size_t n, size_t m, size_t i, size_t j, align_score *score, void *ctx,
                  size_t *left, size_t *right)
{
    for (size_t k = 0; k < AHEAD; k++) {
        if (i < n && j + k < m && score(ctx, i, j + k)) {
            *left = 0;
            *right = k;
            return true;
        }
        if (i + k < n && j < m && score(ctx, i + k, j)) {
            *left = k;
            *right = 0;
            return true;
        }
    }
    return false;
}

static bool one_pass(struct align *a, size_t n, size_t m, align_score *score, void *ctx)
{
    size_t i = 0, j = 0, left, right;
    bool ok = true;
    while (ok && (i < n || j < m)) {
        bool pair = ahead(n, m, i, j, score, ctx, &left, &right);
        if (!pair)
            left = i < n, right = j < m;
        for (; ok && left; left--)
            ok = step(a, i++, ALIGN_NONE);
        for (; ok && right; right--)
            ok = step(a, ALIGN_NONE, j++);
        if (ok && pair)
            ok = step(a, i++, j++);
    }
    return ok;
}

bool align(struct align *a, size_t n, size_t m, align_score *score, void *ctx)
{
    a->steps.n = 0;
    if (n && m && n > ALIGN_CELLS / m)
        return one_pass(a, n, m, score, ctx);
    uint8_t *choice = malloc(n * m + 1);
    uint32_t *sums = calloc(2 * (m + 1), sizeof *sums);
    bool ok = choice && sums;
    if (ok) {
        fill(n, m, score, ctx, choice, sums, sums + m + 1);
        ok = walk(a, n, m, choice);
    }
    free(choice);
    free(sums);
    return ok;
}
