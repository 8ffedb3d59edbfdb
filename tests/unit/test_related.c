#include "scenario.h"

#define PHONE   "192.0.2.1:5060"
#define BOX     "198.51.100.2:5060"
#define BOX_OUT "198.51.100.2:5080"
#define TRUNK   "203.0.113.7:5060"
#define ALICE   "sip:+4989123456@example.com"
#define BOB     "sip:+4930765432@example.net"

static void leg(struct fixture *f, const char *id, const char *src, const char *dst)
{
    f->call_id = id;
    f->src = src;
    f->dst = dst;
}

static void invite(struct fixture *f, int ms, const char *extra)
{
    FEED(f, {ms, ">", "INVITE", "1 INVITE", "a", NULL, extra});
}

static void response(struct fixture *f, int ms, const char *status)
{
    FEED(f, {ms, "<", status, "1 INVITE", "a", "bob", NULL});
}

static struct call *call_of(struct fixture *f, const char *id)
{
    return calls_find(f->calls, slice_str(id));
}

static void numbers(struct fixture *f)
{
    fixture_init(f);
    f->from = ALICE;
    f->to = BOB;
}

/* Headers by which the second leg names the first. */
static void headers(void **state)
{
    static const struct {
        const char *first, *second, *reason;
    } ROWS[] = {
        {"", "X-Call-ID: a@x\r\n", "X-Call-ID"},
        {"", "X-CID: a@x\r\n", "X-CID"},
        {"", "Replaces: a@x;to-tag=1;from-tag=2\r\n", "Replaces"},
        {"", "In-Reply-To: z@x, a@x\r\n", "In-Reply-To"},
        {"P-Charging-Vector: icid-value=\"abcdefgh123\";orig-ioi=a\r\n",
         "P-Charging-Vector: icid-value=abcdefgh123\r\n", "icid"},
        {"Session-ID: ab30317f1a784dc48ff824d0d3715d86"
         ";remote=00000000000000000000000000000000\r\n",
         "Session-ID: 47755a9de7794ba387653f2099600ef2"
         ";remote=ab30317f1a784dc48ff824d0d3715d86\r\n",
         "Session-ID"},
        {"Session-ID: ab30317f1a784dc48ff824d0d3715d86"
         ";remote=00000000000000000000000000000000\r\n",
         "Session-ID: 47755a9de7794ba387653f2099600ef2"
         ";remote=00000000000000000000000000000000\r\n",
         NULL},
        {"", "X-Call-ID: other@x\r\n", NULL},
        {"", "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct fixture f;
        fixture_init(&f);
        leg(&f, "a@x", PHONE, BOX);
        invite(&f, 0, ROWS[i].first);
        leg(&f, "b@x", "203.0.113.1:5060", TRUNK);
        f.from = "sip:carol@example.com"; /* nothing else joins them */
        invite(&f, 10, ROWS[i].second);
        struct call *a = call_of(&f, "a@x"), *b = call_of(&f, "b@x");
        if (ROWS[i].reason) {
            assert_string_equal(b->link, ROWS[i].reason);
            assert_in_range(b->link_confidence, 50, 100);
            assert_ptr_equal(a->session, b->session);
            assert_int_equal(a->session->legs, 2);
            assert_int_equal(a->session->id, a->id);
        } else {
            assert_null(a->session);
            assert_null(b->session);
        }
        fixture_done(&f);
    }
}

/* A blind transfer: the phone that was sent REFER calls whom it names. */
static void transferred(void **state)
{
    static const struct {
        const char *src, *to, *extra;
        int ms;
        unsigned confidence; /* 0: strangers */
    } ROWS[] = {
        {PHONE, "sip:carol@example.org", NULL, 5100, 80},
        {PHONE, "sip:carol@example.org", "Referred-By: <sip:bob@example.net>\r\n", 5100,
         90},
        {"203.0.113.9:5060", "sip:carol@example.org",
         "Referred-By: <sip:bob@example.net>\r\n", 5100, 90},
        {"203.0.113.9:5060", "sip:carol@example.org", NULL, 5100, 0},
        {PHONE, "sip:dora@example.org", NULL, 5100, 0},
        {PHONE, "sip:carol@example.com", NULL, 5100, 0},
        {PHONE, "sip:carol@example.org", NULL, 38000, 0},
        {PHONE, "sip:carol@example.org", NULL, 4000, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct fixture f;
        fixture_init(&f);
        leg(&f, "a@x", PHONE, BOX);
        invite(&f, 0, NULL);
        response(&f, 100, "200");
        FEED(&f, {110, ">", "ACK", "1 ACK", "b", "bob", NULL},
             {5000, "<", "REFER", "7 REFER", "r", "bob",
              "Refer-To: <sip:carol@example.org:5070>\r\n"},
             {5010, ">", "202", "7 REFER", "r", "bob", NULL});
        leg(&f, "b@x", ROWS[i].src, TRUNK);
        f.to = ROWS[i].to;
        invite(&f, ROWS[i].ms, ROWS[i].extra);
        const struct call *second = call_of(&f, "b@x");
        assert_non_null(second);
        if (!ROWS[i].confidence) {
            assert_null(second->session);
        } else {
            assert_non_null(second->session);
            assert_ptr_equal(second->session, call_of(&f, "a@x")->session);
            assert_string_equal(second->link, "Refer-To");
            assert_int_equal(second->link_confidence, ROWS[i].confidence);
        }
        fixture_done(&f);
    }
}

static void the_named_call_may_come_later(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    leg(&f, "b@x", BOX, TRUNK);
    invite(&f, 0, "X-Call-ID: a@x\r\n");
    leg(&f, "a@x", PHONE, BOX);
    invite(&f, 5, NULL);
    assert_non_null(call_of(&f, "a@x")->session);
    fixture_done(&f);
}

/* Numbers, time and adjacency: the second leg leaves the box that the first one
 * entered. */
static const struct {
    const char *name, *to, *src, *dst;
    int ms;
    bool joined;
} LEGS[] = {
    {"next leg", BOB, BOX_OUT, TRUNK, 10, true},
    {"another form of the number", "sip:004930765432@example.net", BOX_OUT, TRUNK, 10,
     true},
    {"another number", "sip:+4930765433@example.net", BOX_OUT, TRUNK, 10, false},
    {"too late", BOB, BOX_OUT, TRUNK, 9000, false},
    {"from elsewhere, at once", BOB, "203.0.113.50:5060", TRUNK, 10, true},
    {"from elsewhere, later", BOB, "203.0.113.50:5060", TRUNK, 1500, false},
    {"the caller tries again", BOB, PHONE, BOX, 10, false},
    {"two callers of one box", BOB, "192.0.2.99:5060", BOX, 10, false},
};

static void by_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof LEGS / sizeof *LEGS; i++) {
        struct fixture f;
        numbers(&f);
        leg(&f, "a@x", PHONE, BOX);
        invite(&f, 0, NULL);
        f.to = LEGS[i].to;
        leg(&f, "b@x", LEGS[i].src, LEGS[i].dst);
        invite(&f, LEGS[i].ms, NULL);
        print_message("%s\n", LEGS[i].name);
        assert_int_equal(call_of(&f, "b@x")->session != NULL, LEGS[i].joined);
        fixture_done(&f);
    }
}

