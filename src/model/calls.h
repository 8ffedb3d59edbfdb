/*
 * All calls and messages, the owner of the model's memory. Fed by the engine, read by
 * everything to its right; never from two threads.
 */
#ifndef MODEL_CALLS_H
#define MODEL_CALLS_H

#include "base/hash.h"
#include "base/ledger.h"
#include "base/limits.h"
#include "base/vec.h"
#include "dissect/packet.h"
#include "dissect/sip.h"
#include "model/call.h"
#include "model/check.h"
#include "model/conn.h"
#include "model/copies.h"
#include "model/health.h"
#include "model/hop.h"
#include "model/question.h"
#include "model/rows.h"

struct kpi;           /* counters: kpi.h */
struct registrations; /* registration.h */
struct related;       /* how legs are joined: related.h */
struct streams;       /* media: streams.h */

struct calls {
    const struct limits *limits;
    struct ledger *ledger;
    struct mem_pool pool;
    /* by id; rows of calls given up are taken out in batches (NULL until then) */
    VEC(struct call *) list;
    VEC(struct msg *) msgs;          /* by id; the same */
    VEC(uint32_t) list_ids, msg_ids; /* their ids, also of the rows that are NULL */
    struct hash by_call_id;
    struct hops hops;
    struct copies copies;
    struct stray {
        struct arena arena;
        struct msg *first, *last;
        size_t n;
    } strays[2]; /* malformed messages without a call; the older half is given up at a
                    limit */
    struct related *related;
    struct registrations *registrations;
    struct healths healths;  /* who answers OPTIONS */
    struct streams *streams; /* media; NULL: nobody looks at it. Not owned */
    struct kpi *kpi;         /* NULL: nobody counts. Not owned */
    struct kpi *kpi_later;   /* counts from when somebody asks: recount.h; or NULL */
    size_t recounted;        /* messages that it has counted by then */
    bool ended;              /* calls_end() was told */
    struct rows events;      /* of all calls */
    struct conns conns;      /* these three are what rules look at besides */
    struct checks checks;
    struct questions questions;
    int64_t now;      /* newest capture time */
    uint64_t version; /* grows with every change to any call */
    uint64_t layout;  /* grows when calls, messages, streams moved or left */
    uint32_t next_call, next_msg; /* ids */
    size_t calls_kept, msgs_kept; /* not NULL in list and msgs */
    /* with those given up; msgs with copies and malformed */
    uint64_t calls_seen, msgs_seen;
    struct call_queue {
        struct call *oldest, *newest;
    } live, finished;
    struct call *pending_first, *pending_last;
    /* Told of each call that is given up, while it is still whole; NULL: nobody. */
    void (*leaving)(void *ctx, const struct call *call);
    void *leaving_ctx;
};

/* What calls_expect() worked out of a message, for the look-ups to come. */
struct expected {
    uint64_t hash;   /* of the Call-ID; 0: none, or not asked: the rest is not set */
    uint32_t digest; /* of the text: copies.h */
};

/* A message on its way into the model. Everything is the caller's and copied if kept.
 */
struct arrival {
    const struct frame *frame; /* the frame that completes it */
    struct expected expected;
    const struct sip *sip; /* parsed; of a malformed one what was read */
    struct slice text;
    struct span span; /* where the text lies */
    struct addr src, dst;
    uint8_t transport; /* enum transport */
    uint8_t malformed; /* enum reason */
    uint8_t depth;
    bool reassembled;
    bool agent; /* told by a capture agent, whose clock is not ours */
    uint32_t path;
    int64_t time;           /* frame->time, or the HEP envelope's */
    const uint64_t *frames; /* of a reassembled message: all its frames, else NULL */
    uint16_t nframes;
};

/* limits and ledger are kept by reference. NULL when memory is short. */
struct calls *calls_new(const struct limits *limits, struct ledger *ledger);
void calls_free(struct calls *c);

/*
 * A message will be fed soon: what is looked up for it is loaded step by step, while
 * those before it are fed. First where its call is found (returns what struct arrival
 * takes), then the call, then what hangs on the call. Hints: any may be left out.
 */
struct expected calls_expect(const struct calls *c, struct slice call_id,
                             struct slice text);
void calls_fetch(const struct calls *c, const struct expected *e);
void calls_fetch_parts(const struct calls *c, const struct expected *e);

/*
 * Takes one message in: finds or makes its call, transaction and dialog, tells
 * retransmissions and copies, brings the call's facts up to date. Returns the message,
 * or NULL when it was counted but not kept.
 */
struct msg *calls_feed(struct calls *c, const struct arrival *a);

/* The capture's clock goes on (also without SIP): pending calls time out. Cheap. */
void calls_advance(struct calls *c, int64_t now);

/* The capture's clock was set back: what waits goes on waiting from `now`. */
void calls_set_back(struct calls *c, int64_t now);

/* The input is over: calls that are not finished are marked as going on after it. */
void calls_end(struct calls *c);

/*
 * An ICMP error: evidence for the call whose packet it quotes. `quoted` is what the
 * quote holds of the packet's payload (maybe nothing). Returns the call, NULL: unknown
 * flow.
 */
struct call *calls_icmp(struct calls *c, const struct frame *frame,
                        const struct packet *packet);

/* Marks the call of the newest message on the connection, both ways, as incomplete
 * (bits CALL_INCOMPLETE_*). */
void calls_touch(struct calls *c, const struct addr *src, const struct addr *dst,
                 unsigned transport, unsigned incomplete);

/* Call by Call-ID; NULL: unknown. */
struct call *calls_find(const struct calls *c, struct slice call_id);

/* Call and message by row id; NULL: none, or given up. O(log n). */
struct call *calls_by_id(const struct calls *c, uint32_t id);
struct msg *calls_msg_by_id(const struct calls *c, uint32_t id);

/* The call of row i (NULL: given up), for who goes through all of them: the one some
 * rows on begins to be loaded. */
static inline struct call *calls_row(const struct calls *c, size_t i)
{
    enum { AHEAD = 6 };
    const char *next = i + AHEAD < c->list.n ? (char *)c->list.at[i + AHEAD] : NULL;
    for (size_t at = 0; next && at < sizeof(struct call); at += 64)
        __builtin_prefetch(next + at);
    return c->list.at[i];
}

/* Bytes of memory in use by the model. */
size_t calls_memory(const struct calls *c);

/* Forgets everything (ids go on). */
void calls_clear(struct calls *c);

#endif
