#include "diagnose/state.h"

#include "diagnose/say.h"
#include "model/streams.h"

#include <limits.h>
#include <stdlib.h>

/* A call that changes is looked at again after this much capture time. */
#define AGAIN (5 * SECOND)

const char *verdict_name(unsigned verdict)
{
    static const char *const NAMES[] = {"unknown", "ok", "info", "warn", "crit"};
    return verdict < sizeof NAMES / sizeof *NAMES ? NAMES[verdict] : "?";
}

/* ---- findings ---- */

static uint64_t group_of(const struct draft *d, const struct finding *f)
{
    uint64_t key[2] = {d->group, d->alone ? f->id : 0};
    uint64_t hash = state_mix(0xcbf29ce484222325u, d->rule->id, strlen(d->rule->id));
    return state_mix(state_mix(hash, &d->peer, sizeof d->peer), key, sizeof key);
}

/* The id that the same rule had in this call before, so that ids stay. */
static uint32_t id_of(struct diagnose *d, struct finding *before,
                      const struct finding *f)
{
    for (struct finding *o = before; o; o = o->next)
        if (o->rule == f->rule && o->id && addr_eq(&o->peer, &f->peer)) {
            uint32_t id = o->id;
            o->id = 0;
            return id;
        }
    return ++d->next_id;
}

/* Turns the drafts into findings; `before` are those of the last time. */
static struct finding *keep_drafts(struct diagnose *d, struct finding *before)
{
    struct finding *list = NULL;
    for (size_t i = 0; i < d->exam.drafts; i++) {
        const struct draft *draft = &d->exam.draft[i];
        struct finding *f = finding_new(draft);
        if (!f)
            continue;
        f->id = id_of(d, before, f);
        f->group = group_of(draft, f);
        f->next = list;
        list = f;
        const struct call *c = f->call ? calls_by_id(d->exam.calls, f->call) : NULL;
        f->session = c && c->session ? c->session->id : f->call;
    }
    return finding_sort(list);
}

/* ---- examination ---- */

static unsigned kind_of(const struct call *c)
{
    if (c->invite)
        return RULE_INVITE;
    return c->method == SIP_REGISTER ? RULE_REGISTER : RULE_OTHER;
}

static void list_asked(struct diagnose *d)
{
    unsigned index = 0;
    for (unsigned kind = 0; kind < RULE_KINDS; kind++)
        d->asked[kind].n = 0;
    for (size_t i = 0; RULE_FAMILIES[i]; i++)
        for (size_t k = 0; k < RULE_FAMILIES[i]->n; k++, index++) {
            const struct rule *r = &RULE_FAMILIES[i]->rule[k];
            for (unsigned kind = 0; kind < RULE_KINDS; kind++)
                if (r->about & 1u << kind && r->look && !d->off[index])
                    d->asked[kind].rule[d->asked[kind].n++] = r;
        }
    d->listed = true;
}

static void ask_rules(struct diagnose *d, unsigned about)
{
    if (!d->listed)
        list_asked(d);
    const struct asked *a = &d->asked[__builtin_ctz(about)];
    for (size_t i = 0; i < a->n; i++)
        if (!(a->rule[i]->when & ~d->exam.facts))
            a->rule[i]->look(&d->exam, a->rule[i]);
}

static unsigned conclude(const struct exam *e, const struct finding *first)
{
    const struct call *c = e->call;
    unsigned worst = VERDICT_UNKNOWN, severity;
    for (const struct finding *f = first; f; f = f->next)
        if (strcmp(f->rule->id, "C13") != 0 &&
            (severity = (unsigned)VERDICT_INFO + f->severity) > worst)
            worst = severity;
    if (worst || e->unknown || c->incomplete)
        return worst;
    return call_state_finished(c->state) || c->state == CALL_ACTIVE ? VERDICT_OK
                                                                    : VERDICT_UNKNOWN;
}

static void examine(struct diagnose *d, struct seen *s, const struct call *call)
{
    struct finding *before = s->first;
    exam_begin(&d->exam, call);
    ask_rules(d, kind_of(call));
    s->first = keep_drafts(d, before);
    finding_free(before);
    s->verdict = (uint8_t)conclude(&d->exam, s->first);
    s->examined = true;
    s->version = call->version;
    s->at = d->scope.last;
    s->open = !call_state_finished(call->state) || d->scope.last - call->newest < AGAIN;
    d->changed |= before || s->first;
}

