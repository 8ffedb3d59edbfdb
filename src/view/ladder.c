#include "view/ladder.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "model/streams.h"
#include "view/alias.h"
#include "view/clock.h"
#include "view/ladder_event.h"
#include "view/participant.h"
#include "view/verdict.h"

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
    const struct rtp_stream *stream; /* that begins, or of the event */
    const struct call *call;
    unsigned leg;
};

/* Order of what has the same time: messages, streams, events. */
enum { ORDER_STREAM = 40, ORDER_EVENT = 41 };

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

static void row_free(struct ladder_row *row)
{
    free(row->text);
    ladder_media_free(row->media);
}

void ladder_free(struct ladder *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->columns; i++) {
        free(l->column[i].label);
        free(l->column[i].role);
    }
    for (size_t i = 0; i < l->rows; i++)
        row_free(&l->row[i]);
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

static void gather_media(struct build *b, const struct call *c, unsigned leg)
{
    if (!b->view->streams || b->options->hide_media)
        return;
    for (const struct rtp_stream *s = c->streams; s && !b->more; s = s->call_next) {
        struct item item = {.time = s->start, .stream = s, .call = c, .leg = leg};
        item.order = UINT64_C(1) << ORDER_STREAM | s->id;
        if (s->packets)
            add_item(b, &item);
    }
}

static void gather_event(struct build *b, const struct event *e, unsigned leg)
{
    struct item item = {.time = e->time, .event = e, .call = e->call, .leg = leg};
    bool digit = e->kind == EVENT_DTMF || e->kind == EVENT_CODEC;
    item.order = UINT64_C(1) << ORDER_EVENT | e->id;
    item.stream = digit && !b->options->hide_media ? ladder_event_stream(e) : NULL;
    if (item.stream || ladder_event_of_message(e) || (e->kind == EVENT_ICMP && e->hop))
        add_item(b, &item);
}

