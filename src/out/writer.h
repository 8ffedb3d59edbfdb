/* Buffered output to a descriptor: text is put into `buf` and leaves in large writes.
 */
#ifndef OUT_WRITER_H
#define OUT_WRITER_H

#include "base/strbuf.h"

struct writer {
    struct strbuf buf; /* add to it freely, then call writer_check */
    int fd;            /* -1: nowhere, all stays in buf (tests) */
    int err;           /* 0, or the -ERR_* after which nothing more is written */
    uint64_t written;
};

/* Starts a writer; the descriptor stays the caller's. */
void writer_init(struct writer *w, int fd);

/*
 * Writes out when much has gathered. Returns 0; -ERR_END where the reader went away (a
 * closed pipe: end quietly), -ERR_IO for other failures (errno is then set),
 * -ERR_NOMEM. Once failed it stays so, and what is added is thrown away.
 */
int writer_check(struct writer *w);

/* Writes out everything. Returns as writer_check does. */
int writer_flush(struct writer *w);

/* Flushes, frees the buffer. Returns as writer_check does. */
int writer_done(struct writer *w);

#endif
