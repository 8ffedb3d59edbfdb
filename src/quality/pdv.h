/*
 * Packet delay variation (RFC 5481 4.2): how much later than the fastest packets the
 * others came, as percentiles. This, and no average of jitter, is what a jitter buffer
 * has to hold.
 */
#ifndef QUALITY_PDV_H
#define QUALITY_PDV_H

#include <stdbool.h>
#include <stdint.h>

/* Each but the first PDV_FINE is 1/8 wider than the one before: an error of 6 % at most
 * up to 10 s. */
enum { PDV_FINE = 8, PDV_BUCKETS = 72 };

/* Zero it to start. */
struct pdv {
    uint16_t count[PDV_BUCKETS]; /* all are halved when one is full */
};

/* Takes a delay in ms, 0 or more. */
void pdv_add(struct pdv *p, float ms);

/* The delay that `percent` of the packets did not exceed, ms. False: none was taken. */
bool pdv_percentile(const struct pdv *p, double percent, double *ms);

#endif
