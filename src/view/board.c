#include "view/board.h"

#include "base/vec.h"
#include "model/attempt.h"
#include "model/recount.h"
#include "model/rtp_stream.h"
#include "model/streams.h"
#include "view/alias.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What is shorter says nothing of how it sounded, ns. */
#define SHORT_SLICE INT64_C(2000000000)

struct build {
    const struct view *v;
    const struct kpi *k;
    const struct board_options *o;
    struct board *b;
    VEC(struct board_row) rows;
};

void board_free(struct board *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->n; i++)
        kpi_counts_done(&b->row[i].counts);
    free(b->row);
    free(b);
}

static void name_row(const struct build *b, const struct kpi_group *g,
                     struct board_row *row)
{
    const char *name = g->kind == KPI_PEER ? alias_find(b->v->aliases, &g->addr) : NULL;
    if (name)
        snprintf(row->name, sizeof row->name, "%s", name);
    else
        kpi_group_name(g, row->name);
}

static void read_span(const struct kpi *k, const struct board_row *row, int64_t from,
                      int64_t to, struct kpi_counts *out)
{
    for (unsigned i = 0; i < 2; i++) {
        const struct kpi_group *g = kpi_by_handle(k, row->handle[i]);
        struct kpi_counts one = {.n = {0}};
        if (!g)
            continue;
        kpi_read(g, KPI_HOUR, from, to, &one);
        if (i)
            kpi_counts_join(out, &one);
        else
            kpi_counts_add(out, &one);
        kpi_counts_done(&one);
    }
}

static void read_before(const struct build *b, struct board_row *row)
{
    struct kpi_counts c = {.n = {0}};
    for (unsigned i = 0; b->o->before && i < 2; i++) {
        const struct kpi_group *g = kpi_by_handle(b->k, row->handle[i]);
        if (g)
            kpi_day_before(g, b->k->second, &c);
    }
    kpi_figures(&c, &row->before);
    kpi_counts_done(&c);
}

static bool add_row(struct build *b, const struct kpi_group *g,
                    const struct kpi_group *other)
{
    const struct board *board = b->b;
    struct board_row row = {.kind = g->kind,
                            .way = other ? KPI_BOTH : g->way,
                            .handle = {g->handle, other ? other->handle : 0},
                            .addr = g->addr};
    int64_t from = b->o->seconds ? board->from : INT64_MIN;
    read_span(b->k, &row, from, b->o->seconds ? board->to : INT64_MAX, &row.counts);
    row.up = g->up + (other ? other->up : 0);
    if (!row.counts.n[KPI_ATTEMPTS] && !row.up && !row.counts.n[KPI_SLICES] &&
        g->kind != KPI_ALL) {
        kpi_counts_done(&row.counts);
        return true;
    }
    name_row(b, g, &row);
    kpi_figures(&row.counts, &row.figures);
    read_before(b, &row);
    row.cps = (double)row.counts.n[KPI_ATTEMPTS] /
              (double)(board->to > board->from ? board->to - board->from : 1);
    if (vec_push(&b->rows, row))
        return true;
    kpi_counts_done(&row.counts);
    return false;
}

static bool add_group(struct build *b, const struct kpi_group *g)
{
    const struct kpi_group *other =
        g->way && !b->o->ways ? kpi_other_way(b->k, g) : NULL;
    if (g->kind != b->o->kind || (other && g->way == KPI_TO))
        return true; /* not asked for, or with its other way */
    return add_row(b, g, other);
}

static int by_attempts(const void *a, const void *b)
{
    const struct board_row *x = a, *y = b;
    uint32_t m = x->counts.n[KPI_ATTEMPTS], n = y->counts.n[KPI_ATTEMPTS];
    if (m != n)
        return m < n ? 1 : -1;
    m = x->counts.n[KPI_SLICES];
    n = y->counts.n[KPI_SLICES];
    if (m != n)
        return m < n ? 1 : -1;
    int order = strcmp(x->name, y->name);
    return order ? order : (int)x->way - (int)y->way;
}

bool board_count(const struct view *v, size_t messages)
{
    return v->calls && recount_kpi_part(v->calls, messages);
}

unsigned board_counted(const struct view *v)
{
    const struct calls *c = v->calls;
    return !c || c->kpi || !c->msgs.n ? 100
                                      : (unsigned)(c->recounted * 100 / c->msgs.n);
}

