#include "query/convert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <sqlite3.h>

static void types(void **state)
{
    (void)state;
    assert_string_equal(convert_type(VALUE_INT), "INTEGER");
    assert_string_equal(convert_type(VALUE_BOOL), "INTEGER");
    assert_string_equal(convert_type(VALUE_TIME), "REAL");
    assert_string_equal(convert_type(VALUE_DURATION), "REAL");
    assert_string_equal(convert_type(VALUE_TEXT), "TEXT");
}

/* A REAL holds dates to the microsecond, spans to the nanosecond. */
static void seconds(void **state)
{
    static const int64_t SAME[] = {0,
                                   1,
                                   -1,
                                   999999999,
                                   1500000000,
                                   -2500000001,
                                   1700000000123456000,
                                   -1700000000000001000};
    (void)state;
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++)
        assert_int_equal(convert_ns(convert_seconds(SAME[i])), SAME[i]);
    assert_int_equal(convert_ns(1e300), 0);
    assert_int_equal(convert_ns(-1e10), 0);
    assert_int_equal(convert_ns(0.0 / 0.0 * 0), 0);
}

static void broken_text(void **state)
{
    static const struct {
        const char *in, *out;
    } CASES[] = {
        {"plain", "plain"},
        {"", ""},
        {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        {"a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b"},
        {"\xc3", "\xef\xbf\xbd"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* a surrogate */
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                 /* overlong */
    };
    struct strbuf spare = {0};
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct slice s = convert_text(CASES[i].in, strlen(CASES[i].in), &spare);
        assert_int_equal(s.n, strlen(CASES[i].out));
        assert_memory_equal(s.p, CASES[i].out, s.n);
    }
    strbuf_done(&spare);
}

/* Through a statement and back. */
static void bound(void **state)
{
    static const struct field TIME = {.name = "t", .type = VALUE_TIME};
    static const struct field TRUTH = {.name = "b", .type = VALUE_BOOL};
    struct value in[] = {{.type = VALUE_INT, .i = -5},
                         {.type = VALUE_REAL, .r = 0.25},
                         {.type = VALUE_TEXT, .p = "a\0b", .n = 3},
                         {.type = VALUE_NULL},
                         {.type = VALUE_TIME, .i = 1500000000},
                         {.type = VALUE_BOOL, .i = 1}};
    const struct field *of[] = {NULL, NULL, NULL, NULL, &TIME, &TRUTH};
    struct sqlite3 *sql;
    struct sqlite3_stmt *s;
    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &sql), 0);
    for (int i = 0; i < 6; i++) {
        struct value out = {.type = VALUE_NULL};
        assert_int_equal(sqlite3_prepare_v2(sql, "SELECT ?", -1, &s, NULL), 0);
        assert_int_equal(convert_bind(s, 1, &in[i]), 0);
        assert_int_equal(sqlite3_step(s), SQLITE_ROW);
        convert_column(s, 0, of[i], &out);
        assert_int_equal(out.type, in[i].type);
        if (out.type == VALUE_TEXT) {
            assert_int_equal(out.n, in[i].n);
            assert_memory_equal(out.p, in[i].p, out.n);
        } else if (out.type != VALUE_NULL) {
            assert_int_equal(out.i, in[i].i);
        }
        sqlite3_finalize(s);
    }
    sqlite3_close(sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types),
        cmocka_unit_test(seconds),
        cmocka_unit_test(broken_text),
        cmocka_unit_test(bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
