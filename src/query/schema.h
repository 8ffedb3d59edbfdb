/*
 * The database file: the tables of view/field.h with exactly their columns, and beside
 * them what the model needs to be built again:
 *   captures      one row a source: id name size digest started ended run
 *   message_more  message capture flags frames sdp text
 *   call_more     call capture ring_ns answer_ns end_ns
 *   stream_more   stream run, what bound it, and its numbers (model/restore.h)
 *   event_more    event time_ns file src dst transport
 *   finding_more  finding run
 *   ledger_more   place run detail file
 *   text_search   FTS5 over message_more.text
 * A run is one storing; its number is that of its first capture. Rows without an id
 * have their place in the model as rowid; of the ledger and the like run *
 * SCHEMA_PLACES + position.
 */
#ifndef QUERY_SCHEMA_H
#define QUERY_SCHEMA_H

#include "base/err.h"
#include "view/field.h"

struct sqlite3;

enum { SCHEMA_APPLICATION = 0x53495047, SCHEMA_VERSION = 2, SCHEMA_PLACES = 1 << 20 };

/* Tables that are stored, NULL at the end. */
extern const struct table *const SCHEMA_TABLES[];

/* Position in SCHEMA_TABLES; SIZE_MAX: not stored. */
size_t schema_index(const struct table *t);

/* The columns that the rows of a stored table have in its table beside it (they follow
 * the row's own in a record): name of that table, NULL: it has none, and how many. */
const char *schema_more(size_t table, size_t *columns);
const char *schema_more_column(size_t table, size_t i);

/* message_more.flags */
enum { SCHEMA_REASSEMBLED = 1, SCHEMA_CUT = 2 };

/*
 * Looks at a file that was opened: 0 where it is a database of ours that this program
 * knows, or (with `empty`) an empty file; -ERR_FORMAT and why otherwise.
 */
int schema_check(struct sqlite3 *sql, bool empty, struct errmsg *why);

/* Makes the tables, or brings those of an older version, or of a version with fewer
 * columns, up to date. Returns 0, or -ERR_* and why. */
int schema_prepare(struct sqlite3 *sql, bool text, struct errmsg *why);

/* What SQLite said last, as an error of ours and a sentence with what to do. */
int schema_error(struct sqlite3 *sql, struct errmsg *why);

/* Runs statements without results. */
int schema_run(struct sqlite3 *sql, const char *statements, struct errmsg *why);

/* The integer that a statement gives first; `other` where it gives none. */
int64_t schema_number(struct sqlite3 *sql, const char *statement, int64_t other);

#endif
