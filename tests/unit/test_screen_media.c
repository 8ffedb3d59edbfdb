#include "screens.h"

#include "base/utf8.h"

static struct stage s;

static int open_stage(void **state)
{
    (void)state;
    stage_open(&s);
    stage_media(&s);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&s);
    return 0;
}

static void calls_with_media(void **state)
{
    (void)state;
    stage_draw(&s, 120, 36, false);
    assert_golden(&s, "calls-media");
    stage_draw(&s, 200, 60, false);
    assert_golden(&s, "calls-media");
}

static void media_in_the_ladder(void **state)
{
    (void)state;
    stage_press(&s, "\n");
    assert_golden_sizes(&s, "ladder-media");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "ladder-media");
}

static void a_stream_of_the_ladder_opens(void **state)
{
    (void)state;
    stage_press(&s, "\n^Hjjj");
    stage_draw(&s, 160, 40, false);
    assert_true(stage_shows(&s, "SSRC        0x00000001"));
    stage_press(&s, "\n");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "Media of call 1");
}

static void descriptions_streams_graphs(void **state)
{
    (void)state;
    stage_press(&s, "m");
    stage_press(&s, "j");
    assert_golden_sizes(&s, "media");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "media");
    stage_press(&s, "q");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "Calls");
}

/* Without colours, too, one sees which stream was poor. */
static void a_poor_stream_has_a_sign(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++) /* half of them are lost */
        stage_rtp(&s, 2300 + (int)i * 40, true, 8, 2000 + 2 * i, 320 * i, "", 0);
    stage_press(&s, "S");
    ui_refresh(&s.ui);
    stage_draw(&s, 80, 24, false);
    assert_true(stage_shows(&s, "\n●     1 203.0.113.40:5000"));
}

/* Both directions stand on one axis of time. */
static void all_streams_together(void **state)
{
    (void)state;
    stage_press(&s, "m\t");
    assert_golden_sizes(&s, "media-together");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "media-together");
    stage_press(&s, "\t");
    stage_draw(&s, 120, 36, false);
    assert_true(stage_shows(&s, "Buffer  50 ms late 0.0 %"));
}

/* What is lost is a sign a slice, and the rule that it proves stands above it. */
static void what_is_wrong_with_a_stream(void **state)
{
    (void)state;
    stage_press(&s, "mj");
    stage_draw(&s, 120, 36, false);
    assert_true(stage_shows(&s, "● D14  audio to the caller lost 5.7 %"));
    assert_true(stage_shows(&s, "Lost 100 in runs: 100, longest 1   each 10 s  ·█··"));
    stage_draw(&s, 120, 36, true);
    assert_true(stage_shows(&s, "each 10 s  .#.."));
}

#define HOLD_SDP                                                                \
    "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" \
    "m=audio 4000 RTP/AVP 8 0\r\na=rtpmap:8 PCMA/8000\r\na=sendonly\r\n"

static void offers_and_answers_in_one_line(void **state)
{
    (void)state;
    stage_call(&s, "held@example.com", "sip:alice@example.com", "sip:bob@example.net");
    s.f.body = STAGE_SDP;
    SAY(&s, {50000, ">", "INVITE", "1 INVITE", "t1", NULL, STAGE_SDP_TYPE});
    s.f.body = STAGE_ANSWER;
    SAY(&s, {51000, "<", "200", "1 INVITE", "t1", "h", STAGE_SDP_TYPE});
    s.f.body = HOLD_SDP;
    SAY(&s, {60000, ">", "INVITE", "2 INVITE", "t2", "h", STAGE_SDP_TYPE});
    s.f.body = STAGE_ANSWER;
    SAY(&s, {60100, "<", "200", "2 INVITE", "t2", "h", STAGE_SDP_TYPE});
    s.f.body = STAGE_SDP;
    SAY(&s, {70000, ">", "INVITE", "3 INVITE", "t3", "h", STAGE_SDP_TYPE});
    s.f.body = STAGE_ANSWER;
    SAY(&s, {70100, "<", "200", "3 INVITE", "t3", "h", STAGE_SDP_TYPE});
    ui_refresh(&s.ui);
    stage_press(&s, "^Em");
    stage_draw(&s, 120, 36, false);
    assert_line_has(&s, 2,
                    "22:14:10 offer PCMA → 22:14:11 answer PCMA → 22:14:20 hold "
                    "(sendonly) → 22:14:30 resume");
}

