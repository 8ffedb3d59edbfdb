#include "engine/engine.h"

#include "base/hash.h"
#include "engine/defrag.h"
#include "engine/intake.h"
#include "engine/sctp.h"
#include "engine/sniff.h"
#include "engine/tcp.h"
#include "model/streams.h"

#include <stdlib.h>

static const int64_t TICK = 10000000; /* ns: how exact the capture's clock has to be */

enum {
    UNWANTED = 256,
    /* Frames looked at before the oldest of them is taken, and it. What a frame will
     * need is loaded meanwhile, a step each: */
    AHEAD = 4,
    FETCH_CALL = 1,
    FETCH_REST = 2, /* what hangs on its call, or its stream */
};

/* A frame that was looked at. */
struct ahead {
    struct packet packet;
    int error;     /* of packet_decode */
    bool datagram; /* a whole one, and no known stream's: message is set */
    struct streams_ahead media;
    struct intake_ahead message;
};

struct engine {
    struct intake in;
    struct defrag *defrag;
    struct tcp *tcp;
    struct sctp *sctp;
    int64_t now, told; /* capture time; what the parts were last told */
    uint64_t
        unwanted[UNWANTED]; /* hashes of fragmented packets whose start is no SIP */
};

void engine_free(struct engine *e)
{
    if (!e)
        return;
    defrag_free(e->defrag);
    tcp_free(e->tcp);
    sctp_free(e->sctp);
    free(e);
}

const struct engine_counts *engine_counts(const struct engine *e)
{
    return &e->in.counts;
}

static void udp(struct engine *e, const struct frame *frame, const struct packet *p,
                const struct intake_ahead *ahead, const struct defrag_packet *whole)
{
    e->in.counts.udp++;
    struct origin o = intake_origin(frame, p, TRANSPORT_UDP);
    if (whole) {
        o.reassembled = true;
        o.frames = whole->frames;
        o.nframes = whole->nframes;
    }
    intake_datagram(&e->in, &o, p, ahead);
}

static void tcp(struct engine *e, const struct frame *frame, const struct packet *p)
{
    e->in.counts.tcp++;
    tcp_feed(e->tcp, frame, p);
}

static void hep(struct engine *e, const struct frame *frame, const struct packet *p)
{
    e->in.counts.other++;
    intake_hep(&e->in, frame, p);
}

static void sctp(struct engine *e, const struct frame *frame, const struct packet *p)
{
    e->in.counts.sctp++;
    sctp_feed(e->sctp, frame, p);
}

static void icmp(struct engine *e, const struct frame *frame, const struct packet *p)
{
    e->in.counts.other++;
    if (calls_icmp(e->in.calls, frame, p))
        intake_keep(&e->in, frame);
    else
        intake_count(&e->in, frame, LEDGER_ICMP, 0, frame->len);
}

/* `ahead`: what was told of a datagram; NULL: nothing. `whole`: the packet was put
 * together from fragments; NULL: it was not. */
static void dispatch(struct engine *e, const struct frame *frame,
                     const struct packet *p, const struct intake_ahead *ahead,
                     const struct defrag_packet *whole)
{
    switch (p->kind) {
    case PACKET_UDP: udp(e, frame, p, ahead, whole); break;
    case PACKET_TCP: tcp(e, frame, p); break;
    case PACKET_SCTP: sctp(e, frame, p); break;
    case PACKET_ICMP: icmp(e, frame, p); break;
    case PACKET_HEP: hep(e, frame, p); break;
    case PACKET_FRAGMENT: break;
    }
}

/* False for a part of a datagram that is known to be something else than SIP: it would
 * only take the room of SIP where frames are kept. */
static bool worth_keeping(struct engine *e, const struct packet *p)
{
    struct addr flow[2] = {p->src, p->dst};
    uint64_t hash = hash_more((uint64_t)p->frag.id << 32 | p->path, flow, sizeof flow);
    uint64_t *slot = &e->unwanted[hash % UNWANTED];
    struct slice text, data = slice_skip(p->payload, 8);
    if (p->frag.proto != 17)
        return true;
    if (p->frag.offset)
        return *slot != hash;
    bool sip =
        sniff_datagram(data, &text) == SNIFF_SIP || slice_istarts(data, SLICE("HEP3"));
    *slot = sip ? 0 : hash;
    return sip;
}

/* A tunnel may be fragmented, and its packets too: as often as packet_decode nests. */
static void fragment(struct engine *e, const struct frame *frame, struct packet *p)
{
    struct defrag_packet whole;
    e->in.counts.other++;
    if (worth_keeping(e, p))
        intake_keep(&e->in, frame);
    while (p->kind == PACKET_FRAGMENT && defrag_feed(e->defrag, frame, p, &whole)) {
        *p = whole.packet;
        int r = packet_decode_transport(whole.data, p);
        if (r < 0)
            intake_count(&e->in, frame, (uint32_t)-r, p->detail, whole.data.n);
        else if (p->kind != PACKET_FRAGMENT)
            dispatch(e, frame, p, NULL, &whole);
    }
}

/* A packet that lost fragments: where it is SIP, its start is shown and its call
 * marked. */
