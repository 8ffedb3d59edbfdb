#include "query/retention.h"
#include "query/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

/* Hundred calls, one a day, each with two messages; those of call 1 to 100. */
static char path[64];

static struct sqlite3 *made(void)
{
    struct sqlite3 *sql;
    struct errmsg why = {""};
    snprintf(path, sizeof path, "/tmp/sipglass-keep-%d.db", (int)getpid());
    unlink(path);
    assert_int_equal(sqlite3_open(path, &sql), 0);
    assert_int_equal(schema_prepare(sql, true, &why), 0);
    assert_int_equal(
        schema_run(
            sql,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT "
            "100) INSERT INTO calls(id, start_ns) SELECT i, i*86400000000000 FROM "
            "n;"
            "INSERT INTO messages(id, call) SELECT id*2, id FROM calls;"
            "INSERT INTO messages(id, call) SELECT id*2+1, id FROM calls;"
            "INSERT INTO message_more(message, capture, text) SELECT id, 1, "
            "'word' || id || replace(printf('%.*c', 2000, 'x'), 'x', ' x') FROM "
            "messages;"
            "INSERT INTO text_search(rowid, text) SELECT message, text FROM "
            "message_more;"
            "INSERT INTO call_more(call, capture) SELECT id, 1 FROM calls;",
            &why),
        0);
    return sql;
}

static void by_age(void **state)
{
    struct sqlite3 *sql = made();
    struct errmsg why = {""};
    (void)state;
    /* Of no call: one of day 5, one of day 95; a stream of each. */
    assert_int_equal(
        schema_run(sql,
                   "INSERT INTO messages(id, time_ns) VALUES(5000, 5*86400000000000), "
                   "(5001, 95*86400000000000);"
                   "INSERT INTO message_more(message, capture, text) VALUES(5000, 1, "
                   "'oldstray'), (5001, 1, 'newstray');"
                   "INSERT INTO text_search(rowid, text) SELECT message, text FROM "
                   "message_more WHERE message >= 5000;"
                   "INSERT INTO streams(id) VALUES(1), (2);"
                   "INSERT INTO slices(stream, n) VALUES(1, 1), (2, 1);"
                   "INSERT INTO stream_more(stream, end_ns) VALUES(1, "
                   "5*86400000000000), (2, 95*86400000000000)",
                   &why),
        0);
    assert_int_equal(retention_run(sql, true, 10 * 86400, 0, &why), 0);
    assert_int_equal(schema_number(sql,
                                   "SELECT min(id) FROM messages WHERE call IS "
                                   "NULL",
                                   -1),
                     5001);
    assert_int_equal(schema_number(sql,
                                   "SELECT count(*) FROM text_search WHERE "
                                   "text_search MATCH 'oldstray'",
                                   -1),
                     0);
    assert_int_equal(schema_number(sql,
                                   "SELECT count(*) FROM text_search WHERE "
                                   "text_search MATCH 'newstray'",
                                   -1),
                     1);
    assert_int_equal(schema_number(sql, "SELECT min(id) FROM streams", -1), 2);
    assert_int_equal(schema_number(sql, "SELECT min(stream) FROM slices", -1), 2);
    assert_int_equal(schema_number(sql, "SELECT min(stream) FROM stream_more", -1), 2);
    assert_int_equal(schema_number(sql, "SELECT count(*) FROM calls", -1), 11);
    assert_int_equal(schema_number(sql, "SELECT min(call) FROM messages", -1), 90);
    assert_int_equal(schema_number(sql, "SELECT count(*) FROM message_more", -1), 23);
    sqlite3_close(sql);
    unlink(path);
}

static void by_size(void **state)
{
    struct sqlite3 *sql = made();
    struct errmsg why = {""};
    (void)state;
    int64_t before = schema_number(sql, "PRAGMA page_count", 0);
    int64_t page = schema_number(sql, "PRAGMA page_size", 0);
    int64_t most = before * 3 / 4; /* tables without rows have pages, too */
    assert_int_equal(retention_run(sql, true, 0, (uint64_t)(most * page), &why), 0);
    int64_t left = schema_number(sql, "SELECT count(*) FROM calls", -1);
    assert_in_range(left, 5, 95);
    assert_int_equal(schema_number(sql, "SELECT max(id) FROM calls", -1), 100);
    assert_true(schema_number(sql, "PRAGMA page_count", 0) <= most);
    sqlite3_close(sql);
    unlink(path);
}

static void one_capture(void **state)
{
    struct sqlite3 *sql = made();
    struct errmsg why = {""};
    (void)state;
    assert_int_equal(schema_run(sql,
                                "UPDATE call_more SET capture=2 WHERE call > 60; "
                                "UPDATE message_more SET capture=2 WHERE message > "
                                "121",
                                &why),
                     0);
    assert_int_equal(retention_forget(sql, true, 2, &why), 0);
    assert_int_equal(schema_number(sql, "SELECT count(*) FROM calls", -1), 60);
    assert_int_equal(schema_number(sql, "SELECT count(*) FROM messages", -1), 120);
    assert_int_equal(schema_number(sql, "SELECT count(*) FROM message_more", -1), 120);
    sqlite3_close(sql);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_age),
        cmocka_unit_test(by_size),
        cmocka_unit_test(one_capture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
