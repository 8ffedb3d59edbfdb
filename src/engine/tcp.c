#include "engine/tcp.h"

#include "base/err.h"
#include "base/hash.h"
#include "engine/pieces.h"
#include "engine/stream.h"

#include <stdlib.h>

static const int64_t SECOND = 1000000000;
static const int64_t HOLE_TIME = SECOND;
static const int64_t IDLE_TIME = 1800 * SECOND;
/* Data this far before what is expected is no retransmission: another connection. */
enum { OLD_MAX = 1 << 24 };

/* No padding: hashed and compared as bytes. */
struct key {
    struct addr src, dst;
    uint32_t path;
    uint16_t file, interface;
    uint8_t depth;
    uint8_t zero[3];
};

/* One direction. Offsets count from 2^32 below, so that segments before the first fit;
 * their low 32 bits are the sequence numbers. */
struct half {
    struct key key;
    uint64_t hash;
    struct half *older, *newer;         /* by time of use */
    struct half *hole_prev, *hole_next; /* with a hole, by its age */
    uint64_t next;                      /* offset of the first byte not seen */
    uint64_t first; /* offset where it was seen first, without a SYN */
    uint64_t fin;   /* behind the last byte; 0: not known */
    uint64_t stray; /* where a far older segment ended; 0: none */
    int64_t used;   /* when it was moved to the newest */
    int64_t hole_since;
    uint64_t hole_at;  /* `next` then */
    int64_t last_time; /* of the newest segment given to the stream */
    uint64_t last_frame;
    struct pieces pieces; /* behind the hole */
    struct stream stream;
    size_t counted; /* bytes that `memory` has for it */
    uint32_t isn;
    bool started;  /* `next` is known */
    bool has_isn;  /* its SYN was seen */
    bool has_hole; /* is in the list of holes */
    bool closed;   /* FIN or RST: only late repetitions follow */
};

struct tcp {
    struct hash halves;
    struct half *oldest, *newest;
    struct half *hole_first, *hole_last;
    struct intake *in;
    size_t limit, memory;
    int64_t now;
};

static void list_out(struct tcp *t, struct half *h)
{
    *(h->older ? &h->older->newer : &t->oldest) = h->newer;
    *(h->newer ? &h->newer->older : &t->newest) = h->older;
}

static void list_in(struct tcp *t, struct half *h)
{
    h->older = t->newest;
    h->newer = NULL;
    *(t->newest ? &t->newest->newer : &t->oldest) = h;
    t->newest = h;
    h->used = t->now;
}

static void hole_out(struct tcp *t, struct half *h)
{
    if (!h->has_hole)
        return;
    *(h->hole_prev ? &h->hole_prev->hole_next : &t->hole_first) = h->hole_next;
    *(h->hole_next ? &h->hole_next->hole_prev : &t->hole_last) = h->hole_prev;
    h->has_hole = false;
}

static void hole_in(struct tcp *t, struct half *h, int64_t since)
{
    h->hole_since = since;
    h->hole_at = h->next;
    h->hole_prev = t->hole_last;
    h->hole_next = NULL;
    *(t->hole_last ? &t->hole_last->hole_next : &t->hole_first) = h;
    t->hole_last = h;
    h->has_hole = true;
}

/* Keeps the list of holes right after any change to the pieces. Its order is that of
 * the holes' finding; one that was behind another may be some time older. */
static void hole_update(struct tcp *t, struct half *h)
{
    const struct piece *piece = pieces_first(&h->pieces);
    if (piece && h->has_hole && h->hole_at == h->next)
        return;
    hole_out(t, h);
    if (piece)
        hole_in(t, h, piece->time);
}

static void half_free(struct tcp *t, struct half *h)
{
    hash_remove(&t->halves, h->hash, h);
    list_out(t, h);
    hole_out(t, h);
    t->memory -= h->counted;
    pieces_done(&h->pieces);
    stream_done(&h->stream);
    free(h);
}

void tcp_free(struct tcp *t)
{
    if (!t)
        return;
    while (t->oldest)
        half_free(t, t->oldest);
    hash_done(&t->halves);
    free(t);
}

