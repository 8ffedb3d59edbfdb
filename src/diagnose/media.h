/*
 * What the media of a call should be, by its session descriptions, and what was seen:
 * per direction, with the time in which it was allowed.
 */
#ifndef DIAGNOSE_MEDIA_H
#define DIAGNOSE_MEDIA_H

#include "diagnose/exam.h"
#include "model/offer.h"
#include "model/streams.h"

/* Media towards one side. */
struct flow {
    unsigned side;                   /* CALL_CALLER or CALL_CALLEE: who receives */
    unsigned packets, streams;       /* audio only */
    int64_t first, last;             /* ns; 0: none */
    int64_t allowed;                 /* ns in which it was allowed after the answer */
    int64_t since;                   /* begin of the last stretch; 0: not at the end */
    const struct rtp_stream *stream; /* with most packets; NULL */
    const struct offer_media *to;    /* what the receiver said last; NULL */
    const struct offer *said;        /* where */
    struct addr sender;              /* who should send: its signalling address */
};

struct media {
    struct flow flow[3]; /* by side; [0] unused */
    int64_t from, until; /* answer to end, or to the end of the capture; 0: no answer */
    bool offers, held, fax; /* held: at any time */
};

/* Gathers it for the call under examination. Returns false where the call was not
 * answered, or no media is read. */
bool media_of(const struct exam *e, struct media *out);

/* The other side. */
static inline unsigned side_other(unsigned side)
{
    return side == CALL_CALLER ? CALL_CALLEE : CALL_CALLER;
}

/* "caller", "called side". */
const char *side_name(unsigned side);

/* First audio line of a description with a port; NULL: none. */
const struct offer_media *media_audio(const struct offer *o);

/* Is it the audio of a call (no video, no fax)? */
bool media_is_audio(const struct rtp_stream *s);

/* Adds the first packet of a stream to the evidence. */
void draft_stream(struct draft *d, const struct rtp_stream *s);

/* Adds the message of a description. */
void draft_offer(struct draft *d, const struct offer *o);

#endif
