/* What leaves a database: calls over an age, and the oldest while the file is over a
 * size. */
#ifndef QUERY_RETENTION_H
#define QUERY_RETENTION_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct sqlite3;

/*
 * max_age: seconds before the newest message; max_size: bytes; 0: no limit. Calls leave
 * with all that belongs to them. `text`: the file has text_search. Returns 0, or -ERR_*
 * and why.
 */
int retention_run(struct sqlite3 *sql, bool text, int64_t max_age, uint64_t max_size,
                  struct errmsg *why);

/* The rows of one capture leave: it is read again. */
int retention_forget(struct sqlite3 *sql, bool text, int64_t capture,
                     struct errmsg *why);

#endif
