/*
 * -O of a live capture: saves meanwhile. Everything that carries signalling (and media,
 * with -r) as it comes; or the calls that are selected, when they are over, out of the
 * spool, which reaches back to before anything was wrong with them.
 */
#ifndef RECORDER_H
#define RECORDER_H

#include "trace.h"

struct recorder;

/* Opens the file of -O. The trace's calls, spool and view are there. Returns 0 and
 * *out, or -ERR_* and why. */
int recorder_new(struct trace *t, struct recorder **out, struct errmsg *why);

/* A frame that the spool is given. */
void recorder_frame(struct recorder *r, const struct frame *frame);

/* Now and then, with the monotonic clock in ns: what is due is written. Cheap. */
void recorder_tick(struct recorder *r, int64_t now);

/* The capture is over: writes what is left, says how much there was, and frees. NULL is
 * fine. */
void recorder_end(struct recorder *r);

#endif
