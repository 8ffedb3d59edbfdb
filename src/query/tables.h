/*
 * The tables of view/field.h as SQLite's virtual tables, read in place: a row of the
 * model is asked for a column only when the statement wants it. Rows are found by id,
 * by their call, Call-ID, session or stream without a scan.
 */
#ifndef QUERY_TABLES_H
#define QUERY_TABLES_H

#include "query/connection.h"

/* The hidden column of every table: `= 1` holds for the connection's pinned row alone.
 */
#define TABLES_PIN "_pinned"

/* Makes all tables known to the connection. Returns SQLite's code. */
int tables_register(struct connection *c);

#endif
