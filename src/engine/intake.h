/*
 * The last step before the model: a message's bytes and where they came from become an
 * arrival. Everything that finds SIP (datagrams, streams, envelopes) ends here.
 */
#ifndef ENGINE_INTAKE_H
#define ENGINE_INTAKE_H

#include "engine/engine.h"
#include "engine/sniff.h"
#include "model/calls.h"
#include "model/streams.h"

struct intake {
    struct ledger *ledger;
    struct calls *calls;
    struct streams *streams; /* NULL: media is left alone */
    struct text *text;
    /* as in struct engine_options */
    void (*rtcp)(void *ctx, const struct frame *frame, const struct packet *packet);
    void *rtcp_ctx;
    struct engine_counts counts;
    size_t longest; /* message */
    bool invite_only, keep_media;
    uint16_t kept_file; /* the frame that text->keep() was last called with */
    uint64_t kept_frame;
};

/* Where a message came from. */
struct origin {
    /* that completes it; its data is NULL where it is gone */
    const struct frame *frame;
    struct addr src, dst;
    int64_t time;
    const uint64_t *frames; /* of a reassembled message, else NULL */
    uint32_t path;
    uint16_t nframes;
    uint8_t depth;
    uint8_t transport; /* enum transport */
    bool reassembled;
    bool agent; /* it came in an envelope: seen by someone else */
    bool cut;   /* bytes of it are missing at its end, as the layers below know */
};

/* The origin of what a packet carries. */
struct origin intake_origin(const struct frame *frame, const struct packet *packet,
                            unsigned transport);

/* What can be told of a datagram before those ahead of it were taken. */
struct intake_ahead {
    enum sniff kind;
    /* of SNIFF_SIP: */
    uint8_t malformed; /* enum reason */
    struct expected expected;
    struct slice text;
    struct sip sip;
};

/* Looks at a datagram: parses it where it is a message. */
void intake_look(const struct intake *in, struct slice datagram,
                 struct intake_ahead *a);

/*
 * Takes one message in: parses it and gives it to the model, as malformed where it
 * cannot be used. Returns it, or NULL where it is not kept. The text is read before the
 * return only.
 */
struct msg *intake_message(struct intake *in, const struct origin *origin,
                           struct slice text);

/* Takes a whole datagram: a message, media, or what else shares such ports. `packet` is
 * what it came in; `ahead`: what intake_look() told of it, NULL: it was not asked. */
void intake_datagram(struct intake *in, const struct origin *origin,
                     const struct packet *packet, const struct intake_ahead *ahead);

/* The packet of a media stream that is known: taken without a look at anything else.
 * False: it is none. */
bool intake_media(struct intake *in, const struct frame *frame,
                  const struct packet *packet, const struct streams_ahead *ahead);

/* Takes what a HEP envelope carried, with the addresses and the time that it names. */
void intake_hep(struct intake *in, const struct frame *frame,
                const struct packet *packet);

/* A frame that a message may come to need for saving: kept once, where frames do not
 * stay in a file. */
void intake_keep(struct intake *in, const struct frame *frame);

/* Counts in the ledger, with the frame that the origin names. */
void intake_count(struct intake *in, const struct frame *frame, uint32_t reason,
                  uint32_t detail, uint64_t bytes);

#endif
