#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "diagnose/say.h"

/* RFC 1918, 6598, 3927, 5735, 4193, 4291; and neighbours that are public. */
static void private_addresses(void **state)
{
    static const struct {
        const char *host;
        bool is_private;
    } CASES[] = {
        {"10.0.0.1", true},     {"172.16.0.1", true},   {"172.31.255.1", true},
        {"172.32.0.1", false},  {"192.168.9.9", true},  {"192.169.0.1", false},
        {"100.64.0.1", true},   {"100.128.0.1", false}, {"169.254.3.3", true},
        {"127.0.0.1", true},    {"192.0.2.1", false},   {"203.0.113.5", false},
        {"fd00::1", true},      {"fe80::1", true},      {"::1", true},
        {"2001:db8::1", false}, {"pbx.example", false}, {"", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_int_equal(host_private(slice_str(CASES[i].host)), CASES[i].is_private);
}

static void words(void **state)
{
    struct strbuf b = {0};
    struct addr a;
    struct slice s = SLICE("x y");
    assert_true(addr_parse(SLICE("192.0.2.1:5060"), &a));
    say(&b, "%a %i %t %t %t %s %u %S %%", &a, &a, INT64_C(32000000000),
        INT64_C(180000000), INT64_C(1800000000000), "w", 7u, &s);
    assert_string_equal(strbuf_cstr(&b),
                        "192.0.2.1:5060 192.0.2.1 32.0 s 180 ms 1800 s w 7 x y %");
    strbuf_done(&b);
}

static void uris(void **state)
{
    struct slice uri, host;
    uint16_t port;
    assert_true(uri_of(SLICE("\"B\" <sip:bob@192.0.2.9:5070;lr>;q=1, <sip:c@d>"), &uri,
                       &host, &port));
    assert_true(slice_eq(host, SLICE("192.0.2.9")));
    assert_int_equal(port, 5070);
    assert_false(uri_of(SLICE("*"), &uri, &host, &port));
    assert_true(slice_has(SLICE("RTP Timeout"), "rtp"));
    assert_false(slice_has(SLICE("RT"), "rtp"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_addresses),
        cmocka_unit_test(words),
        cmocka_unit_test(uris),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
