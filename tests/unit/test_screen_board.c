/* The trunk board and who is registered. */
#include "screens.h"

#include "model/kpi.h"
#include "tui/spark.h"

static struct stage s;
static struct kpi *k;

static const char *trunk_of(void *ctx, const struct addr *a)
{
    char text[ADDR_TEXT];

    (void)ctx;
    addr_format_ip(a, text);
    return !strcmp(text, "198.51.100.2")  ? "carrier-a"
           : !strcmp(text, "203.0.113.9") ? "carrier-b"
                                          : NULL;
}

static void open_with(bool trunks)
{
    struct kpi_options o = {.prefix = 4, .trunk = trunks ? trunk_of : NULL};

    stage_open(&s);
    o.text = &s.text;
    k = kpi_new(&o);
    assert_non_null(k);
    s.f.calls->kpi_later = k;
    s.trace.kpi = k;
}

static int open_stage(void **state)
{
    (void)state;
    open_with(false);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&s);
    kpi_free(k);
    return 0;
}

/* Twenty calls a minute for five minutes to one carrier, most of which are answered;
 * ten to another, which goes out of service after three. */
static void stage_trunks(struct stage *t)
{
    char id[40];

    for (int i = 0; i < 150; i++) {
        int ms = i * 2000, late = i % 7 * 300;
        bool b = i % 3 == 0, out = b && ms > 180000;

        snprintf(id, sizeof id, "t%d@example.com", i);
        stage_call(t, id, "sip:alice@example.com",
                   b ? "sip:+4940555021@example.net" : "sip:+4930555010@example.net");
        t->f.dst = b ? "203.0.113.9:5060" : "198.51.100.2:5060";
        SAY(t, {ms, ">", "INVITE", "1 INVITE", "a", NULL, NULL});
        if (out || i % 10 == 4) {
            SAY(t, {ms + 90, "<", out ? "503" : "486", "1 INVITE", "a", "b", NULL});
            continue;
        }
        SAY(t, {ms + 500 + late, "<", "180", "1 INVITE", "a", "b", NULL},
            {ms + 1500 + late, "<", "200", "1 INVITE", "a", "b", NULL},
            {ms + 1520 + late, ">", "ACK", "1 ACK", "c", "b", NULL});
        if (i % 5)
            SAY(t, {ms + 31500, ">", "BYE", "2 BYE", "z", "b", NULL},
                {ms + 31510, "<", "200", "2 BYE", "z", "b", NULL});
    }
    t->f.dst = "198.51.100.2:5060";
    stage_call(t, "r1@example.com", "sip:carol@example.com", "sip:carol@example.com");
    SAY(t, {331000, ">", "REGISTER", "1 REGISTER", "g1", NULL,
            "Contact: <sip:carol@192.0.2.1:5060>\r\n"});
    SAY(t, {331010, "<", "200", "1 REGISTER", "g1", "g",
            "Contact: <sip:carol@192.0.2.1:5060>;expires=60\r\n"});
    ui_refresh(&t->ui);
}

static void peers_with_lines(void **state)
{
    (void)state;
    stage_trunks(&s);
    stage_press(&s, "b");
    assert_golden_sizes(&s, "board");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "board");
}

static void trunks_prefixes_ways_spans(void **state)
{
    (void)state;
    close_stage(NULL);
    open_with(true);
    stage_trunks(&s);
    stage_press(&s, "b");
    stage_draw(&s, 120, 36, false);
    assert_golden(&s, "board-trunks");
    stage_press(&s, "\t");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "Board by prefix");
    assert_line_has(&s, 3, "4930");
    stage_press(&s, "\t");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 3, "No media in this span.");
    stage_press(&s, "\tw");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "Board by peer");
    assert_line_has(&s, 3, "192.0.2.1      ▶");
    stage_press(&s, "P");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "last 60 s");
}

/* The row's calls, and back with one key. */
static void enter_opens_the_calls_of_a_row(void **state)
{
    (void)state;
    stage_trunks(&s);
    stage_press(&s, "bjj\n");
    stage_draw(&s, 120, 36, false);
    assert_line_has(&s, 1, "only 203.0.113.9   shown 50");
    stage_press(&s, "\033");
    stage_draw(&s, 120, 36, false);
    assert_line_has(&s, 1, "Board by peer");
}

static void sorted_by_what_is_bad(void **state)
{
    (void)state;
    stage_trunks(&s);
    stage_press(&s, "b>>");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 3, "● 203.0.113.9");
}

static void a_second_is_enough_to_look_anew(void **state)
{
    (void)state;
    stage_press(&s, "b");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 3, "No calls in this span.");
    stage_trunks(&s);
    while (s.ui.version != s.f.calls->version) /* not more often than it may */
        ui_refresh(&s.ui);
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "150 attempts");
}

