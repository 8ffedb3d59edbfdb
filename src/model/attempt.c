#include "model/attempt.h"

#include "dissect/sip_value.h"
#include "model/rtp_stream.h"

#define SECOND  INT64_C(1000000000)
#define BAD_MOS 3.1 /* ITU-T G.109: under it "many users dissatisfied" */

static struct attempt *attempt_find(const struct call *call, const struct str *tag)
{
    struct attempt *t = call->attempts;
    while (t && t->tag != tag)
        t = t->next;
    return t;
}

static struct attempt *attempt_new(struct call *call, const struct msg *m)
{
    struct attempt *t = arena_zalloc(&call->arena, sizeof *t);
    if (!t)
        return NULL;
    t->tag = m->from_tag;
    t->start = m->time;
    t->next = call->attempts;
    return call->attempts = t;
}

/* ---- messages ---- */

/* Q.850 causes of a Reason header (RFC 3326); true where the user rejected the call. */
static bool see_reason(struct kpi *k, const struct attempt *t, const struct leg *leg,
                       struct slice reason)
{
    struct slice value;
    uint64_t cause;
    bool terminal = false;
    while (sip_value_next(&reason, &value)) {
        struct slice params = slice_skip(value, slice_find(value, ';'));
        struct slice text = sip_param(params, SLICE("cause"));
        if (!slice_istarts(value, SLICE("Q.850")) || !slice_u64(text, &cause) ||
            cause > 127)
            continue;
        terminal |=
            cause == 21 && slice_ieq(sip_param(params, SLICE("location")), SLICE("U"));
        leg_tally(k, t, leg, SPREAD_CAUSE, (unsigned)cause);
    }
    return terminal;
}

static void see_final(struct kpi *k, struct attempt *t, struct leg *leg,
                      const struct msg *m, struct slice reason)
{
    if (leg->answer || m->cseq < leg->cseq)
        return;
    if (leg->settled) {
        bool cancelled = leg->cancelled;
        int64_t ring = leg->ring;
        leg_reopen(k, t, leg);
        leg->cancelled = cancelled;
        leg->ring = ring;
    }
    leg->status = m->status;
    if (m->status < 300)
        leg->answer = m->time;
    else
        leg->end = m->time;
    leg->terminal = reason.n && see_reason(k, t, leg, reason);
    leg_settle(k, t, leg);
    if (leg->answer)
        leg_up(k, leg, 1);
}

static void see_response(struct kpi *k, struct attempt *t, struct leg *leg,
                         const struct msg *m, struct slice reason)
{
    if (m->status >= 200)
        see_final(k, t, leg, m, reason);
    else if (m->status >= 180 && m->status < 190 && !leg->ring)
        leg->ring = m->time;
}

static void see_invite(struct kpi *k, struct call *call, const struct msg *m,
                       const struct txn *txn)
{
    struct attempt *t = attempt_find(call, m->from_tag);
    struct leg *leg = t ? leg_find(t, m->hop) : NULL;
    const struct slice none = {0};
    if (leg) {
        if (leg->settled && !leg->answer && m->cseq > leg->cseq)
            leg_reopen(k, t, leg);
        if (m->cseq > leg->cseq)
            leg->cseq = m->cseq;
        return;
    }
    if (t && call->answer && call->answer < m->time)
        return; /* no attempt any more */
    if (!t && !(t = attempt_new(call, m)))
        return;
    if (!(leg = leg_new(k, call, t, m)) || !txn)
        return;
    /* Captured in the wrong order: the answers were there before. */
    if (txn->provisional && txn->provisional->id < m->id)
        see_response(k, t, leg, txn->provisional, none);
    if (txn->final && txn->final->id < m->id)
        see_response(k, t, leg, txn->final, none);
}

static void see_bye(struct kpi *k, struct call *call, const struct msg *m,
                    struct slice reason)
{
    for (struct attempt *t = call->attempts; t; t = t->next) {
        if (t->tag != m->from_tag && t->tag != m->to_tag)
            continue;
        for (struct leg *l = t->first_leg; l; l = l->next) {
            if (!l->up)
                continue;
            l->end = m->time;
            l->by_callee = t->tag != m->from_tag;
            leg_count(k, t, l, outcome_ended, 1);
            leg_up(k, l, -1);
            if (reason.n)
                see_reason(k, t, l, reason);
        }
    }
}

