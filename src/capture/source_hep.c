#include "capture/source.h"

#include "base/ring.h"
#include "capture/hep_server.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { RING_BYTES = 32 << 20, LINKTYPE_RAW = 101 };

struct listener {
    struct source s;
    struct hep_server *server;
    struct ring *ring;
    int wake;    /* eventfd */
    bool peeked; /* the newest frame handed on is still in the ring */
    struct hep_counts counts;
};

static void hep_free(struct source *s)
{
    struct listener *l = (struct listener *)s;
    hep_server_free(l->server);
    if (l->wake >= 0)
        close(l->wake);
    ring_free(l->ring);
    free(s->name);
    free(l);
}

static const struct hep_record *next_record(struct listener *l)
{
    size_t n;
    uint64_t ignored;
    if (l->peeked)
        ring_release(l->ring);
    l->peeked = false;
    const struct hep_record *r = ring_peek(l->ring, &n);
    if (r)
        return r;
    (void)!read(l->wake, &ignored, sizeof ignored); /* one may have come since */
    return ring_peek(l->ring, &n);
}

static int hep_next(struct source *s, struct frame *out)
{
    struct listener *l = (struct listener *)s;
    const struct hep_record *r = next_record(l);
    if (!r)
        return l->server ? -ERR_AGAIN : -ERR_END;
    l->peeked = true;
    *out = (struct frame){.data = (const uint8_t *)(r + 1),
                          .caplen = r->n,
                          .len = r->n,
                          .time = r->time,
                          .link = LINKTYPE_RAW,
                          .file = s->file,
                          .number = ++s->state.frames,
                          .offset = FRAME_NOWHERE};
    if (!s->state.first)
        s->state.first = r->time;
    s->state.last = r->time;
    s->state.bytes_read += r->n;
    return 0;
}

static int hep_poll_fd(const struct source *s)
{
    return ((const struct listener *)s)->wake;
}

static const char *hep_interface(const struct source *s, uint16_t index)
{
    (void)index;
    return s->name;
}

static uint64_t read_count(atomic_ullong *n)
{
    return atomic_load_explicit(n, memory_order_relaxed);
}

static void hep_update(struct source *s)
{
    struct listener *l = (struct listener *)s;
    struct hep_counts *c = &l->counts;
    s->state.kernel_drops = read_count(&c->kernel_drops);
    s->state.ring_drops = read_count(&c->ring_drops);
    s->state.ring_percent = (unsigned)(ring_used(l->ring) * 100 / ring_size(l->ring));
    const struct {
        uint32_t reason;
        uint64_t n;
    } ROWS[] = {
        {LEDGER_KERNEL_DROP, s->state.kernel_drops},
        {LEDGER_RING_DROP, s->state.ring_drops},
        {LEDGER_HEP_REFUSED, read_count(&c->refused)},
        {LEDGER_HEP_KEY, read_count(&c->keyless)},
        {LEDGER_HEP_NOISE, read_count(&c->noise)},
        {LEDGER_HEP_LIMIT, read_count(&c->limited)},
    };
    /* A detail tells several sources apart; 0 would be none. */
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        ledger_set(s->ledger, ROWS[i].reason, s->file + 1u, ROWS[i].n);
}

/* What the server had taken is in the ring then. */
static void hep_stop(struct source *s)
{
    struct listener *l = (struct listener *)s;
    hep_server_free(l->server);
    l->server = NULL;
}

static const struct source_ops HEP_OPS = {
    .next = hep_next,
    .poll_fd = hep_poll_fd,
    .interface = hep_interface,
    .update = hep_update,
    .stop = hep_stop,
    .free = hep_free,
};

static int start(struct listener *l, const struct source_options *o, struct errmsg *why)
{
    struct hep_server_options so = {.key = o->hep_key,
                                    .allow = o->hep_allow,
                                    .buffer_mb = (unsigned)o->buffer_mb,
                                    .ring = l->ring,
                                    .wake = l->wake,
                                    .counts = &l->counts};
    int err = endpoint_parse(l->s.name, &so.at, why);
    return err ? err : hep_server_new(&so, &l->server, why);
}

int source_hep_open(const char *url, uint16_t file,
                    const struct source_options *options, struct ledger *ledger,
                    struct source **out, struct errmsg *why)
{
    struct listener *l = calloc(1, sizeof *l);
    if (!l)
        return -ERR_NOMEM;
    l->s = (struct source){
        .ops = &HEP_OPS, .name = strdup(url), .file = file, .ledger = ledger};
    l->s.state.live = true;
    l->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    l->ring = ring_new(RING_BYTES);
    int err = -ERR_NOMEM;
    if (l->s.name && l->wake >= 0 && l->ring)
        err = start(l, options, why);
    if (err) {
        hep_free(&l->s);
        return err;
    }
    *out = &l->s;
    return 0;
}
