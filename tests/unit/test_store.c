#include "shelf.h"

#include "base/err.h"
#include "query/database.h"
#include "query/schema.h"
#include "query/store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
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
    snprintf(path, sizeof path, "/tmp/sipglass-test-%d.db", (int)getpid());
    remove_file();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    remove_file();
    return 0;
}

static const char *options; /* of the stores that are opened */

static struct store *open_store(struct shelf *s, const char *digest, bool *known)
{
    struct store_options o = {
        .path = path, .wait = true, .ledger = &s->f.ledger, .options = options};
    struct store_capture c = {.name = "trunk.pcap", .size = 10, .digest = digest};
    struct store *store = NULL;
    struct errmsg why = {""};
    assert_int_equal(store_new(&s->view, &o, &store, &why), 0);
    bool was = store_capture(store, &c);
    if (known)
        *known = was;
    assert_int_equal(store_start(store, &why), 0);
    return store;
}

static void store_shelf(const char *digest, bool whole, bool *known)
{
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    struct store *store = open_store(&s, digest, known);
    store_update(store);
    store_end(store, whole);
    assert_null(store_error(store));
    store_free(store);
    shelf_done(&s);
}

static int64_t number(const char *sql)
{
    struct sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), 0);
    int64_t n = schema_number(db, sql, -1);
    sqlite3_close(db);
    return n;
}

static void rows_are_there(void **state)
{
    (void)state;
    store_shelf("a", true, NULL);
    assert_int_equal(number("SELECT count(*) FROM messages"), 7);
    assert_int_equal(number("SELECT status FROM calls"), 200);
    assert_int_equal(number("SELECT start_ns FROM calls"), 1700000000000000000);
    assert_int_equal(number("SELECT duration = 120 FROM calls"), 1);
    assert_int_equal(
        number("SELECT count(*) FROM message_more WHERE text LIKE '%SIP/2.0%'"), 7);
    assert_int_equal(number("SELECT count(*) FROM text_search WHERE text_search MATCH "
                            "'softphone'"),
                     1);
    assert_int_equal(number("SELECT ended IS NOT NULL FROM captures"), 1);
    assert_int_equal(number("PRAGMA user_version"), SCHEMA_VERSION);
}

/* Whole: left out. In part: read again, in place of what is there. Another: beside. */
static void twice_is_once(void **state)
{
    bool known;
    (void)state;
    store_shelf("a", false, &known);
    assert_false(known);
    store_shelf("a", true, &known);
    assert_false(known);
    assert_int_equal(number("SELECT count(*) FROM messages"), 7);
    store_shelf("a", true, &known);
    assert_true(known);
    assert_int_equal(number("SELECT count(*) FROM messages"), 7);
    assert_int_equal(number("SELECT count(*) FROM calls"), 1);
    store_shelf("b", true, &known);
    assert_false(known);
    assert_int_equal(number("SELECT count(*) FROM messages"), 14);
    assert_int_equal(number("SELECT count(DISTINCT call) FROM messages"), 2);
    assert_int_equal(number("SELECT count(*) FROM text_search WHERE text_search MATCH "
                            "'softphone'"),
                     2);
}

