#include "query/retention.h"

#include "query/schema.h"

#include <sqlite3.h>

enum { CALLS_A_STEP = 2000 };

/* With the calls that leave in temp.leaving. */
static const char CALLS_LEAVE[] =
    "DELETE FROM message_more WHERE message IN (SELECT id FROM messages WHERE call IN "
    "(SELECT id FROM temp.leaving));"
    "DELETE FROM messages WHERE call IN (SELECT id FROM temp.leaving);"
    "DELETE FROM slices WHERE stream IN (SELECT id FROM streams WHERE call IN (SELECT "
    "id FROM temp.leaving));"
    "DELETE FROM stream_more WHERE stream IN (SELECT id FROM streams WHERE call IN "
    "(SELECT id FROM temp.leaving));"
    "DELETE FROM streams WHERE call IN (SELECT id FROM temp.leaving);"
    "DELETE FROM offers WHERE call IN (SELECT id FROM temp.leaving);"
    "DELETE FROM event_more WHERE event IN (SELECT rowid FROM events WHERE call IN "
    "(SELECT id FROM temp.leaving));"
    "DELETE FROM events WHERE call IN (SELECT id FROM temp.leaving);"
    "DELETE FROM finding_more WHERE finding IN (SELECT id FROM findings WHERE call IN "
    "(SELECT id FROM temp.leaving));"
    "DELETE FROM findings WHERE call IN (SELECT id FROM temp.leaving);"
    "DELETE FROM call_more WHERE call IN (SELECT id FROM temp.leaving);"
    "DELETE FROM calls WHERE id IN (SELECT id FROM temp.leaving);";

static const char TEXTS_LEAVE[] =
    "INSERT INTO text_search(text_search, rowid, text) SELECT 'delete', message, text "
    "FROM message_more WHERE text IS NOT NULL AND message IN (SELECT id FROM messages "
    "WHERE call IN (SELECT id FROM temp.leaving));";

/* All of it or nothing. `choose` fills temp.leaving with ids of calls; `rest`: what
 * leaves with them. */
static int leave(struct sqlite3 *sql, bool text, const char *choose, const char *rest,
                 struct errmsg *why)
{
    int err = schema_run(sql,
                         "CREATE TEMP TABLE IF NOT EXISTS leaving(id INTEGER PRIMARY "
                         "KEY);DELETE FROM temp.leaving;BEGIN IMMEDIATE",
                         why);
    if (err)
        return err;
    if (!(err = schema_run(sql, choose, why)) &&
        !(err = text ? schema_run(sql, TEXTS_LEAVE, why) : 0) &&
        !(err = schema_run(sql, CALLS_LEAVE, why)) &&
        !(err = schema_run(sql, rest, why)))
        return schema_run(sql, "COMMIT", why);
    sqlite3_exec(sql, "ROLLBACK", NULL, NULL, NULL);
    return err;
}

static int64_t used(struct sqlite3 *sql)
{
    int64_t pages = schema_number(sql, "PRAGMA page_count", 0) -
                    schema_number(sql, "PRAGMA freelist_count", 0);
    return pages * schema_number(sql, "PRAGMA page_size", 4096);
}

static int by_age(struct sqlite3 *sql, bool text, int64_t max_age, struct errmsg *why)
{
    char choose[300];
    int err = 0;
    do {
        sqlite3_snprintf(
            sizeof choose, choose,
            "INSERT INTO temp.leaving SELECT id FROM calls WHERE start_ns < "
            "(SELECT max(start_ns) FROM calls) - %lld * 1000000000 ORDER BY "
            "start_ns LIMIT %d",
            (long long)max_age, CALLS_A_STEP);
        err = leave(sql, text, choose, "", why);
    } while (!err && schema_number(sql, "SELECT count(*) FROM temp.leaving", 0) ==
                         CALLS_A_STEP);
    return err;
}

