/* The three formats of a listing, called by listing.c alone. */
#ifndef OUT_FORMAT_H
#define OUT_FORMAT_H

#include "out/listing.h"

/* Text that fits the width: heading, rows, footer (rows shown, ledger). */
void table_begin(struct listing *l);
void table_row(struct listing *l);
void table_end(struct listing *l, uint64_t total);

/* One JSON object a line (RFC 8259), every column present, unknown = null. Times are
 * Unix seconds with 9 decimals, durations seconds. */
void json_begin(struct listing *l);
void json_row(struct listing *l);

/* CSV (RFC 4180) with a header row; cells that a spreadsheet would take for a formula
 * get an apostrophe in front. Times and durations as in JSON. */
void csv_begin(struct listing *l);
void csv_row(struct listing *l);

/* Adds text as a CSV cell, sanitised; NULL: an empty one. */
void csv_text(struct strbuf *b, const char *s);

/* Adds a value as JSON: number, true, false, null or a string in quotes. */
void json_value(struct strbuf *b, const struct value *value);

/* Adds text as a JSON string with its quotes; NULL: null. */
void json_text(struct strbuf *b, const void *bytes, size_t n);

/* Adds nanoseconds as seconds: 9 decimals, or with trailing zeros left out. */
void json_seconds(struct strbuf *b, int64_t ns, bool trim);

#endif