#define HOSTILE_SDP                                                                 \
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=\033]0;owned\007\r\n"                     \
    "c=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 97\r\n"                  \
    "a=rtpmap:8 \033[31mPCMA\xe2\x80\xae/8000\r\na=rtpmap:97 \xff\xfe\x9b/8000\r\n" \
    "a=x:\x7f\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\r\n"

static void assert_harmless(const char *what)
{
    struct strbuf all = {0};

    canvas_dump(&s.canvas, &all);
    for (size_t i = 0; i < all.n;) {
        int32_t c;
        size_t n = utf8_next((const uint8_t *)all.p + i, all.n - i, &c);

        if (c != '\n' && !utf8_safe(c))
            print_error("%s: U+%04x\n", what, (unsigned)c);
        assert_true(c == '\n' || utf8_safe(c));
        i += n;
    }
    strbuf_done(&all);
}

/* Codec names, attributes and streams of someone who means harm, on every screen. */
static void hostile_descriptions_are_harmless(void **state)
{
    static const char *const keys[] = {"\n",   "d",        "v",  "\033r", "r\n",
                                       "r",    "\033m",    "\t", "\t",    "\033^HD",
                                       "\033", "\033\033", "m",  "\033D"};

    (void)state;
    stage_call(&s, "evil@example.com", "sip:alice@example.com", "sip:bob@example.net");
    s.f.body = HOSTILE_SDP;
    SAY(&s, {50000, ">", "INVITE", "1 INVITE", "e1", NULL, STAGE_SDP_TYPE},
        {50100, "<", "200", "1 INVITE", "e1", "e", STAGE_SDP_TYPE},
        {50200, ">", "INVITE", "2 INVITE", "e2", "e", STAGE_SDP_TYPE});
    for (unsigned i = 0; i < 100; i++)
        stage_rtp(&s, 50300 + (int)i * 20, i & 1, 8, 5000 + i, 160 * i, "", 0);
    streams_end(s.streams);
    diagnose_run(s.diagnosis, true);
    ui_refresh(&s.ui);
    stage_press(&s, "^E");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        stage_press(&s, keys[i]);
        stage_draw(&s, 80, 24, false);
        assert_harmless(keys[i]);
        stage_draw(&s, 200, 60, true);
        assert_harmless(keys[i]);
    }
}

static void descriptions_in_their_rows(void **state)
{
    (void)state;
    stage_press(&s, "\nd");
    stage_draw(&s, 200, 40, false);
    assert_line_has(&s, 5, "INVITE (PCMA 192.0.2.1:4000)  sdp");
    stage_press(&s, "d");
    stage_draw(&s, 200, 40, false);
    assert_line_has(&s, 5, "INVITE  sdp");
}

/* The cursor of the verdict leads to the stream that proves it. */
static void the_verdict_leads_to_the_stream(void **state)
{
    (void)state;
    stage_press(&s, "v");
    assert_golden_sizes(&s, "verdict-media");
    stage_draw(&s, 80, 24, true);
    assert_golden(&s, "verdict-media");
    stage_press(&s, "\n");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 1, "Media of call 1");
}

static void any_size_is_drawn(void **state)
{
    (void)state;
    stage_press(&s, "m");
    for (int w = 1; w < 130; w += 9)
        for (int h = 1; h < 50; h += 3)
            stage_draw(&s, w, h, h & 1);
}

static void a_call_that_was_given_up_is_not_looked_at(void **state)
{
    (void)state;
    stage_press(&s, "m");
    streams_clear(s.streams);
    calls_clear(s.f.calls);
    ui_refresh(&s.ui);
    stage_press(&s, "je");
    stage_draw(&s, 80, 24, false);
    assert_line_has(&s, 2, "no longer kept");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        TEST(calls_with_media),
        TEST(media_in_the_ladder),
        TEST(a_stream_of_the_ladder_opens),
        TEST(descriptions_streams_graphs),
        TEST(a_poor_stream_has_a_sign),
        TEST(all_streams_together),
        TEST(what_is_wrong_with_a_stream),
        TEST(offers_and_answers_in_one_line),
        TEST(hostile_descriptions_are_harmless),
        TEST(descriptions_in_their_rows),
        TEST(the_verdict_leads_to_the_stream),
        TEST(any_size_is_drawn),
        TEST(a_call_that_was_given_up_is_not_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
