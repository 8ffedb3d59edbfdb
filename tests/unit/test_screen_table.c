#include "screens.h"

static struct stage s;

static int open_stage(void **state)
{
    (void)state;
    stage_open(&s);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&s);
    return 0;
}

static void messages_of_all_calls(void **state)
{
    (void)state;
    stage_everything(&s);
    stage_press(&s, "M\n");
    assert_golden_sizes(&s, "messages");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "messages");
}

/* Words are looked for in the whole text, an expression in the columns. */
static void a_search_looks_into_texts(void **state)
{
    (void)state;
    stage_everything(&s);
    stage_press(&s, "Mx-call-ID: IN@");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "shown 2");
    stage_press(&s, "\n\033/nowhere at all");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 4, "Nothing found for \"nowhere at all\"");
    stage_press(&s, "\033/status = 503 and method = 'INVITE'\n");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "shown 2");
    stage_press(&s, "\n");
    assert_string_equal(ui_top(&s.ui)->ops->title, "Message");
    stage_press(&s, "\033C");
    assert_string_equal(ui_top(&s.ui)->ops->title, "Ladder");
}

static void streams_of_all_calls(void **state)
{
    (void)state;
    stage_media(&s);
    stage_press(&s, "S");
    assert_golden_sizes(&s, "streams");
    stage_press(&s, "j\n");
    assert_string_equal(ui_top(&s.ui)->ops->title, "Media");
    stage_press(&s, "\033/loss > 1\n");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "Streams 2   shown 1   Filter: loss > 1");
}

static void the_ledger(void **state)
{
    (void)state;
    stage_press(&s, "L");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 4, "Nothing was left out");
    stage_press(&s, "\033");
    ledger_count(&s.f.ledger, LEDGER_KERNEL_DROP, 0, 12000, 0, 0);
    ledger_count(&s.f.ledger, LEDGER_TCP_HOLE, 0, 1460, 7, 0);
    ledger_count(&s.f.ledger, REASON_NOT_IP, 0x0806, 42, 3, 0);
    stage_press(&s, "L");
    assert_golden_sizes(&s, "ledger");
}

static void any_size_is_drawn(void **state)
{
    (void)state;
    stage_everything(&s);
    for (const char *k = "MSL"; *k; k++) {
        char key[] = {*k, 0};

        stage_press(&s, key);
        for (int w = 1; w < 90; w += 7)
            for (int h = 1; h < 30; h += 3)
                stage_draw(&s, w, h, false);
        stage_press(&s, "\033\033");
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        TEST(messages_of_all_calls), TEST(a_search_looks_into_texts),
        TEST(streams_of_all_calls),  TEST(the_ledger),
        TEST(any_size_is_drawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
