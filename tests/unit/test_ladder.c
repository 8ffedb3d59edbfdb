#include "shelf.h"

#include "out/ladder_text.h"
#include "view/alias.h"
#include "view/ladder.h"

static const struct ladder_options ALL = {.session = true, .hide_copies = true};

/* One message on any hop. */
struct leg_step {
    int ms;
    const char *src, *dst, *start, *cseq, *to_tag;
};

/* Feeds a message that goes from src to dst, whoever began the call. */
static void feed_leg(struct shelf *s, const struct leg_step *step)
{
    bool response = step->start[0] >= '0' && step->start[0] <= '9';
    struct step m = {step->ms,   response ? "<" : ">", step->start, step->cseq,
                     step->cseq, step->to_tag,         NULL};
    s->f.src = response ? step->dst : step->src;
    s->f.dst = response ? step->src : step->dst;
    feed(&s->f, &m);
}

static struct ladder *build(struct shelf *s, const struct ladder_options *o)
{
    const struct call *c = shelf_first(s);
    assert_non_null(c);
    struct ladder *l = ladder_build(&s->view, c, o);
    assert_non_null(l);
    return l;
}

static void labels(struct ladder *l, const char *const *wanted)
{
    size_t n = 0;
    for (; wanted[n]; n++) {
        assert_true(n < l->columns);
        assert_string_equal(l->column[n].label, wanted[n]);
    }
    assert_int_equal(l->columns, n);
}

static void simple_call(void **state)
{
    static const struct {
        enum ladder_kind kind;
        unsigned from, to;
        const char *text, *mark;
        enum tone tone;
        int64_t delta_ms;
    } WANTED[] = {
        {LADDER_MESSAGE, 0, 1, "INVITE", "sdp", TONE_REQUEST, 0},
        {LADDER_MESSAGE, 1, 0, "100 Trying", NULL, TONE_DIM, 5},
        {LADDER_MESSAGE, 1, 0, "180 Ringing", NULL, TONE_DIM, 1495},
        {LADDER_MESSAGE, 1, 0, "200 OK", NULL, TONE_GOOD, 2500},
        {LADDER_MESSAGE, 0, 1, "ACK", NULL, TONE_REQUEST, 10},
        {LADDER_GAP, 0, 0, "1 m 59 s", NULL, TONE_DIM, 119990},
        {LADDER_MESSAGE, 1, 0, "BYE", NULL, TONE_REQUEST, 119990},
        {LADDER_MESSAGE, 0, 1, "200 OK", NULL, TONE_GOOD, 20},
    };
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    struct ladder *l = build(&s, &ALL);
    labels(l, (const char *const[]){"192.0.2.1:5060", "198.51.100.2:5060", NULL});
    assert_string_equal(l->column[0].role, "Softphone 1.0");
    assert_string_equal(l->column[1].role, "Gate");
    assert_int_equal(l->rows, sizeof WANTED / sizeof *WANTED);
    for (size_t i = 0; i < l->rows; i++) {
        const struct ladder_row *r = &l->row[i];
        assert_int_equal(r->kind, WANTED[i].kind);
        assert_string_equal(r->text, WANTED[i].text);
        assert_int_equal(r->delta, WANTED[i].delta_ms * MS);
        assert_int_equal(r->tone, WANTED[i].tone);
        assert_int_equal(r->from, WANTED[i].from);
        assert_int_equal(r->to, WANTED[i].to);
        assert_true(!r->mark == !WANTED[i].mark);
    }
    ladder_free(l);
    shelf_done(&s);
}

