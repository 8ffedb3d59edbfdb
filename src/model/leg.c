#include "model/leg.h"

#include "model/call.h"
#include "model/number.h"

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
    int64_t second = leg_second(start);
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
    bool whole = leg->near[LEG_ALL];
    if (leg->has_near)
        at_handles(k, leg, leg->near, LEG_NEARS, whole ? t->start : leg->start, what,
                   sign);
}

void leg_count(struct kpi *k, const struct attempt *t, const struct leg *leg,
               outcome *what, int sign)
{
    k->version++;
    count_near(k, t, leg, what, sign);
    at_handles(k, leg, leg->to, LEG_TOS, leg->start, what, sign);
}

/* Calls up are counted when it happens, not where the attempt began. */
void leg_up(struct kpi *k, struct leg *leg, int by)
{
    uint32_t handle[LEG_NEARS + LEG_TOS] = {0};
    if (leg->has_near)
        memcpy(handle, leg->near, sizeof leg->near);
    memcpy(handle + LEG_NEARS, leg->to, sizeof leg->to);
    leg->up = by > 0;
    for (size_t i = 0; i < LEG_NEARS + LEG_TOS; i++) {
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

void leg_reopen(struct kpi *k, struct attempt *t, struct leg *leg)
{
    if (leg->settled)
        leg_count(k, t, leg, outcome_settled, -1);
    leg->settled = leg->timed_out = leg->cancelled = leg->terminal = false;
    leg->status = 0;
    leg->ring = leg->end = 0;
}

/* The outcome that leg->status, answer and so on tell. */
void leg_settle(struct kpi *k, struct attempt *t, struct leg *leg)
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
    leg_count(k, t, leg, outcome_settled, 1);
}

struct leg *leg_find(const struct attempt *t, const struct hop *hop)
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
    struct kpi_group *to = NULL, *from;
    struct leg *other = sibling_of(t, leg, true);
    if (!same_host(&leg->hop->src, &leg->hop->dst)) /* one peer at both ends: once */
        to = kpi_peer_get(k, &leg->hop->dst, KPI_TO);
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
        leg->near[LEG_ALL] = k->all->handle;
        leg->near[LEG_PREFIX] = prefix_of(k, call);
    }
    count_near(k, t, leg, outcome_begun, 1);
}

struct leg *leg_new(struct kpi *k, struct call *call, struct attempt *t,
                    const struct msg *m)
{
    struct leg *leg = arena_zalloc(&call->arena, sizeof *leg), **end = &t->first_leg;
    if (!leg)
        return NULL;
    leg->hop = m->hop;
    leg->start = m->time;
    leg->cseq = m->cseq;
    leg_groups(k, call, t, leg);
    at_handles(k, leg, leg->to, LEG_TOS, leg->start, outcome_begun, 1);
    k->version++;
    while (*end)
        end = &(*end)->next;
    *end = leg;
    m->hop->kpi[0] = m->hop->back->kpi[0] = leg->near[0];
    m->hop->kpi[1] = m->hop->back->kpi[1] = leg->to[0];
    return leg;
}

void leg_tally(struct kpi *k, const struct attempt *t, const struct leg *leg,
               enum spread_kind kind, unsigned bin)
{
    for (size_t i = 0; i < LEG_NEARS + LEG_TOS; i++) {
        bool near = i < LEG_NEARS;
        uint32_t handle = !near           ? leg->to[i - LEG_NEARS]
                          : leg->has_near ? leg->near[i]
                                          : 0;
        int64_t start = near && leg->near[LEG_ALL] ? t->start : leg->start;
        struct kpi_group *g = kpi_by_handle(k, handle);
        struct kpi_counts *c = g ? kpi_counts_at(k, g, leg_second(start)) : NULL;
        if (c)
            spread_add(&c->spread, kind, bin, 1);
    }
}
