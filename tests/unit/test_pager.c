#include "tui/pager.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct pager pager;
static struct canvas canvas;

static int open_pager(void **state)
{
    (void)state;
    memset(&pager, 0, sizeof pager);
    return canvas_init(&canvas, 10, 4, false);
}

static int close_pager(void **state)
{
    (void)state;
    pager_done(&pager);
    canvas_done(&canvas);
    return 0;
}

static void add(const char *text)
{
    pager_add(&pager, TONE_PLAIN, 0, text, strlen(text), 0, 0);
}

static void assert_shows(const char *expected)
{
    struct strbuf out = {0};

    canvas_clear(&canvas);
    pager_draw(&pager, &canvas, (struct rect){0, 0, canvas.w, canvas.h});
    canvas_dump(&canvas, &out);
    assert_string_equal(strbuf_cstr(&out), expected);
    strbuf_done(&out);
}

static void long_lines_are_wrapped_and_indented(void **state)
{
    (void)state;
    add("0123456789abcdefgh");
    add("x");
    assert_shows("0123456789\n  abcdefgh\nx\n\n");
}

static void a_wide_character_goes_to_the_next_line_whole(void **state)
{
    (void)state;
    add("012345678\u4e2d9");
    assert_shows("012345678\n  \u4e2d9\n\n\n");
}

static void what_is_below_is_counted(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++)
        add("line");
    assert_shows("line\nline\nline\nl ↓ 2 more\n");
    pager_act(&pager, ACTION_END);
    assert_shows("line\nline\nline\nline\n");
}

static void a_search_goes_round_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        add(i == 7 ? "a Needle" : i == 12 ? "NEEDLE b" : "hay");
    pager_draw(&pager, &canvas, (struct rect){0, 0, 10, 4});
    pager_find(&pager, "needle");
    assert_int_equal(pager.hit, 7);
    assert_true(pager_find_next(&pager, false));
    assert_int_equal(pager.hit, 12);
    assert_true(pager_find_next(&pager, false));
    assert_int_equal(pager.hit, 7);
    assert_true(pager_find_next(&pager, true));
    assert_int_equal(pager.hit, 12);
    pager_find(&pager, "nothing");
    assert_false(pager_find_next(&pager, false));
    pager_find(&pager, "");
    assert_false(pager_find_next(&pager, false));
}

/* Start line, header names, and within SDP the media line stand out. */
static void the_parts_of_a_message_have_tones(void **state)
{
    static const char message[] = "INVITE x SIP/2.0\r\nTo: b\r\n\r\nv=0\r\nm=audio";
    struct pager_line *l;

    (void)state;
    pager_add_sip(&pager, message, sizeof message - 1, TONE_REQUEST);
    assert_int_equal(pager.lines.n, 5);
    l = pager.lines.at;
    assert_int_equal(l[0].style, TONE_REQUEST | STYLE_BOLD);
    assert_int_equal(l[1].head, 3);
    assert_int_equal(l[3].head, 2);
    assert_int_equal(l[3].style, TONE_PLAIN);
    assert_int_equal(l[4].style, STYLE_BOLD);
}

static void nothing_is_drawn_of_nothing(void **state)
{
    (void)state;
    assert_shows("\n\n\n\n");
    pager_add_sip(&pager, "", 0, TONE_PLAIN);
    pager_add_sip(&pager, "\n", 1, TONE_PLAIN);
    pager_act(&pager, ACTION_DOWN);
    pager_draw(&pager, &canvas, (struct rect){9, 3, 0, 0});
    assert_shows("\n\n\n\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_pager, close_pager)
    const struct CMUnitTest tests[] = {
        TEST(long_lines_are_wrapped_and_indented),
        TEST(a_wide_character_goes_to_the_next_line_whole),
        TEST(what_is_below_is_counted),
        TEST(a_search_goes_round_both_ways),
        TEST(the_parts_of_a_message_have_tones),
        TEST(nothing_is_drawn_of_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
