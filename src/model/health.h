/* Who answers OPTIONS (RFC 3261 11): each address that is asked, how fast it answers,
 * and since when it does not. */
#ifndef MODEL_HEALTH_H
#define MODEL_HEALTH_H

#include "base/hash.h"
#include "base/slab.h"
#include "model/msg.h"
#include "model/txn.h"

struct health {
    struct addr addr;  /* who is asked, with port */
    struct addr by;    /* who asked last */
    uint64_t sent;     /* OPTIONS without repeats, outside of dialogs */
    uint64_t answered; /* by any final response */
    int64_t rtt;       /* of the newest answer, ns; 0: none yet */
    int64_t rtt_sum, rtt_max;
    int64_t asked, heard;         /* newest OPTIONS, newest answer; 0: none */
    int64_t waits;                /* first OPTIONS since the newest answer; 0: none */
    uint32_t outages;             /* times that it was down, and came back */
    uint16_t status;              /* of the newest answer */
    struct health *newer, *older; /* by the newest OPTIONS */
};

enum health_state { HEALTH_UNKNOWN, HEALTH_UP, HEALTH_FAILING, HEALTH_DOWN };

struct healths {
    struct hash by_addr;
    struct health *newest, *oldest;
    struct slab slab;
};

/* Zero it, then init. done frees all, and it can be used again. */
void healths_init(struct healths *h);
void healths_done(struct healths *h);

/* An OPTIONS request without To-tag, or a final response to one, that repeats none. */
void healths_message(struct healths *h, const struct msg *m, const struct txn *txn);

/* What is known of an address, with its port; NULL: nobody asked it. */
const struct health *health_of(const struct healths *h, const struct addr *addr);

/*
 * Down: it has not answered for 32 s (64*T1). Failing: its newest answer was 408 or
 * 5xx. *since, if not NULL, is when that began as far as it is known.
 */
enum health_state health_state(const struct health *h, int64_t now, int64_t *since);

/* "unknown", "up", "failing", "down". */
const char *health_state_name(unsigned state);

#endif
