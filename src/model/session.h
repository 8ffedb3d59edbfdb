/* Sessions: lists of calls that belong together. Who belongs, related.h finds out. */
#ifndef MODEL_SESSION_H
#define MODEL_SESSION_H

#include "model/call.h"

enum { SESSION_LEGS = 64 };

struct sessions {
    struct arena arena;
    struct session *spare;
};

/* An empty set whose memory comes from `pool`. */
void sessions_init(struct sessions *s, struct mem_pool *pool);

/* Forgets all; no call may point to one. */
void sessions_done(struct sessions *s);

/*
 * Makes one session of two calls and the legs they have. Returns false where they are
 * in one already, it would be too large, or memory is short.
 */
bool session_join(struct sessions *s, struct call *a, struct call *b);

/* Takes the call out. A session of one leg is none. */
void session_leave(struct sessions *s, struct call *call);

#endif
