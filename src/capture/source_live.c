#include "capture/source.h"

#include "capture/tap.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

/* The reader's side of an interface: frames come out of the tap's ring. */
struct live {
    struct source s;
    struct tap *tap;
    bool own; /* the tap runs in a thread of ours */
    bool started;
    bool peeked; /* the newest frame handed on is still in the ring */
    int alive;   /* hung up when the process of the tap ended; -1: it is ours */
    pthread_t thread;
};

static void live_free(struct source *s)
{
    struct live *l = (struct live *)s;
    if (l->tap)
        tap_stop(l->tap);
    if (l->started)
        pthread_join(l->thread, NULL);
    if (l->own)
        tap_free(l->tap);
    free(s->name);
    free(l);
}

static const struct tap_record *next_record(struct live *l)
{
    struct ring *ring = tap_ring(l->tap);
    size_t n;
    if (l->peeked)
        ring_release(ring);
    l->peeked = false;
    const struct tap_record *r = ring_peek(ring, &n);
    if (r)
        return r;
    tap_settle(l->tap); /* then look again: one may have come since */
    return ring_peek(ring, &n);
}

static bool process_ended(const struct live *l)
{
    struct pollfd p = {.fd = l->alive, .events = 0};
    return l->alive >= 0 && poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLERR);
}

/* Nothing there: is there anything to come? */
static int live_nothing(struct source *s)
{
    struct live *l = (struct live *)s;
    bool ended = tap_state(l->tap) >= TAP_FAILED;
    if (!ended && !process_ended(l))
        return -ERR_AGAIN;
    if (!ended)
        errmsg_set(&s->error, 0, "the process that captures has ended");
    s->failed = !ended;
    return ended ? -ERR_END : -ERR_IO;
}

static int live_next(struct source *s, struct frame *out)
{
    struct live *l = (struct live *)s;
    const struct tap_record *r = next_record(l);
    if (!r)
        return live_nothing(s);
    l->peeked = true;
    *out = (struct frame){.data = (const uint8_t *)(r + 1),
                          .caplen = r->caplen,
                          .len = r->len,
                          .time = r->time,
                          .link = r->link,
                          .file = s->file,
                          .interface = (uint16_t)r->interface,
                          .number = ++s->state.frames,
                          .offset = FRAME_NOWHERE};
    if (!s->state.first)
        s->state.first = r->time;
    if (r->time < s->state.last - SECOND)
        ledger_count(s->ledger, LEDGER_TIME_BACK, 0, 0, s->file, out->number);
    s->state.last = r->time;
    s->state.bytes_read += r->caplen;
    if (r->caplen < r->len)
        ledger_count(s->ledger, LEDGER_FRAME_CUT, 0, r->len - r->caplen, s->file,
                     out->number);
    return 0;
}

static int live_poll_fd(const struct source *s)
{
    return tap_fd(((const struct live *)s)->tap);
}

static const char *live_interface(const struct source *s, uint16_t index)
{
    return tap_interface(((const struct live *)s)->tap, index);
}

static void live_update(struct source *s)
{
    struct live *l = (struct live *)s;
    struct tap_counts n = tap_counts(l->tap);
    struct ring *ring = tap_ring(l->tap);
    enum tap_state state = tap_state(l->tap);
    s->state.kernel_drops = n.kernel_drops;
    s->state.interface_drops = n.interface_drops;
    s->state.ring_drops = n.ring_drops;
    s->state.ring_percent = (unsigned)(ring_used(ring) * 100 / ring_size(ring));
    s->state.down = state == TAP_DOWN || state == TAP_GONE;
    s->state.gone = state == TAP_GONE;
    s->state.outages = n.outages;
    /* A detail tells several interfaces apart; 0 would be none. */
    ledger_set(s->ledger, LEDGER_KERNEL_DROP, s->file + 1u, n.kernel_drops);
    ledger_set(s->ledger, LEDGER_INTERFACE_DROP, s->file + 1u, n.interface_drops);
    ledger_set(s->ledger, LEDGER_RING_DROP, s->file + 1u, n.ring_drops);
    ledger_set(s->ledger, LEDGER_INTERFACE_DOWN, s->file + 1u, n.outages);
}

static int live_filter(struct source *s, const char *bpf, struct errmsg *why)
{
    return tap_filter(((struct live *)s)->tap, bpf, why);
}

static void live_stop(struct source *s)
{
    tap_stop(((struct live *)s)->tap);
}

static const struct source_ops LIVE_OPS = {
    .next = live_next,
    .poll_fd = live_poll_fd,
    .interface = live_interface,
    .update = live_update,
    .stop = live_stop,
    .filter = live_filter,
    .free = live_free,
};

static void *run_tap(void *tap)
{
    tap_run(tap);
    return NULL;
}

/* The capturing side in a thread of this process. */
static int start(struct live *l, const struct source_options *o, struct errmsg *why)
{
    struct tap_options to = {.interface = l->s.name,
                             .bpf = o->bpf,
                             .buffer_mb = o->buffer_mb,
                             .snaplen = o->snaplen};
    l->own = true;
    l->alive = -1;
    if (!(l->tap = tap_new(&to)))
        return -ERR_NOMEM;
    if (pthread_create(&l->thread, NULL, run_tap, l->tap))
        return errmsg_set(why, -ERR_NOMEM, "no thread for the capture");
    l->started = true;
    return 0;
}

int source_live_open(const char *interface, uint16_t file,
                     const struct source_options *options, struct ledger *ledger,
                     struct source **out, struct errmsg *why)
{
    struct live *l = calloc(1, sizeof *l);
    int err = 0;
    if (!l)
        return -ERR_NOMEM;
    l->s = (struct source){
        .ops = &LIVE_OPS, .name = strdup(interface), .file = file, .ledger = ledger};
    l->s.state.live = true;
    l->tap = options->tap;
    l->alive = options->tap_alive;
    if (!l->s.name)
        err = -ERR_NOMEM;
    else if (!l->tap)
        err = start(l, options, why);
    if (!err)
        err = tap_wait(l->tap, why);
    if (err) {
        live_free(&l->s);
        return err;
    }
    *out = &l->s;
    return 0;
}
