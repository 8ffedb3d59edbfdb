#include "tui/marks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void marks_turn_on_and_off(void **state)
{
    static const uint32_t ids[] = {7, 3, UINT32_MAX, 1, 5};
    struct marks m = {0};

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        marks_turn(&m, ids[i]);
    assert_int_equal(m.id.n, 5);
    for (size_t i = 1; i < m.id.n; i++)
        assert_true(m.id.at[i - 1] < m.id.at[i]);
    assert_true(marks_has(&m, 5));
    assert_false(marks_has(&m, 4));
    marks_turn(&m, 5);
    marks_turn(&m, UINT32_MAX);
    assert_false(marks_has(&m, 5));
    assert_false(marks_has(&m, UINT32_MAX));
    assert_true(marks_has(&m, 7));
    assert_int_equal(m.id.n, 3);
    marks_done(&m);
    assert_false(marks_has(&m, 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(marks_turn_on_and_off)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
