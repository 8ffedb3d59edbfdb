/* Counts over all calls: methods, codes, transports, peers, states; the `stats`
 * command. */
#ifndef VIEW_STATS_H
#define VIEW_STATS_H

#include "view/view.h"

struct stats_method {
    const char *name; /* in the model or static */
    uint64_t requests, responses, retransmissions;
};

struct stats_peer {
    struct addr addr;        /* port 0 */
    uint64_t calls;          /* that it began or received */
    uint64_t sent, received; /* messages */
    uint64_t failed;         /* calls rejected, failed or timed out */
};

struct stats {
    uint64_t calls, messages, requests, responses;
    uint64_t retransmissions, copies, malformed;
    int64_t first, last;         /* ns, of the first and last message; 0: none */
    struct stats_method *method; /* most requests first */
    size_t methods;
    uint64_t status[700]; /* responses by code, retransmissions in, copies out */
    uint64_t transport[TRANSPORT_COUNT];
    uint64_t state[CALL_STATE_COUNT]; /* calls that begin with INVITE */
    uint64_t invites;                 /* how many calls that is */
    struct stats_peer *peer;          /* most messages first */
    size_t peers;
};

/* Counts everything the model holds. NULL when memory is short. */
struct stats *stats_build(const struct view *v);
void stats_free(struct stats *s);

#endif
