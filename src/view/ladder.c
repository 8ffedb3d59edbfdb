#include "view/ladder.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "view/alias.h"
#include "view/clock.h"
#include "view/participant.h"

#include <limits.h>
#include <stdlib.h>

/* Rungs of one ladder; a longer session ends in a note. */
enum { RUNGS_MAX = 10000 };
static const int64_t LONG_GAP = INT64_C(5000000000);

/* One thing that happened, before it is a row. */
struct item {
    int64_t time;
    uint64_t order;
    const struct msg *msg;
    const struct event *event;
    const struct call *call;
    unsigned leg;
};

struct build {
    const struct view *view;
    const struct ladder_options *options;
    struct ladder *ladder;
    VEC(struct item) items;
    VEC(struct ladder_row) rows;
    struct participants parties;
    struct strbuf text;
    bool failed, more;
};

void ladder_free(struct ladder *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->columns; i++) {
        free(l->column[i].label);
        free(l->column[i].role);
    }
    for (size_t i = 0; i < l->rows; i++)
        free(l->row[i].text);
    free(l->column);
    free(l->row);
    free(l->leg);
    free(l);
}

/* A copy with a NUL behind it; marks the build as failed when memory is short. */
static char *copy(struct build *b, const void *bytes, size_t n)
{
    char *p = malloc(n + 1);
    b->failed |= !p;
    if (!p)
        return NULL;
    if (n)
        memcpy(p, bytes, n);
    p[n] = 0;
    return p;
}

/* ---- what happened, in order of time ---- */

static void add_item(struct build *b, const struct item *item)
{
    if (b->items.n >= RUNGS_MAX)
        b->more = true;
    else if (!vec_push(&b->items, *item))
        b->failed = true;
}

static void gather_leg(struct build *b, const struct call *c, unsigned leg)
{
    for (const struct msg *m = c->first; m && !b->more; m = m->next) {
        if (!m->hop || (b->options->hide_copies && m->flags & MSG_COPY))
            continue;
        struct item item = {m->time, m->id, m, NULL, c, leg};
        add_item(b, &item);
    }
    for (const struct event *e = c->events; e && !b->more; e = e->next) {
        struct item item = {e->time, UINT64_MAX, NULL, e, c, leg};
        if (e->kind == EVENT_ICMP && e->hop)
            add_item(b, &item);
    }
}

