/*
 * The functions that statements have beside SQLite's own:
 *   header(message_id, 'Name' [, n])  value of a header, the n-th (from 1) of that name
 *   text(message_id)                  the message as it came
 *   X REGEXP 'pattern'                PCRE2, with limits on what a match may cost
 *   ip_in(addr, 'cidr [cidr...]')     the address, with or without a port, is in one
 *   number(x)                         its digits only
 *   time(t [, 'unit'])                Unix seconds as a date and time, cut to second,
 *                                     minute, hour or day; a date and time as seconds
 *   percentile(x, p)  median(x)       aggregates; p from 0 to 100
 */
#ifndef QUERY_FUNCTIONS_H
#define QUERY_FUNCTIONS_H

#include "query/connection.h"

struct sqlite3;

/* Makes all of them known to a connection. Returns SQLite's code. */
int functions_register(struct connection *c);

/* Parts of it: REGEXP, the aggregates, time(). */
int regexp_register(struct sqlite3 *sql);
int percentile_register(struct sqlite3 *sql);
int timestamp_register(struct connection *c);

#endif
