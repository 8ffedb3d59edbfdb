/*
 * Reads at any offset of a file. Those that go forward in small steps, as when all
 * messages are read one after the other, are served from a block read ahead; single
 * ones read what they ask for and no more.
 */
#ifndef CAPTURE_READ_WINDOW_H
#define CAPTURE_READ_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero it to start. */
struct read_window {
    uint8_t *block; /* what was read ahead; NULL: nothing so far */
    uint64_t at;    /* offset of the block */
    size_t n;       /* bytes in it */
    uint64_t next;  /* offset behind the last read */
};

/* Reads n bytes at an offset of fd. Returns 0, -ERR_GONE where the file is shorter, or
 * -ERR_IO. */
int read_window_get(struct read_window *w, int fd, uint64_t offset, void *buffer,
                    size_t n);

/* Forgets the block: the file is another one. Also frees it. */
void read_window_done(struct read_window *w);

#endif
