#include "query_shelf.h"

static void wrong_statements(void **state)
{
    static const struct query_case CASES[] = {
        {"SELECT stauts FROM calls",
         "error: at position 8: no such column: stauts; the nearest is status"},
        {"SELECT c.lss FROM calls c",
         "error: at position 8: no such column: c.lss; the nearest is loss"},
        {"SELECT 1 FROM cals", "error: no such table: cals; the nearest is calls"},
        {"SELECT 1; SELECT 2", "error: at position 10: one statement at a time"},
        {"", "error: an empty statement"},
        {"SELEC 1", "error: at position 1: near \"SELEC\": syntax error"},
        {"SELECT 1; -- done", "1"},
    };
    struct query_shelf q;
    (void)state;
    query_shelf_init(&q);
    CHECK_QUERIES(&q, CASES);
    query_shelf_done(&q);
}

/* Nothing that writes, attaches or changes the connection is taken. */
static void only_reading(void **state)
{
    static const char *const REFUSED[] = {
        "DELETE FROM calls",
        "UPDATE calls SET id = 1",
        "INSERT INTO calls(id) VALUES (1)",
        "DROP TABLE calls",
        "CREATE TABLE t(x)",
        "CREATE TEMP TABLE t(x)",
        "CREATE VIRTUAL TABLE t USING calls",
        "CREATE VIEW v AS SELECT 1",
        "ATTACH '/tmp/x' AS y",
        "PRAGMA writable_schema = 1",
        "SELECT * FROM pragma_database_list",
        "SELECT load_extension('x')",
        "VACUUM INTO '/tmp/x'",
        "BEGIN",
        "SAVEPOINT s",
        "REINDEX",
        "ANALYZE",
        "EXPLAIN DELETE FROM calls",
        "WITH t AS (SELECT 1) DELETE FROM calls",
    };
    struct query_shelf q;
    (void)state;
    query_shelf_init(&q);
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
        assert_int_equal(strncmp(query(&q, REFUSED[i]), "error: ", 7), 0);
    assert_string_equal(query(&q, "SELECT count(*) FROM calls"), "1");
    query_shelf_done(&q);
}

static void stops_in_time(void **state)
{
    struct query_shelf q;
    (void)state;
    query_shelf_init(&q);
    q.c->timeout = 1;
    assert_string_equal(query(&q, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
                                  "i + 1 FROM n) SELECT max(i) FROM n"),
                        "error: stopped after 1 s: --sql-timeout gives more");
    assert_string_equal(query(&q, "SELECT 1"), "1");
    query_shelf_done(&q);
}

static void columns_by_name(void **state)
{
    struct query_shelf q;
    struct select *s;
    struct errmsg why;
    (void)state;
    query_shelf_init(&q);
    assert_int_equal(
        select_new(q.c, "SELECT c.id, m.id, m.time AS t, 1+1 FROM calls c, messages m",
                   &s, &why),
        0);
    assert_int_equal(select_columns(s), 4);
    assert_string_equal(select_name(s, 0), "id");
    assert_string_equal(select_name(s, 1), "id:2");
    assert_string_equal(select_name(s, 2), "t");
    assert_ptr_equal(select_field(s, 2), field_find(&TABLE_MESSAGES, "time"));
    assert_null(select_field(s, 3));
    select_free(s);
    query_shelf_done(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_statements),
        cmocka_unit_test(only_reading),
        cmocka_unit_test(stops_in_time),
        cmocka_unit_test(columns_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
