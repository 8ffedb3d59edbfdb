#include "pump.h"

#include "archive.h"
#include "depot.h"
#include "diagnose/diagnose.h"
#include "options.h"
#include "outlet.h"
#include "recorder.h"

#include <time.h>

/* Frames between two looks at the clock: some 20 us of work. */
enum { BATCH = 64, STORE_BATCHES = 4, DRAIN_US = 20000 };

/* Least time between two looks for verdicts, live. */
#define DIAGNOSE_NS INT64_C(1000000000)

/* Least time between two looks at the states of sources, live. */
#define UPDATE_NS INT64_C(100000000)

/* A clock that is behind the capture by more was set back. */
#define CLOCK_NS INT64_C(2000000000)
/* How long what was captured before a stop may take to come. */
#define DRAIN_NS INT64_C(10000000000)

static int64_t clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Who asks for verdicts while the input goes on: the screen, a service, a database, and
 * what is saved by them. */
static bool wants_verdicts(const struct options *o)
{
    return o->db || o->command == COMMAND_SCREEN || o->command == COMMAND_WATCH ||
           (o->out && (o->save_bad || o->where));
}

/* While the input goes on verdicts may take a tenth of the time. */
static void diagnose_some(struct trace *t)
{
    int64_t now = clock_ns(CLOCK_MONOTONIC);
    if (now < t->diagnose_next || !wants_verdicts(t->options))
        return;
    diagnose_run(t->diagnosis, false);
    int64_t took = clock_ns(CLOCK_MONOTONIC) - now;
    t->diagnose_next = now + (took < DIAGNOSE_NS / 10 ? DIAGNOSE_NS : 10 * took);
}

/* Verdicts of all calls first: they may be what is saved by. */
static void finish_recording(struct trace *t)
{
    if (!t->recorder)
        return;
    if (wants_verdicts(t->options))
        diagnose_run(t->diagnosis, true);
    recorder_end(t->recorder);
    t->recorder = NULL;
    t->recorded = true;
}

static enum pump_result finish(struct trace *t, bool whole)
{
    engine_end(t->engine);
    if (!t->ended) {
        bool judged;
        struct archive_target to = {.calls = t->calls,
                                    .ledger = &t->ledger,
                                    .diagnosis = t->diagnosis,
                                    .only = !source_merge_count(t->sources),
                                    .report = t->report};
        calls_end(t->calls);
        t->failed |= archive_finish(t->archive, &to, &judged);
        t->judging = !judged && t->options->command == COMMAND_SCREEN && !t->store;
        if (!judged && !t->judging)
            diagnose_end(t->diagnosis);
        finish_recording(t);
        outlet_end(t);
        depot_close(t, whole);
    }
    t->ended = true;
    for (size_t i = 0; i < source_merge_count(t->sources); i++)
        t->failed |= source_merge_at(t->sources, i)->failed;
    return t->judging ? PUMP_MORE : PUMP_END;
}

/* The screen gets its verdicts in steps, so that keys are answered meanwhile. */
static enum pump_result judge(struct trace *t, int64_t stop)
{
    enum { CALLS = 128 };
    while (t->judging && clock_ns(CLOCK_MONOTONIC) < stop)
        t->judging = diagnose_step(t->diagnosis, CALLS);
    return t->judging ? PUMP_MORE : PUMP_END;
}

/* The clock was set back: until it had caught up nothing would time out or end. */
static void follow_clock(struct trace *t)
{
    int64_t now = clock_ns(CLOCK_REALTIME), back = t->calls->now - now;
    struct errmsg line;
    if (back < CLOCK_NS || !t->restored)
        return;
    outlet_set_back(t, now);
    engine_set_back(t->engine, now);
    ledger_count(&t->ledger, LEDGER_TIME_BACK, 0, 0, 0, 0);
    errmsg_set(&line, 0, "the clock was set back by %lld s",
               (long long)(back / 1000000000));
    trace_say(t, line.text);
}

/* Live, between batches and while nothing comes. */
static void look_around(struct trace *t)
{
    int64_t now = clock_ns(CLOCK_MONOTONIC);
    if (now - t->updated >= UPDATE_NS) {
        t->updated = now;
        follow_clock(t);
        trace_update(t);
    }
    diagnose_some(t);
    if (t->recorder)
        recorder_tick(t->recorder, now);
}

static void hand_on(struct trace *t)
{
    if (t->store)
        store_update(t->store);
    outlet_update(t);
}

static enum pump_result idle(struct trace *t)
{
    hand_on(t);
    if (t->live) {
        int64_t now = clock_ns(CLOCK_REALTIME);
        engine_idle(t->engine, now);
        calls_advance(t->calls, now);
        look_around(t);
    }
    return PUMP_IDLE;
}

enum pump_result pump_run(struct trace *t, int64_t budget_us)
{
    int64_t stop = budget_us ? clock_ns(CLOCK_MONOTONIC) + budget_us * 1000 : INT64_MAX;
    bool only = !source_merge_count(t->sources);
    struct frame f[BATCH];
    if (t->ended)
        return judge(t, stop);
    for (;;) {
        for (size_t i = 0, n = 1; i < BATCH; i += n) {
            if (!t->restored) {
                n = 1;
                t->restored = !archive_next(t->archive, t->calls, only);
                continue;
            }
            int err = source_merge_next_some(t->sources, f, BATCH - i, &n);
            if (err == -ERR_AGAIN)
                return idle(t);
            if (err)
                return finish(t, true);
            engine_feed_some(t->engine, f, n);
        }
        if (++t->batches % STORE_BATCHES == 0)
            hand_on(t);
        if (!budget_us || clock_ns(CLOCK_MONOTONIC) < stop)
            continue;
        if (t->live)
            look_around(t);
        return PUMP_MORE;
    }
}

/* What was captured until now is not lost when the user stops. */
static void drain(struct trace *t)
{
    int64_t stop = clock_ns(CLOCK_MONOTONIC) + DRAIN_NS;
    for (size_t i = 0; i < source_merge_count(t->sources); i++)
        source_stop(source_merge_at(t->sources, i));
    while (!t->ended && clock_ns(CLOCK_MONOTONIC) < stop)
        if (pump_run(t, DRAIN_US) == PUMP_IDLE)
            nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    trace_update(t);
    if (!t->ended)
        trace_say(t, "stopped before everything that was captured was read");
}

void pump_end(struct trace *t)
{
    if (t->live && !t->ended && t->restored)
        drain(t);
    if (!t->ended)
        finish(t, false);
}

size_t pump_fds(struct trace *t, int *fds, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < source_merge_count(t->sources) && n < cap; i++) {
        int fd = source_poll_fd(source_merge_at(t->sources, i));
        if (fd >= 0)
            fds[n++] = fd;
    }
    return n;
}

int pump_progress(const struct trace *t)
{
    return t->restored ? source_merge_progress(t->sources)
                       : archive_progress(t->archive);
}
