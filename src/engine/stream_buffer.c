#include "engine/stream_buffer.h"

#include <stdlib.h>

enum { IDLE_MAX = 16 * 1024 }; /* bytes of memory that an empty buffer keeps */

void stream_buffer_free(struct stream_buffer *b)
{
    if (!b)
        return;
    vec_done(&b->bytes);
    vec_done(&b->frames);
    vec_done(&b->ends);
    vec_done(&b->joined);
    vec_done(&b->joined_frames);
    free(b);
}

struct stream_buffer *stream_buffer_new(void)
{
    return calloc(1, sizeof(struct stream_buffer));
}

size_t stream_buffer_memory(const struct stream_buffer *b)
{
    return sizeof *b + b->bytes.cap + b->joined.cap +
           b->frames.cap * sizeof *b->frames.at + b->ends.cap * sizeof *b->ends.at +
           b->joined_frames.cap * sizeof *b->joined_frames.at;
}

bool stream_buffer_differs(const struct stream_buffer *b, size_t back,
                           struct slice bytes)
{
    if (back > b->bytes.n) { /* what was used up is no longer known */
        bytes = slice_skip(bytes, back - b->bytes.n);
        back = b->bytes.n;
    }
    bytes = slice_sub(bytes, 0, back);
    return bytes.n && memcmp(b->bytes.at + b->bytes.n - back, bytes.p, bytes.n);
}

bool stream_buffer_add(struct stream_buffer *b, uint64_t number, struct slice bytes)
{
    if (!vec_reserve(&b->bytes, bytes.n))
        return false;
    if (b->frames.n < STREAM_FRAMES_MAX &&
        (!b->frames.n || b->frames.at[b->frames.n - 1] != number))
        if (!vec_reserve(&b->ends, 1) || !vec_push(&b->frames, number))
            return false;
    b->ends.n = b->frames.n;
    memcpy(b->bytes.at + b->bytes.n, bytes.p, bytes.n);
    b->bytes.n += bytes.n;
    b->ends.at[b->ends.n - 1] = (uint32_t)b->bytes.n;
    return true;
}

void stream_buffer_drop(struct stream_buffer *b, size_t n)
{
    size_t gone = 0;
    if (!b || !n)
        return;
    while (gone < b->ends.n && b->ends.at[gone] <= n)
        gone++;
    b->frames.n = b->ends.n -= gone;
    if (b->ends.n) {
        memmove(b->frames.at, b->frames.at + gone, b->frames.n * sizeof *b->frames.at);
        memmove(b->ends.at, b->ends.at + gone, b->ends.n * sizeof *b->ends.at);
    }
    for (size_t i = 0; i < b->ends.n; i++)
        b->ends.at[i] -= (uint32_t)n;
    b->bytes.n -= n;
    if (b->bytes.n)
        memmove(b->bytes.at, b->bytes.at + n, b->bytes.n);
    else if (b->bytes.cap > IDLE_MAX)
        vec_done(&b->bytes);
}

void stream_buffer_clear(struct stream_buffer *b)
{
    b->bytes.n = b->frames.n = b->ends.n = 0;
    b->sip = (struct sip_frame){0};
}

const uint64_t *stream_buffer_frames(const struct stream_buffer *b, size_t from,
                                     size_t n, uint16_t *count)
{
    size_t first = 0, last;
    while (first + 1 < b->ends.n && b->ends.at[first] <= from)
        first++;
    for (last = first; last + 1 < b->ends.n && b->ends.at[last] < from + n; last++)
        ;
    *count = (uint16_t)(last - first + 1);
    return b->frames.at + first;
}
