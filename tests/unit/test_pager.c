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

/* Lines that are not wrapped scroll to the side. */
static void lines_that_are_not_wrapped(void **state)
{
    (void)state;
    add("0123456789abcdefghijklmnop");
    add("x");
    pager_turn(&pager);
    assert_shows("0123456789\nx\n\n\n");
    assert_true(pager_act(&pager, ACTION_RIGHT));
    assert_shows("89abcdefgh\n\n\n\n");
    assert_true(pager_act(&pager, ACTION_LEFT));
    pager_turn(&pager);
    assert_shows("0123456789\n  abcdefgh\n  ijklmnop\nx\n");
}

static void prose_wraps_at_blanks(void **state)
{
    (void)state;
    add("Why one two three");
    pager_prose(&pager, 4);
    assert_shows("Why one\n    two\n    three\n\n");
    assert_int_equal(pager_height(&pager, 9), 3);
    assert_int_equal(pager_line_at(&pager, 1), 0);
    assert_int_equal(pager_line_at(&pager, 3), SIZE_MAX);
}

static void the_chosen_line_is_brought_into_sight(void **state)
{
    (void)state;
    for (int i = 0; i < 9; i++)
        add("0123456789abc");
    pager_choose(&pager, 6);
    assert_shows("0123456789\n  abc\n0123456789\n  ↓ 4 more\n");
}

static void nothing_is_drawn_of_nothing(void **state)
{
    (void)state;
    assert_shows("\n\n\n\n");
    pager_begin(&pager, 0);
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
        TEST(lines_that_are_not_wrapped),
        TEST(prose_wraps_at_blanks),
        TEST(the_chosen_line_is_brought_into_sight),
        TEST(nothing_is_drawn_of_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
