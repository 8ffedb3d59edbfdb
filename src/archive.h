/* The databases among the sources of a trace: read in order of time, before files and
 * interfaces. */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include "base/strbuf.h"
#include "query/database.h"

struct archive;
struct diagnose;

/* None yet; `first`: the file index that the first of them may use. NULL when memory is
 * short; free accepts NULL. */
struct archive *archive_new(uint16_t first);
void archive_free(struct archive *a);

/* Adds a database; one that is there already is taken once. Returns 0, or -ERR_* and
 * why. */
int archive_add(struct archive *a, const char *path, struct errmsg *why);

/* A source that is read itself: what databases have of this file is left out. Before
 * the first message is read. */
void archive_source(struct archive *a, const char *path);

/* Captures that several of the databases have are read from one of them. After the last
 * was added. */
void archive_settle(struct archive *a);
size_t archive_count(const struct archive *a);

/* Takes the next message of all databases into the model; false at the end. `only`:
 * there is no other source, so that one database keeps its ids. */
bool archive_next(struct archive *a, struct calls *calls, bool only);

/* Where the model goes that the databases hold. */
struct archive_target {
    struct calls *calls;
    struct ledger *ledger;
    struct diagnose *diagnosis; /* NULL: no verdicts are wanted */
    bool only;                  /* there is no other source */
    void (*report)(const char *line);
};

/* The input is over: what else was stored joins the model. *judged: every call has the
 * verdict that was stored of it. Returns true where a database could not be read to its
 * end; `report` is told why. */
bool archive_finish(struct archive *a, const struct archive_target *to, bool *judged);

/* Percent read. */
int archive_progress(const struct archive *a);

/* The database whose message has this file index; NULL: none. */
struct database *archive_owner(const struct archive *a, uint16_t file);

#endif
