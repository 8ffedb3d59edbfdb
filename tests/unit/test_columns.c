#include "tui/columns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void assert_columns(const struct columns *c, const char *text)
{
    struct strbuf b = {0};

    columns_write(c, &b);
    assert_string_equal(strbuf_cstr(&b), text);
    strbuf_done(&b);
}

static void read_and_written(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"start", "start"},
        {"start:12, from_user  header:X-Trunk:20",
         "start:12 from_user header:X-Trunk:20"},
        {"nobody status status:7 header: header:a=b pdd:0", "status pdd"},
        {"pdd:9999 mos:1 id:-4", "pdd:200 mos:2 id"},
        {"header:Via header:via header:Route", "header:Via header:Route"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct columns c;

        columns_init(&c, &TABLE_CALLS);
        assert_true(columns_read(&c, rows[i].in));
        assert_true(c.chosen);
        assert_columns(&c, rows[i].out);
        columns_done(&c);
    }
}

static void what_names_nothing_changes_nothing(void **state)
{
    struct columns c;
    size_t n;

    (void)state;
    columns_init(&c, &TABLE_STREAMS);
    n = c.list.n;
    assert_true(n > 5);
    assert_false(columns_read(&c, ""));
    assert_false(columns_read(&c, " , nothing header:Via"));
    assert_int_equal(c.list.n, n);
    assert_false(c.chosen);
    columns_done(&c);
}

static void added_moved_taken_out(void **state)
{
    struct columns c;

    (void)state;
    columns_init(&c, &TABLE_CALLS);
    assert_true(columns_read(&c, "start status pdd"));
    assert_true(columns_add(&c, 1, field_find(&TABLE_CALLS, "mos"), NULL));
    assert_false(columns_add(&c, 1, field_find(&TABLE_CALLS, "mos"), NULL));
    assert_true(columns_add(&c, 99, NULL, "X-Trunk"));
    assert_false(columns_add(&c, 0, NULL, "x-trunk"));
    assert_false(columns_add(&c, 0, NULL, "no name"));
    assert_columns(&c, "start mos status pdd header:X-Trunk");
    assert_int_equal(columns_move(&c, 0, 2), 2);
    assert_int_equal(columns_move(&c, 4, -9), 0);
    assert_int_equal(columns_move(&c, 4, 1), 4);
    assert_columns(&c, "header:X-Trunk mos status start pdd");
    columns_remove(&c, 1);
    columns_remove(&c, 77);
    columns_size(&c, 1, 9);
    assert_columns(&c, "header:X-Trunk status:9 start pdd");
    while (c.list.n > 1)
        columns_remove(&c, 0);
    columns_remove(&c, 0);
    assert_columns(&c, "pdd");
    columns_reset(&c);
    assert_false(c.chosen);
    assert_string_equal(c.list.at[0].field->name, "start");
    columns_done(&c);
}

/* What nobody chose goes by the width; what was chosen is there. */
static void widths(void **state)
{
    struct columns c;
    size_t pdd;

    (void)state;
    columns_init(&c, &TABLE_CALLS);
    pdd = columns_find(&c, field_find(&TABLE_CALLS, "pdd"));
    assert_int_equal(columns_width(&c, pdd, 80), 0);
    assert_int_equal(columns_width(&c, pdd, 120), 6);
    assert_int_equal(columns_width(&c, 0, 80), 8);
    assert_int_equal(columns_width(&c, 0, 200), 12);
    assert_true(columns_read(&c, "pdd from_user:30 call_id"));
    assert_int_equal(columns_width(&c, 0, 80), 6);
    assert_int_equal(columns_width(&c, 1, 80), 30);
    assert_true(columns_width(&c, 2, 80) > 10);
    columns_done(&c);
}

static void headings(void **state)
{
    char title[COLUMN_TITLE];

    (void)state;
    assert_string_equal(column_title(field_find(&TABLE_CALLS, "pdd"), title), "PDD s");
    assert_string_equal(column_title(field_find(&TABLE_CALLS, "start"), title),
                        "Start");
    assert_true(column_right(field_find(&TABLE_CALLS, "mos")));
    assert_false(column_right(field_find(&TABLE_CALLS, "state")));
    assert_string_equal(
        column_instead(&TABLE_CALLS, field_find(&TABLE_CALLS, "from_user"))->name,
        "from_host");
    assert_null(column_instead(&TABLE_CALLS, field_find(&TABLE_CALLS, "mos")));
    assert_true(column_of_media(&TABLE_CALLS, field_find(&TABLE_CALLS, "mos")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_and_written),
        cmocka_unit_test(what_names_nothing_changes_nothing),
        cmocka_unit_test(added_moved_taken_out),
        cmocka_unit_test(widths),
        cmocka_unit_test(headings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