/* RFC 6076 4.9: not ended by lack of response. */
static void see_bye_final(struct kpi *k, struct call *call, const struct msg *m)
{
    if (m->status == 401 || m->status == 407 || m->status == 408)
        return;
    for (struct attempt *t = call->attempts; t; t = t->next)
        for (struct leg *l = t->first_leg; l; l = l->next)
            if (l->answer && l->end && !l->completed) {
                l->completed = true;
                l->bye = m->status < 300 && m->time >= l->end ? m->time : 0;
                leg_count(k, t, l, outcome_completed, 1);
            }
}

static void see_cancel(struct call *call, const struct msg *m)
{
    struct attempt *t = attempt_find(call, m->from_tag);
    struct leg *leg = t ? leg_find(t, m->hop) : NULL;
    if (leg && !leg->settled)
        leg->cancelled = true;
}

static struct slice reason_of(const struct sip *sip, bool wanted)
{
    return sip && wanted ? sip->header[SIP_H_REASON] : (struct slice){0};
}

static void see_answer(struct kpi *k, struct call *call, const struct msg *m,
                       const struct txn *txn, const struct sip *sip)
{
    struct attempt *t = attempt_find(call, m->from_tag);
    if (!t || m->status <= 100 || (txn && !txn->initial))
        return;
    struct leg *leg = leg_find(t, txn ? txn->hop : m->hop->back);
    if (leg && (txn || m->cseq == leg->cseq))
        see_response(k, t, leg, m, reason_of(sip, m->status >= 300));
}

/* ---- REGISTER ---- */

static bool ineffective(unsigned status)
{
    return status >= 400 && status != 401 && status != 402 && status != 407 &&
           status != 423;
}

/* RFC 6076 4.1, 4.2: from the REGISTER that got the answer, so that a challenge before
 * it does not count. At the registrar, and for everything. */
static void count_register(struct kpi *k, const struct addr *registrar, int64_t start,
                           const struct msg *m)
{
    struct kpi_group *g[] = {k->all, kpi_peer_get(k, registrar, KPI_TO)};
    for (size_t i = 0; i < 2; i++) {
        struct kpi_counts *c = g[i] ? kpi_counts_at(k, g[i], leg_second(start)) : NULL;
        if (!c)
            continue;
        c->n[KPI_REGISTERS] += m && !m->status;
        c->n[KPI_REGISTERS_INEFFECTIVE] += !m || ineffective(m->status);
        if (!m || m->status < 200 || m->status >= 300)
            continue;
        c->n[KPI_REGISTERED]++;
        c->sum[KPI_SUM_REGISTER] += m->time - start;
    }
    k->version++;
}

static void see_register(struct kpi *k, const struct msg *m, const struct txn *txn)
{
    if (!m->status)
        count_register(k, &m->hop->dst, m->time, m);
    else if (m->status >= 200 && txn && txn->request && txn->request->time <= m->time)
        count_register(k, &txn->hop->dst, txn->request->time, m);
}

/* Requests count for those who call, and are called, on their hop. */
static void count_request(struct kpi *k, const struct msg *m)
{
    struct kpi_group *g[] = {k->all, kpi_by_handle(k, m->hop->kpi[0]),
                             kpi_by_handle(k, m->hop->kpi[1])};
    for (size_t i = 0; i < 3; i++) {
        struct kpi_counts *c = g[i] ? kpi_counts_at(k, g[i], k->second) : NULL;
        if (!c)
            continue;
        c->n[KPI_REQUESTS]++;
        c->n[KPI_REPEATED] += (m->flags & MSG_RETRANSMISSION) != 0;
    }
}

void attempt_message(struct kpi *k, struct call *call, struct msg *m,
                     const struct txn *txn, const struct sip *sip)
{
    kpi_clock(k, m->time);
    if (!m->status)
        count_request(k, m);
    if (m->flags & MSG_RETRANSMISSION)
        return;
    if (m->method == SIP_REGISTER) {
        see_register(k, m, txn);
    } else if (m->method == SIP_INVITE) {
        if (m->status)
            see_answer(k, call, m, txn, sip);
        else if (!m->to_tag)
            see_invite(k, call, m, txn);
    } else if (!call->attempts) {
        return;
    } else if (m->method == SIP_BYE) {
        if (!m->status)
            see_bye(k, call, m, reason_of(sip, true));
        else if (m->status >= 200)
            see_bye_final(k, call, m);
    } else if (m->method == SIP_CANCEL && !m->status) {
        see_cancel(call, m);
    }
}

