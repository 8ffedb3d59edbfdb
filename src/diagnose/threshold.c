#include "diagnose/threshold.h"

#include <string.h>

const struct threshold THRESHOLDS[] = {
#define THRESHOLD(name, value, unit, help) \
    {#name, unit, help, value, offsetof(struct thresholds, name)},
    THRESHOLD_TABLE(THRESHOLD)
#undef THRESHOLD
        {NULL, NULL, NULL, 0, 0},
};

static void store(struct thresholds *t, const struct threshold *row, double value)
{
    memcpy((char *)t + row->at, &value, sizeof value);
}

void thresholds_init(struct thresholds *t)
{
    for (const struct threshold *row = THRESHOLDS; row->name; row++)
        store(t, row, row->value);
}

bool thresholds_set(struct thresholds *t, const char *name, double value)
{
    for (const struct threshold *row = THRESHOLDS; row->name; row++) {
        if (strcmp(row->name, name) != 0)
            continue;
        if (!(value >= 0))
            return false;
        store(t, row, value);
        return true;
    }
    return false;
}
