#include "outlet_metrics.h"

#include "model/kpi.h"
#include "service/metrics.h"

#include <stdio.h>
#include <stdlib.h>

/* More groups than this are left out, and counted: each makes many samples. */
enum { GROUPS_MOST = 200, WINDOW = 300 };

/* What only grows: an outcome that is taken back for another would look to Prometheus
 * as if the program had started anew, so the greatest value stands until then. */
struct total_family {
    const char *name, *help;
    enum kpi_count count;
};
static const struct total_family TOTALS[] = {
    {"attempts", "Session attempts: new INVITEs", KPI_ATTEMPTS},
    {"answered", "Attempts answered with 2xx", KPI_ANSWERED},
    {"completed", "Answered calls whose BYE was answered", KPI_COMPLETED},
    {"effective", "Attempts with 480, 486, 600 or 603", KPI_EFFECTIVE},
    {"ineffective", "Attempts with 408, 500, 503 or 504", KPI_INEFFECTIVE},
    {"timeouts", "Attempts without a final response", KPI_TIMEOUTS},
    {"cancelled", "Attempts ended by CANCEL", KPI_CANCELLED},
    {"redirected", "Attempts with 3xx", KPI_REDIRECTED},
    {"ended_by_caller", "Answered calls that the caller ended", KPI_BY_CALLER},
    {"ended_by_callee", "Answered calls that the callee ended", KPI_BY_CALLEE},
    {"short_calls", "Answered calls shorter than 6 s", KPI_SHORT6},
    {"requests", "Requests, repetitions included", KPI_REQUESTS},
    {"repeated_requests", "Requests that repeat an earlier one", KPI_REPEATED},
    {"registers", "REGISTER requests", KPI_REGISTERS},
    {"registered", "REGISTER requests answered with 2xx", KPI_REGISTERED},
    {"slices", "10-second slices of media", KPI_SLICES},
    {"bad_slices", "Slices of media under MOS 3.1", KPI_SLICES_BAD},
};
enum { NTOTALS = sizeof TOTALS / sizeof *TOTALS };

struct figure_family {
    const char *name, *help;
    size_t at;    /* in struct kpi_figures */
    double scale; /* to the base unit */
};
#define FIGURE(member) offsetof(struct kpi_figures, member)
static const struct figure_family FIGURES[] = {
    {"asr_ratio", "Answer seizure ratio", FIGURE(asr), 0.01},
    {"ner_ratio", "Network effectiveness ratio", FIGURE(ner), 0.01},
    {"ser_ratio", "Session establishment ratio", FIGURE(ser), 0.01},
    {"seer_ratio", "Session establishment effectiveness ratio", FIGURE(seer), 0.01},
    {"isa_ratio", "Ineffective session attempts", FIGURE(isa), 0.01},
    {"scr_ratio", "Session completion ratio", FIGURE(scr), 0.01},
    {"acd_seconds", "Average call duration", FIGURE(acd), 1},
    {"pdd_p50_seconds", "Median post-dial delay", FIGURE(pdd_p50), 1},
    {"pdd_p95_seconds", "Post-dial delay that 95 percent stay under", FIGURE(pdd_p95),
     1},
    {"setup_seconds", "Mean time from INVITE to answer", FIGURE(setup), 1},
    {"repeated_requests_ratio", "Share of requests that repeat one", FIGURE(repeated),
     0.01},
    {"loss_ratio", "Lost RTP packets", FIGURE(loss), 0.01},
    {"mos_p5", "MOS that 5 percent of the slices of media stay under", FIGURE(mos_p5),
     1},
    {"mos_p50", "Median MOS of the slices of media", FIGURE(mos_p50), 1},
};
enum { NFIGURES = sizeof FIGURES / sizeof *FIGURES };

/* A group whose samples are written. */
struct shown {
    const struct kpi_group *group;
    char name[64];
    uint32_t total[NTOTALS];
    struct kpi_figures figures;
    struct metrics_label labels[4];
};

/* What was written of a place of a group before. */
struct metrics_kpis {
    struct {
        uint32_t handle;
        uint32_t total[NTOTALS];
    } before[4096];
};

struct metrics_kpis *metrics_kpis_new(void)
{
    return calloc(1, sizeof(struct metrics_kpis));
}

