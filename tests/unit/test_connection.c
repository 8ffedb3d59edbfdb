#include "query_shelf.h"

#include "model/kpi.h"

/* Reading only, and not for ever. */
static void refused(void **state)
{
    static const struct {
        const char *sql, *part;
    } CASES[] = {
        {"DELETE FROM calls", "may not be modified"},
        {"UPDATE calls SET id = 2", "may not be modified"},
        {"CREATE TABLE t(x)", "only reading is allowed"},
        {"DROP TABLE calls", "only reading is allowed"},
        {"ATTACH 'x.db' AS x", "only reading is allowed"},
        {"PRAGMA writable_schema = ON", "only reading is allowed"},
        {"BEGIN", "only reading is allowed"},
        {"VACUUM", "only reading is allowed"},
        {"SELECT load_extension('x')", "only reading is allowed"},
        {"SELECT absent FROM calls", "no such column: absent"},
        {"SELECT 1; DELETE FROM calls", ""},
        {"SELECT zeroblob(1000000000)", "too big"},
    };
    struct query_shelf q;
    (void)state;
    query_shelf_init(&q);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const char *said = query(&q, CASES[i].sql);
        assert_int_equal(strncmp(said, "error: ", 7), 0);
        if (!strstr(said, CASES[i].part))
            fail_msg("%s: %s", CASES[i].sql, said);
    }
    assert_string_equal(query(&q, "SELECT count(*) FROM calls"), "1");
    query_shelf_done(&q);
}

static void stopped(void **state)
{
    struct query_shelf q;
    (void)state;
    query_shelf_init(&q);
    q.c->timeout = 1;
    const char *said =
        query(&q, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 "
                  "FROM n) SELECT max(i) FROM n");
    assert_non_null(strstr(said, "stopped after 1 s"));
    assert_string_equal(query(&q, "SELECT count(*) FROM messages"), "7");
    query_shelf_done(&q);
}

/* KPIs cost a count of all messages: who does not ask for them does not pay. */
static void nothing_is_counted_unasked(void **state)
{
    struct kpi_options o = {.prefix = 4};
    struct kpi *k = kpi_new(&o);
    struct query_shelf q;
    (void)state;
    shelf_init(&q.shelf);
    q.shelf.f.calls->kpi_later = k;
    shelf_call(&q.shelf);
    assert_int_equal(connection_new(&q.shelf.view, 5, &q.c, &(struct errmsg){""}), 0);
    assert_string_equal(query(&q, "SELECT count(*) FROM calls"), "1");
    assert_null(q.shelf.f.calls->kpi);
    assert_string_equal(query(&q, "SELECT sum(attempts) > 0 FROM kpis"), "1");
    assert_ptr_equal(q.shelf.f.calls->kpi, k);
    query_shelf_done(&q);
    kpi_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused),
        cmocka_unit_test(stopped),
        cmocka_unit_test(nothing_is_counted_unasked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
