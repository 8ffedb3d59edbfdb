/* Distributions: bins, sums, percentiles. */
#include "model/spread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>

#define MS INT64_C(1000000)

/* A bin is 1.6 % wide, and holds what is put in. */
static void bins_hold_their_values(void **state)
{
    (void)state;
    for (int64_t us = 0; us < INT64_C(4000000000); us += 1 + us / 7) {
        unsigned bin = spread_bin(us * 1000);
        double low = spread_bin_ms(bin), high = spread_bin_ms(bin + 1);
        double ms = (double)us / 1000;
        assert_true(low <= ms && ms < high);
        assert_true(high - low <= 0.001 + 1e-9 || high - low <= ms / 64 + 1e-9);
    }
    assert_int_equal(spread_bin(-5), 0);
    assert_in_range(spread_bin(INT64_MAX), 0, 8191);
}

/* 1 to 1000 ms: rank 0.5 * 999 is 500.5 ms, 0.95 * 999 is 950.05 ms. */
static void percentiles_of_a_ramp(void **state)
{
    struct spread s = {0};
    double p;
    (void)state;
    for (int i = 1; i <= 1000; i++)
        spread_add(&s, SPREAD_PDD, spread_bin(i * MS), 1);
    assert_true(spread_percentile(&s, SPREAD_PDD, 0.5, &p));
    assert_true(fabs(p - 500.5) < 8);
    assert_true(spread_percentile(&s, SPREAD_PDD, 0.95, &p));
    assert_true(fabs(p - 950.05) < 15);
    assert_true(spread_percentile(&s, SPREAD_PDD, 0, &p));
    assert_true(fabs(p - 1) < 0.02);
    assert_false(spread_percentile(&s, SPREAD_MOS, 0.5, &p));
    spread_done(&s);
}

static uint32_t count_of(const struct spread *s, enum spread_kind kind, unsigned bin)
{
    size_t n;
    const struct spread_item *at = spread_of(s, kind, &n);
    for (size_t i = 0; i < n; i++)
        if (spread_key(&at[i]) == bin)
            return at[i].n;
    return 0;
}

static void sums_and_what_is_taken_back(void **state)
{
    struct spread a = {0}, b = {0};
    (void)state;
    for (unsigned i = 0; i < 300; i += 2)
        spread_add(&a, SPREAD_CODE, i, 2);
    for (unsigned i = 0; i < 300; i += 3)
        spread_add(&b, SPREAD_CODE, i, 5);
    spread_add(&b, SPREAD_CAUSE, 16, 1);
    spread_merge(&a, &b);
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(count_of(&a, SPREAD_CODE, i),
                         (i % 2 ? 0 : 2) + (i % 3 ? 0 : 5));
    assert_int_equal(count_of(&a, SPREAD_CAUSE, 16), 1);
    spread_add(&a, SPREAD_CAUSE, 16, -1);
    assert_int_equal(count_of(&a, SPREAD_CAUSE, 16), 0);
    spread_done(&a);
    spread_merge(&a, &b); /* into an empty one */
    assert_int_equal(count_of(&a, SPREAD_CODE, 3), 5);
    spread_done(&a);
    spread_done(&b);
}

/* A stranger who makes up codes does not make it grow for ever. */
static void bounded(void **state)
{
    struct spread s = {0}, t = {0};
    (void)state;
    for (unsigned i = 0; i < 8192; i++) {
        spread_add(&s, SPREAD_CODE, i, 1);
        spread_add(&t, SPREAD_LOSS, i, 1);
    }
    spread_merge(&s, &t);
    assert_in_range(s.n, SPREAD_MOST, 2 * SPREAD_MOST);
    assert_int_equal(count_of(&s, SPREAD_CODE, 5), 1);
    spread_done(&s);
    spread_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bins_hold_their_values),
        cmocka_unit_test(percentiles_of_a_ramp),
        cmocka_unit_test(sums_and_what_is_taken_back),
        cmocka_unit_test(bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
