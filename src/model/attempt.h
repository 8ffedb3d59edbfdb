/*
 * Session attempts: what becomes of each new INVITE of a (Call-ID, From-tag), on each
 * hop that it takes, and is counted in the KPIs. A hop counts for the peers at its ends
 * by its own outcome; everything and the number prefix by that of the caller's hop.
 */
#ifndef MODEL_ATTEMPT_H
#define MODEL_ATTEMPT_H

#include "model/calls.h"
#include "model/leg.h"

struct rtp_slice;

/* A message of the call that is no copy, after the call knows of it. txn NULL: not
 * kept. sip NULL: its headers are not known. */
void attempt_message(struct kpi *k, struct call *call, struct msg *m,
                     const struct txn *txn, const struct sip *sip);

/* The call waits no longer: what is open timed out. */
void attempt_timeout(struct kpi *k, struct call *call);

/* The input is over, or the call is given up: what is open stays without an outcome. */
void attempt_over(struct kpi *k, struct call *call);

/* The call is given up: it is not up any more. */
void attempt_leave(struct kpi *k, struct call *call);

/* A slice of a stream that is over: counted when it began. */
void attempt_slice(struct kpi *k, const struct rtp_slice *slice);

#endif
