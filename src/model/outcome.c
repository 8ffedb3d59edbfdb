#include "model/outcome.h"

#include "model/leg.h"

#define SECOND  INT64_C(1000000000)
#define TIMER_B (32 * SECOND) /* RFC 3261 17.1.1.2 */

bool outcome_reached(unsigned status, bool rang, bool rejected)
{
    switch (status) {
    case 480:
    case 486:
    case 600:
    case 603: return true;
    case 408:
    case 487: return rang;
    default: return rejected && status >= 400;
    }
}

void outcome_begun(struct kpi *k, const struct leg *leg, int64_t start,
                   struct kpi_counts *c, int sign)
{
    (void)leg;
    c->n[KPI_ATTEMPTS] += (uint32_t)sign;
    if (c->n[KPI_ATTEMPTS] > c->peak && start / SECOND == k->second)
        c->peak = c->n[KPI_ATTEMPTS];
}

static void count_ring(const struct leg *leg, int64_t start, struct kpi_counts *c,
                       int sign)
{
    int64_t first = leg->ring ? leg->ring : leg->answer;
    if (!first || first < start)
        return;
    c->n[KPI_RANG] += (uint32_t)sign;
    c->sum[KPI_SUM_PDD] += sign * (first - start);
    spread_add(&c->spread, SPREAD_PDD, spread_bin(first - start), sign);
}

/* RFC 6076 4.3.2: challenges and redirections are no failures. */
static void count_failed_delay(const struct leg *leg, int64_t start,
                               struct kpi_counts *c, int sign)
{
    unsigned status = leg->status;
    int64_t delay = leg->timed_out ? TIMER_B : leg->end - start;
    if ((!leg->timed_out && status < 400) || status == 401 || status == 402 ||
        status == 407 || leg->ring || delay < 0)
        return;
    c->n[KPI_FAILED_DELAYS] += (uint32_t)sign;
    c->sum[KPI_SUM_FAILED] += sign * delay;
}

static void count_failure(struct kpi *k, const struct leg *leg, int64_t start,
                          struct kpi_counts *c, int sign)
{
    unsigned status = leg->status;
    uint32_t one = (uint32_t)sign;
    bool reached = outcome_reached(status, leg->ring != 0, leg->terminal);
    if (status >= 300 && status < 400)
        c->n[KPI_REDIRECTED] += one;
    if (status == 480 || status == 486 || status == 600 || status == 603)
        c->n[KPI_EFFECTIVE] += one;
    if (status == 408 || status == 500 || status == 503 || status == 504)
        c->n[KPI_INEFFECTIVE] += one;
    if (reached)
        c->n[KPI_REACHED] += one;
    else if (status == 487 && k->options.early_487_left_out)
        c->n[KPI_LEFT_OUT] += one;
    if (leg->timed_out)
        c->n[KPI_TIMEOUTS] += one;
    else if (leg->cancelled)
        c->n[KPI_CANCELLED] += one;
    else if (status >= 400)
        c->n[KPI_REFUSED] += one;
    if (status || leg->timed_out)
        spread_add(&c->spread, SPREAD_CODE, status, sign);
    count_failed_delay(leg, start, c, sign);
}

void outcome_settled(struct kpi *k, const struct leg *leg, int64_t start,
                     struct kpi_counts *c, int sign)
{
    c->n[KPI_SETTLED] += (uint32_t)sign;
    count_ring(leg, start, c, sign);
    if (!leg->answer) {
        count_failure(k, leg, start, c, sign);
        return;
    }
    c->n[KPI_ANSWERED] += (uint32_t)sign;
    c->sum[KPI_SUM_SETUP] += sign * (leg->answer - start);
}

void outcome_ended(struct kpi *k, const struct leg *leg, int64_t start,
                   struct kpi_counts *c, int sign)
{
    int64_t talk = leg->end - leg->answer;
    (void)k;
    (void)start;
    c->n[KPI_ENDED] += (uint32_t)sign;
    c->n[leg->by_callee ? KPI_BY_CALLEE : KPI_BY_CALLER] += (uint32_t)sign;
    c->sum[KPI_SUM_TALK] += sign * talk;
    if (talk < 6 * SECOND)
        c->n[KPI_SHORT6] += (uint32_t)sign;
    if (talk < 30 * SECOND)
        c->n[KPI_SHORT30] += (uint32_t)sign;
}

void outcome_completed(struct kpi *k, const struct leg *leg, int64_t start,
                       struct kpi_counts *c, int sign)
{
    (void)k;
    (void)start;
    c->n[KPI_COMPLETED] += (uint32_t)sign;
    if (!leg->bye)
        return;
    c->n[KPI_BYE_DELAYS] += (uint32_t)sign;
    c->sum[KPI_SUM_BYE] += sign * (leg->bye - leg->end);
}

void outcome_heard(struct kpi *k, const struct leg *leg, int64_t start,
                   struct kpi_counts *c, int sign)
{
    (void)k;
    (void)leg;
    (void)start;
    c->n[KPI_HEARD] += (uint32_t)sign;
}

void outcome_heard_badly(struct kpi *k, const struct leg *leg, int64_t start,
                         struct kpi_counts *c, int sign)
{
    (void)k;
    (void)leg;
    (void)start;
    c->n[KPI_HEARD_BADLY] += (uint32_t)sign;
}
