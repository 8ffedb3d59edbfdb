#include "model/kpi_rows.h"

#include <stdlib.h>
#include <string.h>

struct starts {
    VEC(int64_t) list;
};

void kpi_rows_free(struct kpi_rows *r)
{
    if (!r)
        return;
    vec_done(&r->list);
    kpi_counts_done(&r->counts);
    free(r);
}

static int by_start(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* When the periods begin in which the group counted something. */
static bool starts_of(const struct kpi_group *g, enum kpi_period p, struct starts *out)
{
    for (unsigned q = 0; q <= p; q++) {
        const struct kpi_series *s = &g->series[q];
        int64_t last = INT64_MIN;
        for (uint32_t i = 0; i < s->n; i++) {
            int64_t start = kpi_begin(s->at[s->first + i]->start, p);
            if (start != last && !vec_push(&out->list, start))
                return false;
            last = start;
        }
    }
    return true;
}

static bool add_rows(struct kpi_rows *r, const struct kpi_group *g,
                     const struct kpi_group *other, enum kpi_period p, enum kpi_way way)
{
    struct starts s = {{NULL, 0, 0}};
    bool ok = starts_of(g, p, &s) && (!other || starts_of(other, p, &s));
    if (s.list.n)
        qsort(s.list.at, s.list.n, sizeof *s.list.at, by_start);
    for (size_t i = 0; ok && i < s.list.n; i++) {
        struct kpi_row row = {s.list.at[i], {g, other}, (uint8_t)p, (uint8_t)way};
        if (!i || s.list.at[i] != s.list.at[i - 1])
            ok = vec_push(&r->list, row);
    }
    vec_done(&s.list);
    return ok;
}

/* A peer's two ways have rows of their own, and one for both, made by the first. */
static bool add_group(struct kpi_rows *r, const struct kpi *k,
                      const struct kpi_group *g)
{
    const struct kpi_group *other = g->way ? kpi_other_way(k, g) : NULL;
    bool both = !g->way || g->way == KPI_FROM || !other, ok = true;
    for (unsigned p = 0; ok && p < KPI_PERIODS; p++) {
        if (g->way)
            ok = add_rows(r, g, NULL, p, g->way);
        if (ok && both)
            ok = add_rows(r, g, other, p, KPI_BOTH);
    }
    return ok;
}

static int by_group(const struct kpi_group *a, const struct kpi_group *b)
{
    char x[64], y[64];
    if (a->kind != b->kind)
        return a->kind - b->kind;
    if (a->kind == KPI_PEER)
        return memcmp(&a->addr, &b->addr, sizeof a->addr);
    kpi_group_name(a, x);
    kpi_group_name(b, y);
    return strcmp(x, y);
}

static int by_row(const void *a, const void *b)
{
    const struct kpi_row *x = a, *y = b;
    if (x->period != y->period)
        return y->period - x->period;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    int order = by_group(x->group[0], y->group[0]);
    return order ? order : x->way - y->way;
}

static bool build(struct kpi_rows *r, const struct kpi *k)
{
    bool ok = true;
    r->list.n = 0;
    r->read = NULL;
    r->version = k->version;
    r->second = k->second;
    for (size_t i = 0; ok && i < kpi_count(k); i++)
        if (kpi_at(k, i))
            ok = add_group(r, k, kpi_at(k, i));
    if (r->list.n)
        qsort(r->list.at, r->list.n, sizeof *r->list.at, by_row);
    return ok;
}

/* The rows are no part of what is counted: they are made by who looks. */
const struct kpi_rows *kpi_rows(const struct kpi *k)
{
    struct kpi *owner = (struct kpi *)(uintptr_t)k;
    if (!owner->rows && !(owner->rows = calloc(1, sizeof *owner->rows)))
        return NULL;
    if ((k->rows->version != k->version || k->rows->second != k->second) &&
        !build(owner->rows, k)) {
        kpi_rows_free(owner->rows);
        owner->rows = NULL;
    }
    return k->rows;
}

/* What the groups of a row counted in its period, or `shift` seconds later. */
static void read_row(const struct kpi_row *row, int64_t shift, struct kpi_counts *out)
{
    int64_t from = row->start + shift, to = from + kpi_length(row->period);
    for (unsigned i = 0; i < 2 && row->group[i]; i++) {
        struct kpi_counts one = {.n = {0}};
        kpi_read(row->group[i], row->period, from, to, &one);
        if (i)
            kpi_counts_join(out, &one);
        else
            kpi_counts_add(out, &one);
        kpi_counts_done(&one);
    }
}

void kpi_row_before(const struct kpi_row *row, struct kpi_counts *out)
{
    read_row(row, -86400, out);
}

const struct kpi_counts *kpi_row_read(const struct kpi *k, const struct kpi_row *row,
                                      const struct kpi_figures **figures)
{
    struct kpi_rows *r = k->rows;
    if (r->read != row) {
        kpi_counts_done(&r->counts);
        r->counts = (struct kpi_counts){.n = {0}};
        read_row(row, 0, &r->counts);
        kpi_figures(&r->counts, &r->figures);
        r->read = row;
    }
    *figures = &r->figures;
    return &r->counts;
}

int64_t kpi_row_length(const struct kpi *k, const struct kpi_row *row)
{
    int64_t length = kpi_length(row->period);
    int64_t from = k->first > row->start ? k->first : row->start;
    int64_t to =
        row->start + length > k->second + 1 ? k->second + 1 : row->start + length;
    return to - from > 1 ? to - from : 1;
}
