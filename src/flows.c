#include "flows.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/slab.h"
#include "dissect/demux.h"
#include "dissect/packet.h"
#include "model/rtp_stream.h"

#include <stdlib.h>

/* Reports begin before a stream, and follow its last packet by one of their intervals
 * (RFC 3550 6.2). */
#define AROUND (10 * INT64_C(1000000000))

struct ends {
    struct addr src, dst;
};

/* Packets between two addresses in a time; several may lie between the same two. */
struct flow {
    struct flow *next; /* of the same addresses */
    struct ends ends;
    int64_t from, to;
    bool reports; /* RTCP alone */
};

struct flows {
    struct hash by_ends;
    struct slab slab;
};

struct flows *flows_new(void)
{
    struct flows *f = calloc(1, sizeof *f);
    if (f)
        slab_init(&f->slab, sizeof(struct flow));
    return f;
}

void flows_free(struct flows *f)
{
    if (!f)
        return;
    hash_done(&f->by_ends);
    slab_done(&f->slab);
    free(f);
}

static bool same_ends(const void *value, const void *key)
{
    const struct flow *flow = value;
    const struct ends *ends = key;
    return addr_eq(&flow->ends.src, &ends->src) && addr_eq(&flow->ends.dst, &ends->dst);
}

static struct flow *find(const struct flows *f, const struct ends *ends)
{
    return hash_find(&f->by_ends, hash_bytes(ends, sizeof *ends), same_ends, ends);
}

static int add(struct flows *f, struct addr src, struct addr dst, bool reports,
               const struct rtp_stream *s)
{
    struct flow *flow = slab_take(&f->slab);
    if (!flow)
        return -ERR_NOMEM;
    *flow = (struct flow){.ends = {src, dst},
                          .from = s->start - (reports ? AROUND : 0),
                          .to = s->end + (reports ? AROUND : 0),
                          .reports = reports};
    struct flow *first = find(f, &flow->ends);
    if (first) {
        flow->next = first->next;
        first->next = flow;
        return 0;
    }
    return hash_add(&f->by_ends, hash_bytes(&flow->ends, sizeof flow->ends), flow);
}

static struct addr next_port(struct addr a)
{
    a.port++;
    return a;
}

int flows_add(struct flows *f, const struct call *call)
{
    int err = 0;
    for (const struct rtp_stream *s = call->streams; s && !err; s = s->call_next) {
        struct addr src = next_port(s->src), dst = next_port(s->dst);
        err = add(f, s->src, s->dst, false, s);
        if (!err)
            err = add(f, s->src, s->dst, true, s);
        if (!err)
            err = add(f, s->dst, s->src, true, s);
        if (!err)
            err = add(f, src, dst, true, s);
        if (!err)
            err = add(f, dst, src, true, s);
    }
    return err;
}

bool flows_has(const struct flows *f, const struct frame *frame)
{
    struct packet p;
    if (packet_decode(frame->link, slice_of(frame->data, frame->caplen), frame->len,
                      &p) < 0 ||
        p.kind != PACKET_UDP)
        return false;
    struct ends ends = {p.src, p.dst};
    const struct flow *flow = find(f, &ends);
    if (!flow)
        return false;
    bool reports = demux_datagram(p.payload) == DEMUX_RTCP;
    for (; flow; flow = flow->next)
        if (flow->reports == reports && frame->time >= flow->from &&
            frame->time <= flow->to)
            return true;
    return false;
}
