#include "dissect/dns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#define BYTES(...) \
    slice_of((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
#define HEAD(flags, answers) 0, 7, flags >> 8, flags & 255, 0, 1, 0, answers, 0, 0, 0, 0
#define EXAMPLE              7, 'E', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'c', 'o', 'm', 0

/* RFC 1035 4.1.1, 4.1.2. */
static void question(void **state)
{
    (void)state;
    struct dns d;
    assert_true(dns_parse(BYTES(HEAD(0x0100, 0), EXAMPLE, 0, 33, 0, 1), &d));
    assert_string_equal(d.name, "example.com");
    assert_int_equal(d.type, DNS_SRV);
    assert_int_equal(d.id, 7);
    assert_false(d.response);
    assert_true(dns_parse(BYTES(HEAD(0x8183, 0), EXAMPLE, 0, 1, 0, 1), &d));
    assert_true(d.response);
    assert_int_equal(d.code, DNS_NXDOMAIN);
}

/* RFC 2782: priority, weight, port, target; the target ends with a pointer (RFC 1035
 * 4.1.4). */
static void srv(void **state)
{
    (void)state;
    struct dns d;
    struct dns_answer a;
    assert_true(
        dns_parse(BYTES(HEAD(0x8180, 2), EXAMPLE, 0, 33, 0, 1, 0xc0, 12, 0, 33, 0, 1, 0,
                        0, 1, 44, 0, 10, 0, 10, 0, 5, 0x13, 0xc4, 1, 'a', 0xc0, 12,
                        0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1),
                  &d));
    assert_true(dns_answer_next(&d, &a));
    assert_int_equal(a.type, DNS_SRV);
    assert_int_equal(a.ttl, 300);
    assert_int_equal(a.priority, 10);
    assert_int_equal(a.weight, 5);
    assert_int_equal(a.port, 5060);
    assert_string_equal(a.target, "a.example.com");
    assert_true(dns_answer_next(&d, &a));
    assert_int_equal(a.type, DNS_A);
    assert_int_equal(a.addr.family, 4);
    assert_int_equal(a.addr.ip[3], 1);
    assert_false(dns_answer_next(&d, &a));
}

static void refused(void **state)
{
    (void)state;
    struct dns d;
    struct dns_answer a;
    /* Too short, two questions, a pointer to itself, a class that is not IN. */
    assert_false(dns_parse(BYTES(0, 7, 1, 0), &d));
    assert_false(
        dns_parse(BYTES(0, 7, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, EXAMPLE, 0, 1, 0, 1), &d));
    assert_false(dns_parse(BYTES(HEAD(0x0100, 0), 0xc0, 12, 0, 1, 0, 1), &d));
    assert_false(dns_parse(BYTES(HEAD(0x0100, 0), EXAMPLE, 0, 1, 0, 3), &d));
    /* An answer whose length runs past the end. */
    assert_true(dns_parse(BYTES(HEAD(0x8180, 1), EXAMPLE, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0,
                                1, 0, 0, 0, 60, 0, 40, 192, 0, 2, 1),
                          &d));
    assert_false(dns_answer_next(&d, &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(question),
        cmocka_unit_test(srv),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
