#include "dissect/demux.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

/* RFC 7983 section 7, figure 3; RFC 5761 section 4 for RTCP. */
static enum demux_kind figure(unsigned first, unsigned second)
{
    if (first <= 3)
        return DEMUX_STUN;
    if (first >= 16 && first <= 19)
        return DEMUX_ZRTP;
    if (first >= 20 && first <= 63)
        return DEMUX_DTLS;
    if (first >= 64 && first <= 79)
        return DEMUX_CHANNEL;
    if (first >= 128 && first <= 191)
        return second >= 192 && second <= 223 ? DEMUX_RTCP : DEMUX_RTP;
    return DEMUX_OTHER;
}

static void first_bytes(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++)
        for (unsigned second = 0; second < 256; second++)
            assert_int_equal(demux_first_byte((uint8_t)first, (uint8_t)second),
                             figure(first, second));
}

#define BYTES(...) \
    (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define EIGHT 0, 0, 0, 0, 0, 0, 0, 0

static const struct {
    const char *what;
    const uint8_t *p;
    size_t n;
    enum demux_kind is;
} CASES[] = {
    {"RTP", BYTES(0x80, 0, 0, 1, EIGHT), DEMUX_RTP},
    {"RTP cut", BYTES(0x80, 0, 0, 1, 0, 0, 0), DEMUX_OTHER},
    {"RTCP", BYTES(0x80, 201, 0, 1, 0, 0, 0, 1), DEMUX_RTCP},
    {"ZRTP", BYTES(0x10, 0, 0, 1, 'Z', 'R', 'T', 'P', 0, 0, 0, 1), DEMUX_ZRTP},
    {"no ZRTP", BYTES(0x10, 0, 0, 1, 'Z', 'R', 'T', 'Q', 0, 0, 0, 1), DEMUX_OTHER},
    {"DTLS 1.2", BYTES(22, 0xfe, 0xfd, EIGHT, 0, 0), DEMUX_DTLS},
    {"TLS over UDP", BYTES(22, 3, 1, EIGHT, 0, 0), DEMUX_OTHER},
    {"STUN", BYTES(0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, EIGHT, 0, 0, 0, 0), DEMUX_STUN},
    {"channel", BYTES(0x40, 0, 0, 1, 9, 0, 0, 0), DEMUX_CHANNEL},
    {"channel with too much behind", BYTES(0x40, 0, 0, 0, 9, 0, 0, 0), DEMUX_OTHER},
    {"one byte", BYTES(0x80), DEMUX_OTHER},
    {"nothing", NULL, 0, DEMUX_OTHER},
};

static void datagrams(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        enum demux_kind is = demux_datagram(slice_of(CASES[i].p, CASES[i].n));
        if (is != CASES[i].is)
            fail_msg("%s: %d", CASES[i].what, (int)is);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {cmocka_unit_test(first_bytes),
                                              cmocka_unit_test(datagrams)};
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
