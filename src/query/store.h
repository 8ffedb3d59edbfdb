/*
 * Stores what a trace reads into a database file: messages as they come, calls and the
 * rest when they changed. Rows are copied into a queue; a thread writes them
 * (query/writer.h), so that a slow disk costs rows and never frames.
 */
#ifndef QUERY_STORE_H
#define QUERY_STORE_H

#include "base/err.h"
#include "query/run.h"
#include "view/view.h"

struct store;

struct store_options {
    const char *path;
    bool no_text;      /* message text and text_search stay empty */
    bool wait;         /* files: wait for the writer, drop nothing */
    int64_t max_age;   /* seconds; 0: no limit */
    uint64_t max_size; /* bytes; 0: no limit */
    struct ledger *ledger;
    const char *options; /* what decides which rows a capture makes: a run that was
                          * stopped is taken up with the same; NULL: never */
};

/* Opens or makes the file. Returns 0, or -ERR_* and why. View and ledger are referred
 * to. free accepts NULL. */
int store_new(const struct view *v, const struct store_options *o, struct store **out,
              struct errmsg *why);
void store_free(struct store *s);

/* A source. Returns true where the file has this capture already, whole: its rows are
 * left out; one that was read in part is read again. */
bool store_capture(struct store *s, const struct store_capture *c);

/* After the last of them: the writer begins. A run that was stopped is taken up
 * (query/run.h). Returns 0, or -ERR_* and why. */
int store_start(struct store *s, struct errmsg *why);

/* Stores the new messages, and now and then what else changed. Cheap where nothing did.
 */
void store_update(struct store *s);

/* The call is about to be given up: it is stored as it is. ctx is the store. */
void store_leaving(void *ctx, const struct call *call);

/* The input is over: stores all, waits for the writer. `whole`: the captures were read
 * to their end. */
void store_end(struct store *s, bool whole);

/* Rows that are safe in the file; and what went wrong last: NULL: nothing. */
uint64_t store_count(struct store *s);
const char *store_error(struct store *s);

#endif
