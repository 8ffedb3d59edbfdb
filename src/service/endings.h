/*
 * Tells of calls that ended, each once: when nothing more came for some seconds after
 * its end, when it is given up before that, or when the input is over. A call that goes
 * on after its end is told again.
 */
#ifndef SERVICE_ENDINGS_H
#define SERVICE_ENDINGS_H

#include "model/calls.h"

/* How long a call rests before it is told: repetitions, and the verdict, come late. */
enum { ENDINGS_REST = 5 }; /* s */

struct endings {
    int64_t told; /* calls that ended until then (capture time, ns) have been told */
};

typedef void endings_each(void *ctx, const struct call *call);

/* Tells of the calls whose rest is over, oldest first. Cheap: looks at those that ended
 * in the last seconds. */
void endings_update(struct endings *e, const struct calls *calls, endings_each *each,
                    void *ctx);

/* A call is given up: tells of it where that was not done. */
void endings_leaving(struct endings *e, const struct call *call, endings_each *each,
                     void *ctx);

/* The capture's clock is about to be set back to `now` (ns): tells of all that ended,
 * as their rest cannot be measured any more. */
void endings_set_back(struct endings *e, const struct calls *calls, int64_t now,
                      endings_each *each, void *ctx);

/* The input is over: tells of all the others, also of those that had not ended. */
void endings_all(struct endings *e, const struct calls *calls, endings_each *each,
                 void *ctx);

#endif
