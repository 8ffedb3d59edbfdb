/*
 * A trace: sources, engine, model, ledger, spool and text in one. What a face opens.
 */
#ifndef TRACE_H
#define TRACE_H

#include "base/err.h"
#include "base/text.h"
#include "capture/source.h"
#include "capture/spool.h"
#include "engine/engine.h"
#include "model/calls.h"
#include "view/view.h"

struct archive;
struct config;
struct options;
struct outlet;
struct recorder; /* recorder.h */
struct diagnose; /* diagnose/diagnose.h */
struct kpi;      /* model/kpi.h */
struct store;    /* query/store.h */
struct streams;  /* model/streams.h */

struct trace {
    const struct options *options;
    struct ledger ledger;
    struct limits limits;
    struct spool *spool;
    struct text *text; /* implemented by trace.c over the sources and the spool */
    struct source_merge *sources;
    struct archive *archive;   /* the databases among the sources */
    struct store *store;       /* of --db; NULL: nothing is stored */
    struct outlet *outlet;     /* what is handed on: outlet.h */
    struct recorder *recorder; /* of -O, live; NULL: nothing is saved meanwhile */
    struct calls *calls;
    struct streams *streams; /* NULL: --no-media */
    struct kpi *kpi;         /* read by recount_kpi(calls): model/recount.h */
    struct engine *engine;
    struct diagnose *diagnosis;
    int64_t diagnose_next; /* monotonic time of its next run, live; ns */
    bool judging;          /* the input has ended, not all calls have their verdict */
    struct alias *aliases; /* NULL: none */
    struct alias *trunks;  /* sets of addresses; NULL: none */
    struct view view;      /* what the views read */
    /* Told of what a person should know, a line each; NULL: it waits in `said`. */
    void (*report)(const char *line);
    struct errmsg said; /* the newest line */
    unsigned sayings;   /* how many there were */
    int64_t updated;    /* monotonic time when the sources were looked at, ns */
    unsigned batches;   /* of frames, since the start */
    bool restored;      /* the databases are read */
    bool live, ended, paused;
    bool recorded; /* -O is done */
    bool failed;   /* a source was bad or cut: exit status 1 */
};

/*
 * Opens all sources of the options. A file that cannot be opened is reported through
 * `report` (one line, complete) and left out; fails with -ERR_NOENT when none is left,
 * and with -ERR_USAGE when the capture filter is wrong (reported too). Options are kept
 * by reference.
 */
int trace_new(const struct options *options, void (*report)(const char *line),
              struct trace **out);
void trace_free(struct trace *t);

/* Tells what a person should know while all goes on: an interface that is gone, a disk
 * that is full. */
void trace_say(struct trace *t, const char *line);

/* Another configuration takes the place of the one before: names of addresses, alarms.
 * NULL: none. It is referred to. */
void trace_configure(struct trace *t, const struct config *settings);

/* Adds the alarm that is raised longest, in words, to `out`. Returns how many there
 * are.
 */
size_t trace_alarm(const struct trace *t, struct strbuf *out);

/* Brings the states of the sources up to date, and says what changed. Cheap. */
void trace_update(struct trace *t);

#endif
