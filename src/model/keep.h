/*
 * What of the calls is kept, and for how long: the queues for eviction and for
 * time-outs, the limits, and the rows of the lists.
 */
#ifndef MODEL_KEEP_H
#define MODEL_KEEP_H

#include "model/calls.h"

/* A new call joins the queues and the list. Returns false when memory is short. */
bool keep_call(struct calls *c, struct call *call);

/* A new message joins the list. Returns false when memory is short. */
bool keep_msg(struct calls *c, struct msg *m);

/* The call's state changed: it moves to the queue where it belongs. */
void keep_state(struct calls *c, struct call *call, unsigned state);

/* The call awaits something (a final response, its expiry): it is looked at again
 * later. */
void keep_pending(struct calls *c, struct call *call);

/* Calls whose time came: time-outs and expiries at c->now. */
void keep_look(struct calls *c);

/* Gives calls up while there are too many of them, or too much memory is in use. */
void keep_limits(struct calls *c);

/* Gives everything up. pool: the memory pool is freed next, so that no call has to give
 * back what it has of it. */
void keep_nothing(struct calls *c, bool pool);

#endif
