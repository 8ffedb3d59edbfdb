#include "view/verdict.h"
#include "base/hash.h"
#include "base/vec.h"
#include "model/streams.h"
#include "view/clock.h"
#include "view/ladder.h"

#include <stdlib.h>

enum { SUMMARY = 4, FRAMES = 12 };

enum tone verdict_tone(unsigned severity)
{
    static const enum tone TONES[] = {TONE_PLAIN, TONE_WARN, TONE_BAD};
    return severity < SEVERITY_COUNT ? TONES[severity] : TONE_PLAIN;
}

const char *verdict_kind_name(enum verdict_kind kind)
{
    static const char *const NAMES[] = {"", "Evidence", "Why", "Do", "Then", "Same"};
    return NAMES[kind];
}

/* ---- groups ---- */

struct grouping {
    const struct view *view;
    VEC(struct verdict_group) list;
    struct hash by_key; /* place in the list plus one, as a pointer */
};

static bool same_group(const void *value, const void *key)
{
    const struct grouping *g = ((const void *const *)key)[0];
    const struct finding *f = ((const void *const *)key)[1];
    return g->list.at[(uintptr_t)value - 1].worst->group == f->group;
}

static struct verdict_group *group_of(struct grouping *g, const struct finding *f)
{
    const void *key[] = {g, f};
    void *place = hash_find(&g->by_key, f->group, same_group, key);
    if (place)
        return &g->list.at[(uintptr_t)place - 1];
    struct verdict_group row = {.worst = f};
    if (!vec_push(&g->list, row) ||
        hash_add(&g->by_key, f->group, (void *)(uintptr_t)g->list.n))
        return NULL;
    return &g->list.at[g->list.n - 1];
}

static bool worse(const struct finding *a, const struct finding *b)
{
    return a->severity != b->severity ? a->severity > b->severity
                                      : a->confidence > b->confidence;
}

static void take(struct grouping *g, const struct finding *f)
{
    struct verdict_group *row = f->cause ? NULL : group_of(g, f);
    if (!row)
        return;
    if (worse(f, row->worst))
        row->worst = f;
    if (!f->call)
        return;
    if (row->calls && row->call[(row->calls - 1) % VERDICT_CALLS] == f->call)
        return;
    if (row->calls < VERDICT_CALLS)
        row->call[row->calls] = f->call;
    row->calls++;
    const struct call *c = calls_by_id(g->view->calls, f->call);
    if (c && (!row->since || c->start < row->since))
        row->since = c->start;
}

static int by_weight(const void *a, const void *b)
{
    const struct verdict_group *x = a, *y = b;
    if (x->worst->severity != y->worst->severity)
        return y->worst->severity - x->worst->severity;
    if (x->calls != y->calls)
        return x->calls < y->calls ? 1 : -1;
    if (x->worst->confidence != y->worst->confidence)
        return y->worst->confidence - x->worst->confidence;
    return (x->worst->id > y->worst->id) - (x->worst->id < y->worst->id);
}

static bool ended_badly(const struct call *c)
{
    return c->state == CALL_REJECTED || c->state == CALL_FAILED ||
           c->state == CALL_TIMEOUT || c->state == CALL_CHALLENGED;
}

static void count_calls(const struct view *v, struct verdict_groups *out)
{
    for (size_t i = 0; i < v->calls->list.n; i++) {
        const struct call *c = v->calls->list.at[i];
        out->calls += c && c->invite;
        out->failed += c && c->invite && ended_badly(c);
    }
}

struct verdict_groups *verdict_groups(const struct view *v)
{
    struct grouping g = {.view = v};
    struct verdict_groups *out = calloc(1, sizeof *out);
    size_t n = v->diagnosis ? diagnose_count(v->diagnosis) : 0;
    if (!out)
        return NULL;
    out->worst = VERDICT_OK;
    for (size_t i = 0; i < n; i++) {
        const struct finding *f = diagnose_at(v->diagnosis, i);
        if (VERDICT_INFO + (unsigned)f->severity > out->worst)
            out->worst = VERDICT_INFO + (unsigned)f->severity;
        take(&g, f);
    }
    if (g.list.n)
        qsort(g.list.at, g.list.n, sizeof *g.list.at, by_weight);
    hash_done(&g.by_key);
    out->group = g.list.at;
    out->n = g.list.n;
    count_calls(v, out);
    return out;
}

void verdict_groups_free(struct verdict_groups *g)
{
    if (g)
        free(g->group);
    free(g);
}

