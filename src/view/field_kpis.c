/* Columns of KPIs. */
#include "model/kpi_rows.h"
#include "model/recount.h"
#include "view/board.h"
#include "view/value.h"

#include <math.h>

static const struct kpi_row *kpi_of(const struct row *row)
{
    return row->object;
}

static const struct kpi_counts *counts_of(const struct row *row)
{
    const struct kpi_figures *figures;
    return kpi_row_read(row->view->calls->kpi, kpi_of(row), &figures);
}

static const struct kpi_figures *figures_of(const struct row *row)
{
    const struct kpi_figures *figures;
    kpi_row_read(row->view->calls->kpi, kpi_of(row), &figures);
    return figures;
}

static void value_set_real(struct value *out, double r)
{
    out->type = isnan(r) ? VALUE_NULL : VALUE_REAL;
    out->r = r;
}

static void value_set_seconds(struct value *out, double s)
{
    out->type = isnan(s) ? VALUE_NULL : VALUE_DURATION;
    if (!isnan(s))
        out->i = llround(s * 1e9);
}

#define GET(field, set, ...)                                    \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        set(out, __VA_ARGS__);                                  \
    }
#define COUNT(field, id) GET(field, value_set_int, counts_of(row)->n[KPI_##id])
#define RATIO(field)     GET(field, value_set_real, figures_of(row)->field)
#define DELAY(field)     GET(field, value_set_seconds, figures_of(row)->field)

GET(period, value_set_str, kpi_period_name(kpi_of(row)->period))
GET(start, value_set_time, kpi_of(row)->start * 1000000000)
GET(kind, value_set_str, kpi_kind_name(kpi_of(row)->group[0]->kind))
GET(direction, value_set_str, kpi_way_name(kpi_of(row)->way))

static void get_peer(struct row *row, struct value *out)
{
    char name[64];
    if (kpi_of(row)->group[0]->kind == KPI_ALL)
        return;
    kpi_group_name(kpi_of(row)->group[0], name);
    row->scratch->n = 0;
    strbuf_str(row->scratch, name);
    value_set_scratch(out, row);
}

COUNT(attempts, ATTEMPTS)
COUNT(answered, ANSWERED)
COUNT(redirected, REDIRECTED)
COUNT(refused, REFUSED)
COUNT(cancelled, CANCELLED)
COUNT(timeouts, TIMEOUTS)
COUNT(ended_caller, BY_CALLER)
COUNT(ended_callee, BY_CALLEE)
COUNT(registers, REGISTERS)
GET(cps, value_set_real,
    (double)counts_of(row)->n[KPI_ATTEMPTS] /
        (double)kpi_row_length(row->view->calls->kpi, kpi_of(row)))
GET(cps_peak, value_set_int, counts_of(row)->peak)
GET(concurrent, value_set_int, counts_of(row)->up)
GET(concurrent_peak, value_set_int, counts_of(row)->up_peak)
RATIO(asr)
RATIO(ner)
RATIO(ser)
RATIO(seer)
RATIO(isa)
RATIO(scr)
RATIO(ira)
RATIO(loss)
RATIO(mos_p5)
RATIO(mos_p50)
RATIO(short6)
RATIO(short30)
DELAY(acd)
DELAY(pdd_p50)
DELAY(pdd_p95)
DELAY(srd)
DELAY(srd_failed)
DELAY(setup)
DELAY(sdd)
DELAY(rrd)
GET(retransmissions, value_set_real, figures_of(row)->repeated)
GET(sdt, value_set_seconds, figures_of(row)->acd)
GET(slices_bad, value_set_real, figures_of(row)->slices_bad)
GET(calls_bad, value_set_real, figures_of(row)->heard_badly)
GET(mos_worst, value_set_real,
    counts_of(row)->worst > 0 ? (double)counts_of(row)->worst : (double)NAN)

/* {"486":10,"503":6} */
static void spread_object(struct row *row, enum spread_kind kind, struct value *out)
{
    size_t n;
    const struct spread_item *at = spread_of(&counts_of(row)->spread, kind, &n);
    struct strbuf *b = row->scratch;
    b->n = 0;
    strbuf_char(b, '{');
    for (size_t i = 0; i < n; i++)
        if (at[i].n)
            strbuf_printf(b, "%s\"%u\":%u", b->n > 1 ? "," : "", spread_key(&at[i]),
                          at[i].n);
    strbuf_char(b, '}');
    value_set_scratch(out, row);
}

static void get_codes(struct row *row, struct value *out)
{
    spread_object(row, SPREAD_CODE, out);
}

