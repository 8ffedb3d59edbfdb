#include "diagnose/tuning.h"

#include "diagnose/diagnose.h"
#include "model/streams.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void settings(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        const char *wrong; /* a part of what is said; NULL: it is right */
    } ROWS[] = {
        {"loss_warn", "2", NULL},
        {"loss_warn", "2.5", NULL},
        {"loss_warn", "0", NULL},
        {"loss_warn", "-1", "below zero"},
        {"loss_warn", "", "a number"},
        {"loss_warn", "2 %", "a number"},
        {"loss_warn", "inf", "number"},
        {"loss", "2", "neither"},
        {"off", "D22", NULL},
        {"off", "d22, PTIME  A01", NULL},
        {"off", "", NULL},
        {"off", "D22 Z99", "a rule that there is not"},
        {"off", "ANAMETHATISFARLONGERTHANTHATOFANYRULEEVERWAS", "a rule"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const char *wrong = tuning_apply(NULL, ROWS[i].name, ROWS[i].value);
        assert_int_equal(!wrong, !ROWS[i].wrong);
        if (wrong)
            assert_non_null(strstr(wrong, ROWS[i].wrong));
    }
}

static void applied(void **state)
{
    (void)state;
    struct limits limits = LIMITS_DEFAULT;
    static struct ledger ledger;
    ledger_init(&ledger);
    struct calls *calls = calls_new(&limits, &ledger);
    struct diagnose *d = diagnose_new(calls, NULL, &ledger, NULL);
    assert_non_null(d);
    assert_null(tuning_apply(d, "pdd_warn", "7"));
    assert_true(diagnose_thresholds(d)->pdd_warn == 7);
    assert_non_null(tuning_apply(d, "pdd_warn", "x"));
    assert_true(diagnose_thresholds(d)->pdd_warn == 7);
    assert_null(tuning_apply(d, "off", "A01"));
    diagnose_free(d);
    calls_free(calls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings),
        cmocka_unit_test(applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
