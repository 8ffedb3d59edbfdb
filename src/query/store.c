#include "query/store.h"

#include "base/vec.h"
#include "query/pack.h"
#include "query/run.h"
#include "query/writer.h"
#include "view/verdict.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <time.h>

/* How often calls are looked through, in ms: a live capture is read by others
 * meanwhile. */
enum { SWEEP_LIVE = 1000, SWEEP_FILE = 30000, SWEEP_REST = 10000, MARKS_SPARE = 4096 };

struct store {
    const struct view *view;
    struct store_options o;
    struct store_writer *writer;
    struct pack pack;
    struct run run;
    uint32_t message; /* id of the newest message that was stored */
    uint64_t version; /* of the model when calls were looked through */
    int64_t swept, rest;
    uint32_t slice, offer, event; /* the same of rows that do not change */
    /* streams as they were when they were stored, by id */
    VEC(struct mark {
        uint32_t id;
        uint64_t mark;
    })
    marks;
    struct store_writer_counts counts;
    bool ended;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void store_free(struct store *s)
{
    if (!s)
        return;
    store_writer_free(s->writer);
    run_done(&s->run);
    vec_done(&s->marks);
    pack_done(&s->pack);
    free(s);
}

int store_new(const struct view *v, const struct store_options *o, struct store **out,
              struct errmsg *why)
{
    struct store_writer_options wo = {.path = o->path,
                                      .text = !o->no_text,
                                      .max_age = o->max_age,
                                      .max_size = o->max_size};
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return errmsg_set(why, -ERR_NOMEM, "out of memory");
    s->view = v;
    s->o = *o;
    int err = store_writer_new(&wo, &s->writer, why);
    if (err) {
        store_free(s);
        return err;
    }
    s->pack = (struct pack){.view = v, .text = !o->no_text && !v->redact};
    *out = s;
    return 0;
}

bool store_capture(struct store *s, const struct store_capture *c)
{
    return run_add(&s->run, store_writer_sql(s->writer), c);
}

int store_start(struct store *s, struct errmsg *why)
{
    int err = run_begin(&s->run, store_writer_sql(s->writer), s->o.options,
                        !s->o.no_text, &s->pack, why);
    s->o.options = NULL; /* the caller's */
    if (err)
        return err;
    s->message = s->run.stored;
    err = store_writer_start(s->writer);
    return err ? errmsg_set(why, err, "%s", err_text(err)) : 0;
}

/* ---- rows ---- */

/* Hands on what was packed. */
static void put(struct store *s)
{
    if (s->pack.record.failed ||
        !store_writer_put(s->writer, s->pack.record.p, s->pack.record.n, s->o.wait))
        ledger_add(s->o.ledger, LEDGER_STORE_DROP, 0, 1);
}

static void put_message(struct store *s, const struct msg *m)
{
    const struct run_capture *c = run_capture_of(&s->run, m->file);
    if (c->known)
        return;
    pack_message(&s->pack, m, c->id);
    put(s);
}

static void put_findings(struct store *s, const struct call *call)
{
    const struct diagnose *d = s->view->diagnosis;
    pack_forget(&s->pack, call);
    put(s);
    const struct finding *f = d ? diagnose_of(d, call ? call->id : 0) : NULL;
    for (; f; f = f->next) {
        pack_finding(&s->pack, f);
        put(s);
    }
}

static bool is_known(const struct store *s, const struct call *call)
{
    return call && run_capture_of(&s->run, call->first ? call->first->file : 0)->known;
}

static void put_call(struct store *s, const struct call *call)
{
    if (is_known(s, call))
        return;
    pack_call(&s->pack, call,
              run_capture_of(&s->run, call->first ? call->first->file : 0)->id);
    put(s);
    put_findings(s, call);
}

/* Where the mark of a stream is, or would be. */
static size_t mark_place(const struct store *s, uint32_t id)
{
    size_t low = 0, high = s->marks.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->marks.at[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Streams that left the model need no mark. */
static void forget_marks(struct store *s)
{
    const struct rows *r = stored_rows(s->view->streams, STORED_STREAMS);
    size_t n = 0;
    if (!r || s->marks.n <= 2 * r->kept + MARKS_SPARE)
        return;
    for (size_t i = 0; i < s->marks.n; i++)
        if (rows_find(r, s->marks.at[i].id))
            s->marks.at[n++] = s->marks.at[i];
    s->marks.n = n;
}

/* Notes what the stream is now. Returns false where that is in the file. */
static bool mark_changed(struct store *s, const struct rtp_stream *stream)
{
    struct mark m = {stored_id(stream), stored_mark(stream)};
    size_t i = mark_place(s, m.id), n = s->marks.n;
    if (i == n || s->marks.at[i].id != m.id) {
        if (!vec_push(&s->marks, m))
            return true;
        memmove(&s->marks.at[i + 1], &s->marks.at[i], (n - i) * sizeof m);
    } else if (s->marks.at[i].mark == m.mark) {
        return false;
    }
    s->marks.at[i] = m;
    return true;
}

/* A stream that is not in the file as it is now. */
static void put_stream(struct store *s, const struct rtp_stream *stream)
{
    if (is_known(s, stored_call_of(stream)) || !mark_changed(s, stream))
        return;
    pack_stream(&s->pack, stream);
    put(s);
}

/* Rows after the newest that was stored: the place of the first of them. */
static size_t rows_after(const struct rows *r, uint32_t id)
{
    size_t i = r->list.n;
    while (i && r->ids.at[i - 1] > id)
        i--;
    return i;
}

static void put_new(struct store *s, const struct table *t, enum stored_rows what,
                    enum pack_kind kind, uint32_t *newest)
{
    const struct rows *r = stored_rows(s->view->streams, what);
    for (size_t i = r ? rows_after(r, *newest) : 0; r && i < r->list.n; i++) {
        *newest = r->ids.at[i];
        if (!r->list.at[i] || is_known(s, stored_row_call(what, r->list.at[i])))
            continue;
        pack_row(&s->pack, t, r->list.at[i], kind, r->ids.at[i]);
        put(s);
    }
}

static void put_events(struct store *s)
{
    const struct rows *r = &s->view->calls->events;
    for (size_t i = rows_after(r, s->event); i < r->list.n; i++) {
        const struct event *e = r->list.at[i];
        s->event = r->ids.at[i];
        if (!e || is_known(s, e->call))
            continue;
        pack_event(&s->pack, e);
        put(s);
    }
}

/* Rows that do not change once they are there. */
static void put_lasting(struct store *s)
{
    put_new(s, &TABLE_SLICES, STORED_SLICES, PACK_SLICE, &s->slice);
    put_new(s, &TABLE_OFFERS, STORED_OFFERS, PACK_OFFER, &s->offer);
    put_events(s);
}

static void put_streams(struct store *s)
{
    const struct rows *r = stored_rows(s->view->streams, STORED_STREAMS);
    forget_marks(s);
    for (size_t i = 0; r && i < r->list.n; i++)
        if (r->list.at[i])
            put_stream(s, r->list.at[i]);
}

static void put_table(struct store *s, const struct table *t)
{
    for (size_t i = 0, n = t->count(s->view); i < n; i++) {
        const void *object = t->at(s->view, i);
        if (!object)
            continue;
        if (t == &TABLE_LEDGER)
            pack_ledger(&s->pack, object, i);
        else
            pack_place(&s->pack, t, object, i);
        put(s);
    }
}

/* ---- following the model ---- */

static void put_messages(struct store *s)
{
    const struct calls *c = s->view->calls;
    size_t i = c->msgs.n;
    while (i && (!c->msgs.at[i - 1] || c->msg_ids.at[i - 1] > s->message))
        i--;
    for (; i < c->msgs.n; i++) {
        if (c->msg_ids.at[i] <= s->message)
            continue;
        s->message = c->msg_ids.at[i];
        if (c->msgs.at[i])
            put_message(s, c->msgs.at[i]);
    }
}

static void put_calls(struct store *s)
{
    const struct calls *c = s->view->calls;
    uint64_t version = s->version;
    s->version = c->version;
    for (size_t i = 0; i < c->list.n; i++)
        if (c->list.at[i] && c->list.at[i]->version > version)
            put_call(s, c->list.at[i]);
    put_lasting(s);
}

/* The tables that come from the model as a whole. */
static void put_rest(struct store *s)
{
    if (run_known(&s->run))
        return;
    put_streams(s);
    put_findings(s, NULL);
    put_table(s, &TABLE_REGISTRATIONS);
    put_table(s, &TABLE_LEDGER);
}

/* What the writer could not write joins the ledger. */
static void count_lost(struct store *s)
{
    uint64_t lost = s->counts.lost;
    store_writer_counts(s->writer, &s->counts);
    if (s->counts.lost > lost)
        ledger_add(s->o.ledger, LEDGER_STORE_FAILED, 0, s->counts.lost - lost);
}

void store_update(struct store *s)
{
    int64_t now = now_ms();
    put_messages(s);
    if (now - s->swept < (s->o.wait ? SWEEP_FILE : SWEEP_LIVE))
        return;
    s->swept = now;
    put_calls(s);
    count_lost(s);
    if (!s->o.wait && now - s->rest >= SWEEP_REST) {
        s->rest = now;
        put_rest(s);
    }
}

void store_leaving(void *ctx, const struct call *call)
{
    struct store *s = ctx;
    put_messages(s);
    put_lasting(s);
    put_call(s, call);
    for (const struct rtp_stream *n = stored_next(call, NULL); n;
         n = stored_next(call, n))
        put_stream(s, n);
}

void store_end(struct store *s, bool whole)
{
    if (s->ended)
        return;
    s->ended = true;
    put_messages(s);
    if (s->view->diagnosis) /* the last verdicts come first: they change calls */
        (void)diagnose_version(s->view->diagnosis);
    put_calls(s);
    put_rest(s);
    store_writer_end(s->writer);
    count_lost(s);
    if (whole && !s->counts.lost)
        run_whole(&s->run, store_writer_sql(s->writer));
}

uint64_t store_count(struct store *s)
{
    count_lost(s);
    return s->counts.stored;
}

const char *store_error(struct store *s)
{
    count_lost(s);
    return s->counts.why.text[0] ? s->counts.why.text : NULL;
}
