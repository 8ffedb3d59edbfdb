/*
 * What a database has beside its messages, into the model: calls, streams with slices,
 * events, findings, the ledger. After all messages are in.
 */
#ifndef QUERY_REBUILD_H
#define QUERY_REBUILD_H

#include "base/vec.h"
#include "model/restore.h"

struct sqlite3;

/* The model's id of the call of each row of calls, of all databases: what was stored of
 * a call holds only where it was stored whole, in one place. */
struct rebuild_calls {
    VEC(uint32_t) rows;
    bool sorted;
};

/* Told of what others keep; NULL: nobody. The texts are valid meanwhile. */
struct rebuild_listener {
    void (*verdict)(void *ctx, const struct call *call, struct slice verdict);
    void (*finding)(void *ctx, const struct stored_finding *finding);
    void *ctx;
};

/* Ids in the file, ascending, and in the model. */
struct rebuild_ids {
    VEC(struct rebuild_id {
        int64_t old;
        uint32_t id;
    })
    list;
};

struct rebuild {
    struct sqlite3 *sql;
    struct calls *calls;
    struct ledger *ledger;
    const struct rebuild_listener *listener;
    struct rebuild_calls *seen;
    uint32_t *next_finding; /* newest id of a finding so far, where not `ids` */
    bool ids;               /* with the ids that they have in the file */
    uint16_t file, files;   /* indices of files that messages of this database have */
    /* Index of a file by its name. */
    uint16_t (*name)(void *ctx, const char *name);
    /* True for a capture, or a run, that another source has. */
    bool (*skipped)(void *ctx, int64_t capture, int64_t run);
    void *ctx;
    struct rebuild_ids fed; /* calls that messages were taken into */
    struct rebuild_ids call, stream, finding;
    VEC(struct stored_frame) frames;
    struct strbuf text;
};

/* A message of the call with that id in the file was taken into `call`. */
void rebuild_note(struct rebuild *r, int64_t old, const struct call *call);

/* Finds the call of each row of calls, and counts it in `seen`. First for all
 * databases. Returns SQLite's code. */
int rebuild_map(struct rebuild *r, struct rebuild_calls *seen);

/* The rest. `old`: of a file of version 1, which has calls alone. Returns SQLite's
 * code.
 */
int rebuild_run(struct rebuild *r, bool old);
void rebuild_done(struct rebuild *r);

#endif