/* "CODEC_MISMATCH" as "codec mismatch". */
static void plain_name(struct strbuf *out, const char *name)
{
    for (; *name; name++)
        strbuf_char(out, *name == '_' ? ' ' : (char)slice_lower((uint8_t)*name));
}

static void add_ip(struct strbuf *out, const struct addr *a)
{
    char text[ADDR_TEXT];
    strbuf_add(out, text, addr_format_ip(a, text));
}

void verdict_summary(const struct view *v, const struct verdict_groups *g,
                     struct strbuf *out)
{
    (void)v;
    strbuf_printf(out, "%llu call%s, %llu failed", (unsigned long long)g->calls,
                  g->calls == 1 ? "" : "s", (unsigned long long)g->failed);
    const char *before = ": ";
    unsigned shown = 0;
    for (size_t i = 0; i < g->n && shown < SUMMARY; i++) {
        const struct verdict_group *row = &g->group[i];
        if (row->worst->severity < SEVERITY_WARN)
            break;
        strbuf_str(out, before);
        if (row->calls)
            strbuf_printf(out, "%u ", row->calls);
        plain_name(out, row->worst->rule->name);
        if (row->worst->peer.family) {
            strbuf_str(out, " (");
            add_ip(out, &row->worst->peer);
            strbuf_char(out, ')');
        }
        before = ", ";
        shown++;
    }
    if (shown < g->n && shown == SUMMARY)
        strbuf_str(out, ", ...");
}

/* ---- panel ---- */

struct building {
    const struct view *view;
    VEC(struct verdict_line) list;
    struct strbuf text;
    bool failed;
};

static void push(struct building *b, enum verdict_kind kind, const struct finding *f)
{
    const char *text = strbuf_cstr(&b->text);
    struct verdict_line line = {kind, f, strdup(text)};
    b->text.n = 0;
    if (!line.text || !vec_push(&b->list, line)) {
        free(line.text);
        b->failed = true;
    }
}

static void add_sender(struct strbuf *out, const struct addr *from)
{
    strbuf_str(out, " by ");
    add_ip(out, from);
    strbuf_str(out, ", ");
}

static void add_message(const struct msg *m, struct strbuf *out)
{
    const char *phrase = m->status ? sip_status_phrase(m->status) : "";
    if (m->status)
        strbuf_printf(out, "%u%s%s", m->status, *phrase ? " " : "", phrase);
    else
        strbuf_str(out, msg_method_name(m));
    strbuf_str(out, m->flags & MSG_RETRANSMISSION ? " again" : "");
    if (m->hop)
        add_sender(out, &m->hop->src);
}

void verdict_evidence(const struct view *v, const struct evidence *e,
                      struct strbuf *out)
{
    const struct msg *m = e->msg ? calls_msg_by_id(v->calls, e->msg) : NULL;
    const struct rtp_stream *s =
        e->stream && v->streams ? rows_find(&v->streams->list, e->stream) : NULL;
    const char *codec = s ? rtp_stream_codec(s) : NULL;
    if (m) {
        add_message(m, out);
    } else if (s) {
        strbuf_str(out, codec ? codec : "RTP");
        add_sender(out, &s->src);
    }
    strbuf_printf(out, "frame %llu", (unsigned long long)e->frame);
}

static void evidence_line(struct building *b, const struct finding *f)
{
    if (!f->nevidence)
        return;
    strbuf_str(&b->text, f->nevidence > 1 ? "frames " : "frame ");
    for (size_t i = 0; i < f->nevidence && i < FRAMES; i++) {
        strbuf_str(&b->text, i ? ", " : "");
        strbuf_u64(&b->text, f->evidence[i].frame);
    }
    if (f->nevidence > FRAMES)
        strbuf_printf(&b->text, " ... %llu",
                      (unsigned long long)f->evidence[f->nevidence - 1].frame);
    push(b, VERDICT_EVIDENCE, f);
}

static void same_line(struct building *b, const struct finding *f)
{
    unsigned n = 0;
    int64_t since = 0;
    const struct diagnose *d = b->view->diagnosis;
    for (size_t i = 0; f->call && i < diagnose_count(d); i++) {
        const struct finding *o = diagnose_at(d, i);
        if (o->group != f->group || o->call == f->call || o->cause)
            continue;
        const struct call *c = calls_by_id(b->view->calls, o->call);
        if (c && (!since || c->start < since))
            since = c->start;
        n++;
    }
    if (!n)
        return;
    strbuf_printf(&b->text, "the same cause in %u other call%s", n, n > 1 ? "s" : "");
    if (f->peer.family) {
        strbuf_str(&b->text, ", ");
        add_ip(&b->text, &f->peer);
    }
    if (since) {
        strbuf_str(&b->text, ", since ");
        clock_time(&b->text, since, b->view->utc, 0);
    }
    push(b, VERDICT_SAME, f);
}

