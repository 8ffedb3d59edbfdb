#include "recorder.h"

#include "base/slab.h"
#include "capture/rotation.h"
#include "diagnose/diagnose.h"
#include "options.h"
#include "query/filter.h"
#include "selection.h"
#include "service/config.h"

#include <stdlib.h>
#include <string.h>

#define SECOND  INT64_C(1000000000)
#define LINGER  (3 * SECOND)  /* after its end, a call's last messages may still come */
#define VERDICT (30 * SECOND) /* after it, how long a verdict is waited for */

/* Frames that are looked for at once. */
enum { MANY = 100000, TURNING = 75 };

/* A call of which something was saved. */
struct saved {
    uint32_t id;
    int64_t until; /* what came later was not */
};

struct recorder {
    struct trace *t;
    struct rotation *rotation;
    struct connection *connection;
    struct filter *filter; /* NULL: all calls */
    bool select;           /* not everything, but calls */
    bool media;
    int64_t ticked;          /* monotonic */
    int64_t looked;          /* capture time: calls that ended before were looked at */
    VEC(uint32_t) undecided; /* calls that ended and have no verdict yet */
    struct selection selection; /* frames to write */
    struct hash saved;
    struct slab slab;
    unsigned half; /* of the spool: begun, and looked at before it turns */
    unsigned turned;
    int64_t half_began;
    uint64_t newest_number; /* frame that came last */
    uint16_t newest_file;
    void (*next)(void *ctx, const struct call *call); /* who else is told */
    void *next_ctx;
};

/* ---- which calls ---- */

static bool same_id(const void *value, const void *key)
{
    return ((const struct saved *)value)->id == *(const uint32_t *)key;
}

static uint64_t hash_id(uint32_t id)
{
    return hash_bytes(&id, sizeof id);
}

static struct saved *saved_of(struct recorder *r, uint32_t id)
{
    return hash_find(&r->saved, hash_id(id), same_id, &id);
}

static bool named(const struct recorder *r, const struct call *call)
{
    const char *want = r->t->options->call;
    char *end;
    if (!want)
        return true;
    unsigned long id = strtoul(want, &end, 10);
    return (*want && !*end && id == call->id) ||
           (call->call_id->n == strlen(want) &&
            !memcmp(call->call_id->p, want, call->call_id->n));
}

static bool bad(const struct recorder *r, const struct call *call)
{
    return !r->t->options->save_bad ||
           diagnose_verdict(r->t->diagnosis, call->id) >= VERDICT_WARN;
}

static bool selected(struct recorder *r, const struct call *call)
{
    return named(r, call) && bad(r, call) &&
           (!r->filter || filter_match(r->filter, call));
}

static void no_memory(struct recorder *r)
{
    ledger_count(&r->t->ledger, LEDGER_NO_MEMORY, 0, 0, 0, 0);
}

static void mark(struct recorder *r, struct saved *s, const struct call *call)
{
    if (!s && (s = slab_take(&r->slab))) {
        s->id = call->id;
        if (hash_add(&r->saved, hash_id(s->id), s)) {
            slab_give(&r->slab, s);
            s = NULL;
        }
    }
    if (s)
        s->until = call->newest > r->t->calls->now ? call->newest : r->t->calls->now;
    else
        no_memory(r);
}

static int write_frame(void *ctx, const struct frame *frame)
{
    rotation_add(((struct recorder *)ctx)->rotation, frame);
    return 0;
}

static void write_selection(struct recorder *r)
{
    uint64_t gone;
    selection_take(&r->selection, r->t->spool, write_frame, r, &gone);
    if (gone)
        ledger_add(&r->t->ledger, LEDGER_SAVE_GONE, 0, gone);
}

/* Puts what is new of a call among the frames to write, if it is selected. */
static void consider(struct recorder *r, const struct call *call, bool leaves)
{
    struct saved *s = saved_of(r, call->id);
    if (leaves && !s && r->t->options->save_bad &&
        diagnose_verdict(r->t->diagnosis, call->id) == VERDICT_UNKNOWN)
        ledger_count(&r->t->ledger, LEDGER_SAVE_UNKNOWN, 0, 0, 0, 0);
    if (s ? call->newest > s->until : selected(r, call)) {
        if (!selection_add(&r->selection, r->t, call, s ? s->until : INT64_MIN / 2,
                           r->media))
            no_memory(r);
        if (!leaves)
            mark(r, s, call);
    }
    if (leaves && s) {
        hash_remove(&r->saved, hash_id(s->id), s);
        slab_give(&r->slab, s);
    }
    if (r->selection.wanted.n > MANY)
        write_selection(r);
}

static void leaving(void *ctx, const struct call *call)
{
    struct recorder *r = ctx;
    consider(r, call, true);
    if (r->next)
        r->next(r->next_ctx, call);
}

/* ---- when ---- */

static bool decided(const struct recorder *r, const struct call *call)
{
    return diagnose_verdict(r->t->diagnosis, call->id) != VERDICT_UNKNOWN ||
           r->t->calls->now - call->queued > VERDICT;
}

static void ended(struct recorder *r, const struct call *call)
{
    if (decided(r, call))
        consider(r, call, false);
    else if (!vec_push(&r->undecided, call->id))
        no_memory(r);
}

