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

static void a_plain_call(void **state)
{
    (void)state;
    stage_press(&s, "\n");
    assert_golden_sizes(&s, "ladder");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "ladder");
}

static void a_call_that_nobody_answers(void **state)
{
    (void)state;
    stage_press(&s, "jj\n");
    assert_golden_sizes(&s, "ladder-silent");
}

/* A call that broke opens at what proves it; the verdict's cursor moves the ladder's.
 */
static void what_is_wrong_and_what_proves_it(void **state)
{
    (void)state;
    stage_press(&s, "jjv");
    stage_draw(&s, 80, 24, false);
    assert_golden(&s, "verdict-silent");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "verdict-silent");
    assert_line_has(&s, 2, "* A01 ");
    stage_press(&s, "jj");
    stage_draw(&s, 120, 36, false);
    assert_line_has(&s, 6, "INVITE  ↻2 ────────▶│ ● A01");
    assert_true(s.canvas.cell[6 * 120].style & STYLE_SELECT);
    assert_golden(&s, "verdict-silent");
    stage_press(&s, "\n");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 2, "repeats message");
    stage_press(&s, "\033\033");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "Call 3");
    stage_press(&s, "^Hn");
    stage_draw(&s, 80, 24, false);
    assert_true(s.canvas.cell[5 * 80].style & STYLE_SELECT);
    stage_press(&s, "N");
    stage_draw(&s, 80, 24, false);
    assert_true(s.canvas.cell[4 * 80].style & STYLE_SELECT);
}

static void a_call_without_findings_says_so(void **state)
{
    (void)state;
    stage_press(&s, "\nv");
    stage_draw(&s, 80, 24, false);
    assert_true(stage_shows(&s, "Nothing wrong was found."));
    stage_press(&s, "jn");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 23, "Nothing is wrong with any row");
}

static void legs_side_by_side(void **state)
{
    (void)state;
    stage_press(&s, "^E\n");
    assert_golden_sizes(&s, "ladder-legs");
    stage_press(&s, "e");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "this one alone");
}

/* A ladder that is too wide folds what only relays; w unfolds it. */
static void what_proxies_relay_is_folded(void **state)
{
    static const char *const hop[] = {"192.0.2.1:5060",   "203.0.113.1:5060",
                                      "203.0.113.2:5060", "203.0.113.3:5060",
                                      "203.0.113.4:5060", "198.51.100.2:5060"};
    static const char *const branch[] = {"h0", "h1", "h2", "h3", "h4"};

    (void)state;
    stage_call(&s, "relayed@example.com", "sip:alice@example.com",
               "sip:bob@example.net");
    for (int i = 0; i < 5; i++) {
        s.f.src = hop[i];
        s.f.dst = hop[i + 1];
        SAY(&s, {30000 + i, ">", "INVITE", "1 INVITE", branch[i], NULL, NULL});
    }
    for (int i = 4; i >= 0; i--) {
        s.f.src = hop[i];
        s.f.dst = hop[i + 1];
        SAY(&s, {30200 - i, "<", "200", "1 INVITE", branch[i], "b", NULL});
    }
    diagnose_run(s.diagnosis, true);
    ui_refresh(&s.ui);
    stage_press(&s, "^E\n");
    assert_golden_sizes(&s, "ladder-relayed");
    stage_draw(&s, 80, 24, false);
    stage_press(&s, "w");
    stage_draw(&s, 80, 24, false);
    assert_golden(&s, "ladder-relayed-wide");
    stage_press(&s, "^R^R^R^R^R^R");
    stage_draw(&s, 80, 24, false);
    assert_true(stage_shows(&s, "198.51.100.2"));
    assert_line_has(&s, 4, "22:13:50.00");
}

/* x of the line between ladder and text. */
static int bar_of(const struct stage *t)
{
    int x = 0, w = t->canvas.w;

    while (x < w - 1 && memcmp(t->canvas.cell[20 * w + x].text, "│", 3) != 0)
        x++;
    return x;
}

static void the_line_between_can_be_dragged(void **state)
{
    struct input in = {.key = INPUT_CLICK, .y = 20};

    (void)state;
    stage_press(&s, "\n");
    stage_draw(&s, 120, 36, false);
    in.x = bar_of(&s);
    ui_input(&s.ui, &in);
    in = (struct input){INPUT_DRAG, 70, 20};
    ui_input(&s.ui, &in);
    in.key = INPUT_RELEASE;
    ui_input(&s.ui, &in);
    stage_draw(&s, 120, 36, false);
    assert_memory_equal(s.canvas.cell[20 * 120 + 70].text, "│", 3);
    in = (struct input){INPUT_DRAG, 50, 20};
    ui_input(&s.ui, &in);
    stage_draw(&s, 120, 36, false);
    assert_memory_equal(s.canvas.cell[20 * 120 + 70].text, "│", 3);
}

