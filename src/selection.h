/* Frames of calls that are to be taken out of the spool: those of their messages by
 * number, those of their media by addresses and time. */
#ifndef SELECTION_H
#define SELECTION_H

#include "trace.h"

struct selection_span {
    int64_t from, to; /* ns */
};

struct selection_flow {
    uint64_t hash; /* of both addresses */
    int64_t from, to;
};

/* Zero it to start. */
struct selection {
    VEC(uint64_t) wanted; /* file << 48 | number */
    VEC(struct selection_span) spans;
    VEC(struct selection_flow) flows;
    size_t found;
    int (*each)(void *ctx, const struct frame *frame);
    void *ctx;
};

/* Adds what came of a call after a time (ns), its media too. Returns false when memory
 * is short. */
bool selection_add(struct selection *s, const struct trace *t, const struct call *call,
                   int64_t after, bool media);

/*
 * Hands the frames that the spool still has to each(), in its order, and empties the
 * selection. Returns what each() returned when it was not 0, or -ERR_IO; *gone: frames
 * of messages that were not there any more.
 */
int selection_take(struct selection *s, struct spool *spool,
                   int (*each)(void *ctx, const struct frame *frame), void *ctx,
                   uint64_t *gone);

/* Frees what it has; it may be used again. */
void selection_done(struct selection *s);

#endif
