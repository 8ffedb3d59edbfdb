/*
 * The bytes of one direction of a TCP connection, in order, and the messages in them:
 * SIP, SIP in WebSocket frames (RFC 7118), HEP3 envelopes. What carries something else
 * is told by its first bytes and costs next to nothing from then on. Whole messages are
 * read where they lie; only what is not whole yet is copied.
 */
#ifndef ENGINE_STREAM_H
#define ENGINE_STREAM_H

#include "engine/intake.h"
#include "engine/stream_buffer.h"

enum stream_kind {
    STREAM_NEW,    /* not enough seen to tell */
    STREAM_SEARCH, /* began in the middle of something: a start line may follow */
    STREAM_SIP,
    STREAM_HTTP, /* a request or response that may turn into a WebSocket */
    STREAM_WS,
    STREAM_HEP,
    STREAM_OTHER, /* looked at where a segment begins, and nothing more */
};

struct stream {
    struct stream_buffer *buffer; /* NULL: nothing ever waited */
    uint32_t searched;            /* bytes since the last message that were none */
    uint8_t kind;
    bool from_start; /* nothing of the connection is missing before its first byte */
    bool tls;        /* the bytes are TLS on a port of SIP: counted */
    bool joining;    /* a WebSocket message has begun */
    bool touch;      /* the next message's call is to be marked: bytes are missing */
    uint32_t messages;
};

/* A stream begins: at the connection's first byte, or somewhere (`from_start` false).
 */
void stream_init(struct stream *s, bool from_start);
void stream_done(struct stream *s);

/* The next bytes, from frame `number`. `origin` is that of messages that they complete.
 */
void stream_feed(struct stream *s, struct intake *in, const struct origin *origin,
                 uint64_t number, struct slice bytes);

/*
 * The stream ends here, or (`hole`) bytes are missing: a message that waits is taken as
 * it is, and marked as cut. After a hole the next start line is looked for.
 */
void stream_break(struct stream *s, struct intake *in, const struct origin *origin,
                  bool hole);

/* True for a stream that is known to carry messages. */
bool stream_wanted(const struct stream *s);

/* Bytes of memory in use, and bytes of the stream that wait. */
size_t stream_memory(const struct stream *s);
size_t stream_waiting(const struct stream *s);

/* Bytes at `from` (counted backwards from the newest, 1 = the last byte) that differ
 * from those that wait. */
bool stream_differs(const struct stream *s, size_t back, struct slice bytes);

#endif