/* Rows of no call leave where they are older than every call that stays. */
static int strays(struct sqlite3 *sql, bool text, struct errmsg *why)
{
    static const char TEXTS[] =
        "INSERT INTO text_search(text_search, rowid, text) SELECT 'delete', message, "
        "text FROM message_more WHERE text IS NOT NULL AND message IN (SELECT id FROM "
        "messages WHERE call IS NULL AND time_ns < (SELECT min(start_ns) FROM calls));";
    static const char ROWS[] =
        "DELETE FROM message_more WHERE message IN (SELECT id FROM messages WHERE call "
        "IS NULL AND time_ns < (SELECT min(start_ns) FROM calls));"
        "DELETE FROM messages WHERE call IS NULL AND time_ns < (SELECT min(start_ns) "
        "FROM calls);"
        "DELETE FROM slices WHERE stream IN (SELECT s.id FROM streams s JOIN "
        "stream_more "
        "x ON x.stream=s.id WHERE s.call IS NULL AND x.end_ns < (SELECT min(start_ns) "
        "FROM calls));"
        "DELETE FROM streams WHERE call IS NULL AND id IN (SELECT stream FROM "
        "stream_more WHERE end_ns < (SELECT min(start_ns) FROM calls));"
        "DELETE FROM stream_more WHERE end_ns < (SELECT min(start_ns) FROM calls) AND "
        "stream NOT IN (SELECT id FROM streams);";
    int err = schema_run(sql, "BEGIN IMMEDIATE", why);
    if (err)
        return err;
    if (!(err = text ? schema_run(sql, TEXTS, why) : 0) &&
        !(err = schema_run(sql, ROWS, why)))
        return schema_run(sql, "COMMIT", why);
    sqlite3_exec(sql, "ROLLBACK", NULL, NULL, NULL);
    return err;
}

static int by_size(struct sqlite3 *sql, bool text, int64_t max_size, struct errmsg *why)
{
    char choose[200];
    sqlite3_snprintf(sizeof choose, choose,
                     "INSERT INTO temp.leaving SELECT id FROM calls ORDER BY start_ns "
                     "LIMIT max(1, min(%d, (SELECT count(*) FROM calls) / 20))",
                     CALLS_A_STEP);
    while (used(sql) > max_size &&
           schema_number(sql, "SELECT count(*) FROM calls", 0)) {
        int err = leave(sql, text, choose, "", why);
        if (err)
            return err;
    }
    return 0;
}

int retention_run(struct sqlite3 *sql, bool text, int64_t max_age, uint64_t max_size,
                  struct errmsg *why)
{
    int err = max_age ? by_age(sql, text, max_age, why) : 0;
    if (!err && max_size)
        err = by_size(sql, text, max_size > INT64_MAX ? INT64_MAX : (int64_t)max_size,
                      why);
    if (!err)
        err = strays(sql, text, why);
    return err ? err : schema_run(sql, "PRAGMA incremental_vacuum", why);
}

/* With the capture in temp.leaving_capture: what no call took along. Rows of no capture
 * are known by the run that stored them. */
#define CAPTURE "(SELECT id FROM temp.leaving_capture)"
#define RUN     "(SELECT run FROM temp.leaving_capture)"
static const char STRAYS_LEAVE[] =
    "DELETE FROM messages WHERE id IN (SELECT message FROM message_more WHERE "
    "capture=" CAPTURE ");"
    "DELETE FROM message_more WHERE capture=" CAPTURE ";"
    "DELETE FROM slices WHERE stream IN (SELECT id FROM streams WHERE call IS NULL AND "
    "id IN (SELECT stream FROM stream_more WHERE run=" RUN "));"
    "DELETE FROM streams WHERE call IS NULL AND id IN (SELECT stream FROM stream_more "
    "WHERE run=" RUN ");"
    "DELETE FROM stream_more WHERE stream NOT IN (SELECT id FROM streams);"
    "DELETE FROM findings WHERE call IS NULL AND id IN (SELECT finding FROM "
    "finding_more WHERE run=" RUN ");"
    "DELETE FROM finding_more WHERE finding NOT IN (SELECT id FROM findings);"
    "DELETE FROM ledger WHERE rowid IN (SELECT place FROM ledger_more WHERE run=" RUN
    ");"
    "DELETE FROM ledger_more WHERE run=" RUN ";"
    "DELETE FROM captures WHERE id=" CAPTURE ";";

static const char TEXTS_STRAY[] =
    "INSERT INTO text_search(text_search, rowid, text) SELECT 'delete', message, text "
    "FROM message_more WHERE text IS NOT NULL AND capture=" CAPTURE ";";

int retention_forget(struct sqlite3 *sql, bool text, int64_t capture,
                     struct errmsg *why)
{
    char choose[300];
    sqlite3_snprintf(sizeof choose, choose,
                     "CREATE TEMP TABLE IF NOT EXISTS leaving_capture(id, run);"
                     "DELETE FROM temp.leaving_capture;"
                     "INSERT INTO temp.leaving_capture VALUES(%lld, (SELECT run FROM "
                     "captures WHERE id=%lld));",
                     (long long)capture, (long long)capture);
    struct strbuf rest = {0};
    strbuf_str(&rest, text ? TEXTS_STRAY : "");
    strbuf_str(&rest, STRAYS_LEAVE);
    int err = schema_run(sql, choose, why);
    if (!err)
        err = leave(sql, text,
                    "INSERT INTO temp.leaving SELECT call FROM call_more WHERE "
                    "capture=" CAPTURE,
                    strbuf_cstr(&rest), why);
    strbuf_done(&rest);
    return err;
}
