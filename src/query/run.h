/*
 * A run of the program over captures, as the database knows it: which captures it
 * reads, which of them the file has whole, and whether it takes up an earlier run that
 * was stopped. Such a run is read again from its first frame; since reading the same
 * captures with the same options makes the same rows in the same order, each goes to
 * the place where it was, and what is safe in the file stays there throughout.
 */
#ifndef QUERY_RUN_H
#define QUERY_RUN_H

#include "base/err.h"
#include "base/vec.h"
#include "query/pack.h"

struct sqlite3;

/* What is known of a source before it is read. */
struct store_capture {
    uint16_t file;
    const char *name;
    uint64_t size;      /* 0: not known */
    const char *digest; /* NULL: cannot come twice (live) */
};

struct run_capture {
    uint16_t file;
    int64_t id; /* in the file; 0: not there yet */
    bool known; /* there already, whole: its rows are left out */
    char *name, *digest;
    uint64_t size;
};

struct run {
    VEC(struct run_capture) captures;
    uint32_t stored; /* messages that a run which is taken up has in the file: it has
                      * the first so many */
};

/* Frees what init made. */
void run_done(struct run *r);

/* A capture to read. Returns true where the file has it already, whole. */
bool run_add(struct run *r, struct sqlite3 *sql, const struct store_capture *c);

/*
 * After the last of them. Takes up the newest run of the file where it read these very
 * captures with these options and was stopped; else begins one: rows of captures that
 * were read in part leave. `options`: what decides which rows there are (NULL: nothing
 * is taken up). `text`: the file has text_search. Sets the run and the bases of the
 * pack. Returns 0, or -ERR_* and why.
 */
int run_begin(struct run *r, struct sqlite3 *sql, const char *options, bool text,
              struct pack *pack, struct errmsg *why);

/* The captures were read to their end. */
void run_whole(struct run *r, struct sqlite3 *sql);

/* The capture that a file of the model is; one without id where there is none. */
const struct run_capture *run_capture_of(const struct run *r, uint16_t file);

/* Every capture is in the file already. */
bool run_known(const struct run *r);

#endif
