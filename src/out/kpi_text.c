#include "out/kpi_text.h"

#include "base/utf8.h"
#include "out/format.h"
#include "out/style.h"

#include <math.h>
#include <stdio.h>

enum { WORST = 5, SHOWN = 20, NAME_WIDTH = 24, NUMBER_WIDTH = 12, FAILURES = 3 };

struct figure {
    const char *name, *title, *unit;
    size_t offset; /* in struct kpi_figures */
    uint8_t digits;
    const char *help;
};

#define FIGURE_AS(name, field, title, unit, digits, help)                    \
    {                                                                        \
        name, title, unit, offsetof(struct kpi_figures, field), digits, help \
    }
#define FIGURE(field, ...) FIGURE_AS(#field, field, __VA_ARGS__)

static const struct figure FIGURES[] = {
    FIGURE(asr, "ASR", "%", 1, "answered, of all attempts"),
    FIGURE(ner, "NER", "%", 1, "answered, busy, rung out or rejected by the called"),
    FIGURE(ser, "SER", "%", 1, "answered, of those not redirected"),
    FIGURE(seer, "SEER", "%", 1, "the same with 480, 486, 600 and 603"),
    FIGURE(isa, "ISA", "%", 1, "408, 500, 503 and 504"),
    FIGURE(scr, "SCR", "%", 1, "answered, and the BYE as well"),
    FIGURE(acd, "ACD", "s", 1, "mean time talked"),
    FIGURE(pdd_p50, "PDD p50", "s", 2, "INVITE to ringing or answer, median"),
    FIGURE(pdd_p95, "PDD p95", "s", 2, "95th percentile"),
    FIGURE(srd, "SRD", "s", 2, "the same, mean"),
    FIGURE(srd_failed, "SRD failed", "s", 2, "INVITE to the refusal, mean"),
    FIGURE(setup, "Setup", "s", 2, "INVITE to answer, mean"),
    FIGURE(sdd, "SDD", "s", 2, "BYE to its answer, mean"),
    FIGURE(short6, "Under 6 s", "%", 1, "of the calls that ended"),
    FIGURE(short30, "Under 30 s", "%", 1, "of the calls that ended"),
    FIGURE_AS("retransmissions", repeated, "Repeated", "%", 1,
              "requests that repeat one"),
    FIGURE(rrd, "RRD", "s", 2, "REGISTER to its 2xx, mean"),
    FIGURE(ira, "IRA", "%", 1, "REGISTERs refused or not answered"),
    FIGURE(loss, "Loss", "%", 2, "RTP packets"),
    FIGURE(mos_p5, "MOS p5", "", 2, "of 10-second slices, 5th percentile"),
    FIGURE(mos_p50, "MOS p50", "", 2, "median"),
    FIGURE(slices_bad, "Bad slices", "%", 1, "with a MOS under 3.1"),
    FIGURE_AS("calls_bad", heard_badly, "Bad calls", "%", 1, "with such a slice"),
};
enum { FIGURES_N = sizeof FIGURES / sizeof *FIGURES };

static double figure_of(const struct kpi_figures *f, const struct figure *what)
{
    double r;
    memcpy(&r, (const char *)f + what->offset, sizeof r);
    return r;
}

bool kpi_line(const struct kpi_figures *f, size_t i, struct kpi_line *out)
{
    if (i >= FIGURES_N)
        return false;
    *out = (struct kpi_line){.title = FIGURES[i].title,
                             .unit = FIGURES[i].unit,
                             .help = FIGURES[i].help,
                             .value = figure_of(f, &FIGURES[i]),
                             .digits = FIGURES[i].digits};
    return true;
}

/* The counts that are told beside the figures. */
static const struct {
    const char *name, *title;
    enum kpi_count id;
} COUNTS[] = {
    {"attempts", "Attempts", KPI_ATTEMPTS},
    {"answered", "Answered", KPI_ANSWERED},
    {"redirected", "Redirected", KPI_REDIRECTED},
    {"refused", "Refused", KPI_REFUSED},
    {"cancelled", "Cancelled", KPI_CANCELLED},
    {"timeouts", "No answer at all", KPI_TIMEOUTS},
    {"ended_caller", "Ended by the caller", KPI_BY_CALLER},
    {"ended_callee", "Ended by the callee", KPI_BY_CALLEE},
};
enum { COUNTS_N = sizeof COUNTS / sizeof *COUNTS };

static struct board *board_of(const struct view *v, enum kpi_kind kind)
{
    struct board_options o = {.kind = kind, .ways = true};
    return board_build(v, &o);
}

/* ---- text ---- */

