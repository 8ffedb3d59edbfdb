#include "cli/command.h"

#include "model/streams.h"

/* All rows of a table that the filter lets through. */
static int print_table(struct cli *c, const struct table *t)
{
    struct listing_options lo = command_table(c, t);
    const struct view *v = &c->trace->view;
    struct listing l;
    uint64_t total = 0;
    int err = listing_begin(&l, &c->out, v, t, &lo);
    if (c->filter)
        connection_start(c->connection);
    for (size_t i = 0, n = t->count(v); i < n && !err; i++) {
        const void *object = t->at(v, i);
        total += object != NULL;
        if (command_passes(c, object))
            err = listing_row(&l, object);
        else
            err = command_filter_failed(c);
    }
    if (c->connection)
        connection_stop(c->connection);
    int last = listing_end(&l, total);
    return err ? err : last;
}

int command_calls(struct cli *c)
{
    struct listing_options lo = command_table(c, &TABLE_CALLS);
    struct listing l;
    const struct call *only = NULL;
    if (!c->o->call)
        return print_table(c, &TABLE_CALLS);
    if (!(only = command_call(c)))
        return -ERR_NOENT;
    int err = listing_begin(&l, &c->out, &c->trace->view, &TABLE_CALLS, &lo);
    if (!err && command_passes(c, only))
        err = listing_row(&l, only);
    int last = listing_end(&l, c->trace->calls->calls_kept);
    return err ? err : last;
}

/* Index of the first message with an id over `id`; the vector is in order of id and may
 * have holes. */
static size_t msgs_after(const struct calls *calls, uint32_t id)
{
    size_t i = calls->msgs.n;
    while (i && (!calls->msgs.at[i - 1] || calls->msgs.at[i - 1]->id > id))
        i--;
    return i;
}

/* Messages are printed as they come, so that a live capture can be watched. */
static int print_new_messages(struct cli *c, void *ctx)
{
    struct listing *l = ctx;
    const struct calls *calls = c->trace->calls;
    int err = 0;
    for (size_t i = msgs_after(calls, c->printed); !err && i < calls->msgs.n; i++) {
        const struct msg *m = calls->msgs.at[i];
        if (!m)
            continue;
        c->printed = m->id;
        err = command_passes(c, m) ? listing_row(l, m) : command_filter_failed(c);
    }
    if (!err && c->trace->live)
        err = writer_flush(&c->out);
    return err;
}

int command_messages(struct cli *c)
{
    struct listing_options lo = command_table(c, &TABLE_MESSAGES);
    struct listing l;
    const struct call *only = NULL;
    int err = 0;
    bool stream = !c->o->call && !c->o->quiet;
    if (!stream)
        err = command_read(c, NULL, NULL);
    if (err || c->o->quiet || (c->o->call && !(only = command_call(c))))
        return c->o->quiet ? err : -ERR_NOENT;
    err = listing_begin(&l, &c->out, &c->trace->view, &TABLE_MESSAGES, &lo);
    if (stream && !err)
        err = command_read(c, print_new_messages, &l);
    for (const struct msg *m = only ? only->first : NULL; m && !err; m = m->next)
        err = command_passes(c, m) ? listing_row(&l, m) : command_filter_failed(c);
    int last = listing_end(&l, c->trace->calls->msgs_seen);
    return err ? err : last;
}

/* The rows of a stream that the filter lets through: itself, or its slices. */
static int stream_rows(struct cli *c, struct listing *l, const struct rtp_stream *s)
{
    int err = 0;
    if (!c->o->slices)
        return command_passes(c, s) ? listing_row(l, s) : command_filter_failed(c);
    for (const struct rtp_slice *k = s->slices; k && !err; k = k->next)
        err = command_passes(c, k) ? listing_row(l, k) : command_filter_failed(c);
    return err;
}

int command_streams(struct cli *c)
{
    struct listing_options lo = command_listing(c->o);
    const struct table *t = c->o->slices ? &TABLE_SLICES : &TABLE_STREAMS;
    const struct view *v = &c->trace->view;
    const struct call *only = NULL;
    struct listing l;
    if (c->o->call && !(only = command_call(c)))
        return -ERR_NOENT;
    int err = listing_begin(&l, &c->out, v, t, &lo);
    size_t n = TABLE_STREAMS.count(v);
    if (c->filter)
        connection_start(c->connection);
    for (size_t i = 0; i < n && !err; i++) {
        const struct rtp_stream *s = TABLE_STREAMS.at(v, i);
        if (s && (!only || s->call == only))
            err = stream_rows(c, &l, s);
    }
    if (c->filter)
        connection_stop(c->connection);
    int last = listing_end(&l, t->count(v));
    return err ? err : last;
}

int command_registrations(struct cli *c)
{
    return print_table(c, &TABLE_REGISTRATIONS);
}

int command_fields(struct cli *c)
{
    struct view none = {0};
    struct listing_options lo = command_listing(c->o);
    return listing_all(&c->out, &none, &TABLE_FIELDS, &lo);
}
