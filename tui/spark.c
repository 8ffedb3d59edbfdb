#include "tui/spark.h"

#include <math.h>

static double highest(const float *value, size_t n)
{
    double most = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(value[i]) && (double)value[i] > most)
            most = (double)value[i];
    return most;
}

void spark_draw(struct canvas *c, int x, int y, unsigned style, const float *value,
                size_t n, double low, double high)
{
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const signs[] = {"_", ".", "-", "=", "#"};
    int heights = c->ascii ? 5 : 8;

    if (high <= low) {
        low = 0;
        high = highest(value, n);
    }
    for (size_t i = 0; i < n; i++) {
        double share = high > low ? ((double)value[i] - low) / (high - low) : 0;
        int h;

        if (isnan(value[i]))
            continue;
        share = share < 0 ? 0 : share > 1 ? 1 : share;
        /* Only nothing at all is at the foot. */
        h = (int)ceil(share * (heights - 1));
        canvas_put(c, x + (int)i, y, style, c->ascii ? signs[h] : blocks[h]);
    }
}