static void right(struct strbuf *out, const char *text, size_t width)
{
    size_t n = strlen(text);
    strbuf_fill(out, ' ', n < width ? width - n : 1);
    strbuf_str(out, text);
}

static void left(struct strbuf *out, const char *text)
{
    struct strbuf clean = {0};
    utf8_clean(&clean, text, strlen(text));
    size_t w = style_cut(out, clean.n ? clean.p : "", clean.n, NAME_WIDTH, false);
    strbuf_fill(out, ' ', NAME_WIDTH - w);
    strbuf_done(&clean);
}

static void number(struct strbuf *out, double r, unsigned digits, size_t width)
{
    char text[32] = "-";
    if (!isnan(r))
        snprintf(text, sizeof text, "%.*f", (int)digits, r);
    right(out, text, width);
}

static void heading(struct strbuf *out, const char *name, bool color)
{
    strbuf_char(out, '\n');
    style_bold(out, name, color);
    strbuf_fill(out, ' ', strlen(name) < NAME_WIDTH ? NAME_WIDTH - strlen(name) : 1);
}

static void causes(const struct board_row *row, bool color, struct strbuf *out)
{
    size_t n;
    const struct spread_item *at = spread_of(&row->counts.spread, SPREAD_CAUSE, &n);
    if (!n)
        return;
    heading(out, "Q.850 cause", color);
    right(out, "Messages", NUMBER_WIDTH);
    strbuf_char(out, '\n');
    for (size_t i = 0; i < n; i++) {
        char name[16];
        snprintf(name, sizeof name, "%u", spread_key(&at[i]));
        left(out, name);
        number(out, at[i].n, 0, NUMBER_WIDTH);
        strbuf_char(out, '\n');
    }
}

/* Those that are known; null ones would only take room. */
static void whole(const struct board_row *row, bool color, struct strbuf *out)
{
    const struct kpi_counts *c = &row->counts;
    heading(out, "KPI", color);
    right(out, "Value", NUMBER_WIDTH);
    strbuf_char(out, '\n');
    for (size_t i = 0; i < COUNTS_N; i++) {
        left(out, COUNTS[i].title);
        number(out, c->n[COUNTS[i].id], 0, NUMBER_WIDTH);
        strbuf_char(out, '\n');
    }
    left(out, "Attempts a second");
    number(out, row->cps, 1, NUMBER_WIDTH);
    strbuf_printf(out, "    at most %u\n", c->peak);
    left(out, "Up at the end");
    number(out, row->up, 0, NUMBER_WIDTH);
    strbuf_printf(out, "    at most %u\n", c->up_peak);
    struct kpi_line l;
    for (size_t i = 0; kpi_line(&row->figures, i, &l); i++) {
        if (isnan(l.value))
            continue;
        left(out, l.title);
        number(out, l.value, l.digits, NUMBER_WIDTH);
        strbuf_printf(out, " %-2s %s\n", l.unit, l.help);
    }
    if (c->n[KPI_ATTEMPTS] < KPI_LEAST)
        strbuf_printf(out, "fewer than %d attempts: no ratios\n", KPI_LEAST);
    causes(row, color, out);
}

static void talkers(const struct board *b, const char *title, bool color,
                    struct strbuf *out)
{
    static const char *const COLUMNS[] = {"Way",     "Attempts", "ASR %", "NER %",
                                          "PDD p50", "p95",      "ACD s", "Up max"};
    if (!b || !b->n)
        return;
    heading(out, title, color);
    for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS; i++)
        right(out, COLUMNS[i], i == 1 || i == 4 ? 9 : 7);
    strbuf_str(out, "  Failures\n");
    for (size_t i = 0; i < b->n && i < SHOWN; i++) {
        const struct board_row *row = &b->row[i];
        const struct kpi_figures *f = &row->figures;
        struct strbuf failures = {0};
        left(out, row->name);
        right(out, row->kind == KPI_PREFIX ? "" : kpi_way_name(row->way), 7);
        number(out, row->counts.n[KPI_ATTEMPTS], 0, 9);
        number(out, f->asr, 1, 7);
        number(out, f->ner, 1, 7);
        number(out, f->pdd_p50, 2, 9);
        number(out, f->pdd_p95, 2, 7);
        number(out, f->acd, 1, 7);
        number(out, row->counts.up_peak, 0, 7);
        board_failures(row, FAILURES, &failures);
        if (failures.n)
            strbuf_printf(out, "  %s", strbuf_cstr(&failures));
        strbuf_char(out, '\n');
        strbuf_done(&failures);
    }
    if (b->n > SHOWN)
        strbuf_printf(out, "%zu more\n", b->n - SHOWN);
}