static void get_causes(struct row *row, struct value *out)
{
    spread_object(row, SPREAD_CAUSE, out);
}

static void bands(struct row *row, enum spread_kind kind, struct value *out)
{
    uint32_t band[BOARD_BANDS];
    if (!board_bands(counts_of(row), kind, band))
        return;
    row->scratch->n = 0;
    for (unsigned i = 0; i < BOARD_BANDS; i++)
        strbuf_printf(row->scratch, "%c%u", i ? ',' : '[', band[i]);
    strbuf_char(row->scratch, ']');
    value_set_scratch(out, row);
}

static void get_mos_bands(struct row *row, struct value *out)
{
    bands(row, SPREAD_MOS, out);
}

static void get_loss_bands(struct row *row, struct value *out)
{
    bands(row, SPREAD_LOSS, out);
}

/* Of hours only: the same one, a day before. */
static bool before(struct row *row, struct kpi_counts *c, struct kpi_figures *f)
{
    if (kpi_of(row)->period != KPI_HOUR)
        return false;
    *c = (struct kpi_counts){.n = {0}};
    kpi_row_before(kpi_of(row), c);
    kpi_figures(c, f);
    kpi_counts_done(c);
    return true;
}

static void get_attempts_before(struct row *row, struct value *out)
{
    struct kpi_counts c;
    struct kpi_figures f;
    if (before(row, &c, &f) && c.n[KPI_ATTEMPTS])
        value_set_int(out, c.n[KPI_ATTEMPTS]);
}

static void get_asr_before(struct row *row, struct value *out)
{
    struct kpi_counts c;
    struct kpi_figures f;
    if (before(row, &c, &f))
        value_set_real(out, f.asr);
}

static void get_ner_before(struct row *row, struct value *out)
{
    struct kpi_counts c;
    struct kpi_figures f;
    if (before(row, &c, &f))
        value_set_real(out, f.ner);
}

