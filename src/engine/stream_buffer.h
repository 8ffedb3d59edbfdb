/*
 * What waits of one direction of a connection: bytes, the frames that they came in, and
 * the payload of WebSocket frames of a message that is not whole yet.
 */
#ifndef ENGINE_STREAM_BUFFER_H
#define ENGINE_STREAM_BUFFER_H

#include "base/vec.h"
#include "dissect/sip_frame.h"
#include "dissect/slice.h"

enum { STREAM_FRAMES_MAX = UINT16_MAX }; /* of one message */

struct stream_buffer {
    VEC(uint8_t) bytes;
    VEC(uint64_t) frames; /* numbers of the frames, in order of their bytes */
    VEC(uint32_t) ends;   /* of each frame's bytes: offset behind them */
    VEC(uint8_t) joined;  /* payload of the WebSocket frames of one message so far */
    VEC(uint64_t) joined_frames;
    struct sip_frame sip; /* state of the framing of the bytes that wait */
};

/* An empty one; NULL when memory is short. free accepts NULL. */
struct stream_buffer *stream_buffer_new(void);
void stream_buffer_free(struct stream_buffer *b);

/* Adds the bytes of a frame at the end. False when memory is short. */
bool stream_buffer_add(struct stream_buffer *b, uint64_t number, struct slice bytes);

/* Takes n bytes from the start; NULL is accepted. */
void stream_buffer_drop(struct stream_buffer *b, size_t n);

/* Takes all bytes, but not what is joined. */
void stream_buffer_clear(struct stream_buffer *b);

/* The frames of n bytes (at least 1) from `from` on; their number in *count. */
const uint64_t *stream_buffer_frames(const struct stream_buffer *b, size_t from,
                                     size_t n, uint16_t *count);

/* Bytes at `back` (counted backwards from the newest, 1 = the last byte) that differ
 * from those that wait. */
bool stream_buffer_differs(const struct stream_buffer *b, size_t back,
                           struct slice bytes);

/* Bytes of memory in use. */
size_t stream_buffer_memory(const struct stream_buffer *b);

#endif
