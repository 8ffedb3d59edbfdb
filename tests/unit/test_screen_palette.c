#include "screens.h"

static struct stage s;

static int open_stage(void **state)
{
    (void)state;
    stage_open(&s);
    stage_everything(&s);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&s);
    return 0;
}

static void offers_every_action_of_the_screen(void **state)
{
    (void)state;
    stage_press(&s, ":");
    stage_draw(&s, 80, 24, false);
    assert_golden(&s, "palette");
    stage_press(&s, "fai");
    stage_draw(&s, 80, 24, false);
    assert_golden(&s, "palette-typed");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "palette-typed");
}

static void completes_and_does_it(void **state)
{
    (void)state;
    stage_press(&s, ":next\t");
    assert_string_equal(ui_top(&s.ui)->prompt.text, "next-failed");
    stage_press(&s, "\n");
    assert_int_equal(s.ui.depth, 1);
    stage_draw(&s, 80, 24, false);
    assert_true(s.canvas.cell[4 * 80].style & STYLE_SELECT);
    stage_press(&s, ":counts ledger\n");
    assert_string_equal(ui_top(&s.ui)->ops->title, "Stats");
}

static void an_action_that_is_not_there_is_told(void **state)
{
    (void)state;
    stage_press(&s, ":frobnicate\n");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 23, "no such action");
    assert_int_equal(s.ui.depth, 2);
    stage_press(&s, "\033");
    assert_int_equal(s.ui.depth, 1);
}

static void arrows_choose_and_go_round(void **state)
{
    (void)state;
    stage_press(&s, ":failed^D\n");
    stage_draw(&s, 80, 24, false);
    assert_int_equal(s.ui.depth, 1);
    assert_true(s.canvas.cell[11 * 80].style & STYLE_SELECT);
    stage_press(&s, ":failed^U^U\n");
    stage_draw(&s, 80, 24, false);
    assert_true(s.canvas.cell[4 * 80].style & STYLE_SELECT);
}

static void a_click_does_it(void **state)
{
    struct input click = {.key = INPUT_CLICK, .x = 5, .y = 21};

    (void)state;
    stage_press(&s, ":counts, k");
    stage_draw(&s, 80, 24, false);
    ui_input(&s.ui, &click);
    assert_string_equal(ui_top(&s.ui)->ops->title, "Stats");
}

static void any_size_is_drawn(void **state)
{
    (void)state;
    stage_press(&s, ":");
    for (int w = 1; w < 90; w += 7)
        for (int h = 1; h < 30; h += 3)
            stage_draw(&s, w, h, false);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        TEST(offers_every_action_of_the_screen),
        TEST(completes_and_does_it),
        TEST(an_action_that_is_not_there_is_told),
        TEST(arrows_choose_and_go_round),
        TEST(a_click_does_it),
        TEST(any_size_is_drawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
