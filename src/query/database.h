/* A database file as a source: its rows, in order of time, into the model; texts on
 * demand. Read only, also while another program writes to it. */
#ifndef QUERY_DATABASE_H
#define QUERY_DATABASE_H

#include "base/err.h"
#include "base/ledger.h"
#include "base/strbuf.h"
#include "query/rebuild.h"

struct database;

/* A source that was stored in a database. */
struct database_capture {
    int64_t id, run;
    char *digest;        /* NULL: cannot come twice */
    bool whole, skipped; /* whole: read to its end */
};

/* True for a file that begins as SQLite's do. */
bool database_is(const char *path);

/* Opens one. `file`: the first index of a file that its messages may have. Returns 0,
 * or -ERR_* and why. free accepts NULL. */
int database_open(const char *path, uint16_t file, struct database **out,
                  struct errmsg *why);
void database_free(struct database *d);

/* Captures in it; one that another source has is left out with all that is its own:
 * before the first message is read. */
size_t database_captures(const struct database *d);
const struct database_capture *database_capture(const struct database *d, size_t i);
void database_skip(struct database *d, size_t i);

/* Time of the message that is next; false at the end, or after an error. */
bool database_peek(struct database *d, int64_t *time);

/* Takes it into the model. `ids`: with the ids that it has in the file. */
void database_next(struct database *d, struct calls *calls, bool ids);

/* After the last message, for every database first: finds its calls in the model. */
void database_map(struct database *d, struct calls *calls, struct rebuild_calls *seen);

/* All else that is stored, into the model. */
struct database_rest {
    struct rebuild_calls *seen;
    struct ledger *ledger;
    const struct rebuild_listener *listener; /* NULL: verdicts are not wanted */
    uint32_t *next_finding;
    bool ids; /* with the ids that it has in the file */
};
void database_finish(struct database *d, const struct database_rest *rest);

/* Percent of the messages read. */
int database_progress(const struct database *d);

/* What could not be read, NULL: nothing; and the path. */
const char *database_error(const struct database *d);
const char *database_path(const struct database *d);

/* Whether messages with this file index come from here; names of file and interface as
 * they were at first. */
bool database_owns(const struct database *d, uint16_t file);
const char *database_file(const struct database *d, uint16_t file);
const char *database_interface(const struct database *d, uint16_t interface);

/* Text of a message by its id in the file (span.offset). Returns 0, -ERR_GONE (not
 * stored) or -ERR_IO. */
int database_text(struct database *d, struct span span, uint8_t *buffer);

/* A text with what columns say of a message whose own text was not stored. */
int database_facts(struct database *d, struct span span, struct strbuf *out);

#endif
