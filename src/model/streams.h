/*
 * All media streams: finds each packet its stream, each stream its call, and what
 * belongs together across calls. Fed by the engine with datagrams and by calls.h with
 * messages; never from two threads.
 */
#ifndef MODEL_STREAMS_H
#define MODEL_STREAMS_H

#include "model/calls.h"
#include "model/pair.h"
#include "model/rows.h"
#include "model/stream_index.h"
#include "model/trial.h"

enum { STREAMS_OF_CALL = 256, STREAMS_ORPHANS = 16384, STREAMS_DIGITS = 250 };
enum { STREAMS_PENDING = 64, STREAMS_NAMES = 256 };

/* A canonical name (RFC 3550 6.5.1) that a sender of a call has. */
struct streams_name {
    uint64_t hash;
    int64_t time; /* seen last for the call, and for another one while that went on */
    int64_t doubted;
    uint32_t call; /* id; 0: none */
    uint8_t to;    /* side that hears the sender */
};

/* Figures of the stream that was asked for last. */
struct figures_cache {
    uint32_t id, packets, reports;
    struct rtp_figures figures;
};

struct streams {
    struct calls *calls;
    struct ledger *ledger;
    struct bindings bindings;
    struct pairs *pairs;
    struct slab slab, slices_slab, early_slab, remotes, pdvs;
    struct slab figures_slab; /* of streams that were stored */
    VEC(char *) names;        /* of codecs of such streams */
    struct stream_index index;
    struct hash weak; /* of a destination, those not bound by both ends */
    struct rows list, slices, offers;
    struct rtp_stream *orphan_oldest, *orphan_newest;
    size_t orphans;
    struct trials trials;
    struct {
        uint32_t call; /* id; 0: none */
        int64_t time;
    } pending[STREAMS_PENDING]; /* calls that named private addresses lately */
    unsigned pending_at;
    struct streams_name cnames[STREAMS_NAMES]; /* by hash; the newest stays */
    struct echo *echoes;                       /* payloads of late; NULL: none yet */
    struct {                   /* streams that miss packets at the same time */
        int64_t since;         /* begin of the tenth of a second looked at */
        int64_t looked;        /* when the streams were counted last */
        uint32_t streams;      /* that came back from a gap in it */
        uint32_t n;            /* such tenths so far in which most streams had one */
        int64_t first;         /* the first of these, and what was seen in it */
        uint64_t frame, begun; /* the packet that ended a gap first: then, and now */
        uint32_t missing, live;
        uint16_t file, begun_file;
    } holes;
    uint64_t digit_bytes;
    struct figures_cache *figures;
};

/* References are kept; *calls gets to know of it. NULL when memory is short; free
 * accepts NULL. */
struct streams *streams_new(struct calls *calls, struct ledger *ledger);
void streams_free(struct streams *s);

/* What a datagram is to the streams, worked out before its turn comes. */
struct streams_ahead {
    bool media; /* it looks like RTP; else the rest is not set */
    uint64_t hash;
    struct rtp rtp;
};

/* Looks at a datagram that will be taken soon: begins to load where its stream is to be
 * found. Nothing changes. */
void streams_look(const struct streams *s, const struct packet *packet,
                  struct streams_ahead *out);

/* Begins to load the stream itself. Call it a while after the look. */
void streams_fetch(const struct streams *s, const struct streams_ahead *ahead);

/* The packet of a stream that is known: taken, at a cost that is always the same.
 * Returns false for anything else. */
bool streams_take(struct streams *s, const struct frame *frame,
                  const struct packet *packet, const struct streams_ahead *ahead);

/* streams_look() and streams_take() in one. */
bool streams_known(struct streams *s, const struct frame *frame,
                   const struct packet *packet);

/* A datagram that looks like RTP: of a new stream, where that is plausible. */
void streams_rtp(struct streams *s, const struct frame *frame,
                 const struct packet *packet);

/* A datagram that looks like STUN. */
void streams_stun(struct streams *s, const struct frame *frame,
                  const struct packet *packet);

/* A datagram that looks like RTCP. */
void streams_rtcp(struct streams *s, const struct frame *frame,
                  const struct packet *packet);

/* T.38, where a call announced it at the destination: returns true. */
bool streams_fax(struct streams *s, const struct frame *frame,
                 const struct packet *packet);

/* A voice quality report (RFC 6035) that a message carried: the stream that it is about
 * gets to know. */
void streams_report(struct streams *s, const struct msg *m, struct slice body);

/* A message of a call that repeats none. */
void streams_message(struct streams *s, struct call *call, const struct msg *m,
                     const struct arrival *a);

/* The call is given up, and its streams with it. */
void streams_drop(struct streams *s, struct call *call);

/* Forgets everything. */
void streams_clear(struct streams *s);

/* The input is over: the last slices are closed. */
void streams_end(struct streams *s);

/* Figures of a stream, worked out once for each of its packets. */
const struct rtp_figures *streams_figures(const struct streams *s,
                                          const struct rtp_stream *stream);

/* The stream of a call with the lowest MOS, else the first with packets; NULL: none. */
const struct rtp_stream *streams_worst(const struct streams *s,
                                       const struct call *call);

/* Bytes in use. */
size_t streams_memory(const struct streams *s);

/* ---- between the files of this part ---- */

/* The best binding for a stream that begins with the packet. False: orphan. */
bool streams_bind(const struct streams *s, const struct binding_key *key,
                  const struct rtp_packet *p, struct binding *out);

/* The one call of late that waits for media at private addresses and has none. False:
 * there is none, or more than one. */
bool streams_bind_pending(const struct streams *s, const struct binding_key *key,
                          struct binding *out);

/* Gives the stream to a call, or makes it an orphan (call NULL). */
void streams_attach(struct streams *s, struct rtp_stream *stream,
                    const struct binding *b);

/* Takes the stream from its call or from the orphans. */
void streams_detach(struct streams *s, struct rtp_stream *stream);

/* The stream is forgotten. It must be detached. */
void streams_remove(struct streams *s, struct rtp_stream *stream);

/* Two streams, both of calls, carry the same media; the calls are legs of a session. */
void streams_pair(struct streams *s, struct rtp_stream *up, struct rtp_stream *down,
                  const struct pair_proof *proof);

/* One payload in 64, told by its bytes, so that both directions take the same ones. */
static inline bool streams_echo_wanted(const struct rtp_packet *p)
{
    const uint8_t *b = p->payload.p;
    return p->payload.n >= 16 && ((b[4] ^ b[9] ^ b[14]) & 63) == 42;
}

/* The payload, which is wanted, may be one that the other direction of its call had
 * before, or that came into the box as media of another call. */
void streams_echo(struct streams *s, struct rtp_stream *stream,
                  const struct rtp_packet *p);

/* The packet ends a gap in the numbers of its stream. */
void streams_hole(struct streams *s, struct rtp_stream *stream,
                  const struct rtp_packet *p);

/* The input is over: what was counted last is judged. */
void streams_holes_end(struct streams *s);

/* Something happened that belongs into the call's events. */
void streams_event(struct streams *s, const struct rtp_stream *stream,
                   enum event_kind kind, const struct frame *frame, int64_t time,
                   const char *value);

#endif
