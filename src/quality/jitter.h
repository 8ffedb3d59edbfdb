/*
 * Interarrival jitter, RFC 3550 6.4.1 and A.8, in floating point. Telephone events must
 * not be given to it: their timestamp stands still (RFC 4733 2.2.1).
 */
#ifndef QUALITY_JITTER_H
#define QUALITY_JITTER_H

#include <stdbool.h>
#include <stdint.h>

/* Zero it to start, and whenever the timestamps begin anew (another SSRC or clock). */
struct jitter {
    int64_t arrival; /* of the packet before, ns */
    double now;      /* the running estimate, ms */
    double max, sum; /* ms, over the updates */
    uint32_t ts;     /* of the packet before */
    uint32_t updates;
    bool started;
};

/* Takes a packet: arrival in ns, RTP timestamp, milliseconds of one timestamp unit. */
void jitter_update(struct jitter *j, int64_t arrival, uint32_t ts, double ms_per_unit);

/* The next packet begins a new series: it makes no update, the figures go on. */
void jitter_restart(struct jitter *j);

/* Mean of the estimate over its updates, ms; 0 before the first. */
double jitter_mean(const struct jitter *j);

#endif
