#include "query/record.h"
#include "query/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static void remove_file(void)
{
    static const char *const ENDS[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, ENDS[i]);
        unlink(name);
    }
}

static int setup(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/sipglass-writer-%d.db", (int)getpid());
    remove_file();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    remove_file();
    return 0;
}

/* A row of the ledger with the row beside it. */
static void ledger_row(struct strbuf *b, int64_t place)
{
    record_begin(b, schema_index(&TABLE_LEDGER));
    record_text(b, "not_ip", 6);
    record_text(b, "x'); DROP TABLE calls;--", 24);
    for (size_t i = 2; i < TABLE_LEDGER.n; i++)
        record_int(b, place);
    record_int(b, place); /* rowid */
    record_int(b, place);
    record_int(b, 1);
    record_int(b, 0);
    record_text(b, NULL, 0);
}

static int64_t number(const char *ask)
{
    struct sqlite3 *sql;
    assert_int_equal(sqlite3_open_v2(path, &sql, SQLITE_OPEN_READONLY, NULL), 0);
    int64_t n = schema_number(sql, ask, -1);
    sqlite3_close(sql);
    return n;
}

static void rows_are_written(void **state)
{
    struct store_writer_options o = {.path = path, .text = true};
    struct store_writer_counts counts;
    struct store_writer *w;
    struct errmsg why;
    struct strbuf b = {0};
    (void)state;
    assert_int_equal(store_writer_new(&o, &w, &why), 0);
    assert_int_equal(store_writer_start(w), 0);
    for (int64_t i = 1; i <= 1000; i++) {
        ledger_row(&b, i % 500 + 1); /* the same place: the row is replaced */
        assert_true(store_writer_put(w, b.p, b.n, true));
    }
    store_writer_end(w);
    store_writer_counts(w, &counts);
    assert_int_equal(counts.stored, 1000);
    assert_int_equal(counts.lost, 0);
    assert_int_equal(counts.why.text[0], 0);
    store_writer_free(w);
    assert_int_equal(number("SELECT count(*) FROM ledger"), 500);
    assert_int_equal(number("SELECT count(*) FROM ledger_more"), 500);
    assert_int_equal(number("SELECT count(DISTINCT what) FROM ledger"), 1);
    strbuf_done(&b);
}

/* A record that is no row is counted, and the rest goes on. */
static void bad_records(void **state)
{
    struct store_writer_options o = {.path = path};
    struct store_writer_counts counts;
    struct store_writer *w;
    struct errmsg why;
    struct strbuf b = {0};
    (void)state;
    assert_int_equal(store_writer_new(&o, &w, &why), 0);
    assert_int_equal(store_writer_start(w), 0);
    record_begin(&b, schema_index(&TABLE_LEDGER));
    record_int(&b, 1);
    assert_true(store_writer_put(w, b.p, b.n, true));
    store_writer_end(w);
    store_writer_counts(w, &counts);
    assert_int_equal(counts.lost, 1);
    assert_int_equal(counts.stored, 0);
    store_writer_free(w);
    strbuf_done(&b);
}

/* Without waiting a full ring is told at once. */
static void full_ring(void **state)
{
    struct store_writer_options o = {.path = path, .ring = 1 << 16};
    struct store_writer *w;
    struct errmsg why;
    struct strbuf b = {0};
    unsigned taken = 0;
    (void)state;
    assert_int_equal(store_writer_new(&o, &w, &why), 0);
    ledger_row(&b, 1); /* the thread is not there yet */
    while (taken < 10000 && store_writer_put(w, b.p, b.n, false))
        taken++;
    assert_in_range(taken, 1, 9999);
    assert_int_equal(store_writer_start(w), 0);
    assert_true(store_writer_put(w, b.p, b.n, true));
    store_writer_free(w);
    assert_int_equal(number("SELECT count(*) FROM ledger"), 1);
    strbuf_done(&b);
}

static void one_writer_at_a_time(void **state)
{
    struct store_writer_options o = {.path = path};
    struct store_writer *first, *second = NULL;
    struct errmsg why = {""};
    (void)state;
    assert_int_equal(store_writer_new(&o, &first, &why), 0);
    assert_int_equal(store_writer_new(&o, &second, &why), -ERR_AGAIN);
    assert_non_null(strstr(why.text, "another sipglass"));
    store_writer_free(first);
    assert_int_equal(store_writer_new(&o, &second, &why), 0);
    store_writer_free(second);
    store_writer_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_are_written, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_records, setup, teardown),
        cmocka_unit_test_setup_teardown(full_ring, setup, teardown),
        cmocka_unit_test_setup_teardown(one_writer_at_a_time, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
