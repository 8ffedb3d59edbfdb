#include "quality/playout.h"

#include <math.h>

static const float START_MS = 40, CAP_MS = 200, FIXED_SHORT_MS = 50,
                   FIXED_LONG_MS = 200;
/* The adaptive buffer falls by 2 % a second. */
static const float FALL_PER_NS = 0.02e-9f;
/* A step of the timestamps against the clock by more than this is a new time base, no
 * lateness. */
static const float STEP_MS = 1000;

static void begin(struct playout *p, int64_t arrival, uint32_t ts)
{
    p->base_arrival = p->newest = arrival;
    p->units = 0;
    p->ts = ts;
    p->second = 0;
    for (int i = 0; i < PLAYOUT_SECONDS; i++)
        p->least[i] = HUGE_VALF;
    p->least[0] = p->lowest = 0;
    p->delay = START_MS;
    p->lateness = 0;
    p->started = true;
}

void playout_restart(struct playout *p)
{
    p->started = false;
}

/* The window moves: seconds that leave it are forgotten. */
static void move_window(struct playout *p, int64_t second)
{
    int64_t empty = second - p->second;
    for (int64_t i = 0; i < empty && i < PLAYOUT_SECONDS; i++)
        p->least[(second - i) % PLAYOUT_SECONDS] = HUGE_VALF;
    p->second = second;
    p->lowest = HUGE_VALF;
    for (int i = 0; i < PLAYOUT_SECONDS; i++)
        p->lowest = p->least[i] < p->lowest ? p->least[i] : p->lowest;
}

/* Smallest transit of the window, this packet's included. */
static float least_transit(struct playout *p, int64_t arrival, float transit)
{
    int64_t since = arrival - p->base_arrival;
    if (since >= (p->second + 1) * 1000000000)
        move_window(p, since / 1000000000);
    float *mine = &p->least[p->second % PLAYOUT_SECONDS];
    if (transit < *mine)
        *mine = transit;
    if (transit < p->lowest)
        p->lowest = transit;
    return p->lowest;
}

static bool adapt(struct playout *p, int64_t passed)
{
    if (passed > 0)
        p->delay -=
            p->delay * FALL_PER_NS * (float)(passed > 1000000000 ? 1000000000 : passed);
    if (p->lateness <= p->delay)
        return false;
    p->delay = p->lateness < CAP_MS ? p->lateness : CAP_MS;
    return true;
}

bool playout_add(struct playout *p, int64_t arrival, uint32_t ts, double ms_per_unit)
{
    p->packets++;
    if (!p->started) {
        begin(p, arrival, ts);
        return false;
    }
    int64_t passed = arrival - p->newest;
    p->units += (int32_t)(ts - p->ts);
    p->ts = ts;
    p->newest = arrival;
    float transit = (float)((double)(arrival - p->base_arrival) * 1e-6 -
                            (double)p->units * ms_per_unit);
    p->lateness = transit - least_transit(p, arrival, transit);
    if (p->lateness > STEP_MS) {
        begin(p, arrival, ts);
        return false;
    }
    p->late50 += p->lateness > FIXED_SHORT_MS;
    p->late200 += p->lateness > FIXED_LONG_MS;
    bool late = adapt(p, passed);
    p->late_adaptive += late;
    return late;
}
