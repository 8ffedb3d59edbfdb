#include "tui/canvas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct canvas canvas;

static int open_canvas(void **state)
{
    (void)state;
    return canvas_init(&canvas, 12, 3, false);
}

static int close_canvas(void **state)
{
    (void)state;
    canvas_done(&canvas);
    return 0;
}

static void assert_shows(const char *expected)
{
    struct strbuf out = {0};

    canvas_dump(&canvas, &out);
    assert_string_equal(strbuf_cstr(&out), expected);
    strbuf_done(&out);
}

static void text_is_clipped_on_all_sides(void **state)
{
    (void)state;
    assert_int_equal(canvas_put(&canvas, -2, 0, 0, "abcdef"), 4);
    canvas_put(&canvas, 9, 1, 0, "abcdef");
    canvas_put(&canvas, 0, -1, 0, "above");
    canvas_put(&canvas, 0, 3, 0, "below");
    assert_shows("cdef\n         abc\n\n");
}

static void a_clip_holds_and_is_given_back(void **state)
{
    struct rect before = canvas_clip(&canvas, (struct rect){2, 1, 3, 1});

    (void)state;
    canvas_put(&canvas, 0, 1, 0, "0123456789");
    canvas_put(&canvas, 0, 0, 0, "0123456789");
    canvas_clip(&canvas, before);
    canvas_put(&canvas, 0, 2, 0, "x");
    assert_shows("\n  234\nx\n");
}

/* U+4E2D is two columns wide (UAX #11). */
static void no_half_of_a_wide_character_is_left(void **state)
{
    (void)state;
    assert_int_equal(canvas_put(&canvas, 0, 0, 0, "中中"), 4);
    canvas_put(&canvas, 1, 0, 0, "x");
    assert_shows(" x中\n\n\n");
    canvas_put(&canvas, 2, 0, 0, "y");
    assert_shows(" xy\n\n\n");
    canvas_put(&canvas, 11, 1, 0, "中"); /* half of it is outside */
    canvas_put(&canvas, -1, 2, 0, "中a");
    assert_shows(" xy\n\n a\n");
}

static void combining_characters_stay_with_their_letter(void **state)
{
    (void)state;
    assert_int_equal(canvas_put(&canvas, 0, 0, 0, "e\u0301x"), 2);
    canvas_put(&canvas, 0, 1, 0, "\u0301x"); /* no letter to stand on */
    assert_shows("e\u0301x\n\\u{301}x\n\n");
    canvas_put(&canvas, 0, 0, 0, "o");
    assert_shows("ox\n\\u{301}x\n\n");
}

static void nothing_hostile_gets_into_a_cell(void **state)
{
    static const char *const hostile[] = {"\033[2J",
                                          "a\xff\xfe",
                                          "\u202ex",
                                          "\u200b\u200d",
                                          ("\x9b"
                                           "31m"),
                                          "\x7f\r\n\t"};

    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        canvas_clear(&canvas);
        canvas_put(&canvas, 0, 0, 0, hostile[i]);
        for (int k = 0; k < canvas.w * canvas.h; k++)
            for (int b = 0; b < canvas.cell[k].n; b++)
                assert_in_range(canvas.cell[k].text[b], ' ', '~');
    }
}

static void a_field_is_cut_and_aligned(void **state)
{
    (void)state;
    canvas_field(&canvas, 0, 0, 5, false, 0, "abcdefgh", 8);
    canvas_put(&canvas, 5, 0, 0, "|");
    canvas_field(&canvas, 0, 1, 5, true, 0, "42", 2);
    canvas_put(&canvas, 5, 1, 0, "|");
    canvas_field(&canvas, 0, 2, 5, false, 0, "abcde", 5);
    canvas_field(&canvas, 6, 2, 5, false, 0, "中中中", 9);
    canvas_field(&canvas, 6, 1, 0, false, 0, "none", 4);
    assert_shows("abcd…|\n   42|\nabcde 中中…\n");
}

static void a_field_beyond_the_edge_is_clipped(void **state)
{
    (void)state;
    canvas_field(&canvas, 9, 0, 5, false, 0, "abcdefgh", 8);
    canvas_field(&canvas, -3, 1, 5, false, 0, "abcdefgh", 8);
    canvas_field(&canvas, 30, 2, 5, false, 0, "abc", 3);
    assert_shows("         abc\nd…\n\n");
}

static void ascii_has_stand_ins(void **state)
{
    (void)state;
    canvas.ascii = true;
    canvas_put(&canvas, 0, 0, 0, "●▲✓│─▶◀↻");
    canvas_put(&canvas, 0, 1, 0, "é中");
    canvas_field(&canvas, 0, 2, 3, false, 0, "abcdef", 6);
    assert_shows("*!+|-><x\n???\nab~\n");
}

static void styles_add_up(void **state)
{
    struct strbuf out = {0};

    (void)state;
    canvas_put(&canvas, 0, 0, TONE_BAD, "bad");
    canvas_put(&canvas, 4, 0, TONE_GOOD | STYLE_BOLD, "good");
    canvas_put(&canvas, 0, 1, TONE_WARN, "warn");
    canvas_style(&canvas, (struct rect){0, 1, 2, 1}, STYLE_SELECT);
    canvas_style(&canvas, (struct rect){-5, -5, 1, 1}, STYLE_SELECT);
    canvas_dump_styles(&canvas, &out);
    assert_string_equal(strbuf_cstr(&out), "rrr GGGG\n##yy\n\n");
    assert_int_equal(canvas.cell[12].style & STYLE_TONE, TONE_WARN);
    strbuf_done(&out);
}

static void the_smallest_canvas_takes_everything(void **state)
{
    struct canvas one;

    (void)state;
    assert_int_equal(canvas_init(&one, 0, -4, false), 0);
    assert_int_equal(one.w, 1);
    assert_int_equal(one.h, 1);
    canvas_put(&one, 0, 0, 0, "中");
    canvas_field(&one, 0, 0, 9, true, 0, "text", 4);
    canvas_fill(&one, (struct rect){-2, -2, 9, 9}, 0, "─");
    canvas_done(&one);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_canvas, close_canvas)
    const struct CMUnitTest tests[] = {
        TEST(text_is_clipped_on_all_sides),
        TEST(a_clip_holds_and_is_given_back),
        TEST(no_half_of_a_wide_character_is_left),
        TEST(combining_characters_stay_with_their_letter),
        TEST(nothing_hostile_gets_into_a_cell),
        TEST(a_field_is_cut_and_aligned),
        TEST(a_field_beyond_the_edge_is_clipped),
        TEST(ascii_has_stand_ins),
        TEST(styles_add_up),
        TEST(the_smallest_canvas_takes_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
