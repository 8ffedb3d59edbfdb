/*
 * The model built again from stored rows: messages are taken in as they were at
 * first, in their order, and then calls get the values that were stored of them.
 */
#ifndef MODEL_RESTORE_H
#define MODEL_RESTORE_H

#include "model/calls.h"

struct stored_message {
    uint32_t id, call; /* the ids to have; 0: the next free ones */
    int64_t time;
    uint64_t frame;
    uint16_t file, interface;
    struct slice src, dst, transport; /* as text */
    struct slice malformed;           /* name of the reason; empty: usable */
    bool reassembled, cut, sdp, copy;
    struct slice text; /* the message, or what is known of it */
    uint32_t size;     /* its length as it was seen */
    struct span span;  /* where the text lies */
    const uint64_t *frames;
    uint16_t nframes;
};

/* Takes a message in. NULL where it was counted and not kept. */
struct msg *restore_message(struct calls *c, const struct stored_message *s);

struct stored_call {
    uint32_t id, session; /* 0: unknown */
    struct slice call_id, state, reason, ended_by, incomplete, link;
    uint16_t status;
    uint8_t link_confidence;
    uint32_t messages, retransmissions;
    int64_t start, ring, answer, end; /* ns; 0: null */
};

/* Gives a call the values stored of it. Nothing where there is no such call. */
void restore_call(struct calls *c, const struct stored_call *s);

#endif
