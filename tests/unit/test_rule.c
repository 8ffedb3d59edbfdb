/* The tables of rules: every row is whole, every id is there once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "diagnose/rule.h"

static void rows_are_whole(void **state)
{
    unsigned n = 0;
    for (size_t i = 0; RULE_FAMILIES[i]; i++) {
        assert_true(*RULE_FAMILIES[i]->title);
        for (size_t k = 0; k < RULE_FAMILIES[i]->n; k++, n++) {
            const struct rule *r = &RULE_FAMILIES[i]->rule[k];
            assert_in_range(strlen(r->id), 3, 5);
            assert_true(*r->name && *r->meaning && *r->fires && *r->silent &&
                        *r->remedy);
            assert_non_null(r->look);
            assert_in_range(r->about, 1, 15);
            assert_in_range(r->severity, 0, SEVERITY_COUNT - 1);
            assert_ptr_equal(rule_find(r->id), r);
            assert_ptr_equal(rule_find(r->name), r);
            assert_int_equal(rule_index(r), n);
        }
    }
    assert_in_range(n, 60, RULE_MAX - 1);
}

static void names_and_causes(void **state)
{
    assert_null(rule_find("Z99"));
    assert_ptr_equal(rule_find("c01"), rule_find("missing_ack_2xx"));
    assert_true(rule_explains("A02", "A01"));
    assert_true(rule_explains("A01", "A05"));
    assert_false(rule_explains("A05", "A01"));
    assert_string_equal(severity_name(SEVERITY_CRIT), "crit");
    assert_string_equal(severity_name(99), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(names_and_causes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