/* Which columns a set of messages has. */
static void columns(void **state)
{
    static const struct {
        const char *name;
        struct leg_step step[5];
        bool by_host;
        const char *label[5];
    } ROWS[] = {
        {"a proxy in the middle",
         {{0, "192.0.2.1:5060", "203.0.113.5:5060", "INVITE", "1 INVITE", NULL},
          {1, "203.0.113.5:5060", "198.51.100.2:5060", "INVITE", "1 INVITE", NULL},
          {2, "198.51.100.2:5060", "203.0.113.5:5060", "180", "1 INVITE", "b"},
          {3, "203.0.113.5:5060", "192.0.2.1:5060", "180", "1 INVITE", "b"}},
         false,
         {"192.0.2.1:5060", "203.0.113.5:5060", "198.51.100.2:5060"}},
        {"the second hop was captured first",
         {{0, "203.0.113.5:5060", "198.51.100.2:5060", "INVITE", "1 INVITE", NULL},
          {1, "192.0.2.1:5060", "203.0.113.5:5060", "INVITE", "1 INVITE", NULL}},
         false,
         {"192.0.2.1:5060", "203.0.113.5:5060", "198.51.100.2:5060"}},
        {"a response first: who answers stands right",
         {{0, "198.51.100.2:5060", "192.0.2.1:5060", "180", "1 INVITE", "b"}},
         false,
         {"192.0.2.1:5060", "198.51.100.2:5060"}},
        {"a source port that nothing goes to",
         {{0, "192.0.2.1:40000", "198.51.100.2:5060", "INVITE", "1 INVITE", NULL},
          {1, "198.51.100.2:5060", "192.0.2.1:5060", "180", "1 INVITE", "b"}},
         false,
         {"192.0.2.1:5060", "198.51.100.2:5060"}},
        {"two sockets of a box talk to each other",
         {{0, "192.0.2.1:5060", "192.0.2.1:5080", "INVITE", "1 INVITE", NULL},
          {1, "192.0.2.1:5080", "192.0.2.1:5060", "180", "1 INVITE", "b"}},
         false,
         {"192.0.2.1:5060", "192.0.2.1:5080"}},
        {"two sockets of a box: requests go to both",
         {{0, "192.0.2.1:5060", "203.0.113.5:5060", "INVITE", "1 INVITE", NULL},
          {1, "203.0.113.5:5080", "198.51.100.2:5060", "INVITE", "1 INVITE", NULL},
          {2, "198.51.100.2:5060", "203.0.113.5:5080", "BYE", "2 BYE", "b"}},
         false,
         {"192.0.2.1:5060", "203.0.113.5:5060", "203.0.113.5:5080",
          "198.51.100.2:5060"}},
        {"the same by host",
         {{0, "192.0.2.1:5060", "203.0.113.5:5060", "INVITE", "1 INVITE", NULL},
          {1, "203.0.113.5:5080", "198.51.100.2:5060", "INVITE", "1 INVITE", NULL},
          {2, "198.51.100.2:5060", "203.0.113.5:5080", "BYE", "2 BYE", "b"}},
         true,
         {"192.0.2.1", "203.0.113.5", "198.51.100.2"}},
        {"two phones behind one address",
         {{0, "192.0.2.1:1024", "203.0.113.5:5060", "INVITE", "1 INVITE", NULL},
          {1, "203.0.113.5:5060", "192.0.2.1:1025", "INVITE", "1 INVITE", NULL},
          {2, "203.0.113.5:5060", "192.0.2.1:1024", "180", "1 INVITE", "b"}},
         false,
         {"192.0.2.1:1024", "203.0.113.5:5060", "192.0.2.1:1025"}},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct ladder_options o = {.by_host = ROWS[i].by_host};
        struct shelf s;
        shelf_init(&s);
        for (size_t j = 0; j < 5 && ROWS[i].step[j].src; j++)
            feed_leg(&s, &ROWS[i].step[j]);
        struct ladder *l = build(&s, &o);
        labels(l, ROWS[i].label);
        ladder_free(l);
        shelf_done(&s);
    }
}

static void repeats(void **state)
{
    static const int TIMES[] = {0, 500, 1500, 3500};
    struct shelf s;
    shelf_init(&s);
    for (size_t i = 0; i < 4; i++) {
        struct step m = {TIMES[i], ">", "INVITE", "1 INVITE", "a", NULL, NULL};
        feed(&s.f, &m);
    }
    struct ladder *l = build(&s, &ALL);
    assert_int_equal(l->rows, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(l->row[i].repeats, i);
        assert_int_equal(l->row[i].tone, i ? TONE_DIM : TONE_REQUEST);
    }
    ladder_free(l);
    shelf_done(&s);
}

static void copies(void **state)
{
    struct shelf s;
    struct ladder_options all = {0};
    struct step m = {0, ">", "INVITE", "1 INVITE", "a", NULL, NULL};
    shelf_init(&s);
    feed(&s.f, &m);
    m.ms = 1;
    s.f.interface = 1;
    feed(&s.f, &m);
    struct ladder *hidden = build(&s, &ALL), *shown = build(&s, &all);
    assert_int_equal(hidden->rows, 1);
    assert_int_equal(shown->rows, 2);
    ladder_free(hidden);
    ladder_free(shown);
    shelf_done(&s);
}

static void aliases(void **state)
{
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    struct alias *a = alias_read(SLICE("192.0.2.1 alice-phone"), NULL, NULL);
    s.view.aliases = a;
    struct ladder *l = build(&s, &ALL);
    labels(l, (const char *const[]){"alice-phone", "198.51.100.2:5060", NULL});
    ladder_free(l);
    alias_free(a);
    shelf_done(&s);
}

static void layout(void **state)
{
    static const struct {
        size_t columns;
        unsigned width, step, needs;
    } ROWS[] = {
        {2, 80, 24, 52},  {3, 80, 24, 76},   {4, 80, 17, 79},
        {6, 80, 16, 108}, {4, 160, 24, 100}, {1, 80, 24, 28},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct ladder l = {.columns = ROWS[i].columns};
        struct ladder_layout at = ladder_layout(&l, ROWS[i].width);
        assert_int_equal(at.time_width, 12);
        assert_int_equal(at.first, 20);
        assert_int_equal(at.step, ROWS[i].step);
        assert_int_equal(at.width, ROWS[i].needs);
    }
}

