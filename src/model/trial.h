/*
 * Packets that look like RTP and that nobody announced wait here until five of a series
 * follow each other: then it is a stream. A table of fixed size, whatever comes.
 */
#ifndef MODEL_TRIAL_H
#define MODEL_TRIAL_H

#include "base/ledger.h"
#include "dissect/packet.h"
#include "model/rtp_stream.h"

enum { TRIAL_PACKETS = 16 };

struct trial {
    uint64_t hash; /* of the series */
    struct rtp_mark mark;
    unsigned n;   /* packets kept, also from before the run */
    unsigned run; /* packets that follow each other */
    struct rtp_packet packet[TRIAL_PACKETS]; /* without payload */
    struct frame frame[TRIAL_PACKETS];       /* of each, without bytes */
};

struct trials {
    struct trial *at; /* NULL: none came so far */
};

/* Frees the table. */
void trials_done(struct trials *t);

/* Bytes in use. */
size_t trials_memory(const struct trials *t);

/*
 * Takes a packet of a series. Returns NULL while it waits or where it can be no media,
 * which is counted; with the fifth in a row its trial, which has those before it: the
 * packet itself is not kept. Also NULL where memory is short.
 */
struct trial *trial_take(struct trials *t, uint64_t hash, const struct packet *packet,
                         const struct rtp *r, const struct rtp_packet *p,
                         struct ledger *ledger);

/* The trial of a series that has packets waiting; NULL: none. */
struct trial *trial_find(const struct trials *t, uint64_t hash);

/* A packet that waits, with its frame; i < n. */
struct rtp_packet trial_packet(const struct trial *t, unsigned i);

/* Its packets were taken by a stream. */
void trial_reset(struct trial *t);

#endif