/* A run that was stopped is taken up: what it stored stays while it is read again. */
static void stopped_is_taken_up(void **state)
{
    static const struct {
        const char *options;
        int64_t kept, runs;
    } CASES[] = {{"1 no-media", 7, 1}, {"1", 0, 2}, {NULL, 0, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct shelf s;
        bool known;
        remove_file();
        options = "1 no-media";
        store_shelf("a", false, &known);
        options = CASES[i].options;
        shelf_init(&s);
        shelf_call(&s);
        struct store *store = open_store(&s, "a", &known);
        assert_false(known);
        assert_int_equal(number("SELECT count(*) FROM messages"), CASES[i].kept);
        assert_int_equal(number("SELECT count(*) FROM calls"), CASES[i].kept > 0);
        store_update(store);
        store_end(store, true);
        store_free(store);
        shelf_done(&s);
        assert_int_equal(number("SELECT count(*) FROM messages"), 7);
        assert_int_equal(number("SELECT count(*) FROM calls"), 1);
        assert_int_equal(number("SELECT count(*) FROM captures"), 1);
        assert_int_equal(number("SELECT count(*) FROM runs"), CASES[i].runs);
        assert_int_equal(number("SELECT count(*) FROM text_search WHERE text_search "
                                "MATCH 'softphone'"),
                         1);
        store_shelf("a", true, &known);
        assert_true(known);
    }
    options = NULL;
}

static void model_is_restored(void **state)
{
    struct limits limits = LIMITS_DEFAULT;
    struct ledger ledger;
    struct database *d = NULL;
    struct errmsg why = {""};
    int64_t time;
    (void)state;
    store_shelf("a", true, NULL);
    assert_true(database_is(path));
    assert_int_equal(database_open(path, 3, &d, &why), 0);
    ledger_init(&ledger);
    struct calls *calls = calls_new(&limits, &ledger);
    while (database_peek(d, &time))
        database_next(d, calls, true);
    calls_end(calls);
    struct rebuild_calls seen = {.rows = {0}};
    struct database_rest rest = {.seen = &seen, .ledger = &ledger, .ids = true};
    database_map(d, calls, &seen);
    database_finish(d, &rest);
    vec_done(&seen.rows);
    assert_null(database_error(d));
    assert_int_equal(calls->msgs.n, 7);
    const struct call *c = calls_by_id(calls, 1);
    assert_non_null(c);
    assert_int_equal(c->state, CALL_COMPLETED);
    assert_int_equal(c->answer - c->start, 4000000000);
    assert_int_equal(c->messages, 7);
    assert_string_equal(database_file(d, c->first->file), "trunk.pcap");
    uint8_t text[4096];
    assert_int_equal(database_text(d, c->first->text, text), 0);
    assert_memory_equal(text, "INVITE sip:", 11);
    calls_free(calls);
    database_free(d);
}

static void write_file(const char *bytes)
{
    FILE *f = fopen(path, "w");
    fputs(bytes, f);
    fclose(f);
}

static void says(int wanted, const char *part)
{
    struct store_options o = {.path = path};
    struct view v = {0};
    struct store *store = NULL;
    struct errmsg why = {""};
    assert_int_equal(store_new(&v, &o, &store, &why), wanted);
    assert_non_null(strstr(why.text, part));
    assert_null(store);
}

static void what_is_wrong_is_said(void **state)
{
    struct shelf s;
    struct sqlite3 *db;
    (void)state;
    write_file("this is no database, but a text of some length that is over 100 bytes, "
               "which SQLite reads as a header\n");
    says(-ERR_FORMAT, "not a database");
    remove_file();
    sqlite3_open(path, &db);
    sqlite3_exec(db, "CREATE TABLE t(x)", NULL, NULL, NULL);
    sqlite3_close(db);
    says(-ERR_FORMAT, "not one of sipglass");
    remove_file();
    store_shelf("a", true, NULL);
    sqlite3_open(path, &db);
    sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL);
    sqlite3_close(db);
    says(-ERR_FORMAT, "newer sipglass");
    remove_file();
    shelf_init(&s);
    struct store *store = open_store(&s, "a", NULL);
    says(-ERR_AGAIN, "another sipglass");
    store_free(store);
    shelf_done(&s);
    remove_file();
    sqlite3_open(path, &db);
    sqlite3_exec(db, "PRAGMA journal_mode=WAL; CREATE TABLE t(x); BEGIN IMMEDIATE",
                 NULL, NULL, NULL);
    says(-ERR_FORMAT, "not one of sipglass");
    sqlite3_close(db);
}

/* A file of an older version lacks a column, and says so by its number. */
static void older_files_are_brought_up(void **state)
{
    struct sqlite3 *db;
    (void)state;
    store_shelf("a", true, NULL);
    sqlite3_open(path, &db);
    assert_int_equal(sqlite3_exec(db,
                                  "ALTER TABLE calls DROP COLUMN user_agent; PRAGMA "
                                  "user_version=0",
                                  NULL, NULL, NULL),
                     0);
    sqlite3_close(db);
    store_shelf("b", true, NULL);
    assert_int_equal(number("PRAGMA user_version"), SCHEMA_VERSION);
    assert_int_equal(number("SELECT count(*) FROM calls"), 2);
    assert_int_equal(number("SELECT count(*) FROM calls WHERE user_agent IS NOT NULL"),
                     1);
}

/* Text that looks like SQL stays text. */
static void injection_stays_text(void **state)
{
    static const struct step INVITE = {0,
                                       ">",
                                       "INVITE",
                                       "1 INVITE",
                                       "a",
                                       NULL,
                                       "User-Agent: x'); DROP TABLE calls; --\r\n"};
    struct shelf s;
    (void)state;
    shelf_init(&s);
    s.f.from = "sip:a');DELETE_FROM_calls;--@example.com";
    s.f.call_id = "x'); DROP TABLE messages; --";
    feed(&s.f, &INVITE);
    struct store *store = open_store(&s, "d'); DROP TABLE captures; --", NULL);
    store_end(store, true);
    assert_null(store_error(store));
    store_free(store);
    assert_int_equal(number("SELECT count(*) FROM calls WHERE call_id = 'x''); DROP "
                            "TABLE messages; --' AND user_agent = 'x''); DROP TABLE "
                            "calls; --'"),
                     1);
    assert_int_equal(number("SELECT count(*) FROM captures"), 1);
    shelf_done(&s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_are_there),        TEST(twice_is_once),
        TEST(stopped_is_taken_up),   TEST(model_is_restored),
        TEST(what_is_wrong_is_said), TEST(older_files_are_brought_up),
        TEST(injection_stays_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
