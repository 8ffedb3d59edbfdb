#include "capture/file_reader.h"
#include "capture/decompress.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 256 << 10, PACKED = 128 << 10 };

void file_reader_init(struct file_reader *r, int fd, bool pipe, bool follow)
{
    memset(r, 0, sizeof *r);
    r->fd = fd;
    r->pipe = pipe;
    r->follow = follow;
}

void file_reader_init_memory(struct file_reader *r, const void *bytes, size_t n,
                             size_t step)
{
    file_reader_init(r, -1, false, false);
    r->memory = bytes;
    r->memory_n = n;
    r->memory_step = step ? step : n;
}

void file_reader_done(struct file_reader *r)
{
    if (r->fd > STDIN_FILENO)
        close(r->fd);
    decompress_free(r->decompress);
    free(r->packed);
    free(r->bytes);
    memset(r, 0, sizeof *r);
    r->fd = -1;
}

/* A pipe whose writer left shows POLLHUP; one that nobody has opened yet shows nothing.
 */
static bool readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) != 0;
}

static size_t read_memory(struct file_reader *r, uint8_t *to, size_t n)
{
    size_t left = r->memory_n - r->raw;
    n = n < left ? n : left;
    n = n < r->memory_step ? n : r->memory_step;
    if (n)
        memcpy(to, r->memory + r->raw, n);
    return n;
}

/* Bytes from the descriptor; 0: none, and r->status says why. */
static size_t read_raw(struct file_reader *r, uint8_t *to, size_t n)
{
    ssize_t got;
    if (r->pipe && !readable(r->fd)) {
        r->status = -ERR_AGAIN;
        return 0;
    }
    do
        got = r->memory ? (ssize_t)read_memory(r, to, n) : read(r->fd, to, n);
    while (got < 0 && errno == EINTR);
    if (got > 0) {
        r->raw += (uint64_t)got;
        return (size_t)got;
    }
    r->error = got < 0 ? errno : 0;
    r->status = got < 0 ? (errno == EAGAIN ? -ERR_AGAIN : -ERR_IO)
                        : (r->follow ? -ERR_AGAIN : -ERR_END);
    return 0;
}

/* Decompressed bytes; 0: none, and r->status says why. */
static size_t read_packed(struct file_reader *r, uint8_t *to, size_t n)
{
    for (;;) {
        size_t in = r->packed_end - r->packed_start, out = n;
        int err =
            decompress_run(r->decompress, r->packed + r->packed_start, &in, to, &out);
        r->packed_start += in;
        if (err)
            r->status = err;
        if (out || err)
            return out;
        if (in)
            continue;
        /* What is left could not be used without more behind it. */
        size_t rest = r->packed_end - r->packed_start;
        if (rest > PACKED / 2) {
            r->status = -ERR_FORMAT;
            return 0;
        }
        memmove(r->packed, r->packed + r->packed_start, rest);
        r->packed_start = 0;
        r->packed_end = rest;
        r->packed_end += read_raw(r, r->packed + rest, PACKED - rest);
        if (r->packed_end == rest) {
            if (r->status == -ERR_END && decompress_inside(r->decompress))
                r->status = -ERR_CUT;
            return 0;
        }
    }
}

/* Room for n bytes from r->start on. The buffer is at least twice what is asked for, so
 * that what is moved stays in proportion to what is read. */
static bool make_room(struct file_reader *r, size_t n)
{
    size_t left = r->end - r->start, cap = r->cap ? r->cap : BLOCK;
    if (r->cap && r->start + n <= r->cap)
        return true;
    while (cap / 2 < n)
        cap *= 2;
    if (cap != r->cap) {
        uint8_t *bytes = malloc(cap);
        if (!bytes)
            return false;
        if (left)
            memcpy(bytes, r->bytes + r->start, left);
        free(r->bytes);
        r->bytes = bytes;
        r->cap = cap;
    } else {
        memmove(r->bytes, r->bytes + r->start, left);
    }
    r->start = 0;
    r->end = left;
    return true;
}

const uint8_t *file_reader_fill(struct file_reader *r, size_t n)
{
    if (r->status != -ERR_AGAIN && r->status)
        return NULL;
    r->status = 0;
    while (r->end - r->start < n) {
        /* In steps, so that a length which lies costs no more memory than there is
         * data. */
        size_t left = r->end - r->start, step = left < BLOCK / 2 ? BLOCK / 2 : left * 2;
        if (n > FILE_READER_MAX || !make_room(r, n < step ? n : step)) {
            r->status = -ERR_NOMEM;
            return NULL;
        }
        uint8_t *to = r->bytes + r->end;
        size_t got = r->decompress ? read_packed(r, to, r->cap - r->end)
                                   : read_raw(r, to, r->cap - r->end);
        r->end += got;
        r->position += got;
        if (!got)
            return NULL;
        if (r->status && r->end - r->start < n)
            return NULL;
    }
    return r->bytes + r->start;
}

int file_reader_detect(struct file_reader *r, const char **name)
{
    const uint8_t *p = file_reader_need(r, 4);
    if (!p)
        return r->status == -ERR_END && file_reader_left(r) ? -ERR_FORMAT : r->status;
    enum decompress_kind kind = decompress_detect(p, name);
    if (kind == DECOMPRESS_NONE)
        return 0;
    int err = decompress_new(kind, &r->decompress);
    if (err)
        return err;
    /* What was read so far is the first packed input. */
    r->packed = malloc(r->end > PACKED ? r->end : PACKED);
    if (!r->packed)
        return -ERR_NOMEM;
    r->packed_end = r->end;
    memcpy(r->packed, r->bytes, r->end);
    r->start = r->end = 0;
    r->position = 0;
    return 0;
}
