/*
 * Clock drift: how much faster the sender's clock runs than the capture's, by least
 * squares of media time over arrival time.
 */
#ifndef QUALITY_DRIFT_H
#define QUALITY_DRIFT_H

#include <stdbool.h>
#include <stdint.h>

/* Zero it to start. Running means and moments (Welford), so that hours lose no digits.
 */
struct drift {
    /* x: arrival, y: media time; seconds since the first packet */
    double mean_x, mean_y, xx, xy;
    uint64_t n;
};

/* Takes a packet: seconds of arrival and of media time since the first one. */
void drift_add(struct drift *d, double arrival, double media);

/* Parts per million, positive: the sender runs fast. Returns false with too little to
 * tell (under 100 packets or 2 s). */
bool drift_ppm(const struct drift *d, double *ppm);

#endif
