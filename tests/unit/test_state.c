#include "tui/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void assert_line(const struct state *s, int width, const char *expected)
{
    struct canvas c;
    struct strbuf out = {0};

    assert_int_equal(canvas_init(&c, width, 1, false), 0);
    state_draw(s, &c, c.w);
    canvas_dump(&c, &out);
    assert_string_equal(strbuf_cstr(&out), expected);
    strbuf_done(&out);
    canvas_done(&c);
}

static void counts_are_grouped(void **state)
{
    char text[24];

    (void)state;
    assert_string_equal(state_count(0, text), "0");
    assert_string_equal(state_count(999, text), "999");
    assert_string_equal(state_count(1004, text), "1 004");
    assert_string_equal(state_count(775403, text), "775 403");
    assert_string_equal(state_count(1000001, text), "1 000 001");
    assert_string_equal(state_count(12345678, text), "12.3 M");
    assert_true(strlen(state_count(UINT64_MAX, text)) < sizeof text);
}

/* What went wrong and how far it is stay, however narrow the line. */
static void what_matters_is_left_out_last(void **state)
{
    static const struct state loading = {.source = "trunk.pcap",
                                         .progress = 37,
                                         .packets = 9500000,
                                         .messages = 12,
                                         .lost = 14,
                                         .drops = 3};

    (void)state;
    assert_line(&loading, 100,
                "sipglass  trunk.pcap  loading 37 %  9 500 000 pkt  12 msg  drops 3  "
                "ledger 14\n");
    assert_line(&loading, 60, "trunk.pcap  loading 37 %  12 msg  drops 3  ledger 14\n");
    assert_line(&loading, 35, "loading 37 %  drops 3  ledger 14\n");
    assert_line(&loading, 1, "l\n");
}

/* Long names are cut, not left out: one sees what is read. */
static void long_names_are_cut(void **state)
{
    static const struct state many = {
        .source =
            "a-trunk-of-last-night-1.pcap a-trunk-of-last-night-2.pcap and 3 more",
        .progress = 37,
        .packets = 9500000,
        .messages = 12,
        .lost = 14};

    (void)state;
    assert_line(&many, 120,
                "sipglass  a-trunk-of-last-night-1.pcap a-trunk-of-last-night-2.pcap "
                "and…  loading 37 %  9 500 000 pkt  12 msg  ledger 14\n");
    assert_line(
        &many, 80,
        "a-trunk-of-last-night-1.pcap a-…  loading 37 %  9 500 000 pkt  12 msg  ledger "
        "14\n");
}

static void a_live_capture_has_rates(void **state)
{
    static const struct state live = {.source = "eth0",
                                      .live = true,
                                      .progress = -1,
                                      .call_rate = 184,
                                      .rate = 20100,
                                      .packets = 5000,
                                      .messages = 700,
                                      .ring = 31};

    (void)state;
    assert_line(&live, 120,
                "sipglass  eth0  184 cps  20 100 pkt/s  5 000 pkt  700 msg  ring 31 %  "
                "drops 0  "
                "ledger 0\n");
}

static void names_are_sanitised(void **state)
{
    static const struct state s = {.source = "a\033[2Jb", .ended = true};

    (void)state;
    assert_line(&s, 80, "sipglass  a\\x1b[2Jb  0 pkt  0 msg  ledger 0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_grouped),
        cmocka_unit_test(what_matters_is_left_out_last),
        cmocka_unit_test(long_names_are_cut),
        cmocka_unit_test(a_live_capture_has_rates),
        cmocka_unit_test(names_are_sanitised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
