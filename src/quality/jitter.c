#include "quality/jitter.h"

#include <math.h>

void jitter_update(struct jitter *j, int64_t arrival, uint32_t ts, double ms_per_unit)
{
    if (j->started) {
        double spacing = (double)(int32_t)(ts - j->ts) * ms_per_unit;
        double d = fabs((double)(arrival - j->arrival) * 1e-6 - spacing);
        j->now += (d - j->now) / 16;
        j->sum += j->now;
        j->updates++;
        if (j->now > j->max)
            j->max = j->now;
    }
    j->arrival = arrival;
    j->ts = ts;
    j->started = true;
}

void jitter_restart(struct jitter *j)
{
    j->started = false;
}

double jitter_mean(const struct jitter *j)
{
    return j->updates ? j->sum / j->updates : 0;
}
