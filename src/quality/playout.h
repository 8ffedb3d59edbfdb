/*
 * Which packets come too late to be played: a fixed jitter buffer of 50 ms, one of 200
 * ms, and an adaptive one. Lateness is measured against the smallest transit of the
 * last 10 s.
 */
#ifndef QUALITY_PLAYOUT_H
#define QUALITY_PLAYOUT_H

#include <stdbool.h>
#include <stdint.h>

enum { PLAYOUT_SECONDS = 10 };

/* Zero it to start. */
struct playout {
    int64_t base_arrival, newest; /* ns: first and newest packet */
    int64_t units;                /* timestamp units since the first packet */
    uint32_t ts;                  /* of the newest packet */
    float least[PLAYOUT_SECONDS]; /* smallest transit of each second, ms against the
                                     first packet */
    float lowest;                 /* of all of them */
    int64_t second; /* the second of the newest bucket, since base_arrival */
    float delay;    /* of the adaptive buffer, ms */
    float lateness; /* of the newest packet, ms */
    uint32_t packets, late50, late200, late_adaptive;
    bool started;
};

/*
 * Takes a packet: arrival in ns, RTP timestamp, milliseconds of one timestamp unit.
 * Returns true where the adaptive buffer loses it.
 */
bool playout_add(struct playout *p, int64_t arrival, uint32_t ts, double ms_per_unit);

/* The next packet begins a new series (another SSRC, clock or epoch); the counts go on.
 */
void playout_restart(struct playout *p);

#endif