static void codecs(const struct board *b, bool color, struct strbuf *out)
{
    static const char *const COLUMNS[] = {"Slices",  "Loss %",  "MOS p5",
                                          "MOS p50", "MOS min", "Bad %"};
    if (!b || !b->n)
        return;
    heading(out, "Codec", color);
    for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS; i++)
        right(out, COLUMNS[i], 9);
    strbuf_char(out, '\n');
    for (size_t i = 0; i < b->n && i < SHOWN; i++) {
        const struct board_row *row = &b->row[i];
        left(out, row->name);
        number(out, row->counts.n[KPI_SLICES], 0, 9);
        number(out, row->figures.loss, 2, 9);
        number(out, row->figures.mos_p5, 2, 9);
        number(out, row->figures.mos_p50, 2, 9);
        number(out, row->counts.worst > 0 ? (double)row->counts.worst : (double)NAN, 2,
               9);
        number(out, row->figures.slices_bad, 1, 9);
        strbuf_char(out, '\n');
    }
}

static void bands(const struct kpi_counts *c, bool color, struct strbuf *out)
{
    static const char *const MOS[] = {"4.34 and up", "4.03", "3.60",
                                      "3.10",        "2.58", "below"};
    static const char *const LOSS[] = {"none",      "up to 0.5 %", "up to 1 %",
                                       "up to 2 %", "up to 5 %",   "more"};
    const struct {
        enum spread_kind kind;
        const char *const *name;
    } KINDS[] = {{SPREAD_MOS, MOS}, {SPREAD_LOSS, LOSS}};
    for (size_t i = 0; i < 2; i++) {
        uint32_t band[BOARD_BANDS];
        if (!board_bands(c, KINDS[i].kind, band))
            continue;
        heading(out, i ? "Loss" : "MOS (ITU-T G.109)", color);
        right(out, "Slices", NUMBER_WIDTH);
        strbuf_char(out, '\n');
        for (unsigned b = 0; b < BOARD_BANDS; b++) {
            left(out, KINDS[i].name[b]);
            number(out, band[b], 0, NUMBER_WIDTH);
            strbuf_char(out, '\n');
        }
    }
}

static void worst_slices(const struct view *v, bool color, struct strbuf *out)
{
    const struct rtp_slice *at[WORST];
    size_t n = board_worst_slices(v, at, WORST);
    if (!n)
        return;
    heading(out, "Worst slices", color);
    strbuf_str(out, "    Call  Stream  Second     MOS  Loss %\n");
    for (size_t i = 0; i < n; i++) {
        const struct rtp_slice *l = at[i];
        left(out, rtp_stream_codec(l->stream) ? rtp_stream_codec(l->stream) : "");
        number(out, l->stream->call ? (double)l->stream->call->id : (double)NAN, 0, 8);
        number(out, l->stream->id, 0, 8);
        number(out, (l->n - 1.0) * 10, 0, 8);
        number(out, (double)l->mos, 1, 8);
        number(out, l->expected ? 100.0 * l->lost / l->expected : 0, 1, 8);
        strbuf_char(out, '\n');
    }
}

void kpi_text(const struct view *v, bool color, struct strbuf *out)
{
    struct board *b = board_of(v, KPI_ALL);
    if (b && b->n && b->row[0].counts.n[KPI_ATTEMPTS])
        whole(&b->row[0], color, out);
    if (b && b->n)
        bands(&b->row[0].counts, color, out);
    board_free(b);
    static const struct {
        enum kpi_kind kind;
        const char *title;
    } KINDS[] = {{KPI_TRUNK, "KPIs by trunk"},
                 {KPI_PEER, "KPIs by peer"},
                 {KPI_PREFIX, "KPIs by prefix"}};
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        b = board_of(v, KINDS[i].kind);
        talkers(b, KINDS[i].title, color, out);
        board_free(b);
    }
    b = board_of(v, KPI_CODEC);
    codecs(b, color, out);
    board_free(b);
    worst_slices(v, color, out);
}

/* ---- JSON ---- */

static void json_spread(const struct board_row *row, const char *name,
                        enum spread_kind kind, struct strbuf *out)
{
    size_t n;
    const struct spread_item *at = spread_of(&row->counts.spread, kind, &n);
    bool first = true;
    strbuf_printf(out, ",\"%s\":{", name);
    for (size_t i = 0; i < n; i++) {
        if (!at[i].n)
            continue;
        strbuf_printf(out, "%s\"%u\":%u", first ? "" : ",", spread_key(&at[i]),
                      at[i].n);
        first = false;
    }
    strbuf_char(out, '}');
}

