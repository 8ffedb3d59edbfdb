#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "diagnose/threshold.h"

static void defaults(void **state)
{
    struct thresholds t;
    thresholds_init(&t);
    assert_true(t.pdd_warn == 4);
    assert_true(t.loss_crit == 3);
    assert_true(t.mos_warn == 3.6);
    for (const struct threshold *row = THRESHOLDS; row->name; row++)
        assert_true(*row->help && row->value > 0);
}

static void set_by_name(void **state)
{
    struct thresholds t;
    thresholds_init(&t);
    assert_true(thresholds_set(&t, "ring_min", 20));
    assert_true(t.ring_min == 20);
    assert_false(thresholds_set(&t, "ring_min", -1));
    assert_true(t.ring_min == 20);
    assert_false(thresholds_set(&t, "no_such", 1));
    assert_int_equal(threshold_ns(0.5), 500000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(set_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
