#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "quality/burst.h"

static struct burst of(const char *marks)
{
    struct burst b = {0};
    for (; *marks; marks++)
        burst_add(&b, *marks != '1');
    return b;
}

static void near(double got, double want)
{
    if (!(fabs(got - want) <= 0.0006))
        fail_msg("got %.6f, want %.6f", got, want);
}

/* The example of RFC 3611 4.7.2: 64 packets, 1 received, 0 lost, X discarded. */
static void example(void **state)
{
    struct burst b = of("11110111111111111111111X111X1011110111111111111111111"
                        "1X111111111");
    struct burst_figures f = burst_figures(&b);
    (void)state;
    assert_int_equal(b.packets, 64);
    assert_int_equal(f.bursts, 1);
    assert_int_equal(f.burst_packets, 12);
    near(f.burst_density, 4 / 12.0);
    assert_int_equal(f.gap_packets, 52);
    near(f.gap_density, 2 / 52.0);
}

static void shapes(void **state)
{
    char marks[101];
    struct burst b;
    struct burst_figures f;
    (void)state;
    memset(marks, '1', 100);
    marks[100] = 0;
    marks[50] = '0';
    b = of(marks);
    f = burst_figures(&b);
    assert_int_equal(f.bursts, 0);
    near(f.gap_density, 0.01);

    memset(marks + 40, '0', 5);
    memset(marks + 45, '1', 55);
    b = of(marks);
    f = burst_figures(&b);
    assert_int_equal(f.bursts, 1);
    assert_int_equal(f.burst_packets, 5);
    near(f.burst_density, 1);
    near(f.burst_r, 4.75);
    assert_int_equal(b.run_max, 5);

    for (int i = 0; i < 100; i++)
        marks[i] = i % 10 == 9 ? '0' : '1';
    b = of(marks);
    f = burst_figures(&b);
    assert_int_equal(f.bursts, 1);
    assert_int_equal(f.burst_packets, 91);
    near(f.burst_density, 0.1099);
    assert_int_equal(f.gap_packets, 9);
}

/* Runs at once are the same as one by one. */
static void runs(void **state)
{
    struct burst a = {0}, b = {0};
    (void)state;
    for (int i = 0; i < 20; i++)
        burst_add(&a, i >= 7 && i < 12);
    burst_add_good(&b, 7);
    burst_add_bad(&b, 5);
    burst_add_good(&b, 8);
    assert_memory_equal(&a, &b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example),
        cmocka_unit_test(shapes),
        cmocka_unit_test(runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