static void finding_lines(struct building *b, const struct finding *f,
                          const struct finding *all)
{
    strbuf_str(&b->text, f->headline);
    push(b, VERDICT_HEADLINE, f);
    evidence_line(b, f);
    strbuf_str(&b->text, *f->detail ? f->detail : f->rule->meaning);
    if (*f->rule->reference)
        strbuf_printf(&b->text, "  %s", f->rule->reference);
    push(b, VERDICT_WHY, f);
    strbuf_str(&b->text, f->remedy);
    push(b, VERDICT_DO, f);
    for (const struct finding *o = all; o; o = o->next)
        if (o->cause == f->id) {
            strbuf_str(&b->text, o->headline);
            push(b, VERDICT_THEN, o);
        }
    same_line(b, f);
}

/* The finding of another leg that stands for this call. */
static const struct finding *elsewhere(const struct view *v, const struct call *call,
                                       const struct finding *own)
{
    const struct finding *f = call ? diagnose_headline(v->diagnosis, call->id) : NULL;
    for (const struct finding *o = own; o; o = o->next)
        if (o == f)
            return NULL;
    return f;
}

struct verdict_panel *verdict_panel(const struct view *v, const struct call *call)
{
    struct building b = {.view = v};
    struct verdict_panel *p = calloc(1, sizeof *p);
    const struct finding *own =
        v->diagnosis ? diagnose_of(v->diagnosis, call ? call->id : 0) : NULL;
    const struct finding *other = own ? elsewhere(v, call, own) : NULL;
    if (!p)
        return NULL;
    if (other)
        finding_lines(&b, other, own);
    for (const struct finding *f = own; f && !b.failed; f = f->next)
        if (!f->cause)
            finding_lines(&b, f, own);
    p->line = b.list.at;
    p->n = b.list.n;
    strbuf_done(&b.text);
    if (!b.failed)
        return p;
    verdict_panel_free(p);
    return NULL;
}

void verdict_panel_free(struct verdict_panel *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n; i++)
        free(p->line[i].text);
    free(p->line);
    free(p);
}

const struct finding **verdict_sorted(const struct view *v, const struct call *call,
                                      size_t *n)
{
    VEC(const struct finding *) list = {0};
    size_t all = v->diagnosis ? diagnose_count(v->diagnosis) : 0;
    for (size_t i = 0; i < all; i++) {
        const struct finding *f = diagnose_at(v->diagnosis, i);
        if ((!call || f->call == call->id) && !vec_push(&list, f))
            break;
    }
    if (list.n)
        qsort(list.at, list.n, sizeof *list.at, finding_compare);
    *n = list.n;
    return list.at;
}

static bool proves(const struct evidence *e, const struct ladder_row *row)
{
    if (row->msg)
        return e->msg == row->msg->id;
    if (row->event)
        return !e->msg && e->frame == row->event->frame && e->file == row->event->file;
    return row->kind == LADDER_MEDIA && e->stream && e->stream == row->stream;
}

const struct finding *verdict_of_row(const struct view *v, const struct ladder_row *row)
{
    const struct finding *f =
        v->diagnosis && row->call ? diagnose_of(v->diagnosis, row->call->id) : NULL;
    for (; f; f = f->next)
        for (size_t i = 0; i < f->nevidence; i++)
            if (proves(&f->evidence[i], row))
                return f;
    return NULL;
}

uint32_t verdict_next_same(const struct view *v, const struct finding *f)
{
    uint32_t first = 0, next = 0;
    for (size_t i = 0; f->call && i < diagnose_count(v->diagnosis); i++) {
        const struct finding *o = diagnose_at(v->diagnosis, i);
        if (o->group != f->group || o->cause || !o->call || o->call == f->call)
            continue;
        if (!first || o->call < first)
            first = o->call;
        if (o->call > f->call && (!next || o->call < next))
            next = o->call;
    }
    return next ? next : first;
}

const struct finding *verdict_of_stream(const struct view *v, uint32_t call,
                                        uint32_t stream)
{
    const struct finding *f = v->diagnosis ? diagnose_of(v->diagnosis, call) : NULL;
    for (; f; f = f->next)
        for (size_t i = 0; i < f->nevidence; i++)
            if (f->evidence[i].stream == stream)
                return f;
    return NULL;
}

const struct finding *verdict_headline(const struct view *v, const struct call *call)
{
    return v->diagnosis ? diagnose_headline(v->diagnosis, call->id) : NULL;
}
