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

/* The same a part at a time, for screens, which go on answering keys: step counts so
 * many messages and calls and returns false when there are no more; done gives the
 * counts and frees. Where calls leave in between (calls->layout), it is to be begun
 * anew. new and done: NULL when memory is short; done accepts NULL. */
struct stats_count *stats_count_new(const struct view *v);
bool stats_count_step(struct stats_count *b, size_t rows);
struct stats *stats_count_done(struct stats_count *b);
void stats_free(struct stats *s);

#endif