static void colours_of_four_kinds(void **state)
{
    static const char *const said[] = {"transaction", "CSeq", "call", "by class"};

    (void)state;
    stage_press(&s, "\n^E");
    for (size_t i = 0; i < 4; i++) {
        unsigned invite, bye;

        stage_press(&s, "c");
        stage_draw(&s, 80, 24, false);
        assert_true(stage_shows(&s, said[i]));
        invite = s.canvas.cell[4 * 80 + 24].style & STYLE_TONE;
        bye = s.canvas.cell[10 * 80 + 24].style & STYLE_TONE;
        assert_int_equal(bye, TONE_REQUEST);
        assert_int_equal(invite, i < 2 ? TONE_DIM : TONE_REQUEST);
    }
}

static void times_of_three_kinds(void **state)
{
    (void)state;
    stage_press(&s, "\njj");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 6, "22:13:20.210");
    stage_press(&s, "T");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 6, "+0.210");
    assert_line_has(&s, 7, "+2.210");
    stage_press(&s, "T");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 6, "+0.206");
    assert_line_has(&s, 7, "+2.000");
}

static void finding_goes_to_the_row_whose_text_has_it(void **state)
{
    (void)state;
    stage_press(&s, "\n/switch 5\n");
    stage_draw(&s, 80, 24, false);
    assert_true(s.canvas.cell[6 * 80].style & STYLE_SELECT);
    stage_press(&s, "/no such text\n");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 23, "Not in this ladder: no such text");
}

static void opening_a_message_and_coming_back(void **state)
{
    (void)state;
    stage_press(&s, "\n\n");
    assert_golden_sizes(&s, "message");
    stage_press(&s, "\t\t");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 3, "SIP/2.0 180 Ringing");
    stage_press(&s, "\033");
    stage_draw(&s, 80, 24, false);
    assert_true(s.canvas.cell[6 * 80].style & STYLE_SELECT);
    stage_press(&s, "q");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "Calls");
}

static void branches_of_the_tree_fold(void **state)
{
    (void)state;
    stage_press(&s, "\n\nr");
    stage_draw(&s, 80, 24, false);
    assert_golden(&s, "message-decoded");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "message-decoded");
    for (int i = 0; i < 7; i++)
        stage_press(&s, "j");
    stage_press(&s, "\n"); /* on the method: its branch is the start line */
    stage_draw(&s, 80, 24, false);
    assert_golden(&s, "message-folded");
    assert_true(stage_shows(&s, "+ Request-Line: INVITE"));
    stage_press(&s, "\n");
    stage_draw(&s, 80, 24, false);
    assert_true(stage_shows(&s, "- Request-Line: INVITE"));
    stage_press(&s, "r\n");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 23, "r decodes the message");
}

static void long_lines_scroll_to_the_side(void **state)
{
    (void)state;
    stage_press(&s, "\n\nw");
    stage_draw(&s, 30, 24, false);
    assert_line_has(&s, 3, "INVITE sip:bob@example.net SIP");
    assert_line_has(&s, 4, "  ▲ request without Max-Forwar");
    stage_press(&s, "^R");
    stage_draw(&s, 30, 24, false);
    assert_line_has(&s, 3, "ip:bob@example.net SIP/2.0");
    stage_press(&s, "^L^Lw");
    stage_draw(&s, 30, 24, false);
    assert_line_has(&s, 3, "INVITE sip:bob@example.net SIP");
}

static void hostile_text_is_shown_as_text(void **state)
{
    (void)state;
    stage_press(&s, "^D^D^D^D^D^D\n\n");
    stage_draw(&s, 80, 24, false);
    assert_golden(&s, "message-hostile");
}

static void a_call_that_was_given_up_is_not_looked_at(void **state)
{
    (void)state;
    stage_press(&s, "\n");
    stage_draw(&s, 120, 36, false);
    calls_clear(s.f.calls);
    ui_refresh(&s.ui);
    stage_draw(&s, 120, 36, false);
    assert_line_has(&s, 2, "no longer kept");
    stage_press(&s, "\njTrce[]q");
    stage_draw(&s, 80, 24, false);
}

