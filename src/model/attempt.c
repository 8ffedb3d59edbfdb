#include "model/attempt.h"

#include "dissect/sip_value.h"
#include "model/number.h"
#include "model/outcome.h"
#include "model/rtp_stream.h"

#define SECOND  INT64_C(1000000000)
#define BAD_MOS 3.1 /* ITU-T G.109: under it "many users dissatisfied" */

enum { NEAR_ALL = 2, NEAR_PREFIX = 3, NEARS = 4, TOS = 2 };

static int64_t second_of(int64_t ns)
{
    return ns / SECOND - (ns % SECOND < 0);
}

static bool same_host(const struct addr *a, const struct addr *b)
{
    return a->family == b->family && !memcmp(a->ip, b->ip, sizeof a->ip);
}

/* ---- what is counted, and where ---- */

static uint32_t handle_of(const struct kpi_group *g)
{
    return g ? g->handle : 0;
}

/* The trunk that a peer belongs to, of the same way. */
static uint32_t trunk_of(struct kpi *k, struct kpi_group *peer)
{
    const char *name = peer && k->options.trunk
                           ? k->options.trunk(k->options.trunk_ctx, &peer->addr)
                           : NULL;
    struct kpi_group *g =
        name ? kpi_named_get(k, KPI_TRUNK, name, strlen(name), peer->way) : NULL;
    if (peer)
        peer->member = handle_of(g);
    return handle_of(g);
}

static uint32_t prefix_of(struct kpi *k, const struct call *call)
{
    struct number n;
    if (!k->options.prefix || !call->to.user ||
        !number_read(slice_str(call->to.user), &n) || !n.digits)
        return 0;
    size_t length = n.n < k->options.prefix ? n.n : k->options.prefix;
    return handle_of(kpi_named_get(k, KPI_PREFIX, n.p, length, KPI_BOTH));
}

static void at_handles(struct kpi *k, const struct leg *leg, const uint32_t *handle,
                       size_t n, int64_t start, outcome *what, int sign)
{
    int64_t second = second_of(start);
    for (size_t i = 0; i < n; i++) {
        struct kpi_group *g = kpi_by_handle(k, handle[i]);
        struct kpi_counts *c = g ? kpi_counts_at(k, g, second) : NULL;
        if (c)
            what(k, leg, start, c, sign);
    }
}

/* Counts at the groups of one end of the leg, or of both. */
static void count_near(struct kpi *k, const struct attempt *t, const struct leg *leg,
                       outcome *what, int sign)
{
    bool whole = leg->near[NEAR_ALL];
    if (leg->has_near)
        at_handles(k, leg, leg->near, NEARS, whole ? t->start : leg->start, what, sign);
}

static void count(struct kpi *k, const struct attempt *t, const struct leg *leg,
                  outcome *what, int sign)
{
    k->version++;
    count_near(k, t, leg, what, sign);
    at_handles(k, leg, leg->to, TOS, leg->start, what, sign);
}

/* Calls up are counted when it happens, not where the attempt began. */
static void move_up(struct kpi *k, struct leg *leg, int by)
{
    uint32_t handle[NEARS + TOS] = {0};
    if (leg->has_near)
        memcpy(handle, leg->near, sizeof leg->near);
    memcpy(handle + NEARS, leg->to, sizeof leg->to);
    leg->up = by > 0;
    for (size_t i = 0; i < NEARS + TOS; i++) {
        struct kpi_group *g = kpi_by_handle(k, handle[i]);
        struct kpi_counts *c = g ? kpi_counts_at(k, g, k->second) : NULL;
        if (!c)
            continue;
        g->up += (uint32_t)by;
        if (g->up > g->up_peak)
            g->up_peak = g->up;
        c->up = g->up;
        c->up_at = k->second;
        if (c->up > c->up_peak)
            c->up_peak = c->up;
    }
}

/* ---- legs ---- */

/* The near end counts once for all hops of an attempt that leave from one host. */
static void move_near(struct kpi *k, struct attempt *t, struct leg *from,
                      struct leg *to)
{
    if (from->settled)
        count_near(k, t, from, outcome_settled, -1);
    count_near(k, t, from, outcome_begun, -1);
    memcpy(to->near, from->near, sizeof to->near);
    from->has_near = false;
    to->has_near = true;
    count_near(k, t, to, outcome_begun, 1);
}

/* Another leg from the same host. `near`: the one that has the near end, else one that
 * is still open. */
static struct leg *sibling_of(const struct attempt *t, const struct leg *leg, bool near)
{
    for (struct leg *l = t->first_leg; l; l = l->next)
        if (l != leg && same_host(&l->hop->src, &leg->hop->src) &&
            (near ? l->has_near : !l->settled))
            return l;
    return NULL;
}

static void reopen(struct kpi *k, struct attempt *t, struct leg *leg)
{
    if (leg->settled)
        count(k, t, leg, outcome_settled, -1);
    leg->settled = leg->timed_out = leg->cancelled = leg->terminal = false;
    leg->status = 0;
    leg->ring = leg->end = 0;
}

