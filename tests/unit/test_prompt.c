#include "tui/prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void press(struct prompt *p, const int32_t *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        prompt_key(p, keys[i]);
}

#define PRESS(p, ...) \
    press((p), (const int32_t[]){__VA_ARGS__}, sizeof((int32_t[]){__VA_ARGS__}) / 4)

static void editing_goes_by_characters(void **state)
{
    struct prompt p = {0};

    (void)state;
    PRESS(&p, 'a', 0xe9, 0x4e2d, 'z');
    assert_string_equal(p.text, "a\u00e9\u4e2dz");
    PRESS(&p, INPUT_LEFT, INPUT_BACKSPACE);
    assert_string_equal(p.text, "a\u00e9z");
    PRESS(&p, INPUT_LEFT, INPUT_DELETE, 'b');
    assert_string_equal(p.text, "abz");
    PRESS(&p, INPUT_HOME, 'x', INPUT_END, 'y');
    assert_string_equal(p.text, "xabzy");
    PRESS(&p, INPUT_LEFT, CONTROL('K'));
    assert_string_equal(p.text, "xabz");
    PRESS(&p, CONTROL('U'), INPUT_BACKSPACE, INPUT_DELETE, INPUT_LEFT, INPUT_RIGHT);
    assert_string_equal(p.text, "");
}

static void control_and_bidi_characters_are_not_taken(void **state)
{
    struct prompt p = {0};

    (void)state;
    PRESS(&p, 0x202e, 0x9b, 0x7f, 'a');
    assert_string_equal(p.text, "a");
}

static void it_never_grows_over_its_size(void **state)
{
    struct prompt p = {0};

    (void)state;
    for (int i = 0; i < 2 * PROMPT_BYTES; i++)
        prompt_key(&p, 0x4e2d);
    assert_true(p.n < PROMPT_BYTES);
    assert_int_equal(p.n % 3, 0);
    assert_int_equal(p.text[p.n], 0);
}

static void enter_and_escape_end_it(void **state)
{
    struct prompt p = {0};

    (void)state;
    assert_int_equal(prompt_key(&p, INPUT_ENTER), PROMPT_DONE);
    assert_int_equal(prompt_key(&p, INPUT_ESC), PROMPT_CANCEL);
    assert_int_equal(prompt_key(&p, INPUT_PAGE_UP), PROMPT_OTHER);
    assert_int_equal(prompt_key(&p, 'a'), PROMPT_CHANGED);
}

static void the_cursor_is_always_in_sight(void **state)
{
    struct prompt p = {0};
    struct canvas c;
    struct strbuf out = {0};

    (void)state;
    assert_int_equal(canvas_init(&c, 12, 1, false), 0);
    prompt_set(&p, "0123456789abcdef");
    prompt_draw(&p, &c, 0, 0, 12, "To: ");
    canvas_dump(&c, &out);
    assert_string_equal(strbuf_cstr(&out), "To: 9abcdef\n");
    assert_true(c.cell[11].style & STYLE_SELECT);
    strbuf_done(&out);
    canvas_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(editing_goes_by_characters),
        cmocka_unit_test(control_and_bidi_characters_are_not_taken),
        cmocka_unit_test(it_never_grows_over_its_size),
        cmocka_unit_test(enter_and_escape_end_it),
        cmocka_unit_test(the_cursor_is_always_in_sight),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