static void an_answered_call_has_its_leg_already(void **state)
{
    (void)state;
    struct fixture f;
    numbers(&f);
    leg(&f, "a@x", PHONE, BOX);
    invite(&f, 0, NULL);
    response(&f, 100, "200");
    leg(&f, "b@x", BOX_OUT, TRUNK);
    invite(&f, 200, NULL);
    assert_null(call_of(&f, "b@x")->session);
    fixture_done(&f);
}

/* Two first legs that fit: nobody can say which one it is. */
static void ambiguity_joins_nothing(void **state)
{
    (void)state;
    struct fixture f;
    numbers(&f);
    leg(&f, "a1@x", PHONE, BOX);
    invite(&f, 0, NULL);
    leg(&f, "a2@x", "192.0.2.9:5060", BOX);
    invite(&f, 5, NULL);
    leg(&f, "b@x", BOX_OUT, TRUNK);
    invite(&f, 10, NULL);
    assert_null(call_of(&f, "b@x")->session);
    fixture_done(&f);
}

/* A load test: all calls between the same two numbers. Pairs in turn are told, bursts
 * are not, and no session may hold strangers. */
static void one_pair_of_numbers_for_all(void **state)
{
    (void)state;
    struct fixture f;
    char id[32];
    numbers(&f);
    for (int i = 0; i < 2000; i++) {
        int base = i % 100 < 50 ? i * 10 : i / 50 * 500;
        snprintf(id, sizeof id, "a%d@x", i);
        leg(&f, id, PHONE, BOX);
        invite(&f, base, NULL);
        snprintf(id, sizeof id, "b%d@x", i);
        leg(&f, id, BOX_OUT, TRUNK);
        invite(&f, base + 3, NULL);
    }
    for (size_t i = 0; i < f.calls->list.n; i++) {
        struct call *c = f.calls->list.at[i];
        if (c->session)
            assert_string_equal(c->session->first->call_id->p + 1,
                                c->session->first->leg_next->call_id->p + 1);
    }
    fixture_done(&f);
}

static void calls_side_by_side_are_strangers(void **state)
{
    (void)state;
    struct fixture f;
    numbers(&f);
    leg(&f, "a@x", PHONE, BOX);
    invite(&f, 0, NULL);
    leg(&f, "b@x", PHONE, BOX);
    invite(&f, 5, NULL);
    leg(&f, "a@x", PHONE, BOX);
    response(&f, 100, "200");
    leg(&f, "b@x", PHONE, BOX);
    response(&f, 105, "200");
    assert_null(call_of(&f, "a@x")->session);
    fixture_done(&f);
}