struct tcp *tcp_new(const struct limits *limits, struct intake *in)
{
    struct tcp *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->in = in;
    t->limit = limits->tcp;
    return t;
}

size_t tcp_memory(const struct tcp *t)
{
    return t->memory;
}

size_t tcp_count(const struct tcp *t)
{
    return t->halves.n;
}

static struct origin origin_of(const struct half *h, const struct frame *frame)
{
    return (struct origin){
        .frame = frame,
        .src = h->key.src,
        .dst = h->key.dst,
        .time = frame->time,
        .path = h->key.path,
        .depth = h->key.depth,
        .transport = TRANSPORT_TCP,
    };
}

/* A frame whose bytes are gone. */
static struct frame frame_of(const struct half *h, uint64_t number, int64_t time)
{
    return (struct frame){
        .file = h->key.file,
        .interface = h->key.interface,
        .number = number,
        .time = time,
        .offset = FRAME_NOWHERE,
    };
}

/* Gives the next bytes to the stream. `completes`: the frame that messages get. */
static void deliver(struct tcp *t, struct half *h, const struct frame *completes,
                    uint64_t number, struct slice bytes)
{
    struct origin o = origin_of(h, completes);
    h->next += bytes.n;
    h->last_frame = completes->number;
    h->last_time = completes->time;
    stream_feed(&h->stream, t->in, &o, number, bytes);
}

/* Gives on what is now in order. completes NULL: each piece completes what it ends. */
static void drain(struct tcp *t, struct half *h, const struct frame *completes)
{
    struct piece *piece;
    while ((piece = pieces_first(&h->pieces)) && piece->from <= h->next) {
        piece = pieces_take(&h->pieces);
        struct frame own = frame_of(h, piece->frame, piece->time);
        struct slice bytes = slice_of(piece->data, piece->n);
        bytes = slice_skip(bytes, (size_t)(h->next - piece->from));
        if (bytes.n)
            deliver(t, h, completes ? completes : &own, piece->frame, bytes);
        free(piece);
    }
}

/* The stream goes on behind missing bytes; what waited for them is taken as it is. */
static void skip_to(struct tcp *t, struct half *h, uint64_t offset)
{
    struct frame last = frame_of(h, h->last_frame, h->last_time);
    struct origin o = origin_of(h, &last);
    bool wanted = stream_wanted(&h->stream);
    unsigned transport = h->stream.kind == STREAM_WS ? TRANSPORT_WS : TRANSPORT_TCP;
    if (wanted)
        intake_count(t->in, &last, LEDGER_TCP_HOLE, 0,
                     offset - h->next < OLD_MAX ? offset - h->next : 0);
    stream_break(&h->stream, t->in, &o, true);
    if (wanted && h->stream.messages)
        calls_touch(t->in->calls, &o.src, &o.dst, transport, CALL_INCOMPLETE_HOLE);
    else if (wanted)
        h->stream.touch = true;
    h->next = offset;
}

/* Gives up the hole before the first piece. */
static void give_up(struct tcp *t, struct half *h)
{
    const struct piece *piece = pieces_first(&h->pieces);
    if (!piece)
        return;
    skip_to(t, h, piece->from);
    drain(t, h, NULL);
}

/* Ends a direction: no more bytes are expected. */
static void finish(struct tcp *t, struct half *h)
{
    while (pieces_first(&h->pieces))
        give_up(t, h);
    hole_out(t, h);
    struct frame last = frame_of(h, h->last_frame, h->last_time);
    struct origin o = origin_of(h, &last);
    stream_break(&h->stream, t->in, &o, false);
    stream_done(&h->stream);
    pieces_done(&h->pieces);
    h->closed = true;
}

static void account(struct tcp *t, struct half *h)
{
    size_t now = sizeof *h + h->pieces.bytes + stream_memory(&h->stream);
    t->memory += now - h->counted;
    h->counted = now;
}