static int by_time(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static void gather(struct build *b, const struct call *call)
{
    const struct session *s = b->options->session ? call->session : NULL;
    const struct call *c = s ? s->first : call;
    VEC(const struct call *) legs = {0};
    for (; c && !b->failed; c = s ? c->leg_next : NULL) {
        b->failed = !vec_push(&legs, c);
        gather_leg(b, c, (unsigned)legs.n - 1);
    }
    b->ladder->leg = legs.at;
    b->ladder->legs = legs.n;
    if (b->items.n)
        qsort(b->items.at, b->items.n, sizeof *b->items.at, by_time);
}

/* ---- participants ---- */

static void label(struct build *b, struct ladder_column *c)
{
    char text[ADDR_TEXT];
    struct addr ip = c->addr;
    const char *name = alias_find(b->view->aliases, &c->addr);
    if (b->options->by_host)
        ip.port = 0;
    size_t n = addr_format(&ip, text);
    c->label = name ? copy(b, name, strlen(name)) : copy(b, text, n);
}

/* Two ports of one host under one name: the port is added. */
static void tell_apart(struct build *b)
{
    struct ladder *l = b->ladder;
    for (size_t i = 0; i < l->columns && !b->failed; i++)
        for (size_t j = 0; j < i && !b->failed; j++) {
            struct ladder_column *c = &l->column[i];
            if (strcmp(c->label, l->column[j].label) != 0 || !c->addr.port)
                continue;
            b->text.n = 0;
            strbuf_str(&b->text, c->label);
            strbuf_printf(&b->text, ":%u", c->addr.port);
            free(c->label);
            c->label = copy(b, b->text.p, b->text.n);
        }
}

static void build_columns(struct build *b)
{
    struct ladder *l = b->ladder;
    for (size_t i = 0; i < b->items.n && !b->failed; i++)
        if (b->items.at[i].msg)
            b->failed =
                !participants_add(&b->parties, b->items.at[i].msg, b->items.at[i].leg);
    unsigned n = b->failed ? 0 : participants_fold(&b->parties, b->options->by_host);
    l->column = calloc(n ? n : 1, sizeof *l->column);
    b->failed |= !l->column;
    if (b->failed)
        return;
    l->columns = n;
    for (size_t i = 0; i < b->parties.list.n; i++) {
        const struct participant *p = &b->parties.list.at[i];
        if (!p->own)
            continue;
        l->column[p->column].addr = p->addr;
        l->column[p->column].leg = p->leg;
        label(b, &l->column[p->column]);
    }
    if (!b->failed)
        tell_apart(b);
}

/* ---- rows ---- */

static const char *icmp_text(const struct event *e)
{
    static const char *const V4[] = {"net unreachable", "host unreachable",
                                     "protocol unreachable", "port unreachable",
                                     "fragmentation needed"};
    static const char *const V6[] = {"no route", "prohibited", "beyond scope",
                                     "address unreachable", "port unreachable"};
    bool v6 = e->version == 6;
    if (e->type == (v6 ? 1 : 3))
        return e->code < 5                              ? (v6 ? V6 : V4)[e->code]
               : !v6 && (e->code == 9 || e->code == 10) ? "prohibited"
               : !v6 && e->code == 13                   ? "filtered"
                                                        : "unreachable";
    if (e->type == (v6 ? 3 : 11))
        return "time exceeded";
    return v6 && e->type == 2 ? "packet too big" : "error";
}

static void event_row(struct build *b, const struct event *e, struct ladder_row *row)
{
    char from[ADDR_TEXT];
    row->kind = LADDER_EVENT;
    row->event = e;
    row->from = participants_column(&b->parties, &e->hop->dst);
    row->to = participants_column(&b->parties, &e->hop->src);
    row->tone = TONE_BAD;
    b->text.n = 0;
    strbuf_printf(&b->text, "ICMP %s", icmp_text(e));
    if (memcmp(e->from.ip, e->hop->dst.ip, sizeof e->from.ip) != 0) {
        addr_format_ip(&e->from, from);
        strbuf_printf(&b->text, " from %s", from);
    }
    row->text = copy(b, b->text.p, b->text.n);
    if (row->from == UINT_MAX || row->to == UINT_MAX)
        row->from = row->to = 0;
}

/* User-Agent or Server of the sender, from the first of its messages that has one. */
static void note_role(struct build *b, struct ladder_column *c, const struct sip *sip)
{
    struct slice role = sip->header[SIP_H_USER_AGENT];
    if (!role.n)
        role = sip->header[SIP_H_SERVER];
    if (!c->role && role.n)
        c->role = copy(b, role.p, role.n);
}

static void message_text(struct build *b, const struct msg *m, struct ladder_row *row)
{
    struct sip sip = {0};
    struct strbuf line = {0};
    if (!view_text(b->view, m, &b->text))
        (void)sip_parse(slice_of(b->text.p, b->text.n), &sip);
    note_role(b, &b->ladder->column[row->from], &sip);
    if (m->malformed) {
        strbuf_printf(&line, "malformed: %s", reason_name(m->malformed));
    } else if (m->status) {
        struct slice phrase =
            sip.phrase.n ? sip.phrase : slice_str(sip_status_phrase(m->status));
        strbuf_u64(&line, m->status);
        strbuf_str(&line, phrase.n ? " " : "");
        strbuf_add(&line, phrase.p, phrase.n);
    } else {
        strbuf_str(&line, msg_method_name(m));
    }
    b->failed |= line.failed;
    row->text = copy(b, line.p, line.n);
    strbuf_done(&line);
}

/* Which repetition of its message this is: one more than the row that repeated it last.
 */
static unsigned repetition(const struct build *b, const struct msg *m)
{
    for (size_t i = b->rows.n; i--;) {
        const struct msg *before = b->rows.at[i].msg;
        if (before && (before == msg_same(m) || msg_same(before) == msg_same(m)))
            return b->rows.at[i].repeats + 1;
    }
    return 1;
}

static enum tone message_tone(const struct msg *m)
{
    if (m->flags & (MSG_RETRANSMISSION | MSG_COPY))
        return TONE_DIM;
    if (m->malformed)
        return TONE_BAD;
    return m->status ? tone_of_status(m->status) : TONE_REQUEST;
}

static void message_row(struct build *b, const struct msg *m, struct ladder_row *row)
{
    row->kind = LADDER_MESSAGE;
    row->msg = m;
    row->from = participants_column(&b->parties, &m->hop->src);
    row->to = participants_column(&b->parties, &m->hop->dst);
    row->mark = m->flags & MSG_SDP ? "sdp" : NULL;
    row->tone = message_tone(m);
    if (m->flags & MSG_RETRANSMISSION)
        row->repeats = repetition(b, m);
    message_text(b, m, row);
}

static void push(struct build *b, struct ladder_row *row)
{
    if (b->failed || !vec_push(&b->rows, *row)) {
        b->failed = true;
        free(row->text);
    }
}

static void gap_row(struct build *b, int64_t before, int64_t delta)
{
    struct ladder_row row = {.kind = LADDER_GAP, .time = before, .delta = delta};
    row.tone = TONE_DIM;
    b->text.n = 0;
    clock_span(&b->text, delta);
    row.text = copy(b, b->text.p, b->text.n);
    push(b, &row);
}

static void note_row(struct build *b, const char *text)
{
    struct ladder_row row = {.kind = LADDER_NOTE, .tone = TONE_WARN};
    if (b->rows.n)
        row.time = b->rows.at[b->rows.n - 1].time;
    row.text = copy(b, text, strlen(text));
    push(b, &row);
}

static void build_rows(struct build *b)
{
    for (size_t i = 0; i < b->items.n && !b->failed; i++) {
        const struct item *item = &b->items.at[i];
        struct ladder_row row = {.time = item->time, .call = item->call};
        row.delta = i ? item->time - item[-1].time : 0;
        if (!b->ladder->columns)
            break;
        if (row.delta > LONG_GAP)
            gap_row(b, item[-1].time, row.delta);
        if (item->msg)
            message_row(b, item->msg, &row);
        else
            event_row(b, item->event, &row);
        push(b, &row);
    }
    if (b->more && !b->failed)
        note_row(b, "more messages follow: only the first 10000 are drawn");
    b->ladder->row = b->rows.at;
    b->ladder->rows = b->rows.n;
}

struct ladder *ladder_build(const struct view *v, const struct call *call,
                            const struct ladder_options *options)
{
    struct build b = {
        .view = v, .options = options, .ladder = calloc(1, sizeof *b.ladder)};
    if (!b.ladder)
        return NULL;
    b.ladder->version = v->calls->version;
    gather(&b, call);
    build_columns(&b);
    build_rows(&b);
    vec_done(&b.items);
    participants_done(&b.parties);
    strbuf_done(&b.text);
    if (!b.failed)
        return b.ladder;
    ladder_free(b.ladder);
    return NULL;
}

/* ---- layout ---- */

enum {
    TIME_WIDTH = 12, /* "12:03:44.002" */
    MARGIN = 8,      /* half a label, on both sides */
    STEP_MIN = 16,
    STEP_USUAL = 24,
    STEP_MAX = 36,
    ARROW = 7, /* lines, blanks and head around the text of an arrow */
};

/* Step at which every text and label is whole. */
static unsigned wanted_step(const struct ladder *l)
{
    size_t most = STEP_USUAL;
    for (size_t i = 0; i < l->rows; i++) {
        const struct ladder_row *r = &l->row[i];
        unsigned span = r->from > r->to ? r->from - r->to : r->to - r->from;
        if (!span || !r->text)
            continue;
        size_t n = utf8_columns(r->text, strlen(r->text)) + ARROW;
        n += r->mark ? strlen(r->mark) + 2 : 0;
        n += r->repeats ? 4 : 0;
        most = n / span > most ? n / span : most;
    }
    return most > STEP_MAX ? STEP_MAX : (unsigned)most;
}

struct ladder_layout ladder_layout(const struct ladder *l, unsigned width)
{
    struct ladder_layout out = {.time_width = TIME_WIDTH, .first = TIME_WIDTH + MARGIN};
    unsigned steps = l->columns > 1 ? (unsigned)l->columns - 1 : 1;
    unsigned around = out.first + MARGIN, most = wanted_step(l);
    out.step = width > around ? (width - around) / steps : 0;
    if (out.step > most)
        out.step = most;
    if (out.step < STEP_MIN)
        out.step = STEP_MIN;
    out.width = around + out.step * (l->columns ? (unsigned)l->columns - 1 : 0);
    return out;
}