struct board *board_build(const struct view *v, const struct board_options *o)
{
    struct build b = {.v = v, .o = o, .b = calloc(1, sizeof *b.b)};
    bool ok = b.b != NULL;
    b.k = ok && v->calls ? recount_kpi(v->calls) : NULL;
    if (!b.k || b.k->first == INT64_MAX)
        return b.b;
    b.b->to = b.k->second + 1;
    b.b->from = o->seconds && b.b->to - o->seconds > b.k->first ? b.b->to - o->seconds
                                                                : b.k->first;
    for (size_t i = 0; ok && i < kpi_count(b.k); i++)
        if (kpi_at(b.k, i))
            ok = add_group(&b, kpi_at(b.k, i));
    b.b->row = b.rows.at;
    b.b->n = b.rows.n;
    if (!ok) {
        board_free(b.b);
        return NULL;
    }
    if (b.b->n)
        qsort(b.b->row, b.b->n, sizeof *b.b->row, by_attempts);
    return b.b;
}

/* ---- lines over time ---- */

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : (double)NAN;
}

static double value_of(const struct kpi_counts *c, enum board_line what, int64_t step)
{
    double mos;
    switch (what) {
    case BOARD_CPS: return c->n[KPI_ATTEMPTS] / (double)step;
    case BOARD_ASR: return 100 * ratio(c->n[KPI_ANSWERED], c->n[KPI_SETTLED]);
    case BOARD_PDD: return ratio((double)c->sum[KPI_SUM_PDD] / 1e9, c->n[KPI_RANG]);
    case BOARD_LOSS:
        return 100 *
               ratio((double)c->sum[KPI_SUM_LOST], (double)c->sum[KPI_SUM_EXPECTED]);
    case BOARD_MOS:
        return spread_percentile(&c->spread, SPREAD_MOS, 0.05, &mos) ? mos
                                                                     : (double)NAN;
    default: return (double)NAN;
    }
}

int64_t board_step(const struct view *v, const struct board *b, size_t n, int64_t *to)
{
    const struct kpi *k = v->calls->kpi;
    int64_t span = b->to - b->from, step = n ? (span + (int64_t)n - 1) / (int64_t)n : 1;
    int64_t unit = 1;
    if (k && span > k->options.keep[KPI_SECOND])
        unit = 60;
    if (k && span > k->options.keep[KPI_MINUTE])
        unit = 3600;
    step = step > unit ? (step + unit - 1) / unit * unit : unit;
    *to = (b->to + unit - 1) / unit * unit;
    return step;
}

void board_line(const struct view *v, const struct board_row *row, enum board_line what,
                int64_t to, int64_t step, float *out, size_t n)
{
    const struct kpi *k = v->calls->kpi;
    double up = (double)NAN;
    for (size_t i = 0; i < n; i++) {
        int64_t from = to - (int64_t)(n - i) * step;
        struct kpi_counts c = {.n = {0}};
        bool before = k->first == INT64_MAX || from + step <= k->first;
        read_span(k, row, from, from + step, &c);
        if (c.up_at)
            up = c.up;
        out[i] = (float)(before             ? (double)NAN
                         : what == BOARD_UP ? up
                                            : value_of(&c, what, step));
        kpi_counts_done(&c);
    }
}

/* ---- what is too bad ---- */

/* E.721 has 8 s for 95 % of toll calls, 11 s of international ones; G.109 calls a MOS
 * under 3.6 and under 3.1 low and poor. The others are what trunks are held to. */
static const struct {
    double warn, bad;
    bool low; /* small values are bad */
} LIMITS[] = {[BOARD_F_ASR] = {30, 15, true},
              [BOARD_F_NER] = {95, 90, true},
              [BOARD_F_PDD] = {8, 11, false},
              [BOARD_F_LOSS] = {1, 3, false},
              [BOARD_F_MOS] = {3.6, 3.1, true}};

/* Points that ASR and NER may fall under the day before. */
enum { FALL_WARN = 10, FALL_BAD = 20 };

static double figure_of(const struct kpi_figures *f, enum board_figure what)
{
    const double all[] = {f->asr, f->ner, f->pdd_p95, f->loss, f->mos_p5};
    return all[what];
}