/* The longest hole goes first, then the connection that was idle longest. */
static void relieve(struct tcp *t, const struct half *keep)
{
    while (t->memory > t->limit) {
        struct half *h = t->hole_first;
        if (h) {
            struct frame last = frame_of(h, h->last_frame, h->last_time);
            intake_count(t->in, &last, LEDGER_TCP_LIMIT, 0, 0);
            give_up(t, h);
            hole_update(t, h);
            account(t, h);
            continue;
        }
        h = t->oldest;
        if (h == keep)
            h = h->newer;
        if (!h)
            return;
        if (stream_waiting(&h->stream)) {
            struct frame last = frame_of(h, h->last_frame, h->last_time);
            intake_count(t->in, &last, LEDGER_TCP_LIMIT, 0, stream_waiting(&h->stream));
        }
        finish(t, h);
        half_free(t, h);
    }
}

void tcp_expire(struct tcp *t, int64_t now)
{
    t->now = now;
    for (struct half *h; (h = t->hole_first) && now - h->hole_since > HOLE_TIME;) {
        give_up(t, h);
        hole_update(t, h);
        account(t, h);
    }
    while (t->oldest && now - t->oldest->used > IDLE_TIME) {
        finish(t, t->oldest);
        half_free(t, t->oldest);
    }
}

void tcp_end(struct tcp *t)
{
    while (t->oldest) {
        finish(t, t->oldest);
        half_free(t, t->oldest);
    }
}

static bool same(const void *value, const void *key)
{
    return !memcmp(&((const struct half *)value)->key, key, sizeof(struct key));
}

static struct half *half_new(struct tcp *t, const struct key *key, uint64_t hash)
{
    struct half *h = calloc(1, sizeof *h);
    if (!h || hash_add(&t->halves, hash, h)) {
        free(h);
        return NULL;
    }
    h->key = *key;
    h->hash = hash;
    list_in(t, h);
    return h;
}

static struct half *half_get(struct tcp *t, const struct frame *frame,
                             const struct packet *p, bool make)
{
    struct key key = {
        .src = p->src,
        .dst = p->dst,
        .path = p->path,
        .file = frame->file,
        .interface = frame->interface,
        .depth = p->depth,
    };
    uint64_t hash = hash_bytes(&key, sizeof key);
    struct half *h = hash_find(&t->halves, hash, same, &key);
    return h || !make ? h : half_new(t, &key, hash);
}

/* A connection begins at this sequence number. */
static void start(struct half *h, uint32_t seq, bool from_start)
{
    h->started = true;
    h->closed = false;
    h->next = ((uint64_t)1 << 32) + seq;
    h->first = from_start ? 0 : h->next;
    h->fin = h->stray = 0;
    stream_done(&h->stream);
    stream_init(&h->stream, from_start);
}

static uint64_t offset_of(const struct half *h, uint32_t seq)
{
    return h->next + (uint64_t)(int64_t)(int32_t)(seq - (uint32_t)h->next);
}

static void syn(struct tcp *t, struct half *h, const struct packet *p)
{
    if (h->has_isn && h->isn == p->tcp.seq)
        return; /* sent again */
    if (h->started && !h->closed)
        finish(t, h);
    h->has_isn = true;
    h->isn = p->tcp.seq;
    start(h, p->tcp.seq + 1, true);
}

/* Bytes that were seen before: told apart where the first ones still wait. */
static void old_bytes(struct tcp *t, const struct half *h, const struct frame *frame,
                      uint64_t from, struct slice bytes)
{
    size_t back = (size_t)(h->next - from);
    if (bytes.n > 1 && stream_differs(&h->stream, back, bytes))
        intake_count(t->in, frame, LEDGER_TCP_OVERLAP, 0, bytes.n);
}

/*
 * The capture began with a segment that had overtaken this one: what is whole in it is
 * taken, and what came after it has been read already.
 */
static void early(struct tcp *t, struct half *h, const struct frame *frame,
                  uint64_t from, struct slice bytes)
{
    struct origin o = origin_of(h, frame);
    struct stream s;
    stream_init(&s, false);
    stream_feed(&s, t->in, &o, frame->number, slice_sub(bytes, 0, h->first - from));
    stream_break(&s, t->in, &o, true);
    stream_done(&s);
    h->first = from;
}

/*
 * A segment long before what is expected: a connection that uses the ports again and
 * whose SYN is not in the capture. One alone may be a stray; two that follow each other
 * are not.
 */
