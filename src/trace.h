/*
 * A trace: sources, engine, model, ledger, spool and text in one. What a face opens.
 */
#ifndef TRACE_H
#define TRACE_H

#include "base/err.h"
#include "base/text.h"
#include "capture/source.h"
#include "capture/spool.h"
#include "engine/engine.h"
#include "model/calls.h"
#include "view/view.h"

struct options;

struct trace {
    const struct options *options;
    struct ledger ledger;
    struct limits limits;
    struct spool *spool;
    struct text text; /* implemented by trace.c over the sources and the spool */
    struct source_merge *sources;
    struct calls *calls;
    struct engine *engine;
    struct view view; /* what the views read */
    bool live, ended, paused;
    bool failed; /* a source was bad or cut: exit status 1 */
};

/*
 * Opens all sources of the options. A file that cannot be opened is reported through
 * `report` (one line, complete) and left out; fails only when none is left. Options are kept by reference.
 */
int trace_new(const struct options *options, void (*report)(const char *line), struct trace **out);
void trace_free(struct trace *t);

/* Text of a message into `out` (replaced). Returns 0, -ERR_GONE or -ERR_IO. */
int trace_text(struct trace *t, const struct msg *m, struct strbuf *out);

/*
 * Saves the frames of the calls given (signalling) to a capture file: a second pass over the
 * files, or a walk over the spool. progress(ctx, percent) may be NULL; returns non-zero to stop.
 * Returns frames written, or -ERR_* and why.
 */
long trace_save(struct trace *t, struct call *const *calls, size_t n, const char *path,
                int (*progress)(void *ctx, int percent), void *ctx, struct errmsg *why);

#endif
