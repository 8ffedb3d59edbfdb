/* The figures that rules compare with: a table of names, so that a configuration can
 * set them. */
#ifndef DIAGNOSE_THRESHOLD_H
#define DIAGNOSE_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* THRESHOLD(name, value, unit, what it decides) */
#define THRESHOLD_TABLE(THRESHOLD)                                                    \
    THRESHOLD(pdd_warn, 4, "s", "post-dial delay that is warned of")                  \
    THRESHOLD(stuck_warn, 10, "s", "only 100 Trying for this long: warning")          \
    THRESHOLD(stuck_crit, 32, "s", "only 100 Trying for this long: critical")         \
    THRESHOLD(ring_min, 12, "s", "ringing this long counts as nobody answered")       \
    THRESHOLD(misdial, 5, "s", "a caller who gives up sooner misdialled")             \
    THRESHOLD(auth_loop, 3, "", "challenges in a row that are a loop")                \
    THRESHOLD(auth_wait, 5, "s",                                                      \
              "time to answer a challenge, or follow a redirection")                  \
    THRESHOLD(short_call, 6, "s", "an answered call shorter than this is short")      \
    THRESHOLD(redial, 60, "s", "the same call again within this is a redial")         \
    THRESHOLD(large_udp, 1300, "bytes", "SIP over UDP longer than this may fragment") \
    THRESHOLD(idle_pinhole, 30, "s", "idle before a request that failed: pinhole")    \
    THRESHOLD(fixed_calls, 5, "", "calls of the same length that are no accident")    \
    THRESHOLD(trunk_down, 3, "", "requests without answer in a row: peer is down")    \
    THRESHOLD(scan_users, 20, "", "users tried by one address in 10 s: a scan")       \
    THRESHOLD(reg_gap, 2, "s", "a binding may lapse this long unnoticed")             \
    THRESHOLD(reg_rate, 10, "/s", "registrations a second that are a storm")          \
    THRESHOLD(contacts, 5, "", "live contacts of one user that are too many")         \
    THRESHOLD(overload_share, 5, "%", "share of 503 in 60 s that is a limit")         \
    THRESHOLD(loss_warn, 1, "%", "packet loss: warning")                              \
    THRESHOLD(loss_crit, 3, "%", "packet loss: critical")                             \
    THRESHOLD(loss_slice, 5, "%", "packet loss in 10 s: warning")                     \
    THRESHOLD(jitter_warn, 30, "ms", "maximum jitter: warning")                       \
    THRESHOLD(jitter_crit, 50, "ms", "maximum jitter: critical")                      \
    THRESHOLD(late_warn, 1, "%", "packets late for a 50 ms buffer: warning")          \
    THRESHOLD(late_crit, 3, "%", "packets late for a 50 ms buffer: critical")         \
    THRESHOLD(mos_warn, 3.6, "", "MOS of a slice below this: warning")                \
    THRESHOLD(mos_crit, 3.1, "", "MOS of a slice below this: critical")               \
    THRESHOLD(rtt_warn, 300, "ms", "round-trip time: warning")                        \
    THRESHOLD(rtt_crit, 600, "ms", "round-trip time: critical")                       \
    THRESHOLD(drift_warn, 100, "ppm", "clock drift: warning")                         \
    THRESHOLD(drift_crit, 500, "ppm", "clock drift: critical")                        \
    THRESHOLD(clip_warn, 0.5, "s", "speech lost after the answer: warning")           \
    THRESHOLD(clip_crit, 2, "s", "speech lost after the answer: critical")            \
    THRESHOLD(media_stop, 5, "s", "media that ends this long before the call stopped")

struct thresholds {
#define THRESHOLD(name, value, unit, help) double name;
    THRESHOLD_TABLE(THRESHOLD)
#undef THRESHOLD
};

struct threshold {
    const char *name, *unit, *help;
    double value;
    size_t at; /* offset in struct thresholds */
};

/* All of them; the last has no name. */
extern const struct threshold THRESHOLDS[];

/* Sets all to their defaults. */
void thresholds_init(struct thresholds *t);

/* Sets one by name. Returns false where there is none, or the value is below zero. */
bool thresholds_set(struct thresholds *t, const char *name, double value);

/* Seconds of a threshold as ns. */
static inline int64_t threshold_ns(double seconds)
{
    return (int64_t)(seconds * 1e9);
}

#endif