static bool restarts(struct tcp *t, struct half *h, uint64_t from, uint64_t end,
                     uint32_t seq)
{
    if (h->next - end < OLD_MAX)
        return false;
    bool follows = h->stray && from == h->stray;
    h->stray = end;
    if (!follows)
        return false;
    finish(t, h);
    start(h, seq, false);
    return true;
}

/* Bytes behind a hole wait; at the limit the hole is given up. */
static void queue(struct tcp *t, struct half *h, const struct frame *frame,
                  uint64_t from, struct slice bytes)
{
    int r = pieces_add(&h->pieces, from, bytes, frame->number, frame->time);
    for (; r == -ERR_LIMIT && pieces_first(&h->pieces); give_up(t, h))
        ;
    if (r == -ERR_LIMIT && from >= h->next)
        r = pieces_add(&h->pieces, from, bytes, frame->number, frame->time);
    if (r < 0)
        intake_count(t->in, frame, LEDGER_TCP_LIMIT, 0, bytes.n);
    else if (r & PIECES_DIFFER)
        intake_count(t->in, frame, LEDGER_TCP_OVERLAP, 0, bytes.n);
    hole_update(t, h);
}

/* Data in any order. `whole`: its length on the wire. */
static void data(struct tcp *t, struct half *h, const struct frame *frame,
                 uint64_t from, struct slice bytes, uint32_t whole)
{
    uint64_t end = from + whole;
    if (h->stream.kind == STREAM_OTHER) {
        /* Order does not matter where nothing is put together. */
        if (end > h->next) {
            h->next = from;
            deliver(t, h, frame, frame->number, bytes);
            h->next = end;
        }
        return;
    }
    if (from < h->next) {
        size_t known = (size_t)(h->next - from);
        if (from < h->first && end >= h->first)
            early(t, h, frame, from, bytes);
        old_bytes(t, h, frame, from, slice_sub(bytes, 0, known));
        if (known >= whole)
            return;
        bytes = slice_skip(bytes, known);
        from = h->next;
    }
    if (from > h->next) {
        queue(t, h, frame, from, bytes);
        return;
    }
    deliver(t, h, frame, frame->number, bytes);
    if (h->next < end) /* the rest was cut from the frame */
        skip_to(t, h, end);
    drain(t, h, frame);
    hole_update(t, h);
}

/* The last byte's place, from FIN; RST ends at once. */
static void close_at(struct tcp *t, struct half *h, const struct packet *p,
                     uint64_t end)
{
    if (p->tcp.flags & TCP_FIN)
        h->fin = end;
    if ((h->fin && h->next >= h->fin) || (p->tcp.flags & TCP_RST))
        finish(t, h);
}

void tcp_feed(struct tcp *t, const struct frame *frame, const struct packet *p)
{
    if (conn_wants(p) && t->in->calls)
        conns_feed(&t->in->calls->conns, &t->in->calls->hops, frame, p);
    bool begins = p->tcp.flags & TCP_SYN, ends = p->tcp.flags & (TCP_FIN | TCP_RST);
    if (!p->whole && !begins && !ends)
        return;
    struct half *h = half_get(t, frame, p, p->whole || begins);
    if (!h) {
        if (p->whole || begins)
            intake_count(t->in, frame, LEDGER_NO_MEMORY, 0, p->payload.n);
        return;
    }
    if (t->now - h->used > SECOND) {
        list_out(t, h);
        list_in(t, h);
    }
    uint32_t seq = p->tcp.seq;
    if (begins)
        syn(t, h, p), seq++;
    if (!h->started)
        start(h, seq, false);
    uint64_t from = offset_of(h, seq), end = from + p->whole;
    if (end < h->next && p->whole && restarts(t, h, from, end, seq))
        from = h->next, end = from + p->whole;
    if (h->closed && p->whole && end > h->next) {
        start(h, seq, false);
        from = h->next, end = from + p->whole;
    }
    if (!h->closed) {
        if (p->whole)
            data(t, h, frame, from, p->payload, p->whole);
        if (p->whole && stream_wanted(&h->stream))
            intake_keep(t->in, frame);
        close_at(t, h, p, end);
    }
    account(t, h);
    if (t->memory > t->limit)
        relieve(t, h);
}
