#include "dissect/rtp_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

/* RFC 3551 section 6, tables 4 and 5. */
static void static_types(void **state)
{
    (void)state;
    assert_string_equal(rtp_static(0)->name, "PCMU");
    assert_string_equal(rtp_static(8)->name, "PCMA");
    assert_int_equal(rtp_static(9)->rate, 8000);
    assert_int_equal(rtp_static(16)->rate, 11025);
    assert_int_equal(rtp_static(10)->channels, 2);
    assert_string_equal(rtp_static(34)->name, "H263");
    assert_null(rtp_static(1));
    assert_null(rtp_static(19));
    assert_null(rtp_static(35));
    assert_null(rtp_static(96));
    assert_null(rtp_static(255));
}

/* Frame sizes of RFC 3551 4.5 (table 1), RFC 3952, RFC 4733. */
static const struct {
    const char *name;
    uint8_t channels;
    size_t bytes;
    uint8_t first;
    uint32_t ticks;
} FRAMES[] = {
    {"PCMU", 1, 160, 0, 160},    {"pcma", 1, 240, 0, 240},   {"G722", 1, 160, 0, 160},
    {"L16", 2, 1764, 0, 441},    {"L16", 1, 3, 0, 0},        {"G726-32", 1, 80, 0, 160},
    {"G726-40", 1, 100, 0, 160}, {"G726-24", 1, 60, 0, 160}, {"G726-16", 1, 40, 0, 160},
    {"G728", 1, 40, 0, 160},     {"G729", 1, 20, 0, 160},    {"G729", 1, 12, 0, 160},
    {"G729", 1, 2, 0, 80},       {"G729", 1, 15, 0, 0},      {"GSM", 1, 33, 0, 160},
    {"iLBC", 1, 38, 0, 160},     {"iLBC", 1, 50, 0, 240},    {"iLBC", 1, 100, 0, 480},
    {"G723", 1, 24, 0, 240},     {"G723", 1, 20, 1, 240},    {"G723", 1, 4, 2, 240},
    {"G723", 1, 23, 0, 0},       {"opus", 2, 80, 0, 0},      {"PCMU", 1, 0, 0, 0},
    {"PCMU", 0, 80, 0, 80},
};

static void durations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FRAMES / sizeof *FRAMES; i++) {
        uint8_t *p = calloc(1, FRAMES[i].bytes + 1);
        p[0] = FRAMES[i].first;
        uint32_t ticks = rtp_ticks(slice_str(FRAMES[i].name), FRAMES[i].channels,
                                   slice_of(p, FRAMES[i].bytes));
        free(p);
        if (ticks != FRAMES[i].ticks)
            fail_msg("%s, %zu bytes: %u ticks", FRAMES[i].name, FRAMES[i].bytes, ticks);
    }
}

/* Both ways to ask agree, for static types of a fixed rate. */
static void static_durations(void **state)
{
    static const uint8_t ZEROS[400];
    (void)state;
    for (uint8_t pt = 0; pt < 35; pt++) {
        const struct rtp_static *s = rtp_static(pt);
        for (size_t n = 0; s && pt != 4 && n < sizeof ZEROS; n++)
            assert_int_equal(
                rtp_static_ticks(pt, n),
                rtp_ticks(slice_str(s->name), s->channels, slice_of(ZEROS, n)));
    }
    assert_int_equal(rtp_static_ticks(200, 160), 0);
    assert_int_equal(rtp_static_ticks(0, (size_t)1 << 40), 0);
}

/* RFC 4733 3.2, table 3. */
static void keys(void **state)
{
    (void)state;
    assert_int_equal(rtp_event_key(0), '0');
    assert_int_equal(rtp_event_key(9), '9');
    assert_int_equal(rtp_event_key(10), '*');
    assert_int_equal(rtp_event_key(11), '#');
    assert_int_equal(rtp_event_key(15), 'D');
    assert_int_equal(rtp_event_key(16), '!');
    assert_int_equal(rtp_event_key(17), 0);
    assert_int_equal(rtp_event_key(255), 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(static_types),
        cmocka_unit_test(durations),
        cmocka_unit_test(static_durations),
        cmocka_unit_test(keys),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
