#include "shelf.h"

#include "view/clock.h"

/* The names and their order are the product's specification. */
static const struct {
    const char *table, *names;
} SPEC[] = {
    {"calls",
     "id call_id session method state status reason from_user from_host from_uri "
     "to_user to_host to_uri ruri src dst transport user_agent start ring answer "
     "end pdd setup duration ended_by messages retransmissions legs link "
     "link_confidence streams codec loss jitter mos verdict headline findings "
     "incomplete start_ns"},
    {"messages", "id call call_id frame file interface time time_ns delta src dst "
                 "transport method status reason cseq from_tag to_tag branch size "
                 "content_type sdp retransmission copy_of malformed summary"},
    {"streams",
     "id call call_id src dst ssrc pt codec clock_rate ptime srtp start end duration "
     "packets expected lost loss duplicates reordered loss_bursts loss_burst_max "
     "restarts "
     "jitter_mean jitter_max delta_max drift_ppm late50 late200 r mos mos_min "
     "mos_fixed50 mos_fixed200 mos_scale codec_params dtmf bytes binding confidence "
     "rtcp_loss rtcp_jitter rtt pair added_lost added_delay added_jitter pair_reason "
     "pdv50 pdv95 pdv99 remote_loss remote_discard remote_mos remote_by dead_air "
     "burst_r burst_periods burst_loss burst_length gap_loss dscp noise"},
    {"slices",
     "stream n start packets lost loss jitter_mean jitter_max late50 late200 r "
     "mos"},
    {"offers", "call time frame side media addr port codecs direction ptime crypto"},
    {"events", "call stream time frame kind value"},
    {"findings", "id call session rule name severity confidence headline detail remedy "
                 "reference frames cause group peer"},
    {"registrations", "id aor contact src user_agent state status expires registered "
                      "refreshed interval nat attempts failures"},
    {"ledger", "reason what count bytes first_frame"},
};

static void names(void **state)
{
    for (size_t i = 0; i < sizeof SPEC / sizeof *SPEC; i++) {
        const struct table *t = table_find(SPEC[i].table);
        struct strbuf b = {0};
        assert_non_null(t);
        for (size_t j = 0; j < t->n; j++) {
            strbuf_str(&b, j ? " " : "");
            strbuf_str(&b, t->fields[j].name);
        }
        assert_string_equal(strbuf_cstr(&b), SPEC[i].names);
        strbuf_done(&b);
    }
}

static void rows_are_whole(void **state)
{
    for (size_t i = 0; TABLES[i]; i++)
        for (size_t j = 0; j < TABLES[i]->n; j++) {
            const struct field *f = &TABLES[i]->fields[j];
            assert_true(*f->name && *f->title && *f->help && f->type != VALUE_NULL);
            assert_ptr_equal(field_find(TABLES[i], f->name), f); /* no name twice */
            assert_null(strchr(f->help, '\n'));
        }
}

static void default_places_are_unique(void **state)
{
    for (size_t i = 0; TABLES[i]; i++) {
        unsigned seen = 0, n = 0;
        for (size_t j = 0; j < TABLES[i]->n; j++)
            if (TABLES[i]->fields[j].place) {
                seen |= 1u << TABLES[i]->fields[j].place;
                n++;
            }
        assert_int_equal(seen, (1u << (n + 1)) - 2);
    }
}

/* What a value is, as "null" or as people read it in a table. */
static void expect(struct shelf *s, const struct table *t, const void *object,
                   const char *name, const char *wanted)
{
    struct strbuf scratch = {0}, text = {0}, out = {0};
    struct row row = {
        .view = &s->view, .object = object, .scratch = &scratch, .text = &text};
    const struct field *f = field_find(t, name);
    struct value value;
    assert_non_null(f);
    field_get(f, &row, &value);
    if (value.type == VALUE_NULL)
        strbuf_str(&out, "null");
    else
        value_text(&s->view, f, &value, &out);
    if (strcmp(strbuf_cstr(&out), wanted) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", name, strbuf_cstr(&out), wanted);
    strbuf_done(&scratch);
    strbuf_done(&text);
    strbuf_done(&out);
}

static void call_values(void **state)
{
    static const char *const WANTED[][2] = {
        {"id", "1"},
        {"call_id", "a1@example.com"},
        {"session", "1"},
        {"method", "INVITE"},
        {"state", "completed"},
        {"status", "200"},
        {"reason", "OK"},
        {"from_user", "alice"},
        {"from_host", "example.com"},
        {"from_uri", "sip:alice@example.com"},
        {"to_user", "bob"},
        {"ruri", "sip:bob@example.net"},
        {"src", "192.0.2.1:5060"},
        {"dst", "198.51.100.2:5060"},
        {"transport", "udp"},
        {"user_agent", "Softphone 1.0"},
        {"start", "22:13:20.000"}, /* date -u -d @1700000000 */
        {"ring", "22:13:21.500"},
        {"pdd", "1.50"},
        {"setup", "4.00"},
        {"duration", "02:00"},
        {"ended_by", "callee"},
        {"messages", "7"},
        {"legs", "1"},
        {"link", "null"},
        {"link_confidence", "null"},
        {"mos", "null"},
        {"verdict", "null"},
        {"incomplete", "null"},
        {"start_ns", "1700000000000000000"},
    };
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++)
        expect(&s, &TABLE_CALLS, shelf_first(&s), WANTED[i][0], WANTED[i][1]);
    shelf_done(&s);
}

