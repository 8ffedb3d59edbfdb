#include "query/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <string.h>

static struct sqlite3 *fresh(void)
{
    struct sqlite3 *sql;
    assert_int_equal(sqlite3_open(":memory:", &sql), 0);
    return sql;
}

/* Every stored table has exactly the columns of its fields, in their order. */
static void columns(void **state)
{
    struct sqlite3 *sql = fresh();
    struct errmsg why = {""};
    (void)state;
    assert_int_equal(schema_prepare(sql, true, &why), 0);
    for (size_t i = 0; SCHEMA_TABLES[i]; i++) {
        const struct table *t = SCHEMA_TABLES[i];
        assert_int_equal(schema_index(t), i);
        char *ask = sqlite3_mprintf("SELECT name FROM pragma_table_info(%Q)", t->name);
        struct sqlite3_stmt *s;
        assert_int_equal(sqlite3_prepare_v2(sql, ask, -1, &s, NULL), 0);
        for (size_t k = 0; k < t->n; k++) {
            assert_int_equal(sqlite3_step(s), SQLITE_ROW);
            assert_string_equal((const char *)sqlite3_column_text(s, 0),
                                t->fields[k].name);
        }
        assert_int_equal(sqlite3_step(s), SQLITE_DONE);
        sqlite3_finalize(s);
        sqlite3_free(ask);
    }
    assert_int_equal(schema_index(&TABLE_FIELDS), SIZE_MAX);
    /* Again: nothing changes. */
    assert_int_equal(schema_prepare(sql, true, &why), 0);
    sqlite3_close(sql);
}

static void beside(void **state)
{
    size_t n;
    (void)state;
    assert_string_equal(schema_more(schema_index(&TABLE_MESSAGES), &n), "message_more");
    assert_int_equal(n, 6);
    assert_string_equal(schema_more_column(schema_index(&TABLE_MESSAGES), 5), "text");
    assert_null(schema_more(schema_index(&TABLE_SLICES), &n));
    assert_int_equal(n, 0);
    assert_string_equal(schema_more(schema_index(&TABLE_STREAMS), &n), "stream_more");
    for (size_t i = 0; i < n; i++)
        assert_non_null(schema_more_column(schema_index(&TABLE_STREAMS), i));
}

/* Version 1 had other rowids, no runs, no descriptions. */
static void from_version_1(void **state)
{
    struct sqlite3 *sql = fresh();
    struct errmsg why = {""};
    (void)state;
    assert_int_equal(schema_prepare(sql, true, &why), 0);
    assert_int_equal(
        schema_run(sql,
                   "DROP TABLE stream_more; DROP TABLE event_more; DROP TABLE "
                   "finding_more; DROP TABLE ledger_more; ALTER TABLE captures DROP "
                   "COLUMN run; ALTER TABLE message_more DROP COLUMN sdp; PRAGMA "
                   "user_version=1; INSERT INTO captures(id) VALUES(7); INSERT INTO "
                   "slices(rowid, n) VALUES(9000000000000000000, 1);"
                   "INSERT INTO message_more(message, text) VALUES(1, 'INVITE')",
                   &why),
        0);
    assert_int_equal(schema_prepare(sql, true, &why), 0);
    assert_int_equal(schema_number(sql, "PRAGMA user_version", -1), SCHEMA_VERSION);
    assert_int_equal(schema_number(sql, "SELECT max(rowid) < 0 FROM slices", -1), 1);
    assert_int_equal(schema_number(sql, "SELECT run FROM captures", -1), 7);
    assert_int_equal(schema_number(sql,
                                   "SELECT count(*) FROM message_more WHERE sdp "
                                   "IS NULL AND text='INVITE'",
                                   -1),
                     1);
    assert_int_equal(schema_number(sql, "SELECT count(*) FROM stream_more", -1), 0);
    sqlite3_close(sql);
}

static void strangers(void **state)
{
    static const struct {
        const char *made, *part;
    } CASES[] = {
        {"CREATE TABLE t(x)", "not one of sipglass"},
        {"PRAGMA application_id=1397313607; PRAGMA user_version=99; CREATE TABLE t(x)",
         "newer sipglass"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct sqlite3 *sql = fresh();
        struct errmsg why = {""};
        assert_int_equal(schema_run(sql, CASES[i].made, &why), 0);
        assert_int_equal(schema_check(sql, true, &why), -ERR_FORMAT);
        assert_non_null(strstr(why.text, CASES[i].part));
        assert_int_not_equal(schema_prepare(sql, true, &why), 0);
        sqlite3_close(sql);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns),
        cmocka_unit_test(beside),
        cmocka_unit_test(from_version_1),
        cmocka_unit_test(strangers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
