/*
 * Screens drawn without a terminal: a few calls in a model, keys in, a canvas out,
 * compared with tests/golden/screens/NAME-WxH.txt (text, then styles). With
 * SIPGLASS_GOLDEN=write in the environment the files are written instead: read them
 * before they are kept.
 */
#ifndef TESTS_SCREENS_H
#define TESTS_SCREENS_H

#include "scenario.h"

#include "diagnose/diagnose.h"
#include "model/streams.h"
#include "tui/ui.h"

#include <time.h>

struct stage {
    struct fixture f;
    struct text text; /* first: get() finds the stage by it */
    struct strbuf kept;
    struct streams *streams;
    struct diagnose *diagnosis;
    bool in_parts; /* long work is not waited for */
    struct trace trace;
    struct ui ui;
    struct canvas canvas;
    struct strbuf clipped; /* what was copied */
};

static inline struct stage *stage_of(struct text *self)
{
    return (struct stage *)((char *)self - offsetof(struct stage, text));
}

static inline int stage_get(struct text *self, struct span span, uint8_t *buffer)
{
    struct stage *s = stage_of(self);

    if (span.offset + span.length > s->kept.n)
        return -ERR_GONE;
    memcpy(buffer, s->kept.p + span.offset, span.length);
    return 0;
}

static inline const char *stage_file(void *ctx, uint16_t file)
{
    (void)ctx;
    (void)file;
    return "trunk.pcap";
}

static inline void stage_open(struct stage *s)
{
    memset(s, 0, sizeof *s);
    setenv("TZ", "UTC", 1);
    tzset();
    fixture_init(&s->f);
    s->streams = streams_new(s->f.calls, &s->f.ledger);
    assert_non_null(s->streams);
    s->text.get = stage_get;
    s->diagnosis = diagnose_new(s->f.calls, s->streams, &s->f.ledger, &s->text);
    assert_non_null(s->diagnosis);
    diagnose_switch(s->diagnosis, "A25", false); /* these messages are short */
    s->trace.calls = s->f.calls;
    s->trace.ended = true;
    s->trace.view = (struct view){.calls = s->f.calls,
                                  .streams = s->streams,
                                  .diagnosis = s->diagnosis,
                                  .ledger = &s->f.ledger,
                                  .text = &s->text,
                                  .file_name = stage_file,
                                  .utc = true};
    assert_int_equal(ui_init(&s->ui, &s->trace), 0);
    s->ui.state =
        (struct state){.source = "trunk.pcap", .ended = true, .progress = 100};
}

static inline void stage_close(struct stage *s)
{
    ui_done(&s->ui);
    canvas_done(&s->canvas);
    strbuf_done(&s->kept);
    strbuf_done(&s->clipped);
    diagnose_free(s->diagnosis);
    streams_free(s->streams);
    fixture_done(&s->f);
}

/* Feeds one step and keeps its text. */
static inline struct msg *stage_say(struct stage *s, const struct step *step)
{
    struct msg *m = feed(&s->f, step);

    if (m) {
        m->text.file = 0;
        m->text.offset = s->kept.n;
        m->text.length = (uint32_t)strlen(s->f.text);
    }
    strbuf_str(&s->kept, s->f.text);
    s->ui.state.messages++;
    s->ui.state.packets++;
    return m;
}

#define SAY(s, ...)                                                \
    do {                                                           \
        const struct step say_[] = {__VA_ARGS__};                  \
        for (size_t i_ = 0; i_ < sizeof say_ / sizeof *say_; i_++) \
            stage_say((s), &say_[i_]);                             \
    } while (0)

/* Who calls whom in what follows. */
static inline void stage_call(struct stage *s, const char *call_id, const char *from,
                              const char *to)
{
    s->f.call_id = call_id;
    s->f.from = from;
    s->f.to = to;
    s->f.body = NULL;
}

#define STAGE_SDP                                                               \
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" \
    "m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"                    \
    "a=rtpmap:101 telephone-event/8000\r\n"
#define STAGE_SDP_TYPE "Content-Type: application/sdp\r\n"
#define ALICE          "User-Agent: Phone 2.1\r\n"

