#include "diagnose/diagnose.h"
#include "base/ledger.h"
#include "base/vec.h"
#include "diagnose/exam.h"
#include "diagnose/say.h"
#include "model/restore.h"
#include "model/streams.h"

#include <stdlib.h>

/* A call that changes is looked at again after this much capture time. */
#define AGAIN (5 * SECOND)

/* What is kept of a call. */
struct seen {
    uint64_t version; /* of the call when it was examined */
    int64_t at;       /* capture time then */
    struct finding *first;
    uint64_t shown; /* digest of what is said of the call; 0: nothing */
    uint32_t call;
    uint8_t verdict; /* of what was concluded here: enum verdict */
    bool open;       /* time alone may change what is said */
    bool examined;
};

struct diagnose {
    struct diagnose *self; /* readers may bring it up to date */
    struct exam exam;
    struct thresholds limits;
    struct scope scope;
    bool off[RULE_MAX];
    VEC(struct seen) seen; /* by id of the call */
    struct finding *capture;
    VEC(struct finding *) rows;
    uint64_t version, layout, looked; /* looked: calls->version at the last run */
    uint32_t next_id;
    size_t next;      /* of `seen`: the next to examine in this run */
    size_t next_call; /* where its call is in the model's list, or before */
    bool running;     /* a run is begun and not finished */
    bool due;         /* over, but not run yet: a reader does it */
    bool over, changed;
    struct asked {
        const struct rule *rule[RULE_MAX];
        size_t n;
    } asked[RULE_KINDS]; /* rules that look at a kind of call, in order */
    bool listed;         /* asked is filled in */
    void (*news)(void *ctx, uint32_t call); /* NULL: nobody listens */
    void *news_ctx;
};

const char *verdict_name(unsigned verdict)
{
    static const char *const NAMES[] = {"unknown", "ok", "info", "warn", "crit"};
    return verdict < sizeof NAMES / sizeof *NAMES ? NAMES[verdict] : "?";
}

/* ---- findings ---- */

/* FNV-1a, the same in every run: groups of several stored captures can be held against
 * each other. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t group_of(const struct draft *d, const struct finding *f)
{
    uint64_t key[2] = {d->group, d->alone ? f->id : 0};
    uint64_t hash = mix(0xcbf29ce484222325u, d->rule->id, strlen(d->rule->id));
    return mix(mix(hash, &d->peer, sizeof d->peer), key, sizeof key);
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

/* ---- causes ---- */

static struct seen *seen_of(const struct diagnose *d, uint32_t call)
{
    size_t low = 0, high = d->seen.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (d->seen.at[middle].call < call)
            low = middle + 1;
        else
            high = middle;
    }
    return low < d->seen.n && d->seen.at[low].call == call ? &d->seen.at[low] : NULL;
}

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
        const struct seen *s = c == call ? NULL : seen_of(d, c->id);
        g = s ? cause_in(s->first, f) : NULL;
    }
    for (const struct finding *o = d->capture; o && !g; o = o->next)
        if ((!o->peer.family || addr_same_ip(&o->peer, &f->peer)) &&
            rule_explains(o->rule->id, f->rule->id))
            g = o;
    return g ? g->id : 0;
}