static void json_bands(const struct board_row *row, const char *name,
                       enum spread_kind kind, struct strbuf *out)
{
    uint32_t band[BOARD_BANDS];
    bool any = board_bands(&row->counts, kind, band);
    strbuf_printf(out, ",\"%s\":%s", name, any ? "" : "null");
    for (unsigned i = 0; any && i < BOARD_BANDS; i++)
        strbuf_printf(out, "%c%u", i ? ',' : '[', band[i]);
    if (any)
        strbuf_char(out, ']');
}

static void json_members(const struct board_row *row, struct strbuf *out)
{
    for (size_t i = 0; i < COUNTS_N; i++)
        strbuf_printf(out, "%s\"%s\":%u", i ? "," : "", COUNTS[i].name,
                      row->counts.n[COUNTS[i].id]);
    strbuf_printf(out,
                  ",\"cps\":%.3f,\"cps_peak\":%u,\"concurrent\":%u,"
                  "\"concurrent_peak\":%u,\"slices\":%u",
                  row->cps, row->counts.peak, row->up, row->counts.up_peak,
                  row->counts.n[KPI_SLICES]);
    for (size_t i = 0; i < FIGURES_N; i++) {
        double r = figure_of(&row->figures, &FIGURES[i]);
        if (isnan(r))
            strbuf_printf(out, ",\"%s\":null", FIGURES[i].name);
        else
            strbuf_printf(out, ",\"%s\":%.4f", FIGURES[i].name, r);
    }
    json_bands(row, "mos_bands", SPREAD_MOS, out);
    json_bands(row, "loss_bands", SPREAD_LOSS, out);
    json_spread(row, "codes", SPREAD_CODE, out);
    json_spread(row, "causes", SPREAD_CAUSE, out);
}

static void json_rows(const struct view *v, enum kpi_kind kind, const char *name,
                      struct strbuf *out)
{
    struct board *b = board_of(v, kind);
    strbuf_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; b && i < b->n; i++) {
        const struct board_row *row = &b->row[i];
        strbuf_str(out, i ? ",{\"peer\":" : "{\"peer\":");
        json_text(out, row->name, strlen(row->name));
        strbuf_printf(out, ",\"direction\":\"%s\",", kpi_way_name(row->way));
        json_members(row, out);
        strbuf_char(out, '}');
    }
    strbuf_char(out, ']');
    board_free(b);
}

void kpi_json(const struct view *v, struct strbuf *out)
{
    static const struct board_row NOTHING = {.cps = 0};
    struct board *b = board_of(v, KPI_ALL);
    struct board_row nothing = NOTHING;
    kpi_figures(&nothing.counts, &nothing.figures);
    strbuf_str(out, ",\"kpis\":{");
    json_members(b && b->n ? &b->row[0] : &nothing, out);
    strbuf_char(out, '}');
    board_free(b);
    json_rows(v, KPI_TRUNK, "kpis_trunk", out);
    json_rows(v, KPI_PEER, "kpis_peer", out);
    json_rows(v, KPI_PREFIX, "kpis_prefix", out);
    json_rows(v, KPI_CODEC, "kpis_codec", out);
}

/* ---- CSV ---- */

static void csv_rows(const struct view *v, enum kpi_kind kind, const char *group,
                     struct strbuf *out)
{
    struct board *b = board_of(v, kind);
    for (size_t i = 0; b && i < b->n; i++) {
        const struct board_row *row = &b->row[i];
        char name[80];
        snprintf(name, sizeof name, row->way ? "%s %s" : "%s", row->name,
                 kpi_way_name(row->way));
        for (size_t k = 0; k < COUNTS_N; k++) {
            strbuf_printf(out, "%s,", group);
            csv_text(out, name);
            strbuf_printf(out, ",%s,%u\r\n", COUNTS[k].name,
                          row->counts.n[COUNTS[k].id]);
        }
        for (size_t k = 0; k < FIGURES_N; k++) {
            double r = figure_of(&row->figures, &FIGURES[k]);
            if (isnan(r))
                continue;
            strbuf_printf(out, "%s,", group);
            csv_text(out, name);
            strbuf_printf(out, ",%s,%.4f\r\n", FIGURES[k].name, r);
        }
    }
    board_free(b);
}

void kpi_csv(const struct view *v, struct strbuf *out)
{
    csv_rows(v, KPI_ALL, "kpi", out);
    csv_rows(v, KPI_TRUNK, "kpi trunk", out);
    csv_rows(v, KPI_PEER, "kpi peer", out);
    csv_rows(v, KPI_PREFIX, "kpi prefix", out);
    csv_rows(v, KPI_CODEC, "kpi codec", out);
}
