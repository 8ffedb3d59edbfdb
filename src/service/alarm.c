#include "service/alarm.h"

#include "base/vec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATES_MOST = 2000 };

/* The state of a rule for one group. */
struct held {
    char rule[64], group[64];
    struct alarm_state state;
    double value;
    int64_t raised_at, seen;
};

struct alarms {
    VEC(struct alarm_rule) rules;
    VEC(struct held) held;
};

void alarms_free(struct alarms *a)
{
    if (!a)
        return;
    vec_done(&a->rules);
    vec_done(&a->held);
    free(a);
}

struct alarms *alarms_new(const struct alarm_rule *rules, size_t n)
{
    struct alarms *a = calloc(1, sizeof *a);
    if (a && !alarms_replace(a, rules, n)) {
        alarms_free(a);
        return NULL;
    }
    return a;
}

static const struct alarm_rule *rule_of(const struct alarms *a, const char *name)
{
    for (size_t i = 0; i < a->rules.n; i++)
        if (!strcmp(a->rules.at[i].name, name))
            return &a->rules.at[i];
    return NULL;
}

/* No padding is compared: rules come from the same reader, which zeroes them. */
static bool same_rule(const struct alarm_rule *a, const struct alarm_rule *b)
{
    return a && b && a->value == b->value && a->below == b->below &&
           a->threshold == b->threshold && a->clear == b->clear && a->hold == b->hold &&
           a->span == b->span && a->kind == b->kind && a->way == b->way &&
           a->each == b->each && !strcmp(a->group, b->group);
}

static void forget_changed(struct alarms *a, const struct alarm_rule *rules, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->held.n; i++) {
        const struct alarm_rule *before = rule_of(a, a->held.at[i].rule), *now = NULL;
        for (size_t k = 0; k < n; k++)
            if (!strcmp(rules[k].name, a->held.at[i].rule))
                now = &rules[k];
        if (same_rule(before, now))
            a->held.at[kept++] = a->held.at[i];
    }
    a->held.n = kept;
}

bool alarms_replace(struct alarms *a, const struct alarm_rule *rules, size_t n)
{
    if (n > a->rules.n && !vec_reserve(&a->rules, n - a->rules.n))
        return false;
    forget_changed(a, rules, n);
    if (n)
        memcpy(a->rules.at, rules, n * sizeof *rules);
    a->rules.n = n;
    return true;
}

/* ---- one state ---- */

static bool is_beyond(const struct alarm_rule *r, double value, double limit)
{
    return r->below ? value < limit : value > limit;
}

bool alarm_step(struct alarm_state *s, const struct alarm_rule *r, int64_t now,
                double value)
{
    if (!isfinite(value)) {
        if (!s->raised)
            s->since = 0;
        return false;
    }
    /* Raised, it waits for the value to be back behind `clear`; until then for it to be
     * beyond the threshold. */
    bool turning =
        s->raised ? !is_beyond(r, value, r->clear) : is_beyond(r, value, r->threshold);
    if (!turning) {
        s->since = 0;
        return false;
    }
    if (!s->since || now < s->since)
        s->since = now;
    if (now - s->since < r->hold)
        return false;
    s->raised = !s->raised;
    return true;
}

/* ---- the rules against the board ---- */

static struct held *held_find(const struct alarms *a, const struct alarm_rule *r,
                              const char *group)
{
    for (size_t i = 0; i < a->held.n; i++)
        if (!strcmp(a->held.at[i].rule, r->name) && !strcmp(a->held.at[i].group, group))
            return &a->held.at[i];
    return NULL;
}

static struct held *held_add(struct alarms *a, const struct alarm_rule *r,
                             const char *group)
{
    struct held one = {.seen = 0};
    snprintf(one.rule, sizeof one.rule, "%s", r->name);
    snprintf(one.group, sizeof one.group, "%s", group);
    if (a->held.n == STATES_MOST || !vec_push(&a->held, one))
        return NULL;
    return &a->held.at[a->held.n - 1];
}

struct look {
    struct alarms *alarms;
    int64_t now;
    alarm_each *each;
    void *ctx;
};