/* The outcome that leg->status, answer and so on tell. */
static void settle(struct kpi *k, struct attempt *t, struct leg *leg)
{
    struct leg *other = NULL;
    if (leg->settled)
        return;
    if (leg->answer && !leg->has_near && (other = sibling_of(t, leg, true)) &&
        !other->answer)
        move_near(k, t, other, leg);
    else if (!leg->answer && leg->has_near && t->first_leg->next &&
             (other = sibling_of(t, leg, false)))
        move_near(k, t, leg, other);
    leg->settled = true;
    count(k, t, leg, outcome_settled, 1);
}

static struct leg *leg_find(const struct attempt *t, const struct hop *hop)
{
    for (struct leg *l = t->first_leg; l; l = l->next)
        if (l->hop == hop ||
            (same_host(&l->hop->src, &hop->src) && same_host(&l->hop->dst, &hop->dst)))
            return l;
    return NULL;
}

/* The groups of the leg's ends. */
static void leg_groups(struct kpi *k, const struct call *call, struct attempt *t,
                       struct leg *leg)
{
    struct kpi_group *to = kpi_peer_get(k, &leg->hop->dst, KPI_TO), *from;
    struct leg *other = sibling_of(t, leg, true);
    leg->to[0] = handle_of(to);
    leg->to[1] = trunk_of(k, to);
    if (other) {
        if (!other->answer && other->settled)
            move_near(k, t, other, leg);
        return;
    }
    from = kpi_peer_get(k, &leg->hop->src, KPI_FROM);
    leg->near[0] = handle_of(from);
    leg->near[1] = trunk_of(k, from);
    leg->has_near = true;
    if (!t->first_leg) {
        leg->near[NEAR_ALL] = k->all->handle;
        leg->near[NEAR_PREFIX] = prefix_of(k, call);
    }
    count_near(k, t, leg, outcome_begun, 1);
}

static struct leg *leg_new(struct kpi *k, struct call *call, struct attempt *t,
                           const struct msg *m)
{
    struct leg *leg = arena_zalloc(&call->arena, sizeof *leg), **end = &t->first_leg;
    if (!leg)
        return NULL;
    leg->hop = m->hop;
    leg->start = m->time;
    leg->cseq = m->cseq;
    leg_groups(k, call, t, leg);
    at_handles(k, leg, leg->to, TOS, leg->start, outcome_begun, 1);
    k->version++;
    while (*end)
        end = &(*end)->next;
    *end = leg;
    m->hop->kpi[0] = m->hop->back->kpi[0] = leg->near[0];
    m->hop->kpi[1] = m->hop->back->kpi[1] = leg->to[0];
    return leg;
}

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
        for (size_t i = 0; i < NEARS + TOS; i++) {
            uint32_t handle = i >= NEARS      ? leg->to[i - NEARS]
                              : leg->has_near ? leg->near[i]
                                              : 0;
            struct kpi_group *g = kpi_by_handle(k, handle);
            int64_t start = i < NEARS && leg->near[NEAR_ALL] ? t->start : leg->start;
            struct kpi_counts *c = g ? kpi_counts_at(k, g, second_of(start)) : NULL;
            if (c)
                spread_add(&c->spread, SPREAD_CAUSE, (unsigned)cause, 1);
        }
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
        reopen(k, t, leg);
        leg->cancelled = cancelled;
        leg->ring = ring;
    }
    leg->status = m->status;
    if (m->status < 300)
        leg->answer = m->time;
    else
        leg->end = m->time;
    leg->terminal = reason.n && see_reason(k, t, leg, reason);
    settle(k, t, leg);
    if (leg->answer)
        move_up(k, leg, 1);
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
            reopen(k, t, leg);
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
            count(k, t, l, outcome_ended, 1);
            move_up(k, l, -1);
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
                count(k, t, l, outcome_completed, 1);
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
        struct kpi_counts *c = g[i] ? kpi_counts_at(k, g[i], second_of(start)) : NULL;
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
                settle(k, t, l);
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
                move_up(k, l, -1);
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
        g ? kpi_counts_at(k, g, second_of(rtp_slice_start(l))) : NULL;
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
            if (l->has_near && l->near[NEAR_ALL]) {
                *out = t;
                return l;
            }
    return NULL;
}

static void see_heard(struct kpi *k, struct attempt *t, struct leg *leg,
                      const struct rtp_slice *l)
{
    if (!t->heard)
        count(k, t, leg, outcome_heard, 1);
    t->heard = true;
    if (t->heard_badly || !(l->mos > 0) || (double)l->mos >= BAD_MOS || !long_enough(l))
        return;
    t->heard_badly = true;
    count(k, t, leg, outcome_heard_badly, 1);
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
    for (size_t i = 0; leg && i < NEARS; i++)
        count_slice(k, kpi_by_handle(k, leg->near[i]), slice);
    for (size_t i = 0; leg && i < TOS; i++)
        count_slice(k, kpi_by_handle(k, leg->to[i]), slice);
    if (codec)
        count_slice(k, kpi_named_get(k, KPI_CODEC, codec, strlen(codec), KPI_BOTH),
                    slice);
    if (leg)
        see_heard(k, t, leg, slice);
}