/* ---- time, and the end ---- */

static void give_up(struct kpi *k, struct call *call, bool timed_out)
{
    for (struct attempt *t = call->attempts; t; t = t->next)
        for (struct leg *l = t->first_leg; l; l = l->next)
            if (!l->settled) {
                l->timed_out = timed_out;
                leg_settle(k, t, l);
            }
}

void attempt_timeout(struct kpi *k, struct call *call)
{
    if (call->method == SIP_REGISTER)
        count_register(k, &call->hop->dst, call->newest, NULL);
    give_up(k, call, true);
}

void attempt_over(struct kpi *k, struct call *call)
{
    give_up(k, call, false);
}

void attempt_leave(struct kpi *k, struct call *call)
{
    give_up(k, call, false);
    for (struct attempt *t = call->attempts; t; t = t->next)
        for (struct leg *l = t->first_leg; l; l = l->next)
            if (l->up)
                leg_up(k, l, -1);
}

/* ---- media ---- */

/* A last slice of under 2 s says nothing about how it sounded. */
static bool long_enough(const struct rtp_slice *l)
{
    return l->stream->end - rtp_slice_start(l) >= 2 * SECOND;
}

static void count_slice(struct kpi *k, struct kpi_group *g, const struct rtp_slice *l)
{
    struct kpi_counts *c =
        g ? kpi_counts_at(k, g, leg_second(rtp_slice_start(l))) : NULL;
    if (!c)
        return;
    c->n[KPI_SLICES]++;
    c->sum[KPI_SUM_EXPECTED] += l->expected;
    c->sum[KPI_SUM_LOST] += l->lost;
    if (l->expected)
        spread_add(&c->spread, SPREAD_LOSS,
                   (unsigned)(1000.0 * l->lost / l->expected + 0.5), 1);
    if (!(l->mos > 0) || !long_enough(l))
        return;
    c->n[KPI_SLICES_MOS]++;
    c->n[KPI_SLICES_BAD] += (double)l->mos < BAD_MOS;
    spread_add(&c->spread, SPREAD_MOS, (unsigned)(l->mos * 100 + 0.5f), 1);
    if (!(c->worst > 0) || l->mos < c->worst)
        c->worst = l->mos;
}

/* The leg that stands for the whole call, if it has attempts. */
static struct leg *whole_leg(const struct call *call, struct attempt **out)
{
    for (struct attempt *t = call ? call->attempts : NULL; t; t = t->next)
        for (struct leg *l = t->first_leg; l; l = l->next)
            if (l->has_near && l->near[LEG_ALL]) {
                *out = t;
                return l;
            }
    return NULL;
}

static void see_heard(struct kpi *k, struct attempt *t, struct leg *leg,
                      const struct rtp_slice *l)
{
    if (!t->heard)
        leg_count(k, t, leg, outcome_heard, 1);
    t->heard = true;
    if (t->heard_badly || !(l->mos > 0) || (double)l->mos >= BAD_MOS || !long_enough(l))
        return;
    t->heard_badly = true;
    leg_count(k, t, leg, outcome_heard_badly, 1);
}

void attempt_slice(struct kpi *k, const struct rtp_slice *slice)
{
    struct attempt *t = NULL;
    struct leg *leg = whole_leg(slice->stream->call, &t);
    const char *codec = rtp_stream_codec(slice->stream);
    kpi_clock(k, rtp_slice_start(slice));
    k->version++;
    if (!leg)
        count_slice(k, k->all, slice);
    for (size_t i = 0; leg && i < LEG_NEARS; i++)
        count_slice(k, kpi_by_handle(k, leg->near[i]), slice);
    for (size_t i = 0; leg && i < LEG_TOS; i++)
        count_slice(k, kpi_by_handle(k, leg->to[i]), slice);
    if (codec)
        count_slice(k, kpi_named_get(k, KPI_CODEC, codec, strlen(codec), KPI_BOTH),
                    slice);
    if (leg)
        see_heard(k, t, leg, slice);
}
