/* The rows of a statement, written as a listing is. */
#ifndef OUT_ROWS_H
#define OUT_ROWS_H

#include "out/listing.h"
#include "query/select.h"

/*
 * All rows, in the format and width of the options. Columns of a table are as wide as
 * what the first rows hold. Returns as writer_check does, or what select_next says, and
 * why.
 */
int rows_print(struct writer *out, const struct view *v, struct select *s,
               const struct listing_options *options, struct errmsg *why);

#endif