/* Groups that are given up while the board stands still are not looked at. */
static void what_is_gone_is_not_drawn(void **state)
{
    (void)state;
    stage_trunks(&s);
    stage_press(&s, "b");
    s.ui.paused = true;
    kpi_clear(k);
    for (int w = 1; w < 220; w += 13)
        for (int h = 1; h < 60; h += 3)
            stage_draw(&s, w, h, h & 1);
    stage_press(&s, "jw>T\tPP");
    stage_draw(&s, 80, 24, false);
}

static void clicks_sort_select_and_open(void **state)
{
    struct input in = {.key = INPUT_CLICK, .y = 2};
    char *at;
    struct strbuf all = {0};

    (void)state;
    stage_trunks(&s);
    stage_press(&s, "b");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 3, "192.0.2.1 ");
    canvas_dump(&s.canvas, &all);
    at = strstr(strchr(strchr(strbuf_cstr(&all), '\n') + 1, '\n') + 1, "NER %");
    while (*--at != '\n')
        in.x++;
    strbuf_done(&all);
    ui_input(&s.ui, &in);
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 3, "203.0.113.9 "); /* the lowest NER */
    in.y = 5;
    ui_input(&s.ui, &in);
    stage_draw(&s, 80, 24, false);
    assert_true(s.canvas.cell[5 * 80 + 4].style & STYLE_SELECT);
    ui_input(&s.ui, &in);
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 0, "Calls › Board › Calls");
    for (in.y = 0; in.y < 24; in.y++)
        for (in.x = 0; in.x < 80; in.x += 7) {
            stage_press(&s, "\033");
            stage_press(&s, "b");
            stage_draw(&s, 80, 24, false);
            ui_input(&s.ui, &in);
        }
}

/* Keys are answered while many messages are counted: a part of them at a time. */
static void counts_in_parts(const char *key, const char *says, const char *whole)
{
    stage_trunks(&s);
    s.in_parts = true;
    s.ui.follow_end = 0;
    stage_press(&s, key);
    assert_true(s.ui.pending);
    assert_null(s.f.calls->kpi);
    stage_draw(&s, 120, 36, false);
    assert_true(stage_shows(&s, says));
    stage_press(&s, key[0] == 'b' ? "P\t\t\t\tPPPP>>>>>>>" : "jk");
    for (int i = 0; s.ui.pending; i++) {
        assert_in_range(i, 0, 1000);
        ui_refresh(&s.ui);
    }
    stage_draw(&s, 120, 36, false);
    assert_true(stage_shows(&s, whole));
}

static void the_board_counts_in_parts(void **state)
{
    (void)state;
    counts_in_parts("b", "counting: 35 %", "150 attempts");
}

static void stats_count_in_parts(void **state)
{
    (void)state;
    counts_in_parts("i", "Counting: 35 %", "ASR         answered, of all attempts");
    assert_golden_sizes(&s, "stats-kpis");
}

/* A count under way does not go on where calls left. */
static void stats_begin_anew_where_calls_left(void **state)
{
    (void)state;
    stage_trunks(&s);
    s.in_parts = true;
    s.ui.follow_end = 0;
    stage_press(&s, "i");
    calls_clear(s.f.calls);
    stage_plain(&s);
    for (int i = 0; i < 1000 && (!i || s.ui.pending); i++)
        ui_refresh(&s.ui);
    stage_draw(&s, 120, 36, false);
    assert_true(stage_shows(&s, "           1  calls"));
}

static void who_is_registered(void **state)
{
    (void)state;
    stage_everything(&s);
    stage_trunks(&s);
    stage_press(&s, "R");
    assert_golden_sizes(&s, "registrations");
    stage_press(&s, "\n");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "REGISTER");
    stage_press(&s, "q/carol");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "filter: carol");
    assert_line_has(&s, 3, "sip:carol@example.com");
    for (int w = 1; w < 220; w += 13)
        for (int h = 1; h < 60; h += 3)
            stage_draw(&s, w, h, h & 1);
}

static void lines_have_their_scale(void **state)
{
    static const float value[] = {0, 1, 4.5f, 8, 9};

    (void)state;
    stage_draw(&s, 20, 3, false);
    canvas_clear(&s.canvas);
    spark_draw(&s.canvas, 0, 0, 0, value, 5, 0, 8);
    assert_line_has(&s, 0, "▁▂▅██");
    s.canvas.ascii = true;
    canvas_clear(&s.canvas);
    spark_draw(&s.canvas, 0, 0, 0, value, 5, 0, 0);
    assert_line_has(&s, 0, "_.-##");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        TEST(peers_with_lines),
        TEST(trunks_prefixes_ways_spans),
        TEST(enter_opens_the_calls_of_a_row),
        TEST(sorted_by_what_is_bad),
        TEST(a_second_is_enough_to_look_anew),
        TEST(what_is_gone_is_not_drawn),
        TEST(clicks_sort_select_and_open),
        TEST(the_board_counts_in_parts),
        TEST(stats_count_in_parts),
        TEST(stats_begin_anew_where_calls_left),
        TEST(who_is_registered),
        TEST(lines_have_their_scale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