static void any_size_is_drawn(void **state)
{
    (void)state;
    stage_press(&s, "^E\n");
    for (int w = 1; w < 130; w += 9)
        for (int h = 1; h < 30; h += 3)
            stage_draw(&s, w, h, false);
}

static void help_names_the_keys_of_each_screen(void **state)
{
    (void)state;
    stage_press(&s, "?");
    assert_golden_sizes(&s, "help");
    stage_press(&s, "q\n?");
    stage_draw(&s, 120, 36, false);
    assert_golden(&s, "help-ladder");
}

static void a_click_folds_a_branch(void **state)
{
    struct input in = {.key = INPUT_CLICK, .x = 4, .y = 9};

    (void)state;
    stage_press(&s, "\n\nr");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 9, "- Request-Line:");
    assert_line_has(&s, 10, "    method: INVITE");
    ui_input(&s.ui, &in);
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 10, "    method: INVITE");
    ui_input(&s.ui, &in);
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 9, "+ Request-Line:");
    assert_line_has(&s, 10, "Via:");
    for (in.y = 0; in.y < 24; in.y++) {
        ui_input(&s.ui, &in);
        ui_input(&s.ui, &in);
        stage_draw(&s, 80, 24, false);
    }
}

/* How times, colours and text are shown is chosen once, not for each call. */
static void the_next_ladder_looks_alike(void **state)
{
    (void)state;
    stage_press(&s, "\nTTr");
    stage_draw(&s, 120, 36, false);
    assert_true(stage_shows(&s, "      +0.004 "));
    assert_true(stage_shows(&s, "Frame: "));
    stage_press(&s, "qj\n");
    stage_draw(&s, 120, 36, false);
    assert_true(stage_shows(&s, "      +0.010 "));
    assert_true(stage_shows(&s, "Frame: "));
    stage_press(&s, "to^E^U^U"); /* below; then back to the time of day */
    assert_string_equal(settings_get(&s.ui.settings, "ladder.text"), "below");
    stage_press(&s, "^R");
    stage_draw(&s, 120, 36, false);
    assert_true(stage_shows(&s, "22:13:25.010"));
}

static void keys_size_the_text(void **state)
{
    int line;

    (void)state;
    stage_press(&s, "\n");
    stage_draw(&s, 120, 36, false);
    line = bar_of(&s);
    stage_press(&s, "9");
    stage_draw(&s, 120, 36, false);
    assert_int_equal(bar_of(&s), line - 4);
    stage_press(&s, "00");
    stage_draw(&s, 120, 36, false);
    stage_press(&s, "0");
    stage_draw(&s, 120, 36, false);
    assert_true(bar_of(&s) > line);
    for (int i = 0; i < 60; i++) {
        stage_press(&s, i < 30 ? "9" : "0");
        stage_draw(&s, 80 + i, 36, false);
    }
}

static void stats_and_ledger(void **state)
{
    (void)state;
    ledger_count(&s.f.ledger, LEDGER_TCP_HOLE, 0, 1460, 0, 17);
    stage_press(&s, "i");
    assert_golden_sizes(&s, "stats");
}

static void the_save_dialog(void **state)
{
    (void)state;
    stage_press(&s, " s");
    stage_draw(&s, 80, 24, false);
    assert_golden(&s, "save");
    stage_press(&s, "\t");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 6, "(x) the selected call");
    stage_press(&s, "\033");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "Calls");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        TEST(a_plain_call),
        TEST(a_call_that_nobody_answers),
        TEST(what_is_wrong_and_what_proves_it),
        TEST(a_call_without_findings_says_so),
        TEST(legs_side_by_side),
        TEST(what_proxies_relay_is_folded),
        TEST(the_line_between_can_be_dragged),
        TEST(colours_of_four_kinds),
        TEST(times_of_three_kinds),
        TEST(finding_goes_to_the_row_whose_text_has_it),
        TEST(opening_a_message_and_coming_back),
        TEST(branches_of_the_tree_fold),
        TEST(long_lines_scroll_to_the_side),
        TEST(hostile_text_is_shown_as_text),
        TEST(a_call_that_was_given_up_is_not_looked_at),
        TEST(any_size_is_drawn),
        TEST(help_names_the_keys_of_each_screen),
        TEST(stats_and_ledger),
        TEST(the_next_ladder_looks_alike),
        TEST(keys_size_the_text),
        TEST(a_click_folds_a_branch),
        TEST(the_save_dialog),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