/* Reads all that was counted, and the figures of the last minutes. */
static void show(struct metrics_kpis *m, const struct kpi *k, size_t place,
                 struct shown *s)
{
    const struct kpi_group *g = kpi_at(k, place);
    size_t slot = place % (sizeof m->before / sizeof *m->before);
    struct kpi_counts all = {0}, now = {0};
    kpi_read(g, KPI_HOUR, INT64_MIN, INT64_MAX, &all);
    kpi_read(g, KPI_MINUTE, k->second - WINDOW, INT64_MAX, &now);
    kpi_figures(&now, &s->figures);
    if (m->before[slot].handle != g->handle) {
        memset(&m->before[slot], 0, sizeof *m->before);
        m->before[slot].handle = g->handle;
    }
    for (size_t i = 0; i < NTOTALS; i++) {
        uint32_t n = all.n[TOTALS[i].count], *before = &m->before[slot].total[i];
        *before = n > *before ? n : *before;
        s->total[i] = *before;
    }
    kpi_counts_done(&all);
    kpi_counts_done(&now);
    s->group = g;
    kpi_group_name(g, s->name);
    s->labels[0] = (struct metrics_label){"kind", kpi_kind_name(g->kind)};
    s->labels[1] = (struct metrics_label){"name", s->name};
    s->labels[2] = (struct metrics_label){"way", kpi_way_name(g->way)};
    s->labels[3] = (struct metrics_label){NULL, NULL};
}

static size_t choose(struct metrics_kpis *m, const struct kpi *k, struct shown *out,
                     size_t *left_out)
{
    size_t n = 0;
    for (size_t i = 0; i < kpi_count(k); i++) {
        const struct kpi_group *g = kpi_at(k, i);
        if (!g || (g->kind != KPI_ALL && g->kind != KPI_PEER && g->kind != KPI_TRUNK))
            continue;
        if (n < GROUPS_MOST)
            show(m, k, i, &out[n++]);
        else
            ++*left_out;
    }
    return n;
}

static void full_name(char out[80], const char *name, const char *suffix)
{
    snprintf(out, 80, "sipglass_kpi_%s%s", name, suffix);
}

static void totals(struct strbuf *b, const struct shown *s, size_t n)
{
    char name[80];
    for (size_t i = 0; i < NTOTALS; i++) {
        full_name(name, TOTALS[i].name, "_total");
        metrics_family(b, name, METRICS_COUNTER, TOTALS[i].help);
        for (size_t g = 0; g < n; g++)
            metrics_count(b, name, s[g].labels, s[g].total[i]);
    }
}

static void figures(struct strbuf *b, const struct shown *s, size_t n)
{
    char name[80];
    for (size_t i = 0; i < NFIGURES; i++) {
        struct strbuf help = {0};
        strbuf_printf(&help, "%s, of the last five minutes", FIGURES[i].help);
        full_name(name, FIGURES[i].name, "");
        metrics_family(b, name, METRICS_GAUGE, strbuf_cstr(&help));
        strbuf_done(&help);
        for (size_t g = 0; g < n; g++) {
            double v;
            memcpy(&v, (const char *)&s[g].figures + FIGURES[i].at, sizeof v);
            metrics_sample(b, name, s[g].labels, v * FIGURES[i].scale);
        }
    }
}

/* Final responses that are no success, by code: of everything. They may be taken back,
 * so they are no counter. */
static void codes(struct strbuf *b, const struct kpi *k)
{
    static const char NAME[] = "sipglass_kpi_failed_attempts";
    struct kpi_counts all = {0};
    size_t n;
    kpi_read(k->all, KPI_HOUR, INT64_MIN, INT64_MAX, &all);
    const struct spread_item *item = spread_of(&all.spread, SPREAD_CODE, &n);
    metrics_family(
        b, NAME, METRICS_GAUGE,
        "Attempts without success since the start, by final response; 0: none");
    for (size_t i = 0; i < n; i++) {
        char code[8];
        snprintf(code, sizeof code, "%u", spread_key(&item[i]));
        struct metrics_label labels[] = {{"code", code}, {NULL, NULL}};
        metrics_count(b, NAME, labels, item[i].n);
    }
    kpi_counts_done(&all);
}

void metrics_kpis_text(struct metrics_kpis *m, const struct kpi *k, struct strbuf *b)
{
    struct shown *s = calloc(GROUPS_MOST, sizeof *s);
    size_t left_out = 0;
    if (!s)
        return;
    size_t n = choose(m, k, s, &left_out);
    totals(b, s, n);
    figures(b, s, n);
    metrics_family(b, "sipglass_kpi_calls_up", METRICS_GAUGE,
                   "Answered calls going on");
    for (size_t g = 0; g < n; g++)
        metrics_count(b, "sipglass_kpi_calls_up", s[g].labels, s[g].group->up);
    codes(b, k);
    metrics_family(b, "sipglass_kpi_groups_left_out", METRICS_GAUGE,
                   "Peers and trunks without samples here: there are too many");
    metrics_count(b, "sipglass_kpi_groups_left_out", NULL, left_out);
    free(s);
}