/* Talks for half a minute. */
static inline void stage_plain(struct stage *s)
{
    stage_call(s, "plain@example.com", "sip:alice@example.com", "sip:bob@example.net");
    s->f.body = STAGE_SDP;
    SAY(s, {0, ">", "INVITE", "1 INVITE", "p1", NULL, ALICE STAGE_SDP_TYPE});
    s->f.body = NULL;
    SAY(s, {4, "<", "100", "1 INVITE", "p1", NULL, NULL},
        {210, "<", "180", "1 INVITE", "p1", "b", "Server: Switch 5\r\n"});
    s->f.body = STAGE_SDP;
    SAY(s, {2210, "<", "200", "1 INVITE", "p1", "b", STAGE_SDP_TYPE});
    s->f.body = NULL;
    SAY(s, {2230, ">", "ACK", "1 ACK", "p2", "b", NULL},
        {34000, ">", "BYE", "2 BYE", "p3", "b", NULL},
        {34020, "<", "200", "2 BYE", "p3", "b", NULL});
}

static inline void stage_refused(struct stage *s)
{
    stage_call(s, "refused@example.com", "sip:+4930555010@example.com",
               "sip:+4940555020@example.net");
    SAY(s, {5000, ">", "INVITE", "1 INVITE", "r1", NULL, NULL},
        {5010, "<", "100", "1 INVITE", "r1", NULL, NULL},
        {5400, "<", "488", "1 INVITE", "r1", "r", NULL},
        {5410, ">", "ACK", "1 ACK", "r1", "r", NULL});
}

/* INVITE sent seven times (RFC 3261 17.1.1.2), and no answer. */
static inline void stage_silent(struct stage *s)
{
    static const int at[] = {0, 500, 1500, 3500, 7500, 15500, 31500};

    stage_call(s, "silent@example.com", "sip:carol@example.com",
               "sip:+4940555021@example.net");
    s->f.dst = "203.0.113.9:5060";
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        SAY(s, {6000 + at[i], ">", "INVITE", "1 INVITE", "s1", NULL, NULL});
    s->f.dst = "198.51.100.2:5060";
}

static inline void stage_others(struct stage *s)
{
    stage_call(s, "busy@example.com", "sip:alice@example.com", "sip:8001@example.net");
    SAY(s, {7000, ">", "INVITE", "1 INVITE", "u1", NULL, NULL},
        {7100, "<", "486", "1 INVITE", "u1", "u", NULL},
        {7110, ">", "ACK", "1 ACK", "u1", "u", NULL});
    stage_call(s, "reg@example.com", "sip:alice@example.com", "sip:alice@example.com");
    SAY(s, {8000, ">", "REGISTER", "1 REGISTER", "g1", NULL, NULL},
        {8010, "<", "401", "1 REGISTER", "g1", "g", NULL},
        {8030, ">", "REGISTER", "2 REGISTER", "g2", NULL, NULL},
        {8050, "<", "403", "2 REGISTER", "g2", "g", NULL});
    stage_call(s, "opt@example.com", "sip:probe@example.com", "sip:example.net");
    SAY(s, {9000, ">", "OPTIONS", "1 OPTIONS", "o1", NULL, NULL},
        {9005, "<", "200", "1 OPTIONS", "o1", "o", NULL});
    stage_call(s, "wide@example.com", "sip:%E4%B8%AD@example.com",
               "sip:dora@example.net");
    SAY(s,
        {10000, ">", "INVITE", "1 INVITE", "w1", NULL,
         "Subject: \033[31m\xe4\xb8\xad\xe6\x96\x87 \xe2\x80\xae"
         "evil\x07\r\n"},
        {10010, "<", "180", "1 INVITE", "w1", "w", NULL});
}

/* Two legs of one call across a box. */
static inline void stage_legs(struct stage *s)
{
    stage_call(s, "in@example.com", "sip:alice@example.com", "sip:bob@example.net");
    SAY(s, {20000, ">", "INVITE", "1 INVITE", "l1", NULL, NULL},
        {20002, "<", "100", "1 INVITE", "l1", NULL, NULL});
    stage_call(s, "out@example.net", "sip:alice@example.com", "sip:bob@example.net");
    s->f.src = "198.51.100.2:5080";
    s->f.dst = "203.0.113.7:5060";
    SAY(s,
        {20006, ">", "INVITE", "1 INVITE", "l2", NULL, "X-Call-ID: in@example.com\r\n"},
        {20506, ">", "INVITE", "1 INVITE", "l2", NULL, "X-Call-ID: in@example.com\r\n"},
        {20520, "<", "503", "1 INVITE", "l2", "x", NULL},
        {20521, ">", "ACK", "1 ACK", "l2", "x", NULL});
    stage_call(s, "in@example.com", "sip:alice@example.com", "sip:bob@example.net");
    s->f.src = "192.0.2.1:5060";
    s->f.dst = "198.51.100.2:5060";
    SAY(s, {20525, "<", "503", "1 INVITE", "l1", "y", NULL},
        {20530, ">", "ACK", "1 ACK", "l1", "y", NULL});
}