static bool is_due(const struct diagnose *d, const struct seen *s,
                   const struct call *call)
{
    if (s->examined && s->version == call->version && !s->open)
        return false;
    if (d->over)
        return true;
    if (!s->examined && !call_state_finished(call->state))
        return d->scope.last - call->start >= AGAIN;
    return s->examined ? d->scope.last - s->at >= AGAIN
                       : d->scope.last - call->newest >= SECOND / 2;
}

/* Tells of it where it changed. The listener raises the call's version: which is no
 * reason to look at the call again. */
static void tell(struct diagnose *d, struct seen *s, const struct call *call)
{
    uint64_t shown = state_digest(d, s);
    bool known = s->version == call->version;
    if (shown == s->shown)
        return;
    s->shown = shown;
    d->news(d->news_ctx, s->call);
    if (known)
        s->version = call->version;
}

static void tell_all(struct diagnose *d)
{
    const struct calls *c = d->exam.calls;
    for (size_t i = 0; d->news && i < d->seen.n; i++) {
        struct seen *s = &d->seen.at[i];
        const struct call *call =
            s->first || s->shown || s->verdict ? calls_by_id(c, s->call) : NULL;
        if (call)
            tell(d, s, call);
    }
    d->looked = c->version;
}

static void examine_capture(struct diagnose *d)
{
    struct finding *before = d->capture;
    d->looked_at_all = true;
    d->exam.call = NULL;
    d->exam.facts = UINT_MAX;
    d->exam.drafts = 0;
    d->exam.txns = 0;
    ask_rules(d, RULE_CAPTURE);
    d->capture = keep_drafts(d, before);
    d->changed |= before || d->capture;
    finding_free(before);
}

static void run_begin(struct diagnose *d, bool over)
{
    d->over = over;
    d->looked = d->exam.calls->version;
    d->changed = d->due = false;
    d->next = d->next_call = d->linked = 0;
    d->running = true;
    d->looked_at_all = false;
    scope_note(d);
    state_drop(d);
    (void)state_take(d);
}

/* What the calls after row i hold, which are looked at next: a processor waits longer
 * for that than rules think about it. */
static void fetch_ahead(const struct calls *c, size_t i)
{
    enum { FIRST = 4, REST = 2 };
    if (i + FIRST < c->list.n && c->list.at[i + FIRST])
        arena_fetch_first(c->list.at[i + FIRST]);
    const struct call *next = i + REST < c->list.n ? c->list.at[i + REST] : NULL;
    if (next)
        arena_fetch(&next->arena);
}

/* Looks at the next calls, at most `most`. Both lists are in order of id. */
static void run_calls(struct diagnose *d, size_t most)
{
    const struct calls *c = d->exam.calls;
    size_t k = d->next_call;
    for (; d->next < d->seen.n && most; d->next++, most--) {
        struct seen *s = &d->seen.at[d->next];
        while (k < c->list.n && (!c->list.at[k] || c->list.at[k]->id < s->call))
            k++;
        const struct call *call = k < c->list.n ? calls_row(c, k) : NULL;
        fetch_ahead(c, k);
        if (call && call->id == s->call && is_due(d, s, call))
            examine(d, s, call);
    }
    d->next_call = k;
}

/* Causes and consequences of the next calls, at most `most`. */
static void run_causes(struct diagnose *d, size_t most)
{
    for (; d->linked < d->seen.n && most; d->linked++, most--)
        if (d->seen.at[d->linked].first)
            cause_link(d, &d->seen.at[d->linked]);
}

static void run_end(struct diagnose *d)
{
    tell_all(d);
    if (d->changed)
        state_list(d);
    d->running = false;
}

void diagnose_run(struct diagnose *d, bool over)
{
    const struct calls *c = d->exam.calls;
    if (d->over || (!over && c->version == d->looked && c->now == d->scope.last))
        return;
    run_begin(d, over);
    run_calls(d, SIZE_MAX);
    examine_capture(d);
    run_causes(d, SIZE_MAX);
    run_end(d);
}