/* On one connection: the box's second leg answers just before the first one. */
static void nested_responses_on_one_connection(void **state)
{
    (void)state;
    struct fixture f;
    numbers(&f);
    leg(&f, "a@x", PHONE, BOX);
    invite(&f, 0, NULL);
    leg(&f, "b@x", PHONE, BOX);
    invite(&f, 5, NULL);
    response(&f, 95, "180");
    response(&f, 995, "200");
    leg(&f, "a@x", PHONE, BOX);
    response(&f, 100, "180");
    assert_null(call_of(&f, "a@x")->session);
    response(&f, 1000, "200");
    assert_non_null(call_of(&f, "a@x")->session);
    fixture_done(&f);
}

static void outcomes_confirm_or_part(void **state)
{
    (void)state;
    struct fixture f;
    numbers(&f);
    leg(&f, "a@x", PHONE, BOX);
    invite(&f, 0, NULL);
    leg(&f, "b@x", "203.0.113.50:5060", TRUNK);
    invite(&f, 10, NULL);
    unsigned before = call_of(&f, "b@x")->link_confidence;
    response(&f, 500, "200");
    leg(&f, "a@x", PHONE, BOX);
    response(&f, 505, "200");
    assert_true(call_of(&f, "b@x")->link_confidence > before);
    fixture_done(&f);

    numbers(&f);
    leg(&f, "a@x", PHONE, BOX);
    invite(&f, 0, NULL);
    leg(&f, "b@x", "203.0.113.50:5060", TRUNK);
    invite(&f, 10, NULL);
    response(&f, 500, "200");
    leg(&f, "a@x", PHONE, BOX);
    response(&f, 505, "486");
    assert_null(call_of(&f, "b@x")->session);
    fixture_done(&f);
}

static void the_box_tries_another_trunk(void **state)
{
    (void)state;
    struct fixture f;
    numbers(&f);
    leg(&f, "a@x", PHONE, BOX);
    invite(&f, 0, NULL);
    leg(&f, "b@x", BOX_OUT, TRUNK);
    invite(&f, 10, NULL);
    response(&f, 50, "503");
    leg(&f, "c@x", BOX_OUT, "203.0.113.8:5060");
    invite(&f, 60, NULL);
    assert_int_equal(call_of(&f, "a@x")->session->legs, 3);
    assert_ptr_equal(call_of(&f, "c@x")->session, call_of(&f, "a@x")->session);
    fixture_done(&f);
}

static void three_boxes_in_a_row(void **state)
{
    (void)state;
    struct fixture f;
    numbers(&f);
    leg(&f, "a@x", PHONE, BOX);
    invite(&f, 0, NULL);
    leg(&f, "b@x", BOX_OUT, TRUNK);
    invite(&f, 5, NULL);
    leg(&f, "c@x", TRUNK, "203.0.113.99:5060");
    invite(&f, 10, NULL);
    assert_int_equal(call_of(&f, "c@x")->session->legs, 3);
    fixture_done(&f);
}

static void diverted(void **state)
{
    (void)state;
    struct fixture f;
    numbers(&f);
    leg(&f, "a@x", PHONE, BOX);
    invite(&f, 0, NULL);
    f.to = "sip:+4940111222@example.org";
    leg(&f, "b@x", BOX_OUT, TRUNK);
    invite(&f, 10, "Diversion: <" BOB ">;reason=unconditional\r\n");
    assert_string_equal(call_of(&f, "b@x")->link,
                        "diverting number, time and adjacency");
    fixture_done(&f);
}

static void a_call_that_is_given_up_leaves_its_session(void **state)
{
    (void)state;
    struct fixture f;
    numbers(&f);
    f.limits.max_calls = 2;
    leg(&f, "a@x", PHONE, BOX);
    invite(&f, 0, NULL);
    leg(&f, "b@x", BOX_OUT, TRUNK);
    invite(&f, 5, NULL);
    assert_non_null(call_of(&f, "b@x")->session);
    f.to = "sip:carol@example.com";
    leg(&f, "c@x", PHONE, BOX);
    invite(&f, 10, NULL);
    assert_null(call_of(&f, "a@x"));
    assert_null(call_of(&f, "b@x")->session);
    assert_null(call_of(&f, "b@x")->link);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers),
        cmocka_unit_test(transferred),
        cmocka_unit_test(the_named_call_may_come_later),
        cmocka_unit_test(by_numbers),
        cmocka_unit_test(an_answered_call_has_its_leg_already),
        cmocka_unit_test(ambiguity_joins_nothing),
        cmocka_unit_test(one_pair_of_numbers_for_all),
        cmocka_unit_test(calls_side_by_side_are_strangers),
        cmocka_unit_test(nested_responses_on_one_connection),
        cmocka_unit_test(outcomes_confirm_or_part),
        cmocka_unit_test(the_box_tries_another_trunk),
        cmocka_unit_test(three_boxes_in_a_row),
        cmocka_unit_test(diverted),
        cmocka_unit_test(a_call_that_is_given_up_leaves_its_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
