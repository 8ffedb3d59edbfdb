#include "query/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void there_and_back(void **state)
{
    struct strbuf b = {0};
    struct record r;
    struct value v = {.type = VALUE_REAL, .r = 1.5};
    (void)state;
    record_begin(&b, 3);
    record_int(&b, -7);
    record_text(&b, "a\0b", 3);
    record_text(&b, NULL, 0);
    record_value(&b, &v);
    record_text(&b, "", 0);
    for (size_t cut = 0; cut <= b.n; cut++) { /* a record that ends early ends */
        assert_int_equal(record_open(&r, b.p, cut), cut > 0);
        int n = 0;
        while (cut && record_next(&r, &v) && n < 10)
            n++;
        assert_in_range(n, 0, 5);
    }
    assert_true(record_open(&r, b.p, b.n));
    assert_int_equal(r.table, 3);
    assert_true(record_next(&r, &v) && v.type == VALUE_INT && v.i == -7);
    assert_true(record_next(&r, &v) && v.n == 3 && !memcmp(v.p, "a\0b", 3));
    assert_true(record_next(&r, &v) && v.type == VALUE_NULL);
    assert_true(record_next(&r, &v) && v.type == VALUE_REAL && v.r == 1.5);
    assert_true(record_next(&r, &v) && v.type == VALUE_TEXT && !v.n);
    assert_false(record_next(&r, &v));
    strbuf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(there_and_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
