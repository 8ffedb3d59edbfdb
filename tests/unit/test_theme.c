#include "tui/theme.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <stdlib.h>

static void no_color_is_obeyed(void **state)
{
    (void)state;
    unsetenv("NO_COLOR");
    assert_int_equal(theme_colours(0), COLOURS_NONE);
    assert_int_equal(theme_colours(8), COLOURS_8);
    assert_int_equal(theme_colours(16), COLOURS_16);
    assert_int_equal(theme_colours(256), COLOURS_256);
    assert_int_equal(theme_colours(1 << 24), COLOURS_TRUE);
    setenv("NO_COLOR", "1", 1);
    assert_int_equal(theme_colours(256), COLOURS_NONE);
    setenv("NO_COLOR", "", 1); /* empty: as if unset (no-color.org) */
    assert_int_equal(theme_colours(256), COLOURS_256);
}

/* Without colours the selected row and what failed must still be told apart. */
static void without_colours_attributes_tell(void **state)
{
    const struct theme none = {.colours = COLOURS_NONE};
    struct paint bad = theme_paint(&none, TONE_BAD);
    struct paint dim = theme_paint(&none, TONE_DIM);
    struct paint row = theme_paint(&none, TONE_PLAIN | STYLE_SELECT);

    (void)state;
    assert_true(bad.bold && bad.fg == -1);
    assert_true(dim.dim && dim.fg == -1);
    assert_true(row.reverse && row.fg == -1);
}

#define FOR_THEMES(t)                                                         \
    for (struct theme t = {.colours = COLOURS_8}; t.colours <= COLOURS_TRUE;  \
         t.colours++)                                                         \
        for (t.ground = GROUND_UNKNOWN; t.ground <= GROUND_LIGHT; t.ground++) \
            for (int safe = 0; t.safe = safe != 0, safe < 2; safe++)

static void meaning_survives_selection(void **state)
{
    (void)state;
    FOR_THEMES(t)
    {
        struct paint bad = theme_paint(&t, TONE_BAD | STYLE_SELECT);
        struct paint plain = theme_paint(&t, TONE_PLAIN | STYLE_SELECT);

        assert_true(bad.reverse && plain.reverse);
        assert_int_equal(bad.fg, theme_paint(&t, TONE_BAD).fg);
        assert_int_equal(plain.fg, theme_paint(&t, TONE_REQUEST).fg);
    }
}

static void the_five_meanings_differ(void **state)
{
    (void)state;
    FOR_THEMES(t)
    for (unsigned a = TONE_GOOD; a <= TONE_REQUEST; a++)
        for (unsigned b = TONE_PLAIN; b < a; b++)
            assert_int_not_equal(theme_paint(&t, a).fg, theme_paint(&t, b).fg);
}

/* WCAG 2.1 relative luminance, and contrast of two colours. */
static double channel(int32_t c)
{
    double v = c / 255.0;

    return v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(int32_t rgb)
{
    return 0.2126 * channel(rgb >> 16 & 255) + 0.7152 * channel(rgb >> 8 & 255) +
           0.0722 * channel(rgb & 255);
}

/* On its ground every colour has a contrast of at least 3 (large text, WCAG 2.1 1.4.3),
 * mostly more. */
static void colours_can_be_read_on_their_ground(void **state)
{
    (void)state;
    for (int safe = 0; safe < 2; safe++)
        for (unsigned tone = TONE_GOOD; tone <= TONE_DIM; tone++) {
            struct theme dark = {COLOURS_TRUE, GROUND_DARK, safe != 0};
            struct theme light = {COLOURS_TRUE, GROUND_LIGHT, safe != 0};

            assert_true((luminance(theme_paint(&dark, tone).fg) + 0.05) / 0.05 >= 4.5);
            assert_true(1.05 / (luminance(theme_paint(&light, tone).fg) + 0.05) >= 3);
        }
}

static void the_ground_is_what_the_terminal_says(void **state)
{
    static const struct {
        const char *value;
        enum ground ground;
    } rows[] = {
        {"15;0", GROUND_DARK},         {"0;15", GROUND_LIGHT},
        {"15;default;0", GROUND_DARK}, {"0;default;7", GROUND_LIGHT},
        {"12;8", GROUND_DARK},         {"15;default", GROUND_UNKNOWN},
        {"", GROUND_UNKNOWN},          {"1;99", GROUND_UNKNOWN},
    };

    (void)state;
    unsetenv("COLORFGBG");
    assert_int_equal(theme_ground(), GROUND_UNKNOWN);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setenv("COLORFGBG", rows[i].value, 1);
        assert_int_equal(theme_ground(), rows[i].ground);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_color_is_obeyed),
        cmocka_unit_test(without_colours_attributes_tell),
        cmocka_unit_test(meaning_survives_selection),
        cmocka_unit_test(the_five_meanings_differ),
        cmocka_unit_test(colours_can_be_read_on_their_ground),
        cmocka_unit_test(the_ground_is_what_the_terminal_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