static void hosts(void **state)
{
    static const char *const ROWS[][2] = {
        {"sip:alice@example.com:5062", "example.com"},
        {"sip:alice@192.0.2.44:5062", "192.0.2.44"},
        {"sip:alice@[2001:db8::1]:5062", "[2001:db8::1]"},
        {"sip:alice@[2001:db8::1]", "[2001:db8::1]"},
    };
    struct step invite = {0, ">", "INVITE", "1 INVITE", "a", NULL, NULL};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct shelf s;
        shelf_init(&s);
        s.f.from = ROWS[i][0];
        feed(&s.f, &invite);
        expect(&s, &TABLE_CALLS, shelf_first(&s), "from_host", ROWS[i][1]);
        shelf_done(&s);
    }
}

static void message_values(void **state)
{
    static const struct {
        unsigned msg;
        const char *name, *wanted;
    } WANTED[] = {
        {0, "call", "1"},
        {0, "frame", "1"},
        {0, "file", "trunk.pcap"},
        {0, "interface", "null"},
        {0, "time", "22:13:20.000"},
        {0, "delta", "null"},
        {0, "status", "null"},
        {0, "reason", "null"},
        {0, "from_tag", "alice"},
        {0, "to_tag", "null"},
        {0, "branch", "z9hG4bKa"},
        {0, "content_type", "application/sdp"},
        {0, "sdp", "yes"},
        {0, "retransmission", "no"},
        {0, "summary", "INVITE sip:bob@example.net"},
        {2, "delta", "1.495"},
        {2, "method", "INVITE"},
        {2, "status", "180"},
        {2, "reason", "Ringing"},
        {2, "to_tag", "bob"},
        {2, "sdp", "no"},
        {2, "copy_of", "null"},
        {2, "malformed", "null"},
        {2, "summary", "180 Ringing"},
        {5, "cseq", "7"},
        {5, "src", "198.51.100.2:5060"},
    };
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++)
        expect(&s, &TABLE_MESSAGES, s.f.calls->msgs.at[WANTED[i].msg], WANTED[i].name,
               WANTED[i].wanted);
    shelf_done(&s);
}

static void malformed_message(void **state)
{
    struct shelf s;
    shelf_init(&s);
    struct msg *m =
        feed_text(&s.f, 0, false, SLICE("OPTIONS sip:a@example.com SIP/2.0\r\n\r\n"));
    assert_non_null(m);
    expect(&s, &TABLE_MESSAGES, m, "malformed", "no_call_id");
    expect(&s, &TABLE_MESSAGES, m, "call", "null");
    expect(&s, &TABLE_MESSAGES, m, "call_id", "null");
    expect(&s, &TABLE_MESSAGES, m, "summary", "OPTIONS sip:a@example.com SIP/2.0");
    expect(&s, &TABLE_MESSAGES, m, "cseq", "null");
    shelf_done(&s);
}

/* A number that is none is unknown, not 0. */
static void wrong_cseq(void **state)
{
    static const char HEAD[] =
        "OPTIONS sip:a@example.com SIP/2.0\r\nCall-ID: c\r\nCSeq: ";
    static const struct {
        const char *cseq, *malformed, *wanted;
    } T[] = {
        {"0 OPTIONS", "null", "0"},
        {"99999999999 OPTIONS", "bad_cseq", "null"},
        {"x OPTIONS", "bad_cseq", "null"},
    };
    for (size_t i = 0; i < sizeof T / sizeof *T; i++) {
        struct shelf s;
        char text[200];
        shelf_init(&s);
        snprintf(text, sizeof text, "%s%s\r\n\r\n", HEAD, T[i].cseq);
        struct msg *m = feed_text(&s.f, 0, false, slice_str(text));
        assert_non_null(m);
        expect(&s, &TABLE_MESSAGES, m, "malformed", T[i].malformed);
        expect(&s, &TABLE_MESSAGES, m, "cseq", T[i].wanted);
        shelf_done(&s);
    }
}

static void text_that_is_gone(void **state)
{
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    s.view.text = NULL;
    expect(&s, &TABLE_MESSAGES, s.f.calls->msgs.at[2], "branch", "null");
    expect(&s, &TABLE_MESSAGES, s.f.calls->msgs.at[2], "summary", "180 Ringing");
    shelf_done(&s);
}