static void look_at_undecided(struct recorder *r)
{
    size_t k = 0;
    for (size_t i = 0; i < r->undecided.n; i++) {
        uint32_t id = r->undecided.at[i];
        const struct call *call = calls_by_id(r->t->calls, id);
        if (call && decided(r, call))
            consider(r, call, false);
        else if (call)
            r->undecided.at[k++] = id;
    }
    r->undecided.n = k;
}

/* Half of the spool will be given up soon: of calls that go on, what lies there. */
static void look_at_live(struct recorder *r)
{
    const struct call *call = r->t->calls->live.oldest;
    for (; call; call = call->newer)
        if (call->start < r->half_began)
            consider(r, call, false);
}

static void watch_spool(struct recorder *r)
{
    unsigned halves = spool_halves(r->t->spool);
    if (halves != r->half) {
        r->half = halves;
        r->half_began = r->t->calls->now;
    }
    if (halves > 1 && r->turned != halves && spool_percent(r->t->spool) >= TURNING) {
        r->turned = halves;
        look_at_live(r);
    }
}

/* The queue of finished calls is in order of when they finished. */
static void look_at_finished(struct recorder *r)
{
    int64_t until = r->t->calls->now - LINGER;
    const struct call *call = r->t->calls->finished.newest;
    look_at_undecided(r);
    for (; call && call->queued > r->looked; call = call->older)
        if (call->queued <= until)
            ended(r, call);
    r->looked = until; /* also where the clock was set back */
}

void recorder_frame(struct recorder *r, const struct frame *frame)
{
    if (r->select ||
        (frame->number == r->newest_number && frame->file == r->newest_file))
        return;
    r->newest_number = frame->number;
    r->newest_file = frame->file;
    rotation_add(r->rotation, frame);
}

void recorder_tick(struct recorder *r, int64_t now)
{
    struct errmsg line;
    if (now - r->ticked < SECOND)
        return;
    r->ticked = now;
    if (r->select) {
        if (r->connection)
            connection_start(r->connection);
        look_at_finished(r);
        watch_spool(r);
        write_selection(r);
        if (r->connection)
            connection_stop(r->connection);
    }
    rotation_tick(r->rotation, now);
    if (rotation_said(r->rotation, &line))
        trace_say(r->t, line.text);
}

/* ---- beginning and end ---- */

static void free_all(struct recorder *r)
{
    filter_free(r->filter);
    connection_free(r->connection);
    selection_done(&r->selection);
    vec_done(&r->undecided);
    hash_done(&r->saved);
    slab_done(&r->slab);
    free(r);
}

static int open_filter(struct recorder *r, struct errmsg *why)
{
    const struct options *o = r->t->options;
    const char *text = o->where;
    if (!text)
        return 0;
    if (*text == '@' && !(text = config_filter(o->settings, text + 1)))
        return errmsg_set(why, -ERR_USAGE, "%.100s: no such filter is configured",
                          o->where);
    int err = connection_new(&r->t->view, CONNECTION_TIMEOUT, &r->connection, why);
    return err ? err : filter_new(r->connection, &TABLE_CALLS, text, &r->filter, why);
}

int recorder_new(struct trace *t, struct recorder **out, struct errmsg *why)
{
    const struct options *o = t->options;
    struct recorder *r = calloc(1, sizeof *r);
    struct rotation_options ro = {.path = o->out,
                                  .size = o->rotate_size,
                                  .seconds = (int64_t)o->rotate_time,
                                  .files = o->rotate_files};
    if (!r)
        return -ERR_NOMEM;
    r->t = t;
    r->select = o->where || o->call || o->save_bad;
    r->media = o->keep_rtp;
    slab_init(&r->slab, sizeof(struct saved));
    int err = open_filter(r, why);
    if (!err)
        err = rotation_new(&ro, &t->ledger, &r->rotation, why);
    if (err) {
        free_all(r);
        return err;
    }
    if (r->select) {
        r->next = t->calls->leaving;
        r->next_ctx = t->calls->leaving_ctx;
        t->calls->leaving = leaving;
        t->calls->leaving_ctx = r;
    }
    *out = r;
    return 0;
}

static void take_the_rest(struct recorder *r)
{
    const struct calls *calls = r->t->calls;
    if (r->connection)
        connection_start(r->connection);
    for (size_t i = 0; i < calls->list.n; i++)
        if (calls->list.at[i])
            consider(r, calls->list.at[i], false);
    write_selection(r);
    if (r->connection)
        connection_stop(r->connection);
    r->t->calls->leaving = r->next;
    r->t->calls->leaving_ctx = r->next_ctx;
}

void recorder_end(struct recorder *r)
{
    struct errmsg line, why = {""};
    if (!r)
        return;
    if (r->select)
        take_the_rest(r);
    uint64_t frames = rotation_frames(r->rotation);
    unsigned files = rotation_files(r->rotation);
    int err = rotation_end(r->rotation, &why);
    r->t->failed |= err != 0;
    if (err)
        errmsg_set(&line, 0, "%.200s: not all is saved: %.200s", r->t->options->out,
                   why.text);
    else
        errmsg_set(&line, 0, "%.200s: %llu frames saved in %u file%s",
                   r->t->options->out, (unsigned long long)frames, files,
                   files == 1 ? "" : "s");
    if (err || !r->t->options->quiet)
        trace_say(r->t, line.text);
    free_all(r);
}
