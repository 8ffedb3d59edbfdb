#include "quality/drift.h"

void drift_add(struct drift *d, double arrival, double media)
{
    double dx = arrival - d->mean_x, dy = media - d->mean_y;
    d->n++;
    d->mean_x += dx / (double)d->n;
    d->mean_y += dy / (double)d->n;
    d->xx += dx * (arrival - d->mean_x);
    d->xy += dx * (media - d->mean_y);
}

bool drift_ppm(const struct drift *d, double *ppm)
{
    /* A spread of xx / n = T^2 / 12 belongs to T seconds of evenly spaced packets. */
    if (d->n < 100 || d->xx / (double)d->n < 4.0 / 12)
        return false;
    *ppm = (d->xy / d->xx - 1) * 1e6;
    return true;
}
