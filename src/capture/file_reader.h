/*
 * Bytes of a capture file in blocks of 256 KB by read(2), decompressed on the way
 * where they are compressed: a window over the stream that a walk takes records from.
 * Pipes are polled before they are read, so that reading never blocks.
 */
#ifndef CAPTURE_FILE_READER_H
#define CAPTURE_FILE_READER_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decompress;

enum { FILE_READER_MAX = 64 << 20 }; /* longest piece that can be asked for */

struct file_reader {
    uint8_t *bytes;
    size_t start, end, cap; /* bytes[start..end) are not taken yet */
    uint64_t position;      /* in the (decompressed) stream, of bytes[end] */
    int fd;
    bool pipe;   /* poll before reading */
    bool follow; /* the end of the file is not the end */
    int status; /* why there is no more: 0, -ERR_AGAIN, _END, _CUT, _IO, _FORMAT, _NOMEM
                 */
    int error;  /* errno of -ERR_IO */
    uint64_t raw;          /* bytes read from fd */
    const uint8_t *memory; /* read from here instead, for tests */
    size_t memory_n, memory_step;
    struct decompress *decompress; /* NULL: plain */
    uint8_t *packed;               /* compressed bytes not used yet */
    size_t packed_start, packed_end;
};

/* Reads fd (owned from now on). */
void file_reader_init(struct file_reader *r, int fd, bool pipe, bool follow);

/* Reads n bytes of memory, `step` at a time (0: all). */
void file_reader_init_memory(struct file_reader *r, const void *bytes, size_t n,
                             size_t step);

/* Closes and frees. */
void file_reader_done(struct file_reader *r);

/*
 * Looks at the first bytes and sets decompression up where they ask for it. Returns 0,
 * or -ERR_AGAIN, -ERR_END (no bytes at all), -ERR_UNSUPPORTED (not built in; *name is
 * the format), -ERR_IO, -ERR_NOMEM.
 */
int file_reader_detect(struct file_reader *r, const char **name);

/* For file_reader_need: reads until n bytes are there. */
const uint8_t *file_reader_fill(struct file_reader *r, size_t n);

/* The next n bytes (at most FILE_READER_MAX) in one piece, not taken yet; NULL: not
 * there, r->status says why. They move at the next call. */
static inline const uint8_t *file_reader_need(struct file_reader *r, size_t n)
{
    if (__builtin_expect(r->end - r->start >= n, 1))
        return r->bytes + r->start;
    return file_reader_fill(r, n);
}

/* Takes n bytes that file_reader_need has shown. */
static inline void file_reader_take(struct file_reader *r, size_t n)
{
    r->start += n;
}

/* Bytes that are there without reading. */
static inline size_t file_reader_left(const struct file_reader *r)
{
    return r->end - r->start;
}

/* Position in the (decompressed) stream of the next byte to take. */
static inline uint64_t file_reader_at(const struct file_reader *r)
{
    return r->position - (r->end - r->start);
}

#endif
