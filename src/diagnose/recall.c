/* Verdicts and findings as a database has them. */
#include "diagnose/state.h"

#include "model/restore.h"
#include "model/streams.h"

#include <stdlib.h>

static struct seen *place_of(struct diagnose *d, const struct call *call)
{
    struct seen *s = state_seen(d, call->id);
    return s || !state_take(d) ? s : state_seen(d, call->id);
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
    bool whole = state_take(d);
    for (size_t i = 0; i < d->seen.n; i++) {
        struct seen *s = &d->seen.at[i];
        whole = whole && s->examined;
        s->shown = state_digest(d, s);
    }
    d->scope.last = d->exam.calls->now;
    d->layout = d->exam.calls->layout;
    state_list(d);
    return whole;
}
