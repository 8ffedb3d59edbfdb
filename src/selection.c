#include "selection.h"

#include "dissect/packet.h"
#include "model/rtp_stream.h"

#include <stdlib.h>

#define KEY(file, number) ((uint64_t)(file) << 48 | ((number)&0xffffffffffff))

/* How long before a message the first frame of it may have come, and how long after the
 * last packet of a stream reports about it may. */
#define BEFORE INT64_C(5000000000)
#define AFTER  INT64_C(6000000000)

void selection_done(struct selection *s)
{
    vec_done(&s->wanted);
    vec_done(&s->spans);
    vec_done(&s->flows);
}

/* Only what cannot be read again is in the spool for good. */
static bool in_spool(const struct trace *t, uint16_t file)
{
    return file < source_merge_count(t->sources) &&
           source_merge_at(t->sources, file)->state.live;
}

static bool add_msg(struct selection *s, const struct msg *m)
{
    struct selection_span span = {m->time, m->time};
    size_t n;
    const uint64_t *frames = msg_frames(m, &n);
    bool ok = vec_push(&s->wanted, KEY(m->file, m->frame));
    for (size_t i = 0; i < n && ok; i++)
        ok = vec_push(&s->wanted, KEY(m->file, frames[i]));
    if (n)
        span.from -= BEFORE;
    return ok && vec_push(&s->spans, span);
}

static bool add_flow(struct selection *s, struct addr a, struct addr b, unsigned up,
                     const struct selection_span *span)
{
    a.port = (uint16_t)(a.port + up);
    b.port = (uint16_t)(b.port + up);
    struct addr both[2] = {a, b};
    struct selection_flow f = {hash_bytes(both, sizeof both), span->from, span->to};
    return vec_push(&s->flows, f);
}

/* A stream, the other way (reports about it), and RTCP on the ports above. */
static bool add_stream(struct selection *s, const struct rtp_stream *m, int64_t after)
{
    struct selection_span span = {m->start > after ? m->start : after + 1,
                                  m->end + AFTER};
    bool ok = true;
    if (m->end <= after)
        return true;
    for (unsigned up = 0; up < 2; up++)
        ok = ok && add_flow(s, m->src, m->dst, up, &span) &&
             add_flow(s, m->dst, m->src, up, &span);
    return ok && vec_push(&s->spans, span);
}

bool selection_add(struct selection *s, const struct trace *t, const struct call *call,
                   int64_t after, bool media)
{
    bool ok = true;
    for (const struct msg *m = call->first; m && ok; m = m->next)
        if (m->time > after && in_spool(t, m->file))
            ok = add_msg(s, m);
    for (const struct event *e = call->events; e && ok; e = e->next) {
        struct selection_span span = {e->time, e->time};
        if (e->frame && e->kind == EVENT_ICMP && e->time > after &&
            in_spool(t, e->file))
            ok = vec_push(&s->wanted, KEY(e->file, e->frame)) &&
                 vec_push(&s->spans, span);
    }
    for (const struct rtp_stream *m = call->streams; media && m && ok; m = m->call_next)
        ok = add_stream(s, m, after);
    return ok;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static int by_start(const void *a, const void *b)
{
    int64_t x = ((const struct selection_span *)a)->from;
    int64_t y = ((const struct selection_span *)b)->from;
    return x < y ? -1 : x > y;
}

static void prepare(struct selection *s)
{
    size_t k = 0;
    if (s->wanted.n)
        qsort(s->wanted.at, s->wanted.n, sizeof *s->wanted.at, by_value);
    for (size_t i = 0; i < s->wanted.n; i++)
        if (!i || s->wanted.at[i] != s->wanted.at[k - 1])
            s->wanted.at[k++] = s->wanted.at[i];
    s->wanted.n = k;
    if (s->flows.n) /* the hash comes first in each */
        qsort(s->flows.at, s->flows.n, sizeof *s->flows.at, by_value);
    if (!s->spans.n)
        return;
    qsort(s->spans.at, s->spans.n, sizeof *s->spans.at, by_start);
    k = 0;
    for (size_t i = 1; i < s->spans.n; i++) {
        struct selection_span *last = &s->spans.at[k], *span = &s->spans.at[i];
        if (span->from > last->to)
            s->spans.at[++k] = *span;
        else if (span->to > last->to)
            last->to = span->to;
    }
    s->spans.n = k + 1;
}

static bool wants(void *ctx, int64_t from, int64_t to)
{
    const struct selection *s = ctx;
    size_t low = 0, high = s->spans.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->spans.at[mid].to < from)
            low = mid + 1;
        else
            high = mid;
    }
    return low < s->spans.n && s->spans.at[low].from <= to;
}

/* Is it a packet of the media? */
static bool flows(const struct selection *s, const struct frame *f)
{
    struct packet p;
    size_t low = 0, high = s->flows.n;
    if (!high || packet_decode(f->link, slice_of(f->data, f->caplen), f->len, &p) < 0 ||
        p.kind != PACKET_UDP)
        return false;
    struct addr both[2] = {p.src, p.dst};
    uint64_t hash = hash_bytes(both, sizeof both);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->flows.at[mid].hash < hash)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < s->flows.n && s->flows.at[low].hash == hash; low++)
        if (f->time >= s->flows.at[low].from && f->time <= s->flows.at[low].to)
            return true;
    return false;
}

static int take(void *ctx, const struct frame *f)
{
    struct selection *s = ctx;
    uint64_t key = KEY(f->file, f->number);
    bool named =
        s->wanted.n && bsearch(&key, s->wanted.at, s->wanted.n, sizeof key, by_value);
    s->found += named;
    return named || flows(s, f) ? s->each(s->ctx, f) : 0;
}

int selection_take(struct selection *s, struct spool *spool,
                   int (*each)(void *ctx, const struct frame *frame), void *ctx,
                   uint64_t *gone)
{
    int err = 0;
    *gone = 0;
    s->found = 0;
    s->each = each;
    s->ctx = ctx;
    if (s->spans.n) {
        prepare(s);
        err = spool_some(spool, wants, take, s);
        *gone = s->wanted.n > s->found ? s->wanted.n - s->found : 0;
    }
    s->wanted.n = s->spans.n = s->flows.n = 0;
    return err;
}
