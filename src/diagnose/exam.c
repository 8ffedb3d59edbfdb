#include "diagnose/exam.h"
#include "base/ledger.h"

#include <string.h>

static void see_txn(struct exam *e, const struct txn *t)
{
    const struct call *c = e->call;
    if (t->final && t->final->status >= 300)
        e->facts |= WHEN_REFUSED;
    if (t->retransmissions)
        e->facts |= WHEN_REPEATED;
    if (!t->initial || (t->method == SIP_INVITE && !t->near)) {
        if (t->method == SIP_INVITE && !t->initial && t->request)
            e->reinvited = t;
        return;
    }
    if (t->method != c->method && !(c->invite && t->method == SIP_INVITE))
        return;
    e->first = t;
    if (t->final && (t->final->status == 401 || t->final->status == 407))
        e->challenges++;
}

void exam_begin(struct exam *e, const struct call *call)
{
    size_t n = 0;
    e->call = call;
    e->first = e->reinvited = NULL;
    e->challenges = 0;
    e->facts = (e->streams ? WHEN_MEDIA : 0u) | (call->streams ? WHEN_STREAMS : 0u) |
               (call->bye ? WHEN_BYE : 0u);
    e->drafts = 0;
    e->unknown = false;
    if (e->next_text) /* messages of other calls may lie there by now */
        for (size_t i = 0; i < EXAM_TEXTS; i++)
            e->texts[i].msg = NULL;
    e->next_text = 0;
    for (const struct txn *t = call->txns; t; t = t->next)
        n++;
    e->txns = n < EXAM_TXNS ? n : EXAM_TXNS;
    /* The list is newest first; of a very long call the oldest are looked at. */
    for (const struct txn *t = call->txns; t; t = t->next)
        if (--n < EXAM_TXNS)
            e->txn[n] = t;
    for (size_t i = 0; i < e->txns; i++)
        see_txn(e, e->txn[i]);
}

void exam_done(struct exam *e)
{
    for (size_t i = 0; i < EXAM_TEXTS; i++)
        strbuf_done(&e->texts[i].text);
    for (size_t i = 0; i < EXAM_DRAFTS; i++) {
        strbuf_done(&e->draft[i].headline);
        strbuf_done(&e->draft[i].detail);
        strbuf_done(&e->draft[i].remedy);
    }
}

bool exam_allows(struct exam *e, const struct rule *r)
{
    enum {
        TOUCHED = CALL_INCOMPLETE_HOLE | CALL_INCOMPLETE_CUT |
                  CALL_INCOMPLETE_FRAGMENT | CALL_INCOMPLETE_DROPS |
                  CALL_INCOMPLETE_LIMIT,
    };
    unsigned bits = e->call->incomplete;
    bool allowed = true;
    if (r->needs & NEED_START && bits & CALL_INCOMPLETE_START)
        allowed = false;
    if (r->needs & NEED_WHOLE && (bits & TOUCHED || e->scope->drops))
        allowed = false;
    if (r->needs & NEED_BOTH && e->scope->one_sided)
        allowed = false;
    if (!allowed)
        e->unknown = true;
    /* Signalling alone can be judged, too: without media its verdict is not unknown. */
    if (r->needs & NEED_MEDIA && !e->scope->media)
        allowed = false;
    return allowed && (!(r->needs & NEED_ANSWER) || e->call->answer);
}

static bool read_text(struct exam *e, const struct msg *m, struct strbuf *out)
{
    out->n = 0;
    if (!e->text || m->text.file == SPAN_NONE || !m->text.length)
        return false;
    char *p = strbuf_room(out, m->text.length);
    if (!p || e->text->get(e->text, m->text, (uint8_t *)p))
        return false;
    out->n = m->text.length;
    return true;
}

const struct sip *exam_sip(struct exam *e, const struct msg *m)
{
    if (!m)
        return NULL;
    for (size_t i = 0; i < EXAM_TEXTS; i++)
        if (e->texts[i].msg == m)
            return e->texts[i].text.n ? &e->texts[i].sip : NULL;
    struct exam_text *t = &e->texts[e->next_text++ % EXAM_TEXTS];
    t->msg = m;
    t->sip = (struct sip){0};
    e->reads++;
    if (!read_text(e, m, &t->text))
        return NULL;
    (void)sip_parse(slice_of(t->text.p, t->text.n), &t->sip);
    return &t->sip;
}

struct slice exam_header(struct exam *e, const struct msg *m, enum sip_header h)
{
    const struct sip *sip = exam_sip(e, m);
    return sip ? sip->header[h] : (struct slice){0};
}

struct draft *exam_find(struct exam *e, const struct rule *r, unsigned severity,
                        unsigned confidence)
{
    if (e->drafts == EXAM_DRAFTS)
        return NULL;
    struct draft *d = &e->draft[e->drafts++];
    d->rule = r;
    d->headline.n = d->detail.n = d->remedy.n = 0;
    d->nevidence = 0;
    d->peer = (struct addr){.family = 0};
    d->group = 0;
    d->call = e->call ? e->call->id : 0;
    d->severity = (uint8_t)severity;
    d->confidence = (uint8_t)confidence;
    d->alone = false;
    return d;
}

bool exam_found(const struct exam *e, const char *id)
{
    for (size_t i = 0; i < e->drafts; i++)
        if (!strcmp(e->draft[i].rule->id, id))
            return true;
    return false;
}

static void add(struct draft *d, const struct evidence *evidence)
{
    for (size_t i = 0; i < d->nevidence; i++)
        if (d->evidence[i].frame == evidence->frame &&
            d->evidence[i].file == evidence->file)
            return;
    if (d->nevidence < EXAM_EVIDENCE)
        d->evidence[d->nevidence++] = *evidence;
}

void draft_msg(struct draft *d, const struct msg *m)
{
    if (!m)
        return;
    struct evidence e = {
        .frame = m->frame, .file = m->file, .msg = m->id, .time = m->time};
    add(d, &e);
}

void draft_event(struct draft *d, const struct event *event)
{
    struct evidence e = {
        .frame = event->frame, .file = event->file, .time = event->time};
    add(d, &e);
}

void draft_frame(struct draft *d, uint16_t file, uint64_t frame, int64_t time)
{
    struct evidence e = {.frame = frame, .file = file, .time = time};
    if (time)
        add(d, &e);
}

void draft_repeats(struct draft *d, const struct msg *m)
{
    if (!m)
        return;
    draft_msg(d, m);
    for (const struct msg *next = m->next; next; next = next->next)
        if (next->flags & MSG_RETRANSMISSION && next->same == m)
            draft_msg(d, next);
}

void draft_peer(struct draft *d, const struct addr *a)
{
    d->peer = *a;
    d->peer.port = 0;
}

bool exam_passed(const struct exam *e, int64_t time, int64_t ns)
{
    return e->scope->last - time >= ns;
}
