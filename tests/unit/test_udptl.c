#include "dissect/udptl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#define BYTES(...) \
    (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

/* Packets worked by hand from T.38 annex A and X.691; tshark reads them the same. */
static const struct row {
    const char *what;
    const uint8_t *p;
    size_t n;
    int used; /* 0: all */
    uint16_t seq;
    size_t primary;
    enum udptl_ifp ifp;
    uint8_t value;
    enum udptl_recovery recovery;
    uint16_t packets;
    uint8_t span;
    bool plausible;
} ROWS[] = {
    {"CED", BYTES(0, 1, 1, 4, 0, 0), 0, 1, 1, UDPTL_IFP_INDICATOR, 2, UDPTL_REDUNDANCY,
     0, 0, true},
    {"V.21 data with two repeats",
     BYTES(0, 3, 6, 0xc0, 1, 0x80, 0, 0, 0xff, 0, 2, 1, 4, 1, 0), 0, 3, 6,
     UDPTL_IFP_DATA, 0, UDPTL_REDUNDANCY, 2, 0, true},
    {"V.17 14400", BYTES(0, 9, 2, 0xd0, 0, 0, 0), 0, 9, 2, UDPTL_IFP_DATA, 8,
     UDPTL_REDUNDANCY, 0, 0, true},
    {"parity", BYTES(0, 3, 1, 6, 0x80, 1, 3, 2, 2, 1, 2, 3, 4, 5, 6), 0, 3, 1,
     UDPTL_IFP_INDICATOR, 3, UDPTL_FEC, 2, 3, true},
    {"V.8 ANSam", BYTES(0, 6, 2, 0x20, 0, 0, 0), 0, 6, 2, UDPTL_IFP_INDICATOR, 16,
     UDPTL_REDUNDANCY, 0, 0, true},
    {"V.34 data", BYTES(0, 6, 2, 0xe0, 0x80, 0, 0), 0, 6, 2, UDPTL_IFP_DATA, 11,
     UDPTL_REDUNDANCY, 0, 0, true},
    {"bytes behind", BYTES(0, 1, 1, 2, 0, 0, 7), 6, 1, 1, UDPTL_IFP_INDICATOR, 1,
     UDPTL_REDUNDANCY, 0, 0, false},
    {"empty primary", BYTES(0, 1, 0, 0, 0), 0, 1, 0, UDPTL_IFP_NONE, 0,
     UDPTL_REDUNDANCY, 0, 0, false},
    {"primary beyond", BYTES(0, 1, 3, 2, 0), -REASON_UDPTL_BAD, 0, 0, UDPTL_IFP_NONE, 0,
     UDPTL_REDUNDANCY, 0, 0, false},
    {"secondary beyond", BYTES(0, 1, 1, 2, 0, 2, 1, 2), -REASON_UDPTL_BAD, 0, 0,
     UDPTL_IFP_NONE, 0, UDPTL_REDUNDANCY, 0, 0, false},
    {"fragmented length", BYTES(0, 1, 0xc1, 2, 0, 0, 0), -REASON_UDPTL_BAD, 0, 0,
     UDPTL_IFP_NONE, 0, UDPTL_REDUNDANCY, 0, 0, false},
    {"RTP", BYTES(0x80, 0, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4, 0xff, 0xff), 5, 0x8000, 0,
     UDPTL_IFP_NONE, 0, UDPTL_REDUNDANCY, 0, 0, false},
};

static void packets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *w = &ROWS[i];
        struct slice d = slice_of(w->p, w->n);
        struct udptl u = {0};
        print_message("%s\n", w->what);
        int used = udptl_parse(d, &u);
        if (i + 1 < sizeof ROWS / sizeof *ROWS) { /* the last is judged only */
            assert_int_equal(used, w->used ? w->used : (int)w->n);
            assert_int_equal(u.seq, w->seq);
            assert_int_equal(u.primary.n, w->primary);
            assert_int_equal(u.ifp, w->ifp);
            assert_int_equal(u.value, w->value);
            assert_int_equal(u.recovery, w->recovery);
            assert_int_equal(u.packets, w->packets);
            assert_int_equal(u.span, w->span);
        }
        assert_int_equal(udptl_plausible(d), w->plausible);
    }
}

/* A length of two bytes: X.691 10.9.3.7. */
static void long_primary(void **state)
{
    uint8_t p[2 + 2 + 300 + 2] = {0, 1, 0x81, 0x2c, 0xc0};
    struct udptl u;
    (void)state;
    assert_int_equal(udptl_parse(slice_of(p, sizeof p), &u), sizeof p);
    assert_int_equal(u.primary.n, 300);
    assert_int_equal(udptl_parse(slice_of(p, sizeof p - 3), &u), -REASON_UDPTL_BAD);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {cmocka_unit_test(packets),
                                              cmocka_unit_test(long_primary)};
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
