#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "diagnose/tally.h"

static void rows_in_a_row(void **state)
{
    struct tally t = {.by_addr = {0}};
    struct addr a, same, other;
    assert_true(addr_parse(SLICE("192.0.2.1:5060"), &a));
    assert_true(addr_parse(SLICE("192.0.2.1:5070"), &same));
    assert_true(addr_parse(SLICE("192.0.2.2:5060"), &other));
    struct tally_row *row = tally_get(&t, &a);
    assert_non_null(row);
    assert_ptr_equal(tally_get(&t, &same), row);
    assert_ptr_not_equal(tally_get(&t, &other), row);
    tally_count(row, 100, 1);
    tally_count(row, 200, 2);
    tally_count(row, 400, 3);
    tally_break(row);
    tally_count(row, 500, 4);
    assert_int_equal(row->most, 3);
    assert_int_equal(row->call, 1);
    assert_int_equal(row->last, 3);
    assert_int_equal(row->longest, 300);
    assert_true(row->recovered);
    tally_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_in_a_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