#define STAGE_ANSWER                                                         \
    "v=0\r\no=- 1 1 IN IP4 198.51.100.2\r\ns=-\r\nc=IN IP4 203.0.113.40\r\n" \
    "t=0 0\r\nm=audio 5000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"        \
    "a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n"

/* One packet; back: from the callee's gateway. */
static inline void stage_rtp(struct stage *s, int ms, bool back, unsigned pt,
                             unsigned seq, uint32_t ts, const char *payload, size_t n)
{
    uint8_t d[172] = {0x80, (uint8_t)pt, (uint8_t)(seq >> 8), (uint8_t)seq};
    struct frame frame = {.time = T0 + ms * MS, .number = ++s->f.frame};
    struct packet packet = {.kind = PACKET_UDP};
    const char *ends[] = {"192.0.2.1:4000", "203.0.113.40:5000"};

    for (int i = 0; i < 4; i++)
        d[4 + i] = (uint8_t)(ts >> (24 - 8 * i));
    d[11] = back ? 2 : 1;
    memset(d + 12, 0x2a, sizeof d - 12);
    memcpy(d + 12, payload, n);
    packet.payload = slice_of(d, 12 + (n ? n : 160));
    packet.whole = (uint32_t)packet.payload.n;
    assert_true(addr_parse(slice_str(ends[back]), &packet.src));
    assert_true(addr_parse(slice_str(ends[!back]), &packet.dst));
    if (!streams_known(s->streams, &frame, &packet))
        streams_rtp(s->streams, &frame, &packet);
}

/* 35 s of sound both ways: of what goes to the caller, every fifth packet between the
 * 10th and 20th second is lost. The caller presses 1 and 9. */
static inline void stage_sound(struct stage *s)
{
    for (unsigned i = 0; i < 1750; i++) {
        int ms = 2300 + (int)i * 20;
        bool digit = i == 200 || i == 260;

        if (digit) /* RFC 4733: event, volume, duration */
            stage_rtp(s, ms, false, 101 | 0x80, i, 160 * i,
                      i == 200 ? "\1\212\3\40" : "\11\212\3\40", 4);
        else
            stage_rtp(s, ms, false, 8, i, 160 * i, "", 0);
        if (i < 500 || i >= 1000 || i % 5)
            stage_rtp(s, ms + 5 + (int)(i % 3), true, 8, i, 160 * i, "", 0);
    }
}

/* A call with media by way of a gateway of its own. */
static inline void stage_media(struct stage *s)
{
    stage_call(s, "media@example.com", "sip:alice@example.com", "sip:bob@example.net");
    s->f.body = STAGE_SDP;
    SAY(s, {0, ">", "INVITE", "1 INVITE", "m1", NULL, ALICE STAGE_SDP_TYPE});
    s->f.body = STAGE_ANSWER;
    SAY(s, {2210, "<", "200", "1 INVITE", "m1", "b", STAGE_SDP_TYPE});
    s->f.body = NULL;
    SAY(s, {2230, ">", "ACK", "1 ACK", "m2", "b", NULL});
    stage_sound(s);
    SAY(s, {38000, ">", "BYE", "2 BYE", "m3", "b", NULL},
        {38020, "<", "200", "2 BYE", "m3", "b", NULL});
    streams_end(s->streams);
    calls_end(s->f.calls);
    diagnose_run(s->diagnosis, true);
    ui_refresh(&s->ui);
}

static inline void stage_everything(struct stage *s)
{
    stage_plain(s);
    stage_refused(s);
    stage_silent(s);
    stage_others(s);
    stage_legs(s);
    calls_advance(s->f.calls, T0 + 90000 * MS);
    calls_end(s->f.calls);
    diagnose_run(s->diagnosis, true);
    ui_refresh(&s->ui);
}

