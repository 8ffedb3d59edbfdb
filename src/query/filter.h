/*
 * A filter of rows of one table: an SQL expression over its columns, compiled once and
 * asked row by row; or plain words, searched in everything visible.
 */
#ifndef QUERY_FILTER_H
#define QUERY_FILTER_H

#include "query/connection.h"

struct filter;

/*
 * Compiles a filter. The connection outlives it. Returns 0, or -ERR_USAGE and why, with
 * the position in the expression and the nearest column name; -ERR_NOMEM. free accepts
 * NULL.
 */
int filter_new(struct connection *c, const struct table *t, const char *text,
               struct filter **out, struct errmsg *why);
void filter_free(struct filter *f);

/* The row passes. Where the expression fails on it (a bad REGEXP, too slow) it does
 * not, and filter_error says why. */
bool filter_match(struct filter *f, const void *object);

/* Why it failed last; NULL: it did not. -ERR_USAGE or -ERR_LIMIT in *err. */
const char *filter_error(const struct filter *f, int *err);

/* The same as list.h's predicate: filter_match with the filter as context. */
bool filter_pass(void *filter, const struct table *t, const void *object);

#endif
