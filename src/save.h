/* Writes the frames of selected calls to a capture file: signalling and media. */
#ifndef SAVE_H
#define SAVE_H

#include "trace.h"

/*
 * Saves the signalling of the calls given (n 0: of all calls), and their media unless
 * it is to be left out, in the order of the sources: a second pass over the files, or a
 * walk over the spool, which has the signalling alone. With --no-media no streams are
 * known. progress(ctx, percent) may be NULL and returns non-zero to stop. Returns the
 * number of frames written, or -ERR_* and why; on failure no file is left.
 */
long save_calls(struct trace *t, struct call *const *calls, size_t n, bool media,
                const char *path, int (*progress)(void *ctx, int percent), void *ctx,
                struct errmsg *why);

#endif
