#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "quality/playout.h"

static const int64_t MS = 1000000;

/* A packet n of a 20 ms stream that comes `late` ms after its time. */
static bool add(struct playout *p, int n, double late)
{
    return playout_add(p, n * 20 * MS + (int64_t)(late * 1e6), (uint32_t)(n * 160),
                       1 / 8.0);
}

static void fixed_buffers(void **state)
{
    struct playout p = {0};
    (void)state;
    for (int i = 0; i < 100; i++)
        add(&p, i, i == 50 ? 60 : i == 70 ? 210 : 0);
    assert_int_equal(p.packets, 100);
    assert_int_equal(p.late50, 2);
    assert_int_equal(p.late200, 1);
}

/* Starts at 40 ms; a late packet raises it at once and is lost; it falls by 2 % a
 * second. */
static void adaptive(void **state)
{
    struct playout p = {0};
    (void)state;
    add(&p, 0, 0);
    assert_false(add(&p, 1, 39));
    assert_true(add(&p, 2, 100));
    assert_true(fabsf(p.delay - 100) < 0.1f);
    assert_false(add(&p, 3, 99));
    assert_true(add(&p, 4, 500));
    assert_true(fabsf(p.delay - 200) < 0.01f);
    for (int i = 5; i < 55; i++)
        add(&p, i, 0);
    assert_true(fabsf(p.delay - 196) < 0.2f); /* one second later */
    assert_int_equal(p.late_adaptive, 2);
}

/* Lateness counts from the smallest transit of the last 10 s, so a new route is no
 * lateness for longer than that. */
static void window(void **state)
{
    struct playout p = {0};
    (void)state;
    for (int i = 0; i < 500; i++)
        add(&p, i, 0);
    for (int i = 500; i < 1100; i++)
        add(&p, i, 60);
    uint64_t late = p.late50;
    assert_in_range(late, 440, 500);
    for (int i = 1100; i < 1200; i++)
        add(&p, i, 60);
    assert_int_equal(p.late50, late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_buffers),
        cmocka_unit_test(adaptive),
        cmocka_unit_test(window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
