/*
 * INVITEs that may have a second leg soon, or be one: found by their numbers, told
 * apart by time and by the box that one enters and the other leaves. For related.h.
 */
#ifndef MODEL_CANDIDATES_H
#define MODEL_CANDIDATES_H

#include "model/calls.h"

struct leg;
struct group;

/* What related.c keeps of a call. */
struct kept {
    struct key *keys;  /* values by which others find it */
    struct leg *leg;   /* while it is young; NULL: no candidate */
    struct call *peer; /* joined by numbers, outcome not compared yet */
    bool adjacent;     /* with that peer */
    bool tentative;    /* not joined: the times of the outcomes will tell */
    bool doubted;      /* tentative, and a third call between the same numbers came */
    bool known;        /* its INVITE was looked at */
};

struct candidates {
    struct arena arena;
    struct hash groups; /* legs with alike numbers */
    struct leg *oldest, *newest, *spare;
    struct group *spare_group;
};

struct match {
    struct call *other, *upper; /* upper: which of the two enters the box */
    const char *reason;
    unsigned confidence;
    bool adjacent;
    bool tentative; /* both go the same way: only the times of their responses can tell
                     */
};

/* An empty set whose memory comes from `pool`. */
void candidates_init(struct candidates *c, struct mem_pool *pool);

/* Forgets all. */
void candidates_done(struct candidates *c);

/* What is kept of a call, made where it is new; NULL when memory is short. */
struct kept *candidates_kept(struct call *call);

/* The INVITE that begins a call joins the candidates, where it has numbers. */
void candidates_add(struct candidates *c, struct call *call, const struct arrival *a);

/* The one candidate that is the call's other leg. Returns false: there is none, or
 * more. */
bool candidates_match(struct candidates *c, struct call *call, const struct sip *sip,
                      struct match *out);

/* The call has a leg after it: no other is joined to it by numbers while that goes on.
 */
void candidates_mark(struct call *call);

/* Legs too old to be matched leave. */
void candidates_expire(struct candidates *c, int64_t now);

/* One leg leaves. */
void candidates_remove(struct candidates *c, struct leg *leg);

#endif
