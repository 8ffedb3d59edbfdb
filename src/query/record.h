/*
 * A row on its way to the database's writer: all values copied into one run of bytes.
 */
#ifndef QUERY_RECORD_H
#define QUERY_RECORD_H

#include "view/field.h"

/* Instead of a table: findings leave. Values: call (0: those of none), run. */
enum { RECORD_FORGET = 255 };

struct record {
    uint8_t table; /* in SCHEMA_TABLES, or RECORD_FORGET */
    const uint8_t *p, *end;
};

/* Starts one, and adds values. */
void record_begin(struct strbuf *b, size_t table);
void record_value(struct strbuf *b, const struct value *value);
void record_int(struct strbuf *b, int64_t i);
void record_text(struct strbuf *b, const void *p, size_t n); /* p NULL: null */

/* Reads one back: its table, then value by value; false at the end. Texts lie in the
 * record. */
bool record_open(struct record *r, const void *p, size_t n);
bool record_next(struct record *r, struct value *out);

#endif
