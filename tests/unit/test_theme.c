#include "tui/theme.h"

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
    assert_int_equal(theme_colours(16), COLOURS_8);
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
    struct paint bad = theme_paint(COLOURS_NONE, TONE_BAD);
    struct paint dim = theme_paint(COLOURS_NONE, TONE_DIM);
    struct paint row = theme_paint(COLOURS_NONE, TONE_PLAIN | STYLE_SELECT);

    (void)state;
    assert_true(bad.bold && bad.fg == -1);
    assert_true(dim.dim && dim.fg == -1);
    assert_true(row.reverse && row.fg == -1);
}

static void meaning_survives_selection(void **state)
{
    (void)state;
    for (enum colours c = COLOURS_8; c <= COLOURS_TRUE; c++) {
        struct paint bad = theme_paint(c, TONE_BAD | STYLE_SELECT);
        struct paint plain = theme_paint(c, TONE_PLAIN | STYLE_SELECT);

        assert_true(bad.reverse && plain.reverse);
        assert_int_equal(bad.fg, theme_paint(c, TONE_BAD).fg);
        assert_int_equal(plain.fg, theme_paint(c, TONE_REQUEST).fg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_color_is_obeyed),
        cmocka_unit_test(without_colours_attributes_tell),
        cmocka_unit_test(meaning_survives_selection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
