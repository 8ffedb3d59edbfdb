/* Seconds, minutes and hours of a group: found by time, rolled up by age. */
#include "model/kpi.h"

#include <stdlib.h>

#define SECOND INT64_C(1000000000)
#define LEAP   3600 /* s */

/* ---- series ---- */

/* Position of a start in a series, or where it belongs. Mostly there is a bucket for
 * each period, and the guess is right. */
uint32_t kpi_series_find(const struct kpi_series *s, enum kpi_period p, int64_t start)
{
    struct kpi_bucket *const *at = s->at + s->first;
    if (!s->n || at[s->n - 1]->start < start)
        return s->n;
    int64_t back = (at[s->n - 1]->start - start) / kpi_length(p);
    if (back < s->n && at[s->n - 1 - back]->start == start)
        return s->n - 1 - (uint32_t)back;
    uint32_t low = 0, high = s->n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (at[mid]->start < start)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Room for one more at the end; what left at the front makes room first. */
static bool series_room(struct kpi_series *s)
{
    if (s->first + s->n < s->cap)
        return true;
    if (s->first > s->n) {
        memcpy(s->at, s->at + s->first, s->n * sizeof *s->at);
    } else {
        uint32_t cap = s->cap ? 2 * s->cap : 2;
        struct kpi_bucket **at = malloc(cap * sizeof *at);
        if (!at)
            return false;
        if (s->n)
            memcpy(at, s->at + s->first, s->n * sizeof *at);
        free(s->at);
        s->at = at;
        s->cap = cap;
    }
    s->first = 0;
    return true;
}

static bool series_insert(struct kpi_series *s, uint32_t i, struct kpi_bucket *b)
{
    if (!series_room(s))
        return false;
    struct kpi_bucket **at = s->at + s->first;
    memmove(at + i + 1, at + i, (s->n - i) * sizeof *at);
    at[i] = b;
    s->n++;
    return true;
}

static void series_remove(struct kpi_series *s, uint32_t i)
{
    struct kpi_bucket **at = s->at + s->first;
    s->n--;
    if (!i)
        s->first++;
    else
        memmove(at + i, at + i + 1, (s->n - i) * sizeof *at);
}

/* ---- buckets ---- */

void kpi_queue_remove(struct kpi_queue *q, struct kpi_bucket *b)
{
    *(b->older ? &b->older->newer : &q->oldest) = b->newer;
    *(b->newer ? &b->newer->older : &q->newest) = b->older;
    q->n--;
}

void kpi_bucket_free(struct kpi *k, struct kpi_bucket *b)
{
    if (!b)
        return;
    if (b->group->now == b)
        b->group->now = NULL;
    kpi_counts_done(&b->counts);
    slab_give(&k->bucket_slab, b);
}

static struct kpi_bucket *bucket_new(struct kpi *k, struct kpi_group *g, int64_t start)
{
    struct kpi_bucket *b = slab_take(&k->bucket_slab);
    if (!b)
        return NULL;
    b->group = g;
    b->start = start;
    return b;
}

static struct kpi_bucket *past_of(struct kpi *k, struct kpi_group *g)
{
    if (!g->past)
        g->past = bucket_new(k, g, INT64_MIN);
    return g->past;
}

static void make_room(struct kpi *k, enum kpi_period p);

/* The bucket of a period, made where there is none. */
static struct kpi_bucket *bucket_get(struct kpi *k, struct kpi_group *g,
                                     enum kpi_period p, int64_t start)
{
    struct kpi_series *s = &g->series[p];
    uint32_t i = kpi_series_find(s, p, start);
    if (i < s->n && s->at[s->first + i]->start == start)
        return s->at[s->first + i];
    struct kpi_bucket *b = bucket_new(k, g, start);
    if (!b || !series_insert(s, i, b)) {
        slab_give(&k->bucket_slab, b);
        return NULL;
    }
    struct kpi_queue *q = &k->queue[p];
    b->older = q->newest;
    *(q->newest ? &q->newest->newer : &q->oldest) = b;
    q->newest = b;
    q->n++;
    make_room(k, p);
    return b;
}

/* Adds a bucket to that of the longer period, and frees it. */
static void roll_up(struct kpi *k, struct kpi_bucket *b, enum kpi_period p)
{
    struct kpi_group *g = b->group;
    struct kpi_bucket *into = p + 1 < KPI_PERIODS
                                  ? bucket_get(k, g, p + 1, kpi_begin(b->start, p + 1))
                                  : past_of(k, g);
    if (into)
        kpi_counts_add(&into->counts, &b->counts);
    series_remove(&g->series[p], kpi_series_find(&g->series[p], p, b->start));
    kpi_queue_remove(&k->queue[p], b);
    kpi_bucket_free(k, b);
}

static void make_room(struct kpi *k, enum kpi_period p)
{
    while (k->queue[p].n > k->options.buckets)
        roll_up(k, k->queue[p].oldest, p);
}

struct kpi_counts *kpi_place(struct kpi *k, struct kpi_group *g, int64_t second)
{
    struct kpi_bucket *b = NULL;
    for (unsigned p = 0; p < KPI_PERIODS && !b; p++) {
        int64_t start = kpi_begin(second, p);
        if (k->second - start >= k->options.keep[p])
            continue;
        if (!(b = bucket_get(k, g, p, start)))
            return NULL;
        if (p || second != k->second)
            break;
        g->now = b;
        if (!b->counts.up_at) {
            b->counts.up = b->counts.up_peak = g->up;
            b->counts.up_at = second;
        }
    }
    if (!b)
        b = past_of(k, g);
    return b ? &b->counts : NULL;
}

/* Time stamps may come from a stranger (HEP), or a clock may be set: one that leaps is
 * believed when the next is near it. */
static bool believed(struct kpi *k, int64_t second)
{
    int64_t by = second - k->second, beside = second - k->leap;
    if (k->first == INT64_MAX || (by >= 0 && by <= LEAP))
        return true;
    if (k->leap != INT64_MIN && beside > -LEAP && beside <= LEAP)
        return true;
    k->leap = second;
    return false;
}

bool kpi_turn(struct kpi *k, int64_t time)
{
    int64_t second = time / SECOND - (time % SECOND < 0);
    if (!believed(k, second))
        return false;
    if (k->first == INT64_MAX)
        k->first = second;
    k->leap = INT64_MIN;
    k->second = second;
    k->turn = (second + 1) * SECOND;
    k->back = (second - LEAP) * SECOND;
    for (unsigned p = 0; p < KPI_PERIODS; p++) {
        struct kpi_queue *q = &k->queue[p];
        while (q->oldest && second - q->oldest->start >= k->options.keep[p])
            roll_up(k, q->oldest, p);
    }
    return true;
}
