/*
 * Which calls are legs of one session across a B2BUA, by what proof, with what
 * confidence: X-Call-ID / X-CID, Session-ID (RFC 7989), icid (RFC 7315), Replaces and
 * Refer-To (RFC 3891, 3515), In-Reply-To, Diversion / History-Info, and last the
 * numbers, with time, order and adjacency (the second leg leaves the box that the first
 * one entered).
 */
#ifndef MODEL_RELATED_H
#define MODEL_RELATED_H

#include "model/calls.h"

/* A new index of links, owned by the caller; NULL when memory is short. free accepts
 * NULL. */
struct related *related_new(void);
void related_free(struct related *r);

/* A request that begins a call, or later message that may carry a link (REFER, a
 * response with Session-ID). Joins the call to others where it is proven. */
void related_feed(struct related *r, struct calls *calls, struct call *call,
                  struct msg *m, const struct arrival *a);

/*
 * Puts two calls, with the legs they already have, into one session. `reason` is a
 * static text, kept by the younger call; the confidence is 0-100. Also for proof found
 * elsewhere (media).
 */
void related_join(struct related *r, struct calls *calls, struct call *a,
                  struct call *b, const char *reason, unsigned confidence);

/* The call is given up: forget it and take it out of its session. */
void related_drop(struct related *r, struct call *call);

/* Forgets everything that is known of calls. */
void related_clear(struct related *r);

/* Bytes in use. */
size_t related_memory(const struct related *r);

#endif
