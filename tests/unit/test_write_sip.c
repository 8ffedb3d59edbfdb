#include "tui/write_sip.h"

#include "view/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct pager pager;

static int open_pager(void **state)
{
    (void)state;
    memset(&pager, 0, sizeof pager);
    return 0;
}

static int close_pager(void **state)
{
    (void)state;
    pager_done(&pager);
    return 0;
}

static void assert_line(size_t i, const char *text, const char *paint)
{
    static const char letters[] = ".gyrcd??";
    const struct pager_line *l = &pager.lines.at[i];

    assert_true(i < pager.lines.n);
    assert_int_equal(l->n, strlen(text));
    assert_memory_equal(pager.text.p + l->at, text, l->n);
    for (size_t k = 0; k < l->n && paint; k++) {
        unsigned style = (uint8_t)pager.paint.p[l->at + k];
        char letter = letters[style & STYLE_TONE];

        if (style & STYLE_BOLD)
            letter = letter == '.' ? 'B' : (char)(letter - 32);
        assert_int_equal(letter, paint[k]);
    }
}

/* Start line, names of headers, parameters, and within SDP the media line. */
static void the_parts_of_a_message_have_tones(void **state)
{
    static const char message[] = "INVITE x SIP/2.0\r\n"
                                  "To: \"a;b\" <sip:b;c>;tag=1, d\r\n"
                                  " folded\r\n\r\n"
                                  "v=0\r\nm=audio 4000\r\na=sendonly\r\n"
                                  "m=video 0 RTP/AVP 96\r\nc=IN IP4 0.0.0.0";

    (void)state;
    write_sip(&pager, message, sizeof message - 1, TONE_REQUEST, NULL);
    assert_int_equal(pager.lines.n, 9);
    assert_line(0, "INVITE x SIP/2.0", "CCCCCCCCCCCCCCCC");
    assert_line(1, "To: \"a;b\" <sip:b;c>;tag=1, d", "BBB................dddddd...");
    assert_line(2, " folded", ".......");
    assert_line(4, "v=0", "dd.");
    assert_line(5, "m=audio 4000", "ddBBBBBBBBBB");
    assert_line(6, "a=sendonly", "ddyyyyyyyy");
    assert_line(7, "m=video 0 RTP/AVP 96", "ddYYYYYYYYYYYYYYYYYY");
    assert_line(8, "c=IN IP4 0.0.0.0", "ddyyyyyyyyyyyyyy");
}

/* What was found stands below the line it is about; what is missing, below the first.
 */
static void findings_stand_at_their_line(void **state)
{
    static char name[] = "not a Via of SIP/2.0 (line 2)", missing[] = "no From",
                reference[] = "RFC 3261 20.42";
    struct detail_line line[] = {
        {DETAIL_FINDING, 0, name, NULL, reference, 2},
        {DETAIL_FINDING, 0, missing, NULL, NULL, 0},
        {DETAIL_FACT, 0, name, NULL, NULL, 2},
    };
    struct detail d = {line, 3};

    (void)state;
    write_sip(&pager, "BYE x SIP/2.0\nVia: y\n", 21, TONE_REQUEST, &d);
    assert_int_equal(pager.lines.n, 4);
    assert_line(1, "▲ no From", NULL);
    assert_line(2, "Via: y", NULL);
    assert_line(3, "▲ not a Via of SIP/2.0   RFC 3261 20.42", NULL);
}

static void bodies_that_are_no_text_are_dumped(void **state)
{
    static const char message[] = "A\r\nB: c\r\n\r\n--x\r\n\r\n\x00\x01\xff"
                                  "abcdefghijklmn\r\n--x--\r\n";

    (void)state;
    write_sip(&pager, message, sizeof message - 1, TONE_PLAIN, NULL);
    assert_int_equal(pager.lines.n, 8);
    assert_line(5,
                "0000  00 01 ff 61 62 63 64 65  66 67 68 69 6a 6b 6c 6d  "
                "...abcdefghijklm",
                NULL);
    assert_line(6, "0010  6e 0d 0a                                          n..", NULL);
    assert_line(7, "--x--", NULL);
}

static void text_and_what_is_none(void **state)
{
    (void)state;
    assert_false(hex_is_binary(SLICE("caf\xc3\xa9\tx")));
    assert_true(hex_is_binary(SLICE("a\x01")));
    assert_true(hex_is_binary(SLICE("\xc3")));
    assert_false(hex_is_binary(SLICE("")));
    assert_int_equal(hex_extent(SLICE("\x01\n-\n")), 4);
    assert_int_equal(hex_extent(SLICE("\x01\n--b")), 2);
}

static void nothing_is_written_of_nothing(void **state)
{
    (void)state;
    write_sip(&pager, "", 0, TONE_PLAIN, NULL);
    assert_int_equal(pager.lines.n, 0);
    write_sip(&pager, "\n", 1, TONE_PLAIN, NULL);
    assert_int_equal(pager.lines.n, 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_pager, close_pager)
    const struct CMUnitTest tests[] = {
        TEST(the_parts_of_a_message_have_tones),  TEST(findings_stand_at_their_line),
        TEST(bodies_that_are_no_text_are_dumped), TEST(text_and_what_is_none),
        TEST(nothing_is_written_of_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
