#include "dissect/stun.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#define BYTES(...) \
    (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define ID                 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae
#define HEAD(type, length) type >> 8, type & 255, 0, length, 0x21, 0x12, 0xa4, 0x42, ID

/* Addresses of RFC 5769 2.2 and 2.3; the others by RFC 8489 14 and RFC 8656 18. */
static const struct row {
    const char *what;
    const uint8_t *p;
    size_t n;
    uint16_t method;
    enum stun_class class;
    bool classic;
    const char *mapped, *peer, *relayed;
    const char *data;
    uint16_t channel, error;
    bool chosen;
} ROWS[] = {
    {"RFC 5769 2.2",
     BYTES(HEAD(0x101, 0x3c), 0x80, 0x22, 0, 11, 't', 'e', 's', 't', ' ', 'v', 'e', 'c',
           't', 'o', 'r', ' ', 0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
           0, 8, 0, 20, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74,
           0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0, 4,
           0xc0, 0x7d, 0x4c, 0x96),
     STUN_BINDING, STUN_SUCCESS, false, "192.0.2.1:32853", "", "", "", 0, 0, false},
    {"RFC 5769 2.3",
     BYTES(HEAD(0x101, 24), 0, 0x20, 0, 20, 0, 2, 0xa1, 0x47, 1, 0x13, 0xa9, 0xfa, 0xa5,
           0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9),
     STUN_BINDING, STUN_SUCCESS, false, "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
     "", "", "", 0, 0, false},
    {"ICE chooses", BYTES(HEAD(1, 12), 0, 6, 0, 3, 'a', ':', 'b', 0, 0, 0x25, 0, 0),
     STUN_BINDING, STUN_REQUEST, false, "", "", "", "", 0, 0, true},
    {"old, without a cookie",
     BYTES(1, 1, 0, 12, 1, 2, 3, 4, ID, 0, 1, 0, 8, 0, 1, 0x0f, 0xa0, 192, 0, 2, 9),
     STUN_BINDING, STUN_SUCCESS, true, "192.0.2.9:4000", "", "", "", 0, 0, false},
    {"data indication",
     BYTES(HEAD(0x17, 20), 0, 0x12, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43, 0,
           0x13, 0, 3, 'a', 'b', 'c', 0),
     STUN_DATA, STUN_INDICATION, false, "", "192.0.2.1:32853", "", "abc", 0, 0, false},
    {"allocated",
     BYTES(HEAD(0x103, 12), 0, 0x16, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43),
     STUN_ALLOCATE, STUN_SUCCESS, false, "", "", "192.0.2.1:32853", "", 0, 0, false},
    {"channel bind", BYTES(HEAD(9, 8), 0, 12, 0, 4, 0x40, 1, 0, 0), STUN_CHANNEL_BIND,
     STUN_REQUEST, false, "", "", "", "", 0x4001, 0, false},
    {"error", BYTES(HEAD(0x111, 8), 0, 9, 0, 4, 0, 0, 4, 38), STUN_BINDING, STUN_ERROR,
     false, "", "", "", "", 0, 438, false},
    {"attribute beyond the end", BYTES(HEAD(1, 8), 0, 6, 0, 200, 1, 2, 3, 4),
     STUN_BINDING, STUN_REQUEST, false, "", "", "", "", 0, 0, false},
};

static void same_addr(const struct addr *a, const char *text)
{
    char out[ADDR_TEXT] = "";
    if (a->family)
        addr_format(a, out);
    assert_string_equal(out, text);
}

static void messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *w = &ROWS[i];
        struct slice d = slice_of(w->p, w->n);
        struct stun_facts f;
        struct stun m;
        print_message("%s\n", w->what);
        assert_int_equal(stun_parse(d, &m), 0);
        assert_int_equal(m.method, w->method);
        assert_int_equal(m.class, w->class);
        assert_int_equal(m.classic, w->classic);
        assert_memory_equal(m.id + (w->classic ? 4 : 0), ((const uint8_t[]){ID}), 12);
        stun_facts(&m, &f);
        same_addr(&f.mapped, w->mapped);
        same_addr(&f.peer, w->peer);
        same_addr(&f.relayed, w->relayed);
        assert_true(slice_eq(f.data, slice_str(w->data)));
        assert_int_equal(f.channel, w->channel);
        assert_int_equal(f.error, w->error);
        assert_int_equal(f.use_candidate, w->chosen);
        assert_int_equal(stun_carries(&m, &f), *w->data != 0);
    }
}

static void rejects(void **state)
{
    static const uint8_t ODD[] = {0, 1, 0, 2, 0x21, 0x12, 0xa4, 0x42, ID, 0, 0};
    static const uint8_t BITS[] = {0x40, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ID};
    static const uint8_t OLD[] = {0, 1, 0, 4, 1, 2, 3, 4, ID};
    struct stun m;
    (void)state;
    assert_int_equal(stun_parse(slice_of(ODD, sizeof ODD), &m), -REASON_STUN_BAD);
    assert_int_equal(stun_parse(slice_of(BITS, sizeof BITS), &m), -REASON_STUN_BAD);
    assert_int_equal(stun_parse(slice_of(OLD, sizeof OLD), &m), -REASON_STUN_BAD);
    assert_int_equal(stun_parse(slice_of(ROWS[0].p, 19), &m), -REASON_STUN_BAD);
}

/* RFC 8656 12.4, 12.5: padding to four bytes need not be there over UDP. */
static void channels(void **state)
{
    static const uint8_t P[] = {0x7f, 0xff, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0, 0};
    struct slice data;
    uint16_t number;
    (void)state;
    assert_true(stun_channel(slice_of(P, 12), &number, &data));
    assert_int_equal(number, 0x7fff);
    assert_int_equal(data.n, 5);
    assert_true(stun_channel(slice_of(P, 9), &number, &data));
    assert_false(stun_channel(slice_of(P, 8), &number, &data));
    assert_false(stun_channel(slice_of(P, 13), &number, &data));
    assert_false(stun_channel(slice_of(P, 3), &number, &data));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {cmocka_unit_test(messages),
                                              cmocka_unit_test(rejects),
                                              cmocka_unit_test(channels)};
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
