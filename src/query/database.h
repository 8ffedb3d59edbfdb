/* A database file as a source: its rows, in order of time, into the model; texts on
 * demand. Read only, also while another program writes to it. */
#ifndef QUERY_DATABASE_H
#define QUERY_DATABASE_H

#include "base/err.h"
#include "base/ledger.h"
#include "model/restore.h"

#include "base/strbuf.h"

struct database;

/* True for a file that begins as SQLite's do. */
bool database_is(const char *path);

/* Opens one. `file`: the first index of a file that its messages may have. Returns 0,
 * or -ERR_* and why. free accepts NULL. */
int database_open(const char *path, uint16_t file, struct database **out,
                  struct errmsg *why);
void database_free(struct database *d);

/* Time of the message that is next; false at the end, or after an error. */
bool database_peek(struct database *d, int64_t *time);

/* Takes it into the model. `ids`: with the ids that it has in the file. */
void database_next(struct database *d, struct calls *calls, bool ids);

/* The calls get what was stored of them, and the ledger what it held. */
void database_finish(struct database *d, struct calls *calls, struct ledger *ledger,
                     bool ids);

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