static void link_causes(struct diagnose *d, struct seen *s)
{
    const struct call *call = calls_by_id(d->exam.calls, s->call);
    if (!call || !s->first)
        return;
    for (struct finding *f = s->first; f; f = f->next)
        f->cause = find_cause(d, call, s->first, f);
    s->first = finding_sort(s->first);
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

/* What rows, filters and ladders show of it: the verdict and the findings. */
static uint64_t digest_of(const struct diagnose *d, const struct seen *s)
{
    uint64_t hash = s->verdict || s->first ? s->verdict | 1u << 8 : 0;
    for (const struct finding *f = s->first; f; f = f->next) {
        uint32_t of[] = {f->id, f->cause, f->severity, f->confidence};
        hash = mix(mix(hash, of, sizeof of), f->headline, strlen(f->headline));
    }
    const struct finding *f =
        s->first && s->first->cause ? diagnose_headline(d, s->call) : NULL;
    return f ? mix(hash, f->headline, strlen(f->headline)) : hash;
}

/* Tells of it where it changed. The listener raises the call's version: which is no
 * reason to look at the call again. */
static void tell(struct diagnose *d, struct seen *s, const struct call *call)
{
    uint64_t shown = digest_of(d, s);
    bool known = s->version == call->version;
    if (shown == s->shown)
        return;
    s->shown = shown;
    if (d->news)
        d->news(d->news_ctx, s->call);
    if (known)
        s->version = call->version;
}

static void tell_all(struct diagnose *d)
{
    const struct calls *c = d->exam.calls;
    for (size_t i = 0; i < d->seen.n; i++) {
        struct seen *s = &d->seen.at[i];
        const struct call *call =
            s->first || s->shown || s->verdict ? calls_by_id(c, s->call) : NULL;
        if (call)
            tell(d, s, call);
    }
    d->looked = c->version;
}

/* Calls that were given up leave. Both lists are in order of id. */
static void drop_gone(struct diagnose *d)
{
    size_t n = 0;
    if (d->layout == d->exam.calls->layout)
        return;
    d->layout = d->exam.calls->layout;
    for (size_t i = 0; i < d->seen.n; i++) {
        struct seen *s = &d->seen.at[i];
        if (calls_by_id(d->exam.calls, s->call)) {
            d->seen.at[n++] = *s;
            continue;
        }
        d->changed |= s->first != NULL;
        finding_free(s->first);
    }
    d->seen.n = n;
}

static void note_hops(struct diagnose *d)
{
    const struct hash *h = &d->exam.calls->hops.by_addr;
    d->scope.hops = d->scope.one_way = 0;
    for (size_t i = 0; i < h->cap; i++) {
        const struct hop *hop = h->slot[i].value; /* the first of its pair */
        if (!hop || (!hop->last && !hop->back->last))
            continue;
        d->scope.hops++;
        d->scope.one_way += !hop->last || !hop->back->last;
    }
}

static void note_media(struct diagnose *d)
{
    size_t answered = 0, with = 0;
    const struct calls *c = d->exam.calls;
    d->scope.media = d->exam.streams && d->exam.streams->list.last;
    for (size_t i = 0; d->scope.media && i < c->list.n; i++) {
        const struct call *call = c->list.at[i];
        answered += call && call->answer;
        with += call && call->answer && call->streams;
    }
    d->scope.media_usual = with * 2 >= answered;
}

/* What one direction alone cannot show: requests with their responses; nor is it full
 * of repetitions, which a peer that is dead brings about. */
static bool shows_both(const struct calls *c)
{
    enum { LOOKS = 2000 };
    uint64_t all = 0, whole = 0, messages = 0, repeated = 0;
    for (size_t i = c->list.n > LOOKS ? c->list.n - LOOKS : 0; i < c->list.n; i++) {
        const struct call *call = c->list.at[i];
        if (!call)
            continue;
        messages += call->messages;
        repeated += call->retransmissions;
        for (const struct txn *t = call->txns; t; t = t->next) {
            all++;
            whole += t->request && t->responses;
        }
    }
    return whole * 20 > all || repeated * 2 > messages;
}

static void note_scope(struct diagnose *d)
{
    static const uint32_t DROPS[] = {LEDGER_KERNEL_DROP, LEDGER_INTERFACE_DROP,
                                     LEDGER_RING_DROP};
    enum { MESSAGES = 20, SHARE = 95 };
    struct scope *s = &d->scope;
    const struct calls *c = d->exam.calls;
    s->last = c->now;
    s->over = d->over;
    s->drops = 0;
    note_media(d);
    for (size_t i = 0; i < sizeof DROPS / sizeof *DROPS; i++)
        s->drops += ledger_total(d->exam.ledger, DROPS[i]);
    if (!s->first && c->list.n && c->list.at[0])
        s->first = c->list.at[0]->start;
    note_hops(d);
    s->one_sided = c->msgs_seen >= MESSAGES && s->one_way * 100 >= s->hops * SHARE &&
                   !shows_both(c);
}

static void examine_capture(struct diagnose *d)
{
    struct finding *before = d->capture;
    d->exam.call = NULL;
    d->exam.drafts = 0;
    d->exam.txns = 0;
    ask_rules(d, RULE_CAPTURE);
    d->capture = keep_drafts(d, before);
    d->changed |= before || d->capture;
    finding_free(before);
}

/* A place for every call of the model, in order of id. */
static bool take_calls(struct diagnose *d)
{
    const struct calls *c = d->exam.calls;
    uint32_t newest = d->seen.n ? d->seen.at[d->seen.n - 1].call : 0;
    size_t from = c->list.n;
    while (from && (!c->list.at[from - 1] || c->list.at[from - 1]->id > newest))
        from--;
    for (size_t i = from; i < c->list.n; i++) {
        struct seen s = {.call = c->list.at[i] ? c->list.at[i]->id : 0};
        if (s.call && !vec_push(&d->seen, s))
            return false;
    }
    return true;
}

static void list_rows(struct diagnose *d)
{
    d->rows.n = 0;
    for (struct finding *f = d->capture; f; f = f->next)
        (void)vec_push(&d->rows, f);
    for (size_t i = 0; i < d->seen.n; i++)
        for (struct finding *f = d->seen.at[i].first; f; f = f->next)
            (void)vec_push(&d->rows, f);
    d->version++;
}

static void run_begin(struct diagnose *d, bool over)
{
    d->over = over;
    d->looked = d->exam.calls->version;
    d->changed = d->due = false;
    d->next = d->next_call = 0;
    d->running = true;
    note_scope(d);
    drop_gone(d);
    (void)take_calls(d);
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
        if (k < c->list.n && c->list.at[k]->id == s->call &&
            is_due(d, s, c->list.at[k]))
            examine(d, s, c->list.at[k]);
    }
    d->next_call = k;
}

