/*
 * Sends envelopes to a collector, in a thread of its own. What it has not sent waits in
 * a bounded queue: while the collector is away, and what TCP had no acknowledgement for
 * is sent again when it is back. Over UDP the collector's machine has to say that
 * nobody listens there; what was lost on the way nobody can tell.
 */
#ifndef SERVICE_HEP_SENDER_H
#define SERVICE_HEP_SENDER_H

#include "base/endpoint.h"
#include "dissect/slice.h"

struct hep_sender;

struct hep_sender_options {
    struct endpoint to;
    size_t queue; /* bytes that may wait; 0: the default */
};

/* Starts the thread; no name is looked up and nothing sent before the return. Returns
 * 0, or -ERR_NOMEM. */
int hep_sender_new(const struct hep_sender_options *options, struct hep_sender **out);

/* Queues an envelope. `wait`: waits for room while the collector takes what is there,
 * and up to 5 s while it is away. False: there was no room, it is lost. */
bool hep_sender_put(struct hep_sender *s, struct slice envelope, bool wait);

struct hep_sender_state {
    uint64_t sent;   /* envelopes handed to the network */
    uint64_t again;  /* of them, those sent once more */
    uint64_t losses; /* times that the collector went away */
    size_t waiting;  /* bytes in the queue */
    bool away;
};

/* What is known now; any thread may ask. */
void hep_sender_state(const struct hep_sender *s, struct hep_sender_state *out);

/* Sends what waits, as long as the collector takes it and no longer than 3 s after it
 * stopped to; ends the thread. Returns the number of envelopes that were left. NULL is
 * fine. */
uint64_t hep_sender_end(struct hep_sender *s);

#endif
