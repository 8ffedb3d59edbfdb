/*
 * Frames in, messages out: decodes, puts fragments and streams together, tells SIP from
 * everything else, and feeds the model. Opaque; one thread.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/frame.h"
#include "base/ledger.h"
#include "base/limits.h"
#include "base/text.h"
#include "model/calls.h"

struct streams; /* model/streams.h */

struct engine;

struct engine_counts {
    uint64_t frames, bytes;
    uint64_t udp, tcp, sctp, other; /* packets by transport */
    uint64_t sip, malformed;        /* messages handed to the model */
    uint64_t rtp, rtcp, stun;       /* recognised */
};

/* Called with every frame that a kept message came from (for saving): number and file.
 * A reassembled message calls it for each of its frames, when it is whole. NULL:
 * nobody. */
typedef void engine_claim(void *ctx, const struct msg *m, uint16_t file,
                          uint64_t number);

struct engine_options {
    const struct limits *limits;
    struct ledger *ledger;
    struct calls *calls;
    struct streams *streams; /* NULL: media is left alone */
    struct text *text;
    bool keep_media;  /* media frames are kept as those of messages are */
    bool invite_only; /* -c: calls that do not begin with INVITE are left out */
    /* Told of each RTCP packet; NULL: nobody. */
    void (*rtcp)(void *ctx, const struct frame *frame, const struct packet *packet);
    void *rtcp_ctx;
};

/* References are kept. NULL when memory is short. */
struct engine *engine_new(const struct engine_options *options);
void engine_free(struct engine *e);

/* Takes one frame. Its bytes are not used after the return. */
void engine_feed(struct engine *e, const struct frame *frame);

/* Takes n frames, in order. What the first of them will look for in memory is fetched
 * while those before are worked on. */
void engine_feed_some(struct engine *e, const struct frame *frames, size_t n);

/* Nothing came for a while (live): lets holes and fragments time out by the clock given
 * (ns). */
void engine_idle(struct engine *e, int64_t now);

/* The clock was set back to `now` (ns): what times out does so by it from here on. */
void engine_set_back(struct engine *e, int64_t now);

/* No more input: open streams and fragments are given up and counted. */
void engine_end(struct engine *e);

/* What was seen until now; belongs to the engine. */
const struct engine_counts *engine_counts(const struct engine *e);

#endif
