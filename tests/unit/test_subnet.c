#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/endpoint.h"
#include "base/subnet.h"

#include <string.h>

static const struct {
    const char *list, *inside, *outside; /* inside NULL: the list is refused */
} ROWS[] = {
    {"192.0.2.0/24", "192.0.2.0 192.0.2.255 ::ffff:192.0.2.9", "192.0.3.0 192.0.1.255"},
    {"192.0.2.128/25", "192.0.2.128 192.0.2.255", "192.0.2.127 192.0.2.0"},
    {"198.51.100.7", "198.51.100.7", "198.51.100.6 198.51.100.8"},
    {"192.0.2.0/24, 203.0.113.4/30", "192.0.2.1 203.0.113.7",
     "203.0.113.8 198.51.100.1"},
    {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1 2001:db9::1"},
    {"2001:db8::1 192.0.2.1", "2001:db8::1 192.0.2.1", "2001:db8::2 192.0.2.2"},
    {"0.0.0.0/0", "192.0.2.1 203.0.113.1", "2001:db8::1"},
    {"::/0", "192.0.2.1 2001:db8::1", ""},
    {"", "", "192.0.2.1 2001:db8::1"},
    {"192.0.2.0/33", NULL, NULL},
    {"2001:db8::/129", NULL, NULL},
    {"192.0.2.0/", NULL, NULL},
    {"192.0.2.0/x", NULL, NULL},
    {"192.0.2.0/-1", NULL, NULL},
    {"192.0.2", NULL, NULL},
    {"localhost", NULL, NULL},
    {"192.0.2.1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL,
     NULL},
};

static void check(const struct subnets *s, const char *words, bool want)
{
    for (const char *p = words; *p; p += strspn(p, " ")) {
        struct endpoint e = {.port = 1};
        struct sockaddr_storage a;
        socklen_t len;
        size_t n = strcspn(p, " ");
        memcpy(e.host, p, n);
        assert_int_equal(endpoint_resolve(&e, true, &a, &len, NULL), 0);
        assert_int_equal(subnets_hold(s, (struct sockaddr *)&a), want);
        p += n;
    }
}

static void holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct subnets s = {0};
        struct errmsg why = {""};
        int err = subnets_add(&s, ROWS[i].list, &why);
        assert_int_equal(err, ROWS[i].inside ? 0 : -ERR_USAGE);
        assert_int_equal(!!why.text[0], !ROWS[i].inside);
        if (!err) {
            check(&s, ROWS[i].inside, true);
            check(&s, ROWS[i].outside, false);
        }
        subnets_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(holds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
