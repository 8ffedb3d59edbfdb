#include "model/kpi.h"

#include <math.h>

#define SECOND 1e9

void kpi_counts_done(struct kpi_counts *c)
{
    spread_done(&c->spread);
}

void kpi_counts_add(struct kpi_counts *c, const struct kpi_counts *more)
{
    for (unsigned i = 0; i < KPI_COUNTS; i++)
        c->n[i] += more->n[i];
    for (unsigned i = 0; i < KPI_SUMS; i++)
        c->sum[i] += more->sum[i];
    if (more->peak > c->peak)
        c->peak = more->peak;
    if (more->up_peak > c->up_peak)
        c->up_peak = more->up_peak;
    if (more->up_at && more->up_at >= c->up_at) {
        c->up = more->up;
        c->up_at = more->up_at;
    }
    if (more->worst > 0 && (!(c->worst > 0) || more->worst < c->worst))
        c->worst = more->worst;
    spread_merge(&c->spread, &more->spread);
}

/* The peaks of two groups need not be at the same moment: their sum is the most that it
 * can have been. */
void kpi_counts_join(struct kpi_counts *c, const struct kpi_counts *more)
{
    uint32_t up = c->up + more->up, up_peak = c->up_peak + more->up_peak;
    uint32_t peak = c->peak + more->peak;
    kpi_counts_add(c, more);
    c->up = up;
    c->up_peak = up_peak;
    c->peak = peak;
}

/* Per cent; null where there are too few, or `over` says so. */
static double percent(double part, double whole, uint32_t over)
{
    return over < KPI_LEAST || !(whole > 0) ? NAN : 100 * part / whole;
}

static double mean(const struct kpi_counts *c, enum kpi_sum sum, enum kpi_count over)
{
    uint32_t n = c->n[over];
    return n < KPI_LEAST ? NAN : (double)c->sum[sum] / n / SECOND;
}

static double percentile(const struct kpi_counts *c, enum spread_kind kind,
                         double share, enum kpi_count over)
{
    double out;
    if (c->n[over] < KPI_LEAST || !spread_percentile(&c->spread, kind, share, &out))
        return NAN;
    return kind == SPREAD_PDD ? out / 1000 : out;
}

void kpi_figures(const struct kpi_counts *c, struct kpi_figures *out)
{
    const uint32_t *n = c->n;
    uint32_t settled = n[KPI_SETTLED], answered = n[KPI_ANSWERED];
    double established = (double)settled - n[KPI_REDIRECTED];
    *out = (struct kpi_figures){
        .asr = percent(answered, settled, settled),
        .ner = percent((double)answered + n[KPI_REACHED],
                       (double)settled - n[KPI_LEFT_OUT], settled),
        .ser = percent(answered, established, settled),
        .seer = percent((double)answered + n[KPI_EFFECTIVE], established, settled),
        .isa = percent(n[KPI_INEFFECTIVE], settled, settled),
        .scr = percent(n[KPI_COMPLETED], settled, settled),
        .acd = mean(c, KPI_SUM_TALK, KPI_ENDED),
        .pdd_p50 = percentile(c, SPREAD_PDD, 0.5, KPI_RANG),
        .pdd_p95 = percentile(c, SPREAD_PDD, 0.95, KPI_RANG),
        .srd = mean(c, KPI_SUM_PDD, KPI_RANG),
        .srd_failed = mean(c, KPI_SUM_FAILED, KPI_FAILED_DELAYS),
        .setup = mean(c, KPI_SUM_SETUP, KPI_ANSWERED),
        .sdd = mean(c, KPI_SUM_BYE, KPI_BYE_DELAYS),
        .rrd = mean(c, KPI_SUM_REGISTER, KPI_REGISTERED),
        .ira =
            percent(n[KPI_REGISTERS_INEFFECTIVE], n[KPI_REGISTERS], n[KPI_REGISTERS]),
        .short6 = percent(n[KPI_SHORT6], n[KPI_ENDED], n[KPI_ENDED]),
        .short30 = percent(n[KPI_SHORT30], n[KPI_ENDED], n[KPI_ENDED]),
        .repeated = percent(n[KPI_REPEATED], n[KPI_REQUESTS], n[KPI_REQUESTS]),
        .loss = percent((double)c->sum[KPI_SUM_LOST], (double)c->sum[KPI_SUM_EXPECTED],
                        n[KPI_SLICES]),
        .mos_p5 = percentile(c, SPREAD_MOS, 0.05, KPI_SLICES_MOS),
        .mos_p50 = percentile(c, SPREAD_MOS, 0.5, KPI_SLICES_MOS),
        .slices_bad = percent(n[KPI_SLICES_BAD], n[KPI_SLICES_MOS], n[KPI_SLICES_MOS]),
        .heard_badly = percent(n[KPI_HEARD_BADLY], n[KPI_HEARD], n[KPI_HEARD]),
    };
}
