#include "tui/scroll.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void assert_scroll(const struct scroll *s, size_t at, size_t top)
{
    assert_int_equal(s->at, at);
    assert_int_equal(s->top, top);
}

static void the_cursor_stays_in_the_window(void **state)
{
    struct scroll s = {0};

    (void)state;
    scroll_fit(&s, 100, 10);
    scroll_act(&s, ACTION_END);
    assert_scroll(&s, 99, 90);
    scroll_act(&s, ACTION_UP);
    assert_scroll(&s, 98, 90);
    scroll_act(&s, ACTION_PAGE_UP);
    assert_scroll(&s, 89, 89);
    scroll_act(&s, ACTION_HOME);
    assert_scroll(&s, 0, 0);
    scroll_act(&s, ACTION_UP);
    assert_scroll(&s, 0, 0);
    scroll_act(&s, ACTION_PAGE_DOWN);
    assert_scroll(&s, 9, 0);
    scroll_act(&s, ACTION_DOWN);
    assert_scroll(&s, 10, 1);
    assert_false(scroll_act(&s, ACTION_MARK));
}

static void rows_that_leave_take_the_cursor_along(void **state)
{
    struct scroll s = {.at = 50, .top = 45};

    (void)state;
    scroll_fit(&s, 20, 10);
    assert_scroll(&s, 19, 10);
    scroll_fit(&s, 0, 10);
    assert_scroll(&s, 0, 0);
    scroll_act(&s, ACTION_DOWN);
    scroll_act(&s, ACTION_END);
    assert_scroll(&s, 0, 0);
    scroll_fit(&s, 5, 0); /* no room at all: one row */
    assert_int_equal(s.page, 1);
}

static void a_window_scrolls_without_a_cursor(void **state)
{
    struct scroll s = {.count = 30, .page = 10};

    (void)state;
    assert_true(scroll_window(&s, ACTION_DOWN));
    assert_scroll(&s, 1, 1);
    scroll_window(&s, ACTION_END);
    assert_scroll(&s, 20, 20);
    scroll_window(&s, ACTION_PAGE_UP);
    assert_scroll(&s, 11, 11);
    s = (struct scroll){.count = 5, .page = 10};
    scroll_window(&s, ACTION_END);
    assert_scroll(&s, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cursor_stays_in_the_window),
        cmocka_unit_test(rows_that_leave_take_the_cursor_along),
        cmocka_unit_test(a_window_scrolls_without_a_cursor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