static void ledger_values(void **state)
{
    struct shelf s;
    shelf_init(&s);
    ledger_count(&s.f.ledger, REASON_ETHERTYPE_UNKNOWN, 0x88cc, 60, 0, 7);
    const void *row = TABLE_LEDGER.at(&s.view, 0);
    assert_int_equal(TABLE_LEDGER.count(&s.view), 1);
    expect(&s, &TABLE_LEDGER, row, "reason", "ethertype_unknown");
    expect(&s, &TABLE_LEDGER, row, "what",
           "EtherType that is not decoded (EtherType 0x88cc)");
    expect(&s, &TABLE_LEDGER, row, "count", "1");
    expect(&s, &TABLE_LEDGER, row, "bytes", "60");
    expect(&s, &TABLE_LEDGER, row, "first_frame", "7");
    shelf_done(&s);
}

static void nearest(void **state)
{
    static const char *const ROWS[][2] = {
        {"stat", "state"},          {"from_usr", "from_user"}, {"call-id", "call_id"},
        {"FROM_HOST", "from_host"}, {"jiter", "jitter"},       {"status", "status"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        assert_string_equal(field_nearest(&TABLE_CALLS, ROWS[i][0]), ROWS[i][1]);
    assert_non_null(field_nearest(&TABLE_CALLS, ""));
}

static void order(void **state)
{
    struct value null = {.type = VALUE_NULL};
    struct value one = {.type = VALUE_INT, .i = 1}, two = {.type = VALUE_INT, .i = 2};
    struct value a = {.type = VALUE_TEXT, .p = "alice", .n = 5};
    struct value b = {.type = VALUE_TEXT, .p = "Bob", .n = 3};
    struct value al = {.type = VALUE_TEXT, .p = "al", .n = 2};
    struct value low = {.type = VALUE_REAL, .r = 1.5},
                 high = {.type = VALUE_REAL, .r = 2};
    assert_true(value_compare(&one, &two) < 0 && value_compare(&two, &one) > 0);
    assert_true(value_compare(&a, &b) < 0);
    assert_true(value_compare(&al, &a) < 0);
    assert_true(value_compare(&low, &high) < 0);
    assert_true(value_compare(&one, &null) < 0 && value_compare(&null, &one) > 0);
    assert_int_equal(value_compare(&null, &null), 0);
    assert_int_equal(value_compare(&a, &a), 0);
}

static void dates(void **state)
{
    /* date -u -d @SECONDS +%F */
    static const struct {
        int64_t seconds;
        const char *date;
    } ROWS[] = {
        {0, "1970-01-01"},          {-1, "1969-12-31"},
        {951782400, "2000-02-29"},  {1709164800, "2024-02-29"},
        {1709251200, "2024-03-01"}, {4102444799, "2099-12-31"},
    };
    struct strbuf b = {0};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        b.n = 0;
        clock_date(&b, ROWS[i].seconds * 1000 * MS, true);
        assert_string_equal(strbuf_cstr(&b), ROWS[i].date);
    }
    strbuf_done(&b);
}

static void local_time(void **state)
{
    /* TZ=Europe/Berlin date -d @SECONDS +%T, on both sides of a change of the clocks */
    static const struct {
        int64_t seconds;
        const char *time;
    } ROWS[] = {{1711846799, "01:59:59"}, {1711846800, "03:00:00"}, {0, "01:00:00"}};
    struct strbuf b = {0};
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        b.n = 0;
        clock_time(&b, ROWS[i].seconds * 1000 * MS, false, 0);
        assert_string_equal(strbuf_cstr(&b), ROWS[i].time);
    }
    strbuf_done(&b);
}

static void spans(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } ROWS[] = {{7200, "7.2 s"},
                {59999, "59.9 s"},
                {151000, "2 m 31 s"},
                {3720000, "1 h 02 m"}};
    struct strbuf b = {0};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        b.n = 0;
        clock_span(&b, ROWS[i].ms * MS);
        assert_string_equal(strbuf_cstr(&b), ROWS[i].text);
    }
    b.n = 0;
    clock_talk(&b, 3723000 * MS);
    assert_string_equal(strbuf_cstr(&b), "1:02:03");
    strbuf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(default_places_are_unique),
        cmocka_unit_test(call_values),
        cmocka_unit_test(message_values),
        cmocka_unit_test(hosts),
        cmocka_unit_test(malformed_message),
        cmocka_unit_test(wrong_cseq),
        cmocka_unit_test(text_that_is_gone),
        cmocka_unit_test(ledger_values),
        cmocka_unit_test(nearest),
        cmocka_unit_test(order),
        cmocka_unit_test(dates),
        cmocka_unit_test(local_time),
        cmocka_unit_test(spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
