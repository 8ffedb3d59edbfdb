/* Moves frames from the sources into the engine, for a time budget. */
#ifndef PUMP_H
#define PUMP_H

#include "trace.h"

enum pump_result {
    PUMP_MORE, /* the budget is used up: call again */
    PUMP_IDLE, /* nothing there now (live, pipe, --follow): poll, then call again */
    PUMP_END,  /* all input is read */
};

/* budget_us: 0 = until idle or the end. */
enum pump_result pump_run(struct trace *t, int64_t budget_us);

/* The user stops: the input ends here, and what is open is given up and counted. */
void pump_end(struct trace *t);

/* Descriptors to poll while idle; returns how many of at most cap. */
size_t pump_fds(struct trace *t, int *fds, size_t cap);

/* 0-100 of the input read; -1: not known (live, pipes). */
int pump_progress(const struct trace *t);

#endif