static char *drawn(struct shelf *s, struct ladder_text_options o)
{
    struct strbuf b = {0};
    struct ladder *l = build(s, &ALL);
    ladder_text(&s->view, shelf_first(s), l, &o, &b);
    char *text = strdup(strbuf_cstr(&b));
    strbuf_done(&b);
    ladder_free(l);
    return text;
}

static void text_utf8(void **state)
{
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    char *text = drawn(&s, (struct ladder_text_options){.width = 80});
    assert_string_equal(
        text, "Call 1   alice → bob   completed 200 OK   talk 02:00   PDD 1.50 s\n"
              "Call-ID a1@example.com   2023-11-14 UTC\n"
              "             192.0.2.1:5060         198.51.100.2:5060\n"
              "              Softphone 1.0               Gate\n"
              "22:13:20.000        │── INVITE sdp ────────▶│\n"
              "      +0.005        │◀─ 100 Trying ─────────│\n"
              "      +1.495        │◀─ 180 Ringing ────────│\n"
              "      +2.500        │◀─ 200 OK ─────────────│\n"
              "      +0.010        │── ACK ───────────────▶│\n"
              "    1 m 59 s        ┆                       ┆\n"
              "22:15:24.000        │◀─ BYE ────────────────│\n"
              "      +0.020        │── 200 OK ────────────▶│\n");
    free(text);
    shelf_done(&s);
}

static void text_ascii(void **state)
{
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    char *text = drawn(&s, (struct ladder_text_options){.width = 80, .ascii = true});
    for (const char *p = text; *p; p++)
        assert_true((unsigned char)*p < 0x80);
    assert_non_null(strstr(text, "|-- INVITE sdp -------->|"));
    free(text);
    shelf_done(&s);
}

static void text_hostile(void **state)
{
    static const char BAD[] =
        "SIP/2.0 400 \x1b[2J\xe2\x80\xae\xff no\x07\r\nVia: SIP/2.0/UDP 192.0.2.1\r\n"
        "From: <sip:\x1b]0;x\x07@example.com>;tag=1\r\nTo: "
        "<sip:b@example.com>;tag=2\r\n"
        "Call-ID: x\x1b[1m@example.com\r\nCSeq: 1 INVITE\r\nServer: "
        "\x9b\x1b[5m\r\n\r\n";
    struct shelf s;
    shelf_init(&s);
    assert_non_null(feed_text(&s.f, 0, true, SLICE(BAD)));
    char *text = drawn(&s, (struct ladder_text_options){.width = 80});
    for (const char *p = text; *p; p++)
        assert_true(*p == '\n' || ((unsigned char)*p >= 0x20 && *p != 0x7f));
    assert_null(strstr(text, "\xe2\x80\xae"));
    free(text);
    struct strbuf b = {0};
    struct ladder *l = build(&s, &ALL);
    ladder_json(&s.view, l, &b);
    for (size_t i = 0; i < b.n; i++)
        assert_true(b.p[i] == '\n' || (unsigned char)b.p[i] >= 0x20);
    strbuf_done(&b);
    ladder_free(l);
    shelf_done(&s);
}

static void json(void **state)
{
    struct strbuf b = {0};
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    struct ladder *l = build(&s, &ALL);
    ladder_json(&s.view, l, &b);
    static const char FIRST[] =
        "{\"kind\":\"message\",\"time\":1700000000.000000000,\"delta\":0,"
        "\"from\":\"192.0.2.1:5060\",\"to\":\"198.51.100.2:5060\",\"text\":\"INVITE\","
        "\"mark\":\"sdp\",\"rule\":null,\"repeats\":0,\"call\":1,\"message\":1,"
        "\"frame\":1,"
        "\"file\":\"trunk.pcap\",\"stream\":null,\"codec\":null,\"packets\":null,"
        "\"loss\":null,\"jitter\":null,\"mos\":null,\"slices\":null}\n";
    assert_true(!strncmp(strbuf_cstr(&b), FIRST, sizeof FIRST - 1));
    assert_non_null(strstr(b.p, "{\"kind\":\"gap\",\"time\":1700000004.010000000,"
                                "\"delta\":119.99,\"from\":null"));
    strbuf_done(&b);
    ladder_free(l);
    shelf_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple_call),  cmocka_unit_test(columns),
        cmocka_unit_test(repeats),      cmocka_unit_test(copies),
        cmocka_unit_test(aliases),      cmocka_unit_test(layout),
        cmocka_unit_test(text_utf8),    cmocka_unit_test(text_ascii),
        cmocka_unit_test(text_hostile), cmocka_unit_test(json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
