#include "model/pair.h"
#include "model/streams.h"
#include "view/clock.h"
#include "view/ladder_event.h"
#include "view/ladder_work.h"
#include "view/verdict.h"

#include <limits.h>
#include <stdlib.h>

static const int64_t LONG_GAP = INT64_C(5000000000);

/* The hop's far end refused; its text names who said so. */
static void icmp_row(struct ladder_work *b, const struct event *e,
                     struct ladder_row *row)
{
    row->from = participants_column(&b->parties, &e->hop->dst);
    row->to = participants_column(&b->parties, &e->hop->src);
    row->tone = TONE_BAD;
}

static void stream_ends(const struct ladder_work *b, const struct ladder_item *item,
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

static void event_row(struct ladder_work *b, const struct ladder_item *item,
                      struct ladder_row *row)
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
    row->text = ladder_work_copy(b, b->text.n ? b->text.p : "", b->text.n);
}

static void media_row(struct ladder_work *b, const struct ladder_item *item,
                      struct ladder_row *row)
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
    row->text = ladder_work_copy(b, b->text.n ? b->text.p : "", b->text.n);
}

static const char *mark_of(const struct event *e)
{
    return e->kind == EVENT_HOLD ? "sdp hold" : "sdp resume";
}

/* What an event says of a message goes to the message's row. */
static void to_message(struct ladder_work *b, const struct event *e)
{
    for (size_t i = b->rows.n; i-- && b->rows.at[i].time == e->time;) {
        struct ladder_row *row = &b->rows.at[i];
        if (!row->msg || row->msg->frame != e->frame || row->msg->file != e->file)
            continue;
        if (e->kind != EVENT_DTMF)
            row->mark = mark_of(e);
        else if (!b->view->redact && e->value && row->text)
            ladder_work_append(b, row, e->value);
    }
}

/* True where a digit follows one of the same stream: it goes into the same row. */
static bool merge_digit(struct ladder_work *b, const struct ladder_item *item)
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
        ladder_work_append(b, row, b->view->redact ? "*" : e->value ? e->value : "?");
        return true;
    }
    return false;
}

/* True where the item has no row of its own. */
static bool joins_a_row(struct ladder_work *b, const struct ladder_item *item)
{
    if (!item->event)
        return false;
    if (ladder_event_of_message(item->event)) {
        to_message(b, item->event);
        return true;
    }
    return item->event->kind == EVENT_DTMF && merge_digit(b, item);
}
/* Marks what a row proves; information is no mark. */
static void note_proof(const struct ladder_work *b, struct ladder_row *row)
{
    const struct finding *f = verdict_of_row(b->view, row);
    if (!f || f->severity < SEVERITY_WARN)
        return;
    row->finding = f->id;
    row->rule = f->rule->id;
    row->proof_tone = verdict_tone(f->severity);
}

static void push(struct ladder_work *b, struct ladder_row *row)
{
    note_proof(b, row);
    if (!b->failed && ladder_work_fold(b, row)) {
        ladder_row_done(row);
        return;
    }
    if (b->failed || !vec_push(&b->rows, *row)) {
        b->failed = true;
        ladder_row_done(row);
    }
}

static void gap_row(struct ladder_work *b, int64_t before, int64_t delta)
{
    struct ladder_row row = {.kind = LADDER_GAP, .time = before, .delta = delta};
    row.tone = TONE_DIM;
    b->text.n = 0;
    clock_span(&b->text, delta);
    row.text = ladder_work_copy(b, b->text.p, b->text.n);
    push(b, &row);
}

static void note_row(struct ladder_work *b, enum tone tone, const char *text)
{
    struct ladder_row row = {.kind = LADDER_NOTE, .tone = tone};
    if (b->rows.n)
        row.time = b->rows.at[b->rows.n - 1].time;
    row.text = ladder_work_copy(b, text, strlen(text));
    push(b, &row);
}

/* What the box added between this stream and the one that carries the same media into
 * it. */
static void pair_note(struct ladder_work *b, const struct rtp_stream *s)
{
    struct pair_figures p;
    if (b->failed || !pair_figures(s, &p))
        return;
    double share =
        s->packets ? 100.0 * (double)p.lost / (double)(s->packets + p.lost) : 0;
    struct strbuf text = {0};
    if (p.lost || (p.has_delay && p.delay >= 1))
        strbuf_printf(&text, "the box between added %.1f %% loss", share);
    else
        strbuf_str(&text, "the same as before the box between");
    if (p.has_delay)
        strbuf_printf(&text, ", %.1f ms, jitter %.1f ms", p.delay, p.jitter);
    strbuf_printf(&text, " (against stream %u)", p.up);
    note_row(b, share >= 1 ? TONE_WARN : TONE_DIM, strbuf_cstr(&text));
    strbuf_done(&text);
}

/* An answered call with a description, and not one packet of it, though the capture has
 * media of others. */
static void silence_note(struct ladder_work *b)
{
    bool answered = false;
    if (!b->view->streams || b->options->hide_media || !b->view->streams->list.kept)
        return;
    for (size_t i = 0; i < b->ladder->legs; i++) {
        const struct call *c = b->ladder->leg[i];
        if (c->streams)
            return;
        answered |= c->invite && c->answer && c->offers;
    }
    if (answered)
        note_row(b, TONE_DIM, "no media of this call was captured");
}

void ladder_work_rows(struct ladder_work *b)
{
    for (size_t i = 0; i < b->items.n && !b->failed; i++) {
        const struct ladder_item *item = &b->items.at[i];
        struct ladder_row row = {.time = item->time, .call = item->call};
        row.delta = i ? item->time - item[-1].time : 0;
        if (!b->ladder->columns)
            break;
        if (joins_a_row(b, item))
            continue;
        if (row.delta > LONG_GAP)
            gap_row(b, item[-1].time, row.delta);
        if (item->msg)
            ladder_work_message(b, item->msg, &row);
        else if (item->event)
            event_row(b, item, &row);
        else
            media_row(b, item, &row);
        push(b, &row);
        if (item->stream && !item->event)
            pair_note(b, item->stream);
    }
    if (!b->failed)
        silence_note(b);
    if (b->more && !b->failed)
        note_row(b, TONE_WARN, "more messages follow: only the first 10000 are drawn");
    ladder_work_fold_columns(b);
    b->ladder->row = b->rows.at;
    b->ladder->rows = b->rows.n;
}