#define COLUMN(field, ...)                            \
    {                                                 \
        FIELD(#field, __VA_ARGS__), get_##field, NULL \
    }

static const struct field FIELDS[] = {
    COLUMN(period, "Period", "", TEXT, 6, 0, 1, "second, minute or hour"),
    COLUMN(start, "Start", "", TIME, 12, 0, 2, "begin of the period"),
    COLUMN(kind, "Kind", "", TEXT, 6, 0, 3, "all, peer, trunk, prefix or codec"),
    COLUMN(peer, "Peer", "", TEXT, 21, 0, 4,
           "peer, trunk, prefix or codec; null: everything"),
    COLUMN(direction, "Way", "", TEXT, 4, 0, 5,
           "of a peer or trunk: calls from it, to it, or both"),
    COLUMN(attempts, "Attempts", "", INT, 8, 0, 6,
           "session attempts: new INVITEs, one a Call-ID and From-tag"),
    COLUMN(answered, "Answered", "", INT, 8, 0, 7, "attempts answered with 2xx"),
    COLUMN(cps, "CPS", "/s", REAL, 7, 1, 8, "attempts a second, mean"),
    COLUMN(cps_peak, "CPS max", "/s", INT, 7, 0, 0, "most attempts in one second"),
    COLUMN(concurrent, "Up", "", INT, 6, 0, 9, "calls up at the end of the period"),
    COLUMN(concurrent_peak, "Up max", "", INT, 6, 0, 0, "most calls up at one time"),
    COLUMN(asr, "ASR", "%", REAL, 6, 1, 10, "answer seizure ratio (ITU-T E.411)"),
    COLUMN(ner, "NER", "%", REAL, 6, 1, 11,
           "network effectiveness ratio (ITU-T E.425)"),
    COLUMN(ser, "SER", "%", REAL, 6, 1, 0,
           "session establishment ratio (RFC 6076 4.6)"),
    COLUMN(seer, "SEER", "%", REAL, 6, 1, 0,
           "session establishment effectiveness ratio (RFC 6076 4.7)"),
    COLUMN(isa, "ISA", "%", REAL, 6, 1, 0,
           "ineffective session attempts (RFC 6076 4.8)"),
    COLUMN(scr, "SCR", "%", REAL, 6, 1, 0, "session completion ratio (RFC 6076 4.9)"),
    COLUMN(acd, "ACD", "s", DURATION, 7, 1, 12, "mean duration of answered calls"),
    COLUMN(srd, "SRD", "s", DURATION, 7, 2, 0,
           "mean session request delay, successful (RFC 6076 4.3.1)"),
    COLUMN(srd_failed, "SRD failed", "s", DURATION, 12, 2, 0,
           "mean session request delay, failed (RFC 6076 4.3.2)"),
    COLUMN(sdd, "SDD", "s", DURATION, 7, 2, 0,
           "mean session disconnect delay (RFC 6076 4.4)"),
    COLUMN(sdt, "SDT", "s", DURATION, 7, 2, 0,
           "mean session duration time (RFC 6076 4.5)"),
    COLUMN(rrd, "RRD", "s", DURATION, 7, 2, 0,
           "mean registration request delay (RFC 6076 4.1)"),
    COLUMN(ira, "IRA", "%", REAL, 6, 1, 0,
           "ineffective registration attempts (RFC 6076 4.2)"),
    COLUMN(pdd_p50, "PDD p50", "s", DURATION, 9, 1, 13, "median post-dial delay"),
    COLUMN(pdd_p95, "PDD p95", "s", DURATION, 9, 1, 14,
           "95th percentile of the post-dial delay"),
    COLUMN(setup, "Setup", "s", DURATION, 7, 2, 0, "mean time from INVITE to 2xx"),
    COLUMN(loss, "Loss", "%", REAL, 6, 1, 15, "packets lost, over all streams"),
    COLUMN(mos_p5, "MOS p5", "", REAL, 6, 1, 16,
           "5th percentile of the MOS of 10-second slices"),
    COLUMN(mos_p50, "MOS p50", "", REAL, 7, 1, 0, "their median"),
    COLUMN(mos_worst, "MOS min", "", REAL, 7, 1, 0, "the lowest of them"),
    COLUMN(
        mos_bands, "MOS bands", "", TEXT, 20, 0, 0,
        "slices by the bands of ITU-T G.109: from 4.34, 4.03, 3.6, 3.1, 2.58, below"),
    COLUMN(loss_bands, "Loss bands", "", TEXT, 20, 0, 0,
           "slices without loss, up to 0.5, 1, 2, 5 %, above"),
    COLUMN(slices_bad, "Bad slices", "%", REAL, 11, 1, 0,
           "slices with a MOS under 3.1"),
    COLUMN(calls_bad, "Bad calls", "%", REAL, 10, 1, 0,
           "calls with media of which a slice was so"),
    COLUMN(retransmissions, "Repeated", "%", REAL, 9, 1, 17,
           "requests that repeat one"),
    COLUMN(redirected, "3xx", "", INT, 6, 0, 0, "attempts redirected"),
    COLUMN(refused, "Refused", "", INT, 7, 0, 0,
           "attempts that 4xx to 6xx ended, without CANCEL"),
    COLUMN(cancelled, "Cancelled", "", INT, 9, 0, 0, "attempts given up by CANCEL"),
    COLUMN(timeouts, "Timeouts", "", INT, 8, 0, 0,
           "attempts without any final response"),
    COLUMN(ended_caller, "BYE caller", "", INT, 10, 0, 0,
           "answered calls that the caller ended"),
    COLUMN(ended_callee, "BYE callee", "", INT, 10, 0, 0,
           "answered calls that the callee ended"),
    COLUMN(short6, "Under 6 s", "%", REAL, 9, 1, 0,
           "ended calls that lasted under 6 seconds"),
    COLUMN(short30, "Under 30 s", "%", REAL, 10, 1, 0,
           "ended calls that lasted under 30 seconds"),
    COLUMN(codes, "Codes", "", TEXT, 20, 0, 0,
           "final responses but 2xx, as a JSON object of counts; 0: none came"),
    COLUMN(causes, "Causes", "", TEXT, 20, 0, 0,
           "Q.850 causes (RFC 3326), as a JSON object of counts"),
    COLUMN(registers, "REGISTERs", "", INT, 9, 0, 0,
           "REGISTER requests without repeats"),
    COLUMN(attempts_before, "Day before", "", INT, 10, 0, 0,
           "of an hour: attempts in the same one a day before"),
    COLUMN(asr_before, "ASR before", "%", REAL, 10, 1, 0, "and its ASR"),
    COLUMN(ner_before, "NER before", "%", REAL, 10, 1, 0, "and its NER"),
};

static const struct kpi_rows *rows_of(const struct view *v)
{
    const struct kpi *k = v->calls ? recount_kpi(v->calls) : NULL;
    return k ? kpi_rows(k) : NULL;
}

static size_t count(const struct view *v)
{
    const struct kpi_rows *r = rows_of(v);
    return r ? r->list.n : 0;
}

static const void *at(const struct view *v, size_t i)
{
    const struct kpi_rows *r = rows_of(v);
    return r && i < r->list.n ? &r->list.at[i] : NULL;
}

const struct table TABLE_KPIS = {TABLE_OF("kpis", FIELDS), count, at};
