#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "quality/drift.h"
#include "quality/jitter.h"

static const int64_t MS = 1000000;

static void near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("got %.6f, want %.6f", got, want);
}

/* 500 packets of 20 ms, every odd one 5 ms late: 4.850 / 5.000, first update 0.3125. */
static void alternating(void **state)
{
    struct jitter j = {0};
    (void)state;
    for (int64_t i = 0; i < 500; i++) {
        jitter_update(&j, (i * 20 + i % 2 * 5) * MS, (uint32_t)(i * 160), 1 / 8.0);
        if (i == 1)
            near(j.now, 0.3125, 1e-9);
    }
    near(jitter_mean(&j), 4.850, 0.0006);
    near(j.max, 5.000, 0.0006);
    assert_int_equal(j.updates, 499);
}

/* Two seconds of silence while the timestamp goes on by one packet: 4.008 / 125.0. */
static void gap_without_timestamp(void **state)
{
    struct jitter j = {0};
    (void)state;
    for (int64_t i = 0; i < 500; i++)
        jitter_update(&j, (i * 20 + (i >= 250 ? 2000 : 0)) * MS, (uint32_t)(i * 160),
                      1 / 8.0);
    near(j.max, 125.0, 0.05);
    near(jitter_mean(&j), 4.008, 0.05);
}

static void wrap_and_restart(void **state)
{
    struct jitter j = {0};
    (void)state;
    for (int64_t i = 0; i < 100; i++)
        jitter_update(&j, i * 20 * MS, (uint32_t)(UINT32_MAX - 4000 + i * 160),
                      1 / 8.0);
    near(j.max, 0, 1e-9);
    jitter_restart(&j);
    jitter_update(&j, 7000 * MS, 12345, 1 / 8.0);
    near(j.max, 0, 1e-9);
    assert_int_equal(j.updates, 99);
}

/* 19.98 ms spacing of 20 ms packets is +1001 ppm. */
static void clock_drift(void **state)
{
    struct drift d = {0};
    double ppm;
    (void)state;
    assert_false(drift_ppm(&d, &ppm));
    for (int i = 0; i < 3000; i++)
        drift_add(&d, i * 0.01998, i * 0.02);
    assert_true(drift_ppm(&d, &ppm));
    near(ppm, 1001, 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alternating),
        cmocka_unit_test(gap_without_timestamp),
        cmocka_unit_test(wrap_and_restart),
        cmocka_unit_test(clock_drift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
