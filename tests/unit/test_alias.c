#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "view/alias.h"

static const char TEXT[] = "# names\n"
                           "192.0.2.1 alice-phone\n"
                           "192.0.2.0/24 office   # the whole net\n"
                           "\r\n"
                           "198.51.100.7:5060 carrier A\r\n"
                           "198.51.100.7 carrier host\n"
                           "[2001:db8::1]:5061 v6 port\n"
                           "2001:db8::/32 v6 net\n"
                           "0.0.0.0/0 world\n"
                           "nonsense name\n"
                           "192.0.2.9\n"
                           "192.0.2.0/33 wide\n"
                           "192.0.2.0:5060/24 port and prefix\n"
                           "192.0.2.0/ none";

struct told {
    unsigned line[16], n;
};

static void tell(void *ctx, unsigned line, const char *what)
{
    struct told *t = ctx;
    assert_true(what && *what && t->n < 16);
    t->line[t->n++] = line;
}

static void names(void **state)
{
    static const struct {
        const char *addr, *name;
    } ROWS[] = {
        {"192.0.2.1:5060", "alice-phone"},  {"192.0.2.1", "alice-phone"},
        {"192.0.2.2:5060", "office"},       {"192.0.3.2:5060", "world"},
        {"198.51.100.7:5060", "carrier A"}, {"198.51.100.7:5080", "carrier host"},
        {"[2001:db8::1]:5061", "v6 port"},  {"[2001:db8::1]:5060", "v6 net"},
        {"[2001:db9::1]:5060", NULL},
    };
    struct told told = {0};
    struct alias *a = alias_read(SLICE(TEXT), tell, &told);
    assert_non_null(a);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct addr addr;
        assert_true(addr_parse(slice_str(ROWS[i].addr), &addr));
        const char *name = alias_find(a, &addr);
        if (ROWS[i].name)
            assert_string_equal(name, ROWS[i].name);
        else
            assert_null(name);
    }
    assert_int_equal(alias_count(a), 7);
    alias_free(a);
}

static void wrong_lines(void **state)
{
    struct told told = {0};
    alias_free(alias_read(SLICE(TEXT), tell, &told));
    assert_int_equal(told.n, 5);
    for (unsigned i = 0; i < told.n; i++)
        assert_int_equal(told.line[i], 10 + i);
}

static void none(void **state)
{
    struct addr addr = {.family = 4};
    struct alias *a = alias_read((struct slice){0}, NULL, NULL);
    assert_non_null(a);
    assert_null(alias_find(a, &addr));
    assert_null(alias_find(NULL, &addr));
    assert_int_equal(alias_count(NULL), 0);
    alias_free(a);
    alias_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(wrong_lines),
        cmocka_unit_test(none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
