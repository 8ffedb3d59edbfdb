#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/number.h"

static const struct {
    const char *a, *b;
    bool same;
} ROWS[] = {
    {"+4989123456", "+4989123456", true},
    {"+4989123456", "004989123456", true},
    {"+4989123456", "4989123456", true},
    {"+49-(89)-123.456", "+4989123456", true},
    {"+4989123456", "089123456", true},   /* national, with its trunk 0 */
    {"+12125550100", "2125550100", true}, /* national, without */
    {"+4989123456", "+4989123457", false},
    {"+4989123456", "+4930123456", false},
    {"089123456", "030123456", false},
    {"100", "100", true},
    {"100", "200", false},
    {"100", "+4989100", false}, /* an extension is no national number */
    {"alice", "alice", true},
    {"alice", "Alice", false},
};

static void forms_of_one_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct number a, b;
        assert_true(number_read(slice_str(ROWS[i].a), &a));
        assert_true(number_read(slice_str(ROWS[i].b), &b));
        print_message("%s %s\n", ROWS[i].a, ROWS[i].b);
        assert_int_equal(number_same(&a, &b), ROWS[i].same);
        assert_int_equal(number_same(&b, &a), ROWS[i].same);
        if (ROWS[i].same)
            assert_true(number_hash(1, &a) == number_hash(1, &b));
    }
}

static void what_is_no_number(void **state)
{
    (void)state;
    struct number n;
    assert_false(number_read(SLICE(""), &n));
    assert_false(number_read(SLICE("Anonymous"), &n));
    assert_false(number_read(SLICE("0123456789012345678901234567890123456789x"), &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_one_number),
        cmocka_unit_test(what_is_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
