/*
 * Bursts and gaps by the definition of RFC 3611 4.7.2 (Gmin = 16), and BurstR of G.107
 * from the runs of lost packets. Fed with every sequence number in order: received or
 * not.
 */
#ifndef QUALITY_BURST_H
#define QUALITY_BURST_H

#include <stdbool.h>
#include <stdint.h>

enum { BURST_GMIN = 16 };

/* Zero it to start. */
struct burst {
    uint32_t packets, bad; /* numbers seen; of them lost or discarded */
    uint32_t run_count;    /* runs of bad packets */
    uint32_t run, run_max; /* the open run; the longest */
    uint32_t good;         /* received since the last bad one */
    /* the open group: from its first to its last bad one */
    uint32_t group_packets, group_bad;
    uint32_t bursts, burst_packets, burst_bad; /* closed groups of two or more */
};

struct burst_figures {
    uint64_t bursts;        /* RFC 3611 bursts */
    uint64_t burst_packets; /* packets inside them, received ones too */
    double burst_density;   /* share of bad packets in bursts, 0 to 1 */
    uint64_t gap_packets;
    double gap_density;
    double burst_r; /* G.107 7-30; not clamped; 1 without loss */
    double bad_percent;
};

/* The next number in sequence: lost or discarded (bad), or played. */
void burst_add(struct burst *b, bool bad);

/* n bad numbers in a row: the same as n calls of burst_add, at the cost of one. */
void burst_add_bad(struct burst *b, uint32_t n);

/* n good ones in a row. */
void burst_add_good(struct burst *b, uint32_t n);

/* The figures so far, an open group taken as it stands. */
struct burst_figures burst_figures(const struct burst *b);

#endif
