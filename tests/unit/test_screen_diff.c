#include "screens.h"

static struct stage s;

static int open_stage(void **state)
{
    (void)state;
    stage_open(&s);
    stage_everything(&s);
    stage_draw(&s, 80, 24, false);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&s);
    return 0;
}

/* The INVITE of one leg beside that of the other: nothing has to be marked. */
static void a_message_with_its_counterpart(void **state)
{
    (void)state;
    stage_press(&s, "^E\n^HjjD");
    assert_golden_sizes(&s, "diff");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "diff");
    stage_press(&s, "\t");
    stage_draw(&s, 80, 24, false);
    assert_golden(&s, "diff-only");
    stage_press(&s, "\tn");
    stage_draw(&s, 80, 12, false);
    assert_true(stage_shows(&s, "+ X-Call-ID: in@example.com"));
}

/* Marks outlive the ladder they were made in. */
static void marked_messages_of_two_calls(void **state)
{
    (void)state;
    stage_press(&s, "\njjj ");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 7, "■");
    stage_press(&s, "\033j\n^HjjD");
    stage_draw(&s, 120, 36, false);
    assert_line_has(&s, 3, "SIP/2.0 200 OK");
    assert_line_has(&s, 3, "SIP/2.0 488 Not");
    stage_press(&s, "\033^H D");
    stage_draw(&s, 120, 36, false);
    assert_line_has(&s, 3, "INVITE sip:");
    assert_line_has(&s, 3, "SIP/2.0 200 OK");
    stage_press(&s, "\033j D");
    stage_draw(&s, 120, 36, false);
    assert_line_has(&s, 35, "3 messages are marked");
}

static void nothing_to_compare_with(void **state)
{
    (void)state;
    stage_press(&s, "\njjD");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 23, "No message of this kind beside it");
    stage_press(&s, "\033^HD");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 23, "No good call to the same place");
}

/* A call that failed beside the good one before it. */
static void two_calls(void **state)
{
    (void)state;
    stage_press(&s, "jD");
    assert_golden_sizes(&s, "diff-calls");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "diff-calls");
    stage_press(&s, "nn\n");
    stage_draw(&s, 120, 36, false);
    assert_line_has(&s, 0, "Compare calls › Compare");
    stage_press(&s, "\033\t");
    stage_draw(&s, 80, 24, false);
    assert_true(stage_shows(&s, "only these"));
}

static void marked_calls(void **state)
{
    (void)state;
    stage_press(&s, " jj D");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 2, "Call 1");
    assert_line_has(&s, 2, "Call 4");
}

static void any_size_is_drawn(void **state)
{
    (void)state;
    stage_press(&s, "jD");
    for (int w = 1; w < 130; w += 9)
        for (int h = 1; h < 30; h += 3)
            stage_draw(&s, w, h, h & 1);
    stage_press(&s, "\n");
    for (int w = 1; w < 130; w += 9)
        for (int h = 1; h < 30; h += 3)
            stage_draw(&s, w, h, h & 1);
}

static void calls_that_were_given_up_are_not_looked_at(void **state)
{
    (void)state;
    stage_press(&s, "jD");
    stage_draw(&s, 80, 24, false);
    calls_clear(s.f.calls);
    ui_refresh(&s.ui);
    stage_press(&s, "jn\n\t");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 2, "no longer kept");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        TEST(a_message_with_its_counterpart),
        TEST(marked_messages_of_two_calls),
        TEST(nothing_to_compare_with),
        TEST(two_calls),
        TEST(marked_calls),
        TEST(any_size_is_drawn),
        TEST(calls_that_were_given_up_are_not_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
