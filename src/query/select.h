/* One statement of the user's, row by row. */
#ifndef QUERY_SELECT_H
#define QUERY_SELECT_H

#include "query/connection.h"

struct select;

/* Compiles a SELECT. Returns 0, or -ERR_USAGE and why (position, nearest name). The
 * connection outlives it; free accepts NULL. */
int select_new(struct connection *c, const char *sql, struct select **out,
               struct errmsg *why);
void select_free(struct select *s);

/* Columns of the result; the name is unique among them. */
size_t select_columns(const struct select *s);
const char *select_name(const struct select *s, size_t i);

/* The field that a column shows as it is; NULL: it is computed. */
const struct field *select_field(const struct select *s, size_t i);

/* The next row: 1, 0 at the end, -ERR_* and why. */
int select_next(struct select *s, struct errmsg *why);

/* Value of a column in that row, until the next. */
void select_value(const struct select *s, size_t i, struct value *out);

#endif
