#include "tui/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void goes_back_and_forth(void **state)
{
    struct history h = {0};
    struct prompt p = {.n = 0};

    (void)state;
    assert_false(history_step(&h, &p, -1));
    history_add(&h, "one");
    history_add(&h, "two");
    history_add(&h, "two");
    history_add(&h, "");
    prompt_set(&p, "thr");
    assert_true(history_step(&h, &p, -1));
    assert_string_equal(p.text, "two");
    assert_true(history_step(&h, &p, -1));
    assert_string_equal(p.text, "one");
    assert_false(history_step(&h, &p, -1));
    assert_true(history_step(&h, &p, 1));
    assert_true(history_step(&h, &p, 1));
    assert_string_equal(p.text, "thr");
    assert_false(history_step(&h, &p, 1));
    history_done(&h);
}

static void the_oldest_leaves(void **state)
{
    struct history h = {0};
    struct prompt p = {.n = 0};
    char line[16];

    (void)state;
    for (int i = 0; i < HISTORY_LINES + 5; i++) {
        snprintf(line, sizeof line, "%d", i);
        history_add(&h, line);
    }
    assert_int_equal(h.n, HISTORY_LINES);
    while (history_step(&h, &p, -1))
        ;
    assert_string_equal(p.text, "5");
    history_done(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_back_and_forth),
        cmocka_unit_test(the_oldest_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
