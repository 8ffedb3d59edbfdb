/* Every screen can be reached, and there every key, action and gesture of the tables is
 * bound, described and does no harm. */
#include "screens.h"

#include "options.h"

static struct stage s;
static const struct options options = {.redact = true};

/* Keys that lead from the list of calls to a screen. */
static const struct {
    unsigned on;
    const char *keys;
} ways[] = {
    {ON_CALLS, ""},      {ON_LADDER, "\n"},       {ON_MESSAGE, "\n\n"},
    {ON_STATS, "i"},     {ON_HELP, "?"},          {ON_SAVE, "s"},
    {ON_MEDIA, "m"},     {ON_PALETTE, ":"},       {ON_COLUMNS, "t"},
    {ON_DIFF, "\n j D"}, {ON_PAIRS, " j D"},      {ON_MESSAGES, "M\n"},
    {ON_STREAMS, "S"},   {ON_LEDGER, "L"},        {ON_SETTINGS, "o"},
    {ON_BOARD, "b"},     {ON_REGISTRATIONS, "R"},
};
enum { WAYS = sizeof ways / sizeof *ways };

static void open_at(size_t way)
{
    stage_open(&s);
    stage_everything(&s);
    stage_draw(&s, 120, 36, false);
    stage_press(&s, ways[way].keys);
    stage_draw(&s, 120, 36, false);
}

static void every_screen_can_be_reached(void **state)
{
    unsigned reached = 0;

    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        open_at(i);
        if (ui_top(&s.ui)->ops->on != ways[i].on)
            print_error("'%s' leads to %s\n", ways[i].keys, ui_top(&s.ui)->ops->title);
        assert_int_equal(ui_top(&s.ui)->ops->on, ways[i].on);
        reached |= ways[i].on;
        stage_close(&s);
    }
    assert_int_equal(reached, ON_EVERY);
}

/* A screen takes the gestures that the table gives it, and no others. */
static void gestures_are_bound(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        bool click = false, drag = false;
        const struct screen_ops *ops;

        open_at(i);
        ops = ui_top(&s.ui)->ops;
        for (size_t g = 0; g < GESTURE_ROWS; g++)
            if (GESTURES[g].screens & ops->on) {
                click |= GESTURES[g].input == INPUT_CLICK;
                drag |= GESTURES[g].input == INPUT_DRAG;
                assert_true(strlen(GESTURES[g].how) && strlen(GESTURES[g].help));
            }
        if (click != (ops->mouse != NULL) || drag != (ops->drag != NULL))
            print_error("the mouse on %s is not as the table says\n", ops->title);
        assert_int_equal(click, ops->mouse != NULL);
        assert_int_equal(drag, ops->drag != NULL);
        stage_close(&s);
    }
}

static void assert_told(const struct strbuf *help, const char *what, const char *title)
{
    if (!memmem(help->p, help->n, what, strlen(what)))
        print_error("the help of %s does not say '%s'\n", title, what);
    assert_non_null(memmem(help->p, help->n, what, strlen(what)));
}

static void help_tells_all_of_it(void **state)
{
    struct input help = {.key = INPUT_F0 + 1};

    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        struct strbuf text = {0};
        const char *title;
        unsigned on;

        open_at(i);
        title = ui_top(&s.ui)->ops->title;
        on = ui_top(&s.ui)->ops->on;
        ui_input(&s.ui, &help);
        stage_draw(&s, 200, 120, false);
        canvas_dump(&s.canvas, &text);
        for (size_t k = 0; k < KEYMAP_ROWS; k++)
            if (KEYMAP[k].screens & on)
                assert_told(&text, KEYMAP[k].help, title);
        for (size_t g = 0; g < GESTURE_ROWS; g++)
            if (GESTURES[g].screens & on)
                assert_told(&text, GESTURES[g].help, title);
        strbuf_done(&text);
        stage_close(&s);
    }
}

/* Each action by itself, then drawn at once in two sizes. */
static void every_action_is_safe_where_it_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAYS; i++)
        for (size_t k = 0; k < KEYMAP_ROWS; k++) {
            if (!(KEYMAP[k].screens & ways[i].on))
                continue;
            open_at(i);
            s.trace.options = &options; /* redacted: nothing is written */
            ui_act(&s.ui, KEYMAP[k].action);
            stage_draw(&s, 120, 36, false);
            ui_act(&s.ui, KEYMAP[k].action);
            stage_draw(&s, 80, 24, true);
            assert_true(s.ui.depth > 0);
            stage_close(&s);
        }
}

/* Clicks, wheels and drags anywhere. */
static void every_gesture_is_safe_everywhere(void **state)
{
    static const int32_t kinds[] = {INPUT_CLICK, INPUT_DRAG, INPUT_RELEASE,
                                    INPUT_WHEEL_UP, INPUT_WHEEL_DOWN};

    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        unsigned random = 1;

        open_at(i);
        for (unsigned n = 0; n < 300; n++) {
            struct input in;

            random = random * 1103515245 + 12345;
            in = (struct input){.key = kinds[random >> 16 & 3 ? n % 5 : 0],
                                .x = (int)(random >> 8) % 130,
                                .y = (int)(random >> 20) % 40};
            ui_input(&s.ui, &in);
            ui_refresh(&s.ui);
            if (n % 10 == 0)
                stage_draw(&s, 120, 36, false);
        }
        stage_close(&s);
    }
}

/* The way back leads from every screen to the list of calls. */
static void the_way_back_is_everywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        open_at(i);
        stage_press(&s, "\033\033\033\033");
        assert_int_equal(s.ui.depth, 1);
        assert_false(s.ui.quit);
        stage_close(&s);
    }
}

/* The line on top says which screens lie below, also where it is narrow. */
static void the_path_is_shown(void **state)
{
    (void)state;
    open_at(2);
    assert_line_has(&s, 0, "Calls › Ladder › Message");
    stage_draw(&s, 40, 10, false);
    assert_line_has(&s, 0, "Message");
    stage_draw(&s, 80, 24, true);
    assert_line_has(&s, 0, "Calls > Ladder > Message");
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_screen_can_be_reached),
        cmocka_unit_test(gestures_are_bound),
        cmocka_unit_test(help_tells_all_of_it),
        cmocka_unit_test(every_action_is_safe_where_it_holds),
        cmocka_unit_test(every_gesture_is_safe_everywhere),
        cmocka_unit_test(the_way_back_is_everywhere),
        cmocka_unit_test(the_path_is_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
