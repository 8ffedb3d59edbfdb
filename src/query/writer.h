/*
 * The thread that owns the database file: takes records from a ring, writes them in
 * batches by rows and by time, keeps age and size. It shares nothing else with the
 * thread of the model but the counts here.
 */
#ifndef QUERY_WRITER_H
#define QUERY_WRITER_H

#include "base/err.h"
#include "base/ring.h"
#include "query/schema.h"

struct store_writer;

struct store_writer_options {
    const char *path;
    bool text;         /* with message_more.text and text_search */
    int64_t max_age;   /* seconds that calls are kept; 0: for ever */
    uint64_t max_size; /* bytes of the file; 0: any */
    size_t ring;       /* bytes of the queue; 0: the default */
};

struct store_writer_counts {
    uint64_t stored;   /* rows that are safe in the file: what a killed program keeps */
    uint64_t lost;     /* rows that could not be written */
    struct errmsg why; /* of the newest failure; empty: none */
};

/* Opens or makes the file, and starts the thread. Returns 0, or -ERR_* and why. */
int store_writer_new(const struct store_writer_options *o, struct store_writer **out,
                     struct errmsg *why);

/* The connection, for what is asked before the first record is put; then it is the
 * thread's. */
struct sqlite3 *store_writer_sql(struct store_writer *w);
int store_writer_start(struct store_writer *w);

/* Hands a record on. False: the ring is full. `wait`: until there is room, but for not
 * longer than a minute without progress. */
bool store_writer_put(struct store_writer *w, const void *record, size_t n, bool wait);

/* Number of rows stored and lost so far. */
void store_writer_counts(struct store_writer *w, struct store_writer_counts *out);

/* Writes what is queued, ends the thread; free closes the file. NULL is fine. */
void store_writer_end(struct store_writer *w);
void store_writer_free(struct store_writer *w);

#endif
