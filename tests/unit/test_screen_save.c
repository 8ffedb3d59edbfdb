#include "screens.h"

#include <unistd.h>

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

static void press(int32_t key)
{
    struct input in = {.key = key};

    ui_input(&s.ui, &in);
}

static void all_that_can_be_chosen(void **state)
{
    (void)state;
    stage_press(&s, "/503\n s");
    press(INPUT_F0 + 3);
    assert_golden_sizes(&s, "save-all");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "save-all");
}

/* What has no calls is passed over. */
static void scopes(void **state)
{
    static const char *const lines[] = {"the selected call", "all calls  9",
                                        "the selected call"};

    (void)state;
    stage_press(&s, "s");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct strbuf all = {0}, line = {0};

        stage_draw(&s, 80, 24, false);
        canvas_dump(&s.canvas, &all);
        strbuf_printf(&line, "(x) %s", lines[i]);
        assert_non_null(strstr(strbuf_cstr(&all), strbuf_cstr(&line)));
        strbuf_done(&all);
        strbuf_done(&line);
        stage_press(&s, "\t");
    }
}

static void the_name_goes_with_the_format(void **state)
{
    (void)state;
    stage_press(&s, "s");
    assert_string_equal(ui_top(&s.ui)->prompt.text, "calls.pcapng");
    press(INPUT_F0 + 2);
    assert_string_equal(ui_top(&s.ui)->prompt.text, "calls.pcap");
    press(CONTROL('U'));
    stage_press(&s, "a.b/c");
    press(INPUT_F0 + 2);
    assert_string_equal(ui_top(&s.ui)->prompt.text, "a.b/c.pcapng");
}

static void no_file_is_written_over_unasked(void **state)
{
    char path[64], one[64];
    FILE *f;

    (void)state;
    snprintf(path, sizeof path, "/tmp/sipglass-save-%d.pcap", (int)getpid());
    snprintf(one, sizeof one, "/tmp/sipglass-save-%d-1.pcap", (int)getpid());
    f = fopen(one, "w");
    assert_non_null(f);
    fclose(f);
    stage_press(&s, "s");
    press(INPUT_F0 + 3);
    press(CONTROL('U'));
    stage_press(&s, path);
    stage_press(&s, "\n");
    stage_draw(&s, 120, 36, false);
    assert_line_has(&s, 35, "-1.pcap exists. Enter again writes over it.");
    unlink(one);
}

static void a_name_is_needed(void **state)
{
    (void)state;
    stage_press(&s, "s");
    press(CONTROL('U'));
    stage_press(&s, "\n");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 23, "A name is needed.");
    assert_int_equal(s.ui.depth, 2);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        TEST(all_that_can_be_chosen),
        TEST(scopes),
        TEST(the_name_goes_with_the_format),
        TEST(no_file_is_written_over_unasked),
        TEST(a_name_is_needed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
