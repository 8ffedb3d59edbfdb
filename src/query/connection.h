/*
 * SQL over the live model: an SQLite connection in memory whose tables are those of
 * view/field.h, read in place. Nothing can be written through it, and nothing runs
 * longer than its timeout. For one thread, that of the model.
 */
#ifndef QUERY_CONNECTION_H
#define QUERY_CONNECTION_H

#include "base/err.h"
#include "view/field.h"

struct sqlite3;
struct lookups;

struct connection {
    struct sqlite3 *sql;
    const struct view *view;
    struct lookups *lookups; /* query/lookup.h */
    unsigned timeout;        /* seconds a statement may run; 0: no limit */
    int64_t deadline;        /* ns of the monotonic clock; 0: nothing runs */
    bool timed_out;          /* the statement before was stopped at its deadline */
    bool naming;             /* tables are made known: nothing is counted for it */
    const void *pinned;      /* the row that a filter looks at */
    const char *refused;     /* what the authorizer did not allow; NULL: nothing */
    char refused_name[64];
    /* The message that header() and text() read last. */
    struct strbuf text;
    uint32_t text_of;
    int text_err;
};

enum { CONNECTION_TIMEOUT = 60 };

/* A connection over a view, which it refers to. Returns 0, or -ERR_* and why. free
 * accepts NULL. */
int connection_new(const struct view *v, unsigned timeout, struct connection **out,
                   struct errmsg *why);
void connection_free(struct connection *c);

/* The clock of a statement starts, and stops. */
void connection_start(struct connection *c);
void connection_stop(struct connection *c);

/*
 * What went wrong with the statement `sql`, of which the user wrote what begins at
 * `from`: position in that, and the nearest name where one is not known. `t`: table
 * whose columns are meant first; NULL: any. Returns -ERR_USAGE for a wrong statement,
 * -ERR_LIMIT for one that was stopped, -ERR_NOMEM.
 */
int connection_error(struct connection *c, const char *sql, size_t from,
                     const struct table *t, struct errmsg *why);

#endif
