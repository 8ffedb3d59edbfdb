#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dissect/addr.h"

static const struct {
    const char *text; /* as RFC 5952 has it */
    const char *ip;   /* the same for inet_pton */
    uint8_t family;
    uint16_t port;
} ROWS[] = {
    {"192.0.2.1:5060", "192.0.2.1", 4, 5060},
    {"192.0.2.1", "192.0.2.1", 4, 0},
    {"0.0.0.0:1", "0.0.0.0", 4, 1},
    {"255.255.255.255:65535", "255.255.255.255", 4, 65535},
    {"[2001:db8::1]:5060", "2001:db8::1", 6, 5060},
    {"2001:db8::1", "2001:db8::1", 6, 0},
    {"::", "::", 6, 0},
    {"[::]:5060", "::", 6, 5060},
    {"::1", "::1", 6, 0},
    {"1::", "1::", 6, 0},
    /* RFC 5952 4.1: no leading zeros; 4.2.2: one zero group stays */
    {"2001:db8:0:1:1:1:1:1", "2001:0db8::1:1:1:1:1", 6, 0},
    /* 4.2.3: the longest run, of equals the first */
    {"2001:0:0:1::1", "2001:0:0:1:0:0:0:1", 6, 0},
    {"2001:db8::1:0:0:1", "2001:db8:0:0:1:0:0:1", 6, 0},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", 6, 0},
    {"1:2:3:4:5:6::", "1:2:3:4:5:6:0:0", 6, 0},
    {"::3:4:5:6:7:8", "0:0:3:4:5:6:7:8", 6, 0},
    {"fe80::a:bc:def", "fe80::a:bc:0def", 6, 0},
    {"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 6, 65535},
    /* 5: an embedded IPv4 address of a well-known prefix */
    {"::ffff:192.0.2.1", "::ffff:192.0.2.1", 6, 0},
};

static struct addr row_addr(size_t i)
{
    struct addr a = {.port = ROWS[i].port, .family = ROWS[i].family};
    int af = ROWS[i].family == 4 ? AF_INET : AF_INET6;
    assert_int_equal(inet_pton(af, ROWS[i].ip, a.ip), 1);
    return a;
}

static void formats(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct addr a = row_addr(i);
        char out[ADDR_TEXT];
        memset(out, 'x', sizeof out);
        assert_int_equal(addr_format(&a, out), strlen(ROWS[i].text));
        assert_string_equal(out, ROWS[i].text);
    }
}

static void formats_without_port(void **state)
{
    (void)state;
    char out[ADDR_TEXT];
    struct addr a = row_addr(0), b = row_addr(4), none = {.port = 7};
    addr_format_ip(&a, out);
    assert_string_equal(out, "192.0.2.1");
    addr_format_ip(&b, out);
    assert_string_equal(out, "2001:db8::1");
    assert_int_equal(addr_format_ip(&none, out), 0);
    assert_string_equal(out, "");
}

/* glibc writes the form of RFC 5952 too, but for IPv4-compatible addresses. */
static void agrees_with_inet_ntop(void **state)
{
    (void)state;
    srand(1);
    for (int i = 0; i < 20000; i++) {
        struct addr a = {.family = 6}, back;
        char want[INET6_ADDRSTRLEN], got[ADDR_TEXT];
        for (int j = 0; j < 16; j++)
            a.ip[j] = (uint8_t)(rand() % 3 ? 0 : rand());
        a.ip[0] |= 0x20;
        inet_ntop(AF_INET6, a.ip, want, sizeof want);
        size_t n = addr_format(&a, got);
        assert_string_equal(got, want);
        assert_true(addr_parse(slice_of(got, n), &back));
        assert_true(addr_eq(&a, &back));
    }
}

static void parses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct addr want = row_addr(i), got;
        memset(&got, 0xee, sizeof got);
        assert_true(addr_parse(slice_str(ROWS[i].text), &got));
        assert_true(addr_eq(&want, &got));
    }
    struct addr upper;
    assert_true(addr_parse(SLICE("[2001:DB8::A]"), &upper));
    assert_int_equal(upper.ip[15], 10);
}

static void refuses(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "",
        ":",
        "::1::",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "1.2.3.4:",
        "1.2.3.4:x",
        "1.2.3.4:65536",
        "1.2.3.4:123456",
        "01.2.3.4",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1.2.3.4a",
        "[",
        "[]",
        "[::1",
        "[::1]5060",
        "[::1]:",
        "[::1]:70000",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        ":1",
        "1:",
        "12345::",
        "g::",
        ":::",
        "1::2::3",
        "::1%eth0",
        "[1.2.3.4]",
        "::1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4",
        "example.com",
        "example.com:5060",
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct addr a = {.port = 77}, before = a;
        size_t n = strlen(BAD[i]);
        char *exact = malloc(n ? n : 1);
        memcpy(exact, BAD[i], n);
        if (addr_parse(slice_of(exact, n), &a))
            fail_msg("accepted: %s", BAD[i]);
        assert_true(addr_eq(&a, &before));
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats),
        cmocka_unit_test(formats_without_port),
        cmocka_unit_test(agrees_with_inet_ntop),
        cmocka_unit_test(parses),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
