#include "model/streams.h"
#include "view/ladder_event.h"
#include "view/ladder_work.h"

#include <stdlib.h>

/* Rungs of one ladder; a longer session ends in a note. */
enum { RUNGS_MAX = 10000 };

/* Order of what has the same time: messages, streams, events. */
enum { ORDER_STREAM = 40, ORDER_EVENT = 41 };

static void add_item(struct ladder_work *b, const struct ladder_item *item)
{
    if (b->items.n >= RUNGS_MAX)
        b->more = true;
    else if (!vec_push(&b->items, *item))
        b->failed = true;
}

static void gather_media(struct ladder_work *b, const struct call *c, unsigned leg)
{
    if (!b->view->streams || b->options->hide_media)
        return;
    for (const struct rtp_stream *s = c->streams; s && !b->more; s = s->call_next) {
        struct ladder_item item = {
            .time = s->start, .stream = s, .call = c, .leg = leg};
        item.order = UINT64_C(1) << ORDER_STREAM | s->id;
        if (s->packets)
            add_item(b, &item);
    }
}

static void gather_event(struct ladder_work *b, const struct event *e, unsigned leg)
{
    struct ladder_item item = {
        .time = e->time, .event = e, .call = e->call, .leg = leg};
    bool digit =
        e->kind == EVENT_DTMF || e->kind == EVENT_CODEC || e->kind == EVENT_REPORT;
    item.order = UINT64_C(1) << ORDER_EVENT | e->id;
    item.stream = digit && !b->options->hide_media ? ladder_event_stream(e) : NULL;
    if (item.stream || ladder_event_of_message(e) || (e->kind == EVENT_ICMP && e->hop))
        add_item(b, &item);
}

static void gather_leg(struct ladder_work *b, const struct call *c, unsigned leg)
{
    for (const struct msg *m = c->first; m && !b->more; m = m->next) {
        if (!m->hop || (b->options->hide_copies && m->flags & MSG_COPY))
            continue;
        struct ladder_item item = {m->time, m->id, m, NULL, NULL, c, leg};
        add_item(b, &item);
    }
    gather_media(b, c, leg);
    for (const struct event *e = c->events; e && !b->more; e = e->next)
        gather_event(b, e, leg);
}

static int by_time(const void *a, const void *b)
{
    const struct ladder_item *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

void ladder_work_gather(struct ladder_work *b, const struct call *call)
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
