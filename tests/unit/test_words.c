#include "query/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void operators(void **state)
{
    static const struct {
        const char *text;
        bool wanted;
    } CASES[] = {
        {"", false},
        {"alice 486", false},
        {"is-this", true},
        {"mos < 3", true},
        {"a LIKE 'b'", true},
        {"x REGEXP y", true},
        {"island", false},
        {"alice@example.com", false},
        {"header(id, 'x')", true},
        {"'a = b'", false},
        {"192.0.2.1:5060", false},
        {"a || b", true},
        {"ended_by IS NULL", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_int_equal(words_operator(CASES[i].text), CASES[i].wanted);
}

static void balance(void **state)
{
    static const struct {
        const char *text;
        bool wanted;
        size_t at;
    } CASES[] = {
        {"a = (b + c)", true, 0}, {"a = 'it''s )'", true, 0}, {"((a)", false, 0},
        {"a) or (b", false, 1},   {"a; b", false, 1},         {"\"x", false, 0},
        {"a -- (", true, 0},      {"a /* ( */", true, 0},     {"a /* (", false, 2},
        {"[a)b] = 1", true, 0},   {"`a", false, 0},
    };
    const char *what;
    size_t at;
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_int_equal(words_balanced(CASES[i].text, &at, &what), CASES[i].wanted);
        if (!CASES[i].wanted)
            assert_int_equal(at, CASES[i].at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators),
        cmocka_unit_test(balance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
