#include "quality/burst.h"

static void group_close(struct burst *b)
{
    if (b->group_bad >= 2) {
        b->bursts++;
        b->burst_packets += b->group_packets;
        b->burst_bad += b->group_bad;
    }
    b->group_packets = b->group_bad = 0;
}

void burst_add_bad(struct burst *b, uint32_t n)
{
    if (!n)
        return;
    if (b->group_bad && b->good >= BURST_GMIN)
        group_close(b);
    if (b->group_bad)
        b->group_packets += b->good;
    b->group_packets += n;
    b->group_bad += n;
    if (!b->run)
        b->run_count++;
    b->run += n;
    if (b->run > b->run_max)
        b->run_max = b->run;
    b->packets += n;
    b->bad += n;
    b->good = 0;
}

void burst_add_good(struct burst *b, uint32_t n)
{
    if (!n)
        return;
    b->packets += n;
    b->good = b->good > UINT32_MAX - n ? UINT32_MAX : b->good + n;
    b->run = 0;
}

void burst_add(struct burst *b, bool bad)
{
    if (bad)
        burst_add_bad(b, 1);
    else
        burst_add_good(b, 1);
}

struct burst_figures burst_figures(const struct burst *b)
{
    struct burst c = *b;
    struct burst_figures f = {.burst_r = 1};
    group_close(&c);
    f.bursts = c.bursts;
    f.burst_packets = c.burst_packets;
    f.gap_packets = c.packets - c.burst_packets;
    if (c.burst_packets)
        f.burst_density = (double)c.burst_bad / (double)c.burst_packets;
    if (f.gap_packets)
        f.gap_density = (double)(c.bad - c.burst_bad) / (double)f.gap_packets;
    if (c.packets)
        f.bad_percent = 100.0 * (double)c.bad / (double)c.packets;
    if (c.run_count)
        f.burst_r = (double)c.bad / (double)c.run_count * (1 - f.bad_percent / 100);
    return f;
}
