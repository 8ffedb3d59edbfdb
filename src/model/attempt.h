/*
 * Session attempts: what becomes of each new INVITE of a (Call-ID, From-tag), on each
 * hop that it takes, and is counted in the KPIs. A hop counts for the peers at its ends
 * by its own outcome; everything and the number prefix by that of the caller's hop.
 */
#ifndef MODEL_ATTEMPT_H
#define MODEL_ATTEMPT_H

#include "model/calls.h"
#include "model/kpi.h"

struct rtp_slice;

/* An attempt on one hop. */
struct leg {
    struct leg *next;
    const struct hop *hop; /* of its first INVITE; held by the call's messages */
    int64_t start;         /* its INVITE */
    int64_t ring, answer;  /* ns; 0: not yet */
    int64_t end;           /* BYE after an answer, else the final response */
    int64_t bye;           /* 2xx to the BYE */
    uint32_t cseq;
    uint32_t to[2];   /* handles: peer, trunk of the destination */
    uint32_t near[4]; /* peer, trunk of the source; everything and prefix */
    uint16_t status;
    bool settled;   /* counted with `status` (0: none came) */
    bool timed_out; /* the outcome is that nobody answered */
    bool terminal;  /* Q.850 21 from the user: E.425's terminal reject */
    bool cancelled, up, by_callee, completed;
    bool has_near; /* it is counted at `near` */
};

struct attempt {
    struct attempt *next;  /* of the same call */
    const struct str *tag; /* From-tag; NULL: none */
    int64_t start;
    bool heard, heard_badly; /* media */
    struct leg *first_leg;   /* the others by leg->next */
};

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
