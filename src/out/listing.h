/*
 * Rows of a table as text, JSON or CSV, one at a time: begin, a row for each object
 * that is to be shown, end. Every command that lists something writes through it.
 */
#ifndef OUT_LISTING_H
#define OUT_LISTING_H

#include "out/writer.h"
#include "view/field.h"

enum listing_format { LISTING_TABLE, LISTING_JSON, LISTING_CSV };

struct listing_options {
    enum listing_format format;
    unsigned width; /* of a table, in terminal columns; 0: LISTING_WIDTH */
    bool open;  /* nothing bounds the lines: what takes the rest of them is not cut */
    bool color; /* ANSI colours in a table */
    bool ascii; /* no character over U+007F of our own in a table */
    /* NULL: all, or for a table those shown by default */
    const struct field *const *columns;
    size_t ncolumns;
    /* Value of column i in the row being written; NULL: the column's field has it. */
    void (*get)(void *ctx, size_t i, struct value *out);
    void *ctx;
};

enum { LISTING_WIDTH = 120, LISTING_COLUMNS = 200 };

struct listing_column {
    const struct field *field;
    unsigned width;      /* table: terminal columns */
    char key[48];        /* JSON: ,"name": */
    unsigned key_length; /* 0: too long to be kept */
};

struct listing {
    struct writer *out;
    const struct view *view;
    const struct table *table;
    struct listing_options options;
    struct row row;
    struct strbuf scratch, text, cell;
    struct listing_column column[LISTING_COLUMNS];
    size_t columns;
    uint64_t shown;
    int64_t day;      /* table: of the row written last; INT64_MIN: none yet */
    int64_t day_time; /* a time of that day, ns */
};

/* Starts a listing: heading row of a table or of CSV. References are kept until the
 * end. Returns as writer_check does. */
int listing_begin(struct listing *l, struct writer *out, const struct view *v,
                  const struct table *t, const struct listing_options *options);

/* Value of a column in the row being written. */
void listing_value(struct listing *l, size_t column, struct value *out);

/* Writes one object of the table. Returns as writer_check does: stop when it is not 0.
 */
int listing_row(struct listing *l, const void *object);

/* Ends it: for a table "M of N calls" and what the ledger holds. total: rows that were
 * looked at. Frees what the listing holds; the writer is not flushed. Returns as
 * writer_check does. */
int listing_end(struct listing *l, uint64_t total);

/* All rows of a table: begin, every row, end. Returns as writer_check does. */
int listing_all(struct writer *out, const struct view *v, const struct table *t,
                const struct listing_options *options);

/* The format called "table", "json" or "csv". Returns false for others. */
bool listing_format_find(const char *name, enum listing_format *out);

#endif