static void run_end(struct diagnose *d)
{
    examine_capture(d);
    for (size_t i = 0; i < d->seen.n; i++)
        if (d->seen.at[i].first)
            link_causes(d, &d->seen.at[i]);
    tell_all(d);
    if (d->changed)
        list_rows(d);
    d->running = false;
}

void diagnose_run(struct diagnose *d, bool over)
{
    const struct calls *c = d->exam.calls;
    if (d->over || (!over && c->version == d->looked && c->now == d->scope.last))
        return;
    run_begin(d, over);
    run_calls(d, SIZE_MAX);
    run_end(d);
}

bool diagnose_step(struct diagnose *d, size_t calls)
{
    if (d->over && !d->running)
        return false;
    if (!d->running)
        run_begin(d, true);
    run_calls(d, calls);
    if (d->next == d->seen.n)
        run_end(d);
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

/* ---- as it was stored ---- */

static struct seen *place_of(struct diagnose *d, const struct call *call)
{
    struct seen *s = seen_of(d, call->id);
    return s || !take_calls(d) ? s : seen_of(d, call->id);
}

void diagnose_restore_verdict(struct diagnose *d, const struct call *call,
                              struct slice verdict)
{
    struct seen *s = place_of(d, call);
    if (!s)
        return;
    s->verdict = VERDICT_UNKNOWN;
    for (unsigned i = VERDICT_OK; i <= VERDICT_CRIT; i++)
        if (slice_eq(verdict, slice_str(verdict_name(i))))
            s->verdict = (uint8_t)i;
    s->examined = true;
    s->version = call->version;
}

/* The message or stream of the call that has the frame. */
static struct evidence evidence_of(const struct stored_finding *in, size_t i)
{
    const struct call *c = in->call;
    struct evidence e = {.frame = in->frames[i].frame, .file = in->frames[i].file};
    for (const struct msg *m = c ? c->first : NULL; m; m = m->next)
        if (m->frame == e.frame && m->file == e.file) {
            e.msg = m->id;
            e.time = m->time;
            return e;
        }
    for (const struct rtp_stream *s = c ? c->streams : NULL; s; s = s->call_next)
        if (s->frame == e.frame) {
            e.stream = s->id;
            e.time = s->start;
        }
    for (const struct event *o = c ? c->events : NULL; o && !e.time; o = o->next)
        if (o->frame == e.frame && o->file == e.file)
            e.time = o->time;
    return e;
}

static void add_slice(struct strbuf *b, struct slice s)
{
    strbuf_add(b, s.p, s.n);
}

static unsigned severity_of(struct slice name)
{
    unsigned i = SEVERITY_CRIT;
    while (i > SEVERITY_INFO && !slice_eq(name, slice_str(severity_name(i))))
        i--;
    return i;
}

/* "D03-89abcdef": the upper half of the hash. */
static uint64_t read_group(struct slice text)
{
    char digits[9] = "";
    if (text.n > 8)
        memcpy(digits, text.p + text.n - 8, 8);
    return (uint64_t)strtoul(digits, NULL, 16) << 32;
}

static struct finding *recall(struct draft *draft, const struct stored_finding *in)
{
    draft->nevidence = 0;
    for (size_t i = 0; i < in->nframes && i < EXAM_EVIDENCE; i++) {
        struct evidence e = evidence_of(in, i);
        if (!e.time && i) /* of another call: they are stored in order of time */
            e.time = draft->evidence[i - 1].time;
        draft->evidence[draft->nevidence++] = e;
    }
    add_slice(&draft->headline, in->headline);
    add_slice(&draft->detail, in->detail);
    add_slice(&draft->remedy, in->remedy);
    struct finding *f = finding_new(draft);
    if (!f)
        return NULL;
    const struct call *c = in->call;
    f->id = in->id;
    f->cause = in->cause;
    f->group = read_group(in->group);
    f->session = c && c->session ? c->session->id : f->call;
    return f;
}

void diagnose_restore(struct diagnose *d, const struct stored_finding *in)
{
    char name[16] = "";
    if (in->rule.n && in->rule.n < sizeof name)
        memcpy(name, in->rule.p, in->rule.n);
    const struct rule *rule = rule_find(name);
    struct seen *s = in->call ? place_of(d, in->call) : NULL;
    if (!rule || (in->call && !s))
        return;
    d->exam.call = in->call;
    d->exam.drafts = 0;
    struct draft *draft =
        exam_find(&d->exam, rule, severity_of(in->severity), in->confidence);
    (void)addr_parse(in->peer, &draft->peer);
    struct finding **list = s ? &s->first : &d->capture;
    size_t n = 0;
    for (const struct finding *o = *list; o; o = o->next)
        n++;
    struct finding *f = n < EXAM_DRAFTS ? recall(draft, in) : NULL;
    if (!f)
        return;
    f->next = *list;
    *list = finding_sort(f);
    d->next_id = f->id > d->next_id ? f->id : d->next_id;
}

bool diagnose_restored(struct diagnose *d)
{
    bool whole = take_calls(d);
    for (size_t i = 0; i < d->seen.n; i++) {
        struct seen *s = &d->seen.at[i];
        whole = whole && s->examined;
        s->shown = digest_of(d, s);
    }
    d->scope.last = d->exam.calls->now;
    d->layout = d->exam.calls->layout;
    list_rows(d);
    return whole;
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
    const struct seen *s = seen_of(d, call);
    return s ? s->first : NULL;
}

enum verdict diagnose_verdict(const struct diagnose *d, uint32_t call)
{
    settle(d);
    const struct seen *s = seen_of(d, call);
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
    const struct finding *f = diagnose_of(d, call), *g = NULL;
    if (f && f->cause)
        g = elsewhere(d, f);
    return g ? g : f;
}