static void fragment_lost(void *ctx, const struct defrag_packet *lost)
{
    struct engine *e = ctx;
    struct packet p = lost->packet;
    struct slice text;
    if (packet_decode_transport(lost->data, &p) < 0 || p.kind != PACKET_UDP ||
        sniff_datagram(p.payload, &text) != SNIFF_SIP)
        return;
    struct origin o = intake_origin(&lost->frame, &p, TRANSPORT_UDP);
    o.cut = true;
    if (lost->nframes > 1) {
        o.reassembled = true;
        o.frames = lost->frames;
        o.nframes = lost->nframes;
    }
    intake_message(&e->in, &o, text);
    calls_touch(e->in.calls, &p.src, &p.dst, TRANSPORT_UDP, CALL_INCOMPLETE_FRAGMENT);
}

struct engine *engine_new(const struct engine_options *options)
{
    struct engine *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->in = (struct intake){
        .ledger = options->ledger,
        .calls = options->calls,
        .streams = options->streams,
        .text = options->text,
        .longest = options->limits->message,
        .invite_only = options->invite_only,
        .rtcp = options->rtcp,
        .rtcp_ctx = options->rtcp_ctx,
        .keep_media = options->keep_media,
    };
    e->defrag =
        defrag_new(options->limits->fragments, options->ledger, fragment_lost, e);
    e->tcp = tcp_new(options->limits, &e->in);
    e->sctp = sctp_new(options->limits->fragments / 8, &e->in);
    if (!e->defrag || !e->tcp || !e->sctp) {
        engine_free(e);
        return NULL;
    }
    return e;
}

/* Tells all parts the time; before the frame that moved it is looked at. */
static void advance(struct engine *e, int64_t now)
{
    if (now <= e->now)
        return;
    e->now = now;
    if (now - e->told < TICK)
        return;
    e->told = now;
    defrag_expire(e->defrag, now);
    tcp_expire(e->tcp, now);
    sctp_expire(e->sctp, now);
    calls_advance(e->in.calls, now);
}

/* What can be told of a frame before those ahead of it were taken. */
static void look(const struct engine *e, const struct frame *frame, struct ahead *a)
{
    a->error = packet_decode(frame->link, slice_of(frame->data, frame->caplen),
                             frame->len, &a->packet);
    a->media.media = a->datagram = false;
    if (a->error || a->packet.kind != PACKET_UDP)
        return;
    if (e->in.streams)
        streams_look(e->in.streams, &a->packet, &a->media);
    if ((a->datagram = !a->media.media))
        intake_look(&e->in, a->packet.payload, &a->message);
}

static bool is_message(const struct ahead *a)
{
    return a->datagram && a->message.kind == SNIFF_SIP;
}

static void fetch_call(const struct engine *e, const struct ahead *a)
{
    if (is_message(a))
        calls_fetch(e->in.calls, &a->message.expected);
}

static void fetch_rest(const struct engine *e, const struct ahead *a)
{
    if (a->media.media)
        streams_fetch(e->in.streams, &a->media);
    else if (is_message(a))
        calls_fetch_parts(e->in.calls, &a->message.expected);
}

static void take(struct engine *e, const struct frame *frame, struct ahead *a)
{
    struct packet *p = &a->packet;
    e->in.counts.frames++;
    e->in.counts.bytes += frame->len;
    advance(e, frame->time);
    if (a->media.media && intake_media(&e->in, frame, p, &a->media))
        e->in.counts.udp++;
    else if (a->error < 0)
        intake_count(&e->in, frame, (uint32_t)-a->error, p->detail, frame->len);
    else if (p->kind == PACKET_FRAGMENT)
        fragment(e, frame, p);
    else
        dispatch(e, frame, p, a->datagram ? &a->message : NULL, NULL);
}

void engine_feed(struct engine *e, const struct frame *frame)
{
    struct ahead a;
    look(e, frame, &a);
    take(e, frame, &a);
}

void engine_feed_some(struct engine *e, const struct frame *frames, size_t n)
{
    struct ahead a[AHEAD];
    for (size_t i = 0; i < n + AHEAD - 1; i++) {
        /* Below 0 these are over n, too. */
        size_t near = i - FETCH_CALL, nearer = i - FETCH_REST, now = i - (AHEAD - 1);
        if (i < n)
            look(e, &frames[i], &a[i % AHEAD]);
        if (near < n)
            fetch_call(e, &a[near % AHEAD]);
        if (nearer < n)
            fetch_rest(e, &a[nearer % AHEAD]);
        if (now < n)
            take(e, &frames[now], &a[now % AHEAD]);
    }
}

void engine_idle(struct engine *e, int64_t now)
{
    advance(e, now);
}

void engine_set_back(struct engine *e, int64_t now)
{
    if (now < e->now)
        e->now = e->told = now;
    calls_set_back(e->in.calls, now);
}

void engine_end(struct engine *e)
{
    defrag_end(e->defrag);
    tcp_end(e->tcp);
    sctp_end(e->sctp);
    calls_end(e->in.calls);
    if (e->in.streams)
        streams_end(e->in.streams);
}
