#include "capture/read_window.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A read that begins at most STEP behind the one before goes forward. */
enum { BLOCK = 64 << 10, STEP = 8 << 10 };

void read_window_done(struct read_window *w)
{
    free(w->block);
    *w = (struct read_window){0};
}

/* Reads up to n bytes, all that the file has. Returns how many, or -ERR_IO. */
static int64_t read_up_to(int fd, uint64_t offset, uint8_t *to, size_t n)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = pread(fd, to + have, n - have, (off_t)(offset + have));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -ERR_IO;
        if (!got)
            break;
        have += (size_t)got;
    }
    return (int64_t)have;
}

static bool holds(const struct read_window *w, uint64_t offset, size_t n)
{
    return offset >= w->at && offset - w->at <= w->n && n <= w->n - (offset - w->at);
}

/* Fills the block from an offset on; where that fails the block is empty. */
static void fill(struct read_window *w, int fd, uint64_t offset)
{
    w->n = 0;
    if (!w->block && !(w->block = malloc(BLOCK)))
        return;
    int64_t got = read_up_to(fd, offset, w->block, BLOCK);
    w->at = offset;
    w->n = got > 0 ? (size_t)got : 0;
}

int read_window_get(struct read_window *w, int fd, uint64_t offset, void *buffer,
                    size_t n)
{
    if (offset > INT64_MAX || n > INT64_MAX - offset)
        return -ERR_GONE;
    bool forward = w->next && offset >= w->next && offset - w->next <= STEP;
    if (!holds(w, offset, n) && forward && n <= BLOCK / 2)
        fill(w, fd, offset);
    w->next = offset + n;
    if (holds(w, offset, n)) {
        if (n)
            memcpy(buffer, w->block + (offset - w->at), n);
        return 0;
    }
    int64_t got = read_up_to(fd, offset, buffer, n);
    return got < 0 ? (int)got : (size_t)got < n ? -ERR_GONE : 0;
}