static void gather_leg(struct build *b, const struct call *c, unsigned leg)
{
    for (const struct msg *m = c->first; m && !b->more; m = m->next) {
        if (!m->hop || (b->options->hide_copies && m->flags & MSG_COPY))
            continue;
        struct item item = {m->time, m->id, m, NULL, NULL, c, leg};
        add_item(b, &item);
    }
    gather_media(b, c, leg);
    for (const struct event *e = c->events; e && !b->more; e = e->next)
        gather_event(b, e, leg);
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

/* Who announced an address in a description of the call; NULL: nobody. */
static const struct addr *announcer(const struct call *c, const struct addr *a)
{
    for (const struct offer *o = c->offers; o; o = o->next)
        for (unsigned i = 0; i < o->text->lines && o->msg->hop; i++) {
            const struct addr *said = &o->text->line[i].addr;
            if (said->family == a->family && !memcmp(said->ip, a->ip, sizeof a->ip))
                return &o->msg->hop->src;
        }
    return NULL;
}

static bool add_media(struct build *b, const struct item *item)
{
    const struct rtp_stream *s = item->stream;
    return participants_add_media(&b->parties, &s->src, announcer(item->call, &s->src),
                                  item->leg) &&
           participants_add_media(&b->parties, &s->dst, announcer(item->call, &s->dst),
                                  item->leg);
}

static void build_columns(struct build *b)
{
    struct ladder *l = b->ladder;
    for (size_t i = 0; i < b->items.n && !b->failed; i++)
        if (b->items.at[i].msg)
            b->failed =
                !participants_add(&b->parties, b->items.at[i].msg, b->items.at[i].leg);
    for (size_t i = 0; i < b->items.n && !b->failed; i++)
        if (b->items.at[i].stream)
            b->failed = !add_media(b, &b->items.at[i]);
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

/* The hop's far end refused; its text names who said so. */
static void icmp_row(struct build *b, const struct event *e, struct ladder_row *row)
{
    row->from = participants_column(&b->parties, &e->hop->dst);
    row->to = participants_column(&b->parties, &e->hop->src);
    row->tone = TONE_BAD;
}

static void stream_ends(const struct build *b, const struct item *item,
                        struct ladder_row *row)
{
    const struct rtp_stream *s = item->stream;
    row->stream = s->id;
    row->from = participants_media_column(&b->parties, &s->src, item->leg);
    row->to = participants_media_column(&b->parties, &s->dst, item->leg);
}

static void check_ends(struct ladder_row *row)
{
    if (row->from == UINT_MAX || row->to == UINT_MAX)
        row->from = row->to = 0;
}

static void event_row(struct build *b, const struct item *item, struct ladder_row *row)
{
    row->kind = LADDER_EVENT;
    row->event = item->event;
    if (item->event->kind == EVENT_ICMP)
        icmp_row(b, item->event, row);
    else
        stream_ends(b, item, row);
    check_ends(row);
    b->text.n = 0;
    ladder_event_text(b->view, item->event, &b->text);
    row->text = copy(b, b->text.n ? b->text.p : "", b->text.n);
}

static void media_row(struct build *b, const struct item *item, struct ladder_row *row)
{
    enum { TEXT_ROOM = 100 };
    row->kind = LADDER_MEDIA;
    stream_ends(b, item, row);
    check_ends(row);
    row->media = ladder_media_new(b->view, item->stream);
    b->failed |= !row->media;
    if (b->failed)
        return;
    row->tone = ladder_media_tone(row->media);
    b->text.n = 0;
    ladder_media_text(row->media, TEXT_ROOM, false, &b->text);
    row->text = copy(b, b->text.n ? b->text.p : "", b->text.n);
}

/* Adds a blank and more to a row's text. */
static void append(struct build *b, struct ladder_row *row, const char *more)
{
    size_t n = strlen(row->text), m = strlen(more);
    char *p = realloc(row->text, n + m + 2);
    b->failed |= !p;
    if (!p)
        return;
    p[n] = ' ';
    memcpy(p + n + 1, more, m + 1);
    row->text = p;
}

static const char *mark_of(const struct event *e)
{
    return e->kind == EVENT_HOLD ? "sdp hold" : "sdp resume";
}

/* What an event says of a message goes to the message's row. */
static void to_message(struct build *b, const struct event *e)
{
    for (size_t i = b->rows.n; i-- && b->rows.at[i].time == e->time;) {
        struct ladder_row *row = &b->rows.at[i];
        if (!row->msg || row->msg->frame != e->frame || row->msg->file != e->file)
            continue;
        if (e->kind != EVENT_DTMF)
            row->mark = mark_of(e);
        else if (!b->view->redact && e->value && row->text)
            append(b, row, e->value);
    }
}

/* True where a digit follows one of the same stream: it goes into the same row. */
static bool merge_digit(struct build *b, const struct item *item)
{
    static const int64_t APART = INT64_C(4000000000);
    const struct event *e = item->event;
    for (size_t i = b->rows.n; i--;) {
        struct ladder_row *row = &b->rows.at[i];
        if (!row->event || row->event->kind != EVENT_DTMF)
            return false;
        if (row->event->stream != e->stream)
            continue;
        if (item[-1].time + APART < item->time)
            return false;
        append(b, row, b->view->redact ? "*" : e->value ? e->value : "?");
        return true;
    }
    return false;
}

/* True where the item has no row of its own. */
static bool joins_a_row(struct build *b, const struct item *item)
{
    if (!item->event)
        return false;
    if (ladder_event_of_message(item->event)) {
        to_message(b, item->event);
        return true;
    }
    return item->event->kind == EVENT_DTMF && merge_digit(b, item);
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

/* An encoding name that is worth its room: no digits, no comfort noise. */
static bool is_sound(const struct str *name)
{
    return name && !slice_ieq(slice_of(name->p, name->n), SLICE("telephone-event")) &&
           !slice_ieq(slice_of(name->p, name->n), SLICE("CN"));
}

/* "(PCMA opus 192.0.2.1:4000 sendonly)": of each line of a description. */
static void sdp_text(struct build *b, const struct msg *m, struct ladder_row *row)
{
    char address[ADDR_TEXT];
    const struct offer *o = m->call ? m->call->offers : NULL;
    while (o && o->msg != m)
        o = o->next;
    for (unsigned i = 0; o && i < o->text->lines && !b->failed; i++) {
        const struct offer_media *line = &o->text->line[i];
        b->text.n = 0;
        strbuf_char(&b->text, '(');
        for (unsigned k = 0; k < line->codecs; k++)
            if (is_sound(line->codec[k].name)) {
                strbuf_add(&b->text, line->codec[k].name->p, line->codec[k].name->n);
                strbuf_char(&b->text, ' ');
            }
        addr_format(&line->addr, address);
        strbuf_str(&b->text, line->addr.port ? address : "refused");
        if (line->direction != SDP_SENDRECV)
            strbuf_printf(&b->text, " %s", sdp_direction_name(line->direction));
        strbuf_char(&b->text, ')');
        append(b, row, strbuf_cstr(&b->text));
    }
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
    if (b->options->sdp && !b->failed)
        sdp_text(b, m, row);
}

/* Marks what a row proves; information is no mark. */
static void note_proof(const struct build *b, struct ladder_row *row)
{
    const struct finding *f = verdict_of_row(b->view, row);
    if (!f || f->severity < SEVERITY_WARN)
        return;
    row->finding = f->id;
    row->rule = f->rule->id;
    row->proof_tone = verdict_tone(f->severity);
}

static void push(struct build *b, struct ladder_row *row)
{
    note_proof(b, row);
    if (b->failed || !vec_push(&b->rows, *row)) {
        b->failed = true;
        row_free(row);
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
        if (joins_a_row(b, item))
            continue;
        if (row.delta > LONG_GAP)
            gap_row(b, item[-1].time, row.delta);
        if (item->msg)
            message_row(b, item->msg, &row);
        else if (item->event)
            event_row(b, item, &row);
        else
            media_row(b, item, &row);
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
    STEP_MEDIA = 60, /* the same for streams and descriptions */
    ARROW = 7,       /* lines, blanks and head around the text of an arrow */
};

/* Columns that a row would have on its arrow; not more than is worth it. */
static size_t wanted(const struct ladder_row *r, unsigned span)
{
    size_t n = utf8_columns(r->text, strlen(r->text)) + ARROW;
    n += r->mark ? strlen(r->mark) + 2 : 0;
    n += r->repeats ? 4 : 0;
    size_t most = r->kind == LADDER_MEDIA || r->mark ? STEP_MEDIA : STEP_MAX;
    return n / span < most ? n / span : most;
}

/* Step at which every text and label is whole. */
static unsigned wanted_step(const struct ladder *l)
{
    size_t most = STEP_USUAL;
    for (size_t i = 0; i < l->rows; i++) {
        const struct ladder_row *r = &l->row[i];
        unsigned span = r->from > r->to ? r->from - r->to : r->to - r->from;
        size_t n = span && r->text ? wanted(r, span) : 0;
        most = n > most ? n : most;
    }
    return (unsigned)most;
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