static void look_at(struct look *l, const struct alarm_rule *r, const char *group,
                    double value)
{
    /* Only what begins to be wrong gets a state: there may be many peers. */
    bool beyond = isfinite(value) && is_beyond(r, value, r->threshold);
    struct held *h = held_find(l->alarms, r, group);
    if (!h && (!beyond || !(h = held_add(l->alarms, r, group))))
        return;
    h->seen = l->now;
    int64_t since = h->state.since ? h->state.since : l->now;
    if (isfinite(value))
        h->value = value;
    if (!alarm_step(&h->state, r, l->now, value))
        return;
    h->state.since = 0;
    h->raised_at = h->state.raised ? l->now : 0;
    struct alarm_event e = {r, h->group, value, l->now, since, h->state.raised};
    l->each(l->ctx, &e);
}

static void look_at_board(struct look *l, const struct alarm_rule *r,
                          const struct board *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct board_row *row = &b->row[i];
        if (row->way != r->way || (!r->each && strcmp(row->name, r->group) != 0))
            continue;
        look_at(l, r, r->kind == KPI_ALL && !*r->group ? "" : row->name,
                alarm_value_of(r->value, row));
        if (!r->each)
            return;
    }
}

/* A name may be that of a trunk or of a peer. */
static void look_by(struct look *l, const struct alarm_rule *r, const struct view *v)
{
    const enum kpi_kind named[] = {KPI_TRUNK, KPI_PEER};
    size_t n = *r->group ? 2 : 1;
    for (size_t i = 0; i < n; i++) {
        struct board_options o = {.kind = *r->group ? named[i] : r->kind,
                                  .ways = r->way != KPI_BOTH,
                                  .seconds = r->span};
        struct board *b = board_build(v, &o);
        if (!b)
            return;
        look_at_board(l, r, b);
        board_free(b);
    }
}

/* States that say nothing any more, of peers that are gone, leave. */
static void forget_quiet(struct alarms *a, int64_t now)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->held.n; i++) {
        const struct held *h = &a->held.at[i];
        bool idle = !h->state.raised && (!h->state.since || now - h->seen > 3600);
        if (!idle)
            a->held.at[kept++] = *h;
    }
    a->held.n = kept;
}

void alarms_update(struct alarms *a, const struct view *v, int64_t now,
                   alarm_each *each, void *ctx)
{
    struct look l = {a, now, each, ctx};
    for (size_t i = 0; i < a->rules.n; i++)
        look_by(&l, &a->rules.at[i], v);
    forget_quiet(a, now);
}

bool alarms_raised(const struct alarms *a, size_t i, struct alarm_event *out)
{
    for (size_t k = 0; k < a->held.n; k++) {
        const struct held *h = &a->held.at[k];
        if (!h->state.raised || i--)
            continue;
        *out = (struct alarm_event){rule_of(a, h->rule), h->group,     h->value,
                                    h->raised_at,        h->raised_at, true};
        return out->rule != NULL;
    }
    return false;
}

/* ---- in words ---- */

static void add_value(struct strbuf *b, const struct alarm_rule *r, double v)
{
    const char *unit = alarm_value_unit(r->value);
    strbuf_printf(b, "%.4g%s%s", v, *unit ? " " : "", unit);
}

static void add_time(struct strbuf *b, int64_t s)
{
    if (s < 120)
        strbuf_printf(b, "%d s", (int)s);
    else if (s < 7200)
        strbuf_printf(b, "%d min", (int)(s / 60));
    else
        strbuf_printf(b, "%d h", (int)(s / 3600));
}

void alarm_text(const struct alarm_event *e, struct strbuf *out)
{
    const struct alarm_rule *r = e->rule;
    strbuf_printf(out, "%s: %s%s%s ", r->name, e->group, *e->group ? " " : "",
                  alarm_value_name(r->value));
    add_value(out, r, e->value);
    strbuf_printf(out, e->raised ? " %c " : ", was %c ", r->below ? '<' : '>');
    add_value(out, r, r->threshold);
    if (e->raised && e->time > e->since) {
        strbuf_str(out, " for ");
        add_time(out, e->time - e->since);
    }
}
