/* What the parts of a stream share: stream.c (SIP, HEP), stream_web.c (HTTP,
 * WebSocket).
 */
#ifndef ENGINE_STREAM_LOOK_H
#define ENGINE_STREAM_LOOK_H

#include "engine/stream.h"

/* Where the bytes being looked at lie, for the messages found in them. */
struct look {
    struct stream *stream;
    struct intake *in;
    const struct origin *origin;
    struct slice view; /* unread bytes, from the buffer or from the segment */
    size_t used;       /* of them */
    uint64_t number;   /* frame of the segment */
    bool buffered;     /* view is the buffer */
};

/* The bytes of the view that are not used. */
static inline struct slice look_unread(const struct look *l)
{
    return slice_skip(l->view, l->used);
}

/* The frames of the next n bytes of the view. */
static inline const uint64_t *look_frames(const struct look *l, size_t n,
                                          uint16_t *count)
{
    *count = 1;
    return l->buffered ? stream_buffer_frames(l->stream->buffer, l->used, n, count)
                       : &l->number;
}

/* Gives a message on. cut: bytes of it are missing. */
void look_message(struct look *l, struct slice text, const uint64_t *frames,
                  uint16_t nframes, bool cut);

/* One step: something is used, or what the stream carries is known now. False when more
 * bytes are needed. */
bool look_http(struct look *l);
bool look_ws(struct look *l);

/* What was joined of a WebSocket message is given up. */
void look_ws_drop(struct stream *s);

/* One frame with a whole SIP message: what a WebSocket looks like in its middle. */
bool stream_begins_ws(struct slice bytes);

/* The start line of a request or response that may turn into a WebSocket. */
bool stream_begins_http(struct slice bytes);

#endif
