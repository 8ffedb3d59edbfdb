/* The `sql` command: a statement, or a prompt for them. */
#ifndef SQL_H
#define SQL_H

#include "options.h"
#include "out/listing.h"
#include "query/connection.h"

/* Prints what the statement gives. Returns as rows_print does; what is wrong with the
 * statement is said on standard error. */
int sql_print(struct connection *c, const char *statement, struct writer *out,
              const struct listing_options *options);

/* Says whether a statement compiles; what is wrong with it goes to standard error. */
int sql_check(struct connection *c, const char *statement);

/*
 * Reads statements, each up to its semicolon, and prints what they give: with line
 * editing and a history where standard input is a terminal. A wrong one ends nothing.
 * Returns 0, or what the writer says; -ERR_USAGE where a statement was wrong and
 * standard input is no terminal.
 */
int sql_prompt(struct connection *c, struct writer *out,
               const struct listing_options *options);

#endif