/* Presses keys: characters, and "\n" Enter, "\033" Esc, "\t" Tab; ^ and a letter: U D L
 * R arrows, P N pages, H E home and end. */
static inline void stage_press(struct stage *s, const char *keys)
{
    static const char caret[] = "UDLRPNHE";
    static const int32_t key[] = {INPUT_UP,    INPUT_DOWN,    INPUT_LEFT,
                                  INPUT_RIGHT, INPUT_PAGE_UP, INPUT_PAGE_DOWN,
                                  INPUT_HOME,  INPUT_END};

    for (; *keys; keys++) {
        struct input in = {.key = (uint8_t)*keys};

        if (*keys == '^' && keys[1])
            in.key = key[strchr(caret, *++keys) - caret];
        ui_input(&s->ui, &in);
        /* What takes longer than a few milliseconds comes with the next refresh. */
        for (int i = 0; i < 10000 && s->ui.pending && !s->in_parts; i++)
            ui_refresh(&s->ui);
    }
}

static inline void stage_clip(void *ctx, const char *bytes, size_t n)
{
    struct stage *s = (struct stage *)ctx;

    s->clipped.n = 0;
    strbuf_add(&s->clipped, bytes, n);
}

static inline void stage_draw(struct stage *s, int w, int h, bool ascii)
{
    canvas_done(&s->canvas);
    assert_int_equal(canvas_init(&s->canvas, w, h, ascii), 0);
    ui_draw(&s->ui, &s->canvas);
}

static inline void read_file(const char *path, struct strbuf *out)
{
    FILE *f = fopen(path, "r");
    size_t n = 1;

    while (f && n) {
        char *p = strbuf_room(out, 65536);

        assert_non_null(p);
        n = fread(p, 1, 65536, f);
        out->n += n;
    }
    if (f)
        fclose(f);
}

/* Compares what is drawn with a golden file. */
static inline void assert_golden(struct stage *s, const char *name)
{
    struct strbuf now = {0}, kept = {0};
    char path[512];
    const char *root = getenv("SIPGLASS_ROOT"), *mode = getenv("SIPGLASS_GOLDEN");

    snprintf(path, sizeof path, "%s/tests/golden/screens/%s-%dx%d%s.txt",
             root ? root : ".", name, s->canvas.w, s->canvas.h,
             s->canvas.ascii ? "-ascii" : "");
    canvas_dump(&s->canvas, &now);
    strbuf_str(&now, "---- styles\n");
    canvas_dump_styles(&s->canvas, &now);
    if (mode && !strcmp(mode, "write")) {
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        fwrite(now.p, 1, now.n, f);
        fclose(f);
    }
    read_file(path, &kept);
    if (kept.n != now.n || memcmp(kept.p, now.p, now.n) != 0)
        print_error("%s differs; it is now\n%s", path, strbuf_cstr(&now));
    assert_int_equal(kept.n, now.n);
    assert_memory_equal(kept.p, now.p, now.n);
    strbuf_done(&now);
    strbuf_done(&kept);
}

/* The three sizes that screens are made for, in ASCII and then in UTF-8. */
static inline void assert_golden_sizes(struct stage *s, const char *name)
{
    static const struct {
        int w, h;
    } sizes[] = {{80, 24}, {120, 36}, {200, 60}};

    for (int ascii = 1; ascii >= 0; ascii--)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            stage_draw(s, sizes[i].w, sizes[i].h, ascii);
            assert_golden(s, name);
        }
}

static inline bool stage_shows(const struct stage *s, const char *text)
{
    struct strbuf all = {0};
    bool found;

    canvas_dump(&s->canvas, &all);
    found = strstr(strbuf_cstr(&all), text) != NULL;
    if (!found)
        print_message("no '%s' in\n%s", text, strbuf_cstr(&all));
    strbuf_done(&all);
    return found;
}

static inline void assert_line_has(const struct stage *s, int y, const char *text)
{
    struct strbuf all = {0};
    char *line;

    canvas_dump(&s->canvas, &all);
    line = (char *)(uintptr_t)strbuf_cstr(&all);
    while (y-- > 0 && line)
        line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
    assert_non_null(line);
    line[strcspn(line, "\n")] = 0;
    if (!strstr(line, text))
        print_error("no '%s' in '%s'\n", text, line);
    assert_non_null(strstr(line, text));
    strbuf_done(&all);
}

#endif