enum tone board_tone(const struct board_row *row, enum board_figure what)
{
    double r = figure_of(&row->figures, what);
    double fall = what == BOARD_F_ASR || what == BOARD_F_NER
                      ? figure_of(&row->before, what) - r
                      : 0;
    bool low = LIMITS[what].low;
    if (isnan(r))
        return TONE_PLAIN;
    if ((low ? r < LIMITS[what].bad : r > LIMITS[what].bad) || fall >= FALL_BAD)
        return TONE_BAD;
    if ((low ? r < LIMITS[what].warn : r > LIMITS[what].warn) || fall >= FALL_WARN)
        return TONE_WARN;
    return TONE_PLAIN;
}

enum tone board_worst(const struct board_row *row)
{
    enum tone worst = TONE_PLAIN;
    for (unsigned i = BOARD_F_ASR; i <= BOARD_F_MOS; i++) {
        enum tone t = board_tone(row, i);
        if (t == TONE_BAD || (t == TONE_WARN && worst != TONE_BAD))
            worst = t;
    }
    return worst;
}

void board_failures(const struct board_row *row, unsigned most, struct strbuf *out)
{
    size_t n;
    const struct spread_item *at = spread_of(&row->counts.spread, SPREAD_CODE, &n);
    uint32_t settled = row->counts.n[KPI_SETTLED], under = UINT32_MAX;
    unsigned last = 0;
    for (; most; most--) {
        const struct spread_item *best = NULL;
        for (size_t i = 0; i < n; i++) {
            bool later = at[i].n == under && spread_key(&at[i]) > last;
            if ((at[i].n < under || later) && (!best || at[i].n > best->n))
                best = &at[i];
        }
        if (!best || !best->n || !settled)
            return;
        under = best->n;
        last = spread_key(best);
        if (last)
            strbuf_printf(out, "%s%u ", out->n ? "  " : "", last);
        else
            strbuf_printf(out, "%snone ", out->n ? "  " : "");
        strbuf_printf(out, "%.0f %%", 100.0 * best->n / settled);
    }
}

/* ---- media ---- */

bool board_bands(const struct kpi_counts *c, enum spread_kind kind,
                 uint32_t out[BOARD_BANDS])
{
    static const unsigned MOS[] = {434, 403, 360, 310, 258},
                          LOSS[] = {0, 5, 10, 20, 50};
    size_t n;
    const struct spread_item *at = spread_of(&c->spread, kind, &n);
    memset(out, 0, BOARD_BANDS * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        unsigned bin = spread_key(&at[i]), b = 0;
        while (b < BOARD_BANDS - 1 &&
               (kind == SPREAD_MOS ? bin < MOS[b] : bin > LOSS[b]))
            b++;
        out[b] += at[i].n;
    }
    return n > 0;
}

size_t board_worst_slices(const struct view *v, const struct rtp_slice **out,
                          size_t most)
{
    size_t n = 0, rows = v->streams ? v->streams->slices.list.n : 0;
    for (size_t i = 0; i < rows; i++) {
        const struct rtp_slice *l = v->streams->slices.list.at[i];
        bool last = l && l->stream->end - rtp_slice_start(l) < SHORT_SLICE;
        if (!l || !(l->mos > 0) || last || (n == most && l->mos >= out[n - 1]->mos))
            continue;
        size_t k = n < most ? n++ : n - 1;
        for (; k && out[k - 1]->mos > l->mos; k--)
            out[k] = out[k - 1];
        out[k] = l;
    }
    return n;
}

/* ---- its calls ---- */

static bool leg_has(uint32_t handle, const struct leg *l)
{
    for (size_t i = 0; i < sizeof l->to / sizeof *l->to; i++)
        if (l->to[i] == handle)
            return true;
    for (size_t i = 0; i < sizeof l->near / sizeof *l->near; i++)
        if (l->near[i] == handle)
            return true;
    return false;
}

static bool speaks(const struct call *call, const char *codec)
{
    for (const struct rtp_stream *s = call->streams; s; s = s->call_next) {
        const char *name = rtp_stream_codec(s);
        if (name && !strcmp(name, codec))
            return true;
    }
    return false;
}

bool board_has(const uint32_t handle[2], const char *codec, const struct call *call)
{
    if (codec)
        return speaks(call, codec);
    for (const struct attempt *t = call->attempts; t; t = t->next)
        for (const struct leg *l = t->first_leg; l; l = l->next)
            for (unsigned i = 0; i < 2; i++)
                if (handle[i] && leg_has(handle[i], l))
                    return true;
    return false;
}
