#include "screens.h"

#include "options.h"
#include "service/config.h"

#include <unistd.h>

static struct stage s;
static struct options options;
static char path[64];

static int open_stage(void **state)
{
    (void)state;
    stage_open(&s);
    memset(&options, 0, sizeof options);
    snprintf(path, sizeof path, "/tmp/sipglass-setting-%d", (int)getpid());
    options.config = path;
    s.ui.settings.options = &options;
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&s);
    unlink(path);
    return 0;
}

static void values_hold_at_once_and_are_kept(void **state)
{
    struct config *c = NULL;

    (void)state;
    assert_int_equal(settings_choice(&s.ui.settings, SETTING_PALETTE), 0);
    stage_press(&s, "oj^R");
    assert_int_equal(settings_choice(&s.ui.settings, SETTING_PALETTE), 1);
    assert_true(s.ui.restyle);
    assert_int_equal(config_read(path, NULL, NULL, &c), 0);
    assert_string_equal(config_screen(c, "palette"), "safe");
    config_free(c);
    /* The first value is that of a file without the setting. */
    stage_press(&s, "^R");
    assert_int_equal(settings_choice(&s.ui.settings, SETTING_PALETTE), 0);
    assert_int_equal(config_read(path, NULL, NULL, &c), 0);
    assert_null(config_screen(c, "palette"));
    config_free(c);
}

static void they_are_read_at_the_start(void **state)
{
    struct config *c = NULL;
    FILE *f = fopen(path, "w");

    (void)state;
    fputs("[screen]\nlegs = folded\ncolours = 9000\ncalls.columns = pdd\n"
          "calls.columns2 = mos:9 header:Via\n[filters]\nslow = pdd > 5\n",
          f);
    fclose(f);
    assert_int_equal(config_read(path, NULL, NULL, &c), 0);
    options.settings = c;
    assert_int_equal(settings_choice(&s.ui.settings, SETTING_LEGS), 1);
    assert_int_equal(settings_choice(&s.ui.settings, SETTING_COLOURS), 0);
    assert_string_equal(settings_filter(&s.ui.settings, "slow"), "pdd > 5");
    assert_string_equal(settings_filter_name(&s.ui.settings, 0), "slow");
    ui_done(&s.ui);
    s.trace.options = &options;
    assert_int_equal(ui_init(&s.ui, &s.trace), 0);
    stage_everything(&s);
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "folded");
    assert_line_has(&s, 2, "PDD s       MOS Via");
    stage_press(&s, "/@sl\t");
    assert_string_equal(ui_top(&s.ui)->prompt.text, "@slow");
    stage_press(&s, "\n");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "shown 0");
    stage_press(&s, "/x\n");
    stage_draw(&s, 120, 36, false);
    assert_line_has(&s, 35, "no filter of this name");
    config_free(c);
}

static void what_cannot_be_kept_is_told(void **state)
{
    (void)state;
    options.config = "/proc/nowhere/config";
    stage_press(&s, "o^R");
    stage_draw(&s, 120, 36, false);
    assert_line_has(&s, 35, "Not kept: /proc/nowhere/config");
    assert_int_equal(settings_choice(&s.ui.settings, SETTING_COLOURS), 1);
}

static void the_dialog(void **state)
{
    (void)state;
    stage_everything(&s);
    stage_press(&s, "oj^R");
    assert_golden_sizes(&s, "settings");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "settings");
    for (int w = 1; w < 90; w += 7)
        for (int h = 1; h < 30; h += 3)
            stage_draw(&s, w, h, false);
    stage_press(&s, "\n");
    assert_int_equal(s.ui.depth, 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        TEST(values_hold_at_once_and_are_kept),
        TEST(they_are_read_at_the_start),
        TEST(what_cannot_be_kept_is_told),
        TEST(the_dialog),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