bool diagnose_step(struct diagnose *d, size_t calls)
{
    enum { CHEAPER = 16 }; /* linking beside examining */
    if (d->over && !d->running)
        return false;
    if (!d->running) {
        run_begin(d, true);
    } else if (d->next < d->seen.n) {
        run_calls(d, calls);
    } else if (!d->looked_at_all) {
        examine_capture(d);
    } else if (d->linked < d->seen.n) {
        run_causes(d, calls * CHEAPER);
    } else {
        run_end(d);
    }
    return d->running;
}

void diagnose_end(struct diagnose *d)
{
    d->due = !d->over;
}

/* Readers call it first. */
static void settle(const struct diagnose *d)
{
    if (d->due)
        diagnose_run(d->self, true);
}

void diagnose_listen(struct diagnose *d, void (*news)(void *ctx, uint32_t call),
                     void *ctx)
{
    d->news = news;
    d->news_ctx = ctx;
}

/* ---- readers ---- */

struct diagnose *diagnose_new(const struct calls *calls, const struct streams *streams,
                              const struct ledger *ledger, struct text *text)
{
    struct diagnose *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->self = d;
    thresholds_init(&d->limits);
    d->exam.calls = calls;
    d->exam.streams = streams;
    d->exam.ledger = ledger;
    d->exam.text = text;
    d->exam.limit = &d->limits;
    d->exam.scope = &d->scope;
    d->exam.all = d;
    return d;
}

void diagnose_free(struct diagnose *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->seen.n; i++)
        finding_free(d->seen.at[i].first);
    finding_free(d->capture);
    vec_done(&d->seen);
    vec_done(&d->rows);
    exam_done(&d->exam);
    free(d);
}

struct thresholds *diagnose_thresholds(struct diagnose *d)
{
    return &d->limits;
}

bool diagnose_switch(struct diagnose *d, const char *rule, bool on)
{
    const struct rule *r = rule_find(rule);
    if (r)
        d->off[rule_index(r)] = !on, d->listed = false;
    return r != NULL;
}

uint64_t diagnose_version(const struct diagnose *d)
{
    settle(d);
    return d->version;
}

size_t diagnose_count(const struct diagnose *d)
{
    settle(d);
    return d->rows.n;
}

const struct finding *diagnose_at(const struct diagnose *d, size_t i)
{
    settle(d);
    return i < d->rows.n ? d->rows.at[i] : NULL;
}

const struct finding *diagnose_by_id(const struct diagnose *d, uint32_t id)
{
    settle(d);
    for (size_t i = 0; id && i < d->rows.n; i++)
        if (d->rows.at[i]->id == id)
            return d->rows.at[i];
    return NULL;
}

const struct finding *diagnose_of(const struct diagnose *d, uint32_t call)
{
    settle(d);
    if (!call)
        return d->capture;
    const struct seen *s = state_seen(d, call);
    return s ? s->first : NULL;
}

enum verdict diagnose_verdict(const struct diagnose *d, uint32_t call)
{
    settle(d);
    const struct seen *s = state_seen(d, call);
    return s ? (enum verdict)s->verdict : VERDICT_UNKNOWN;
}

/* The cause of a finding, in another leg of its session. */
static const struct finding *elsewhere(const struct diagnose *d,
                                       const struct finding *f)
{
    const struct call *c = calls_by_id(d->exam.calls, f->call);
    for (c = c && c->session ? c->session->first : NULL; c; c = c->leg_next)
        for (const struct finding *g = diagnose_of(d, c->id); g; g = g->next)
            if (g->id == f->cause)
                return g;
    return NULL;
}

const struct finding *diagnose_headline(const struct diagnose *d, uint32_t call)
{
    const struct finding *first = diagnose_of(d, call), *headline = first;
    int worst = first && !first->cause ? (int)first->severity : -1;
    for (const struct finding *f = first; f; f = f->next) {
        const struct finding *g =
            f->cause && (int)f->severity > worst ? elsewhere(d, f) : NULL;
        if (!g)
            continue;
        headline = g;
        worst = (int)f->severity;
    }
    return headline;
}
