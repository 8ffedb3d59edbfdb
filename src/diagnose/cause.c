#include "diagnose/state.h"

#include "diagnose/say.h"

/* Is `g` why `f` happened? The leg further on explains the same fault in an earlier
 * one. */
static bool causes(const struct finding *g, const struct finding *f)
{
    if (g == f || g->cause == f->id)
        return false;
    if (g->rule == f->rule)
        return g->call > f->call && f->severity > SEVERITY_INFO;
    return rule_explains(g->rule->id, f->rule->id);
}

static const struct finding *cause_in(const struct finding *list,
                                      const struct finding *f)
{
    for (const struct finding *g = list; g; g = g->next)
        if (causes(g, f))
            return g;
    return NULL;
}

static uint32_t find_cause(const struct diagnose *d, const struct call *call,
                           const struct finding *own, const struct finding *f)
{
    enum { LEGS = 16 };
    const struct finding *g = cause_in(own, f);
    unsigned legs = LEGS;
    const struct call *c = call->session ? call->session->first : NULL;
    for (; c && !g && legs; c = c->leg_next, legs--) {
        const struct seen *s = c == call ? NULL : state_seen(d, c->id);
        g = s ? cause_in(s->first, f) : NULL;
    }
    for (const struct finding *o = d->capture; o && !g; o = o->next)
        if ((!o->peer.family || addr_same_ip(&o->peer, &f->peer)) &&
            rule_explains(o->rule->id, f->rule->id))
            g = o;
    return g ? g->id : 0;
}

void cause_link(struct diagnose *d, struct seen *s)
{
    const struct call *call = calls_by_id(d->exam.calls, s->call);
    if (!call || !s->first)
        return;
    for (struct finding *f = s->first; f; f = f->next)
        f->cause = find_cause(d, call, s->first, f);
    s->first = finding_sort(s->first);
}
