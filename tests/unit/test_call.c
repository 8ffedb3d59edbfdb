#include "scenario.h"

/* The expected values follow from the words and tables of the product's specification.
 */
struct row {
    const char *name;
    struct step step[16];
    int until; /* ms: the capture's clock goes on to here; 0: stays */
    unsigned state, status;
    int ring, answer, end; /* ms after the start; -1: null */
    unsigned ended_by, messages, retransmissions, incomplete;
};

#define INVITE                                        \
    {                                                 \
        0, ">", "INVITE", "1 INVITE", "a", NULL, NULL \
    }
#define TRYING                                     \
    {                                              \
        5, "<", "100", "1 INVITE", "a", NULL, NULL \
    }
#define RINGING                                       \
    {                                                 \
        100, "<", "180", "1 INVITE", "a", "bob", NULL \
    }
#define OK                                             \
    {                                                  \
        1000, "<", "200", "1 INVITE", "a", "bob", NULL \
    }
#define ACK                                         \
    {                                               \
        1010, ">", "ACK", "1 ACK", "b", "bob", NULL \
    }
#define REFUSED(code)                               \
    {500, "<", code, "1 INVITE", "a", "bob", NULL}, \
    {                                               \
        505, ">", "ACK", "1 ACK", "a", "bob", NULL  \
    }

static const struct row ROWS[] = {
    {"invite alone", {INVITE}, 0, CALL_TRYING, 0, -1, -1, -1, 0, 1, 0, 0},
    {"trying", {INVITE, TRYING}, 0, CALL_TRYING, 0, -1, -1, -1, 0, 2, 0, 0},
    {"ringing", {INVITE, TRYING, RINGING}, 0, CALL_RINGING, 0, 100, -1, -1, 0, 3, 0, 0},
    {"answered",
     {INVITE, TRYING, RINGING, OK, ACK},
     0,
     CALL_ANSWERED,
     200,
     100,
     1000,
     -1,
     0,
     5,
     0,
     0},
    {"caller hangs up",
     {INVITE,
      RINGING,
      OK,
      ACK,
      {9000, ">", "BYE", "2 BYE", "c", "bob", NULL},
      {9010, "<", "200", "2 BYE", "c", "bob", NULL}},
     0,
     CALL_COMPLETED,
     200,
     100,
     1000,
     9000,
     CALL_CALLER,
     6,
     0,
     0},
    {"callee hangs up, BYE sent twice",
     {INVITE,
      OK,
      ACK,
      {9000, "<", "BYE", "7 BYE", "c", "bob", NULL},
      {9500, "<", "BYE", "7 BYE", "c", "bob", NULL},
      {9510, ">", "200", "7 BYE", "c", "bob", NULL}},
     0,
     CALL_COMPLETED,
     200,
     -1,
     1000,
     9000,
     CALL_CALLEE,
     6,
     1,
     0},
    {"cancelled",
     {INVITE,
      RINGING,
      {300, ">", "CANCEL", "1 CANCEL", "a", NULL, NULL},
      {310, "<", "200", "1 CANCEL", "a", "x", NULL},
      REFUSED("487")},
     0,
     CALL_CANCELLED,
     487,
     100,
     -1,
     500,
     CALL_CALLER,
     6,
     0,
     0},
    {"cancel without a final response",
     {INVITE, {300, ">", "CANCEL", "1 CANCEL", "a", NULL, NULL}},
     40000,
     CALL_CANCELLED,
     0,
     -1,
     -1,
     -1,
     CALL_CALLER,
     2,
     0,
     0},
    {"cancel crosses the answer",
     {INVITE,
      {990, ">", "CANCEL", "1 CANCEL", "a", NULL, NULL},
      OK,
      ACK,
      {1020, ">", "BYE", "2 BYE", "c", "bob", NULL}},
     0,
     CALL_COMPLETED,
     200,
     -1,
     1000,
     1020,
     CALL_CALLER,
     5,
     0,
     0},
    {"busy",
     {INVITE, REFUSED("486")},
     0,
     CALL_BUSY,
     486,
     -1,
     -1,
     500,
     CALL_CALLEE,
     3,
     0,
     0},
    {"busy everywhere",
     {INVITE, REFUSED("600")},
     0,
     CALL_BUSY,
     600,
     -1,
     -1,
     500,
     CALL_CALLEE,
     3,
     0,
     0},
    {"not found",
     {INVITE, REFUSED("404")},
     0,
     CALL_REJECTED,
     404,
     -1,
     -1,
     500,
     CALL_CALLEE,
     3,
     0,
     0},
    {"declined",
     {INVITE, REFUSED("603")},
     0,
     CALL_REJECTED,
     603,
     -1,
     -1,
     500,
     CALL_CALLEE,
     3,
     0,
     0},
    {"unavailable",
     {INVITE, REFUSED("503")},
     0,
     CALL_FAILED,
     503,
     -1,
     -1,
     500,
     CALL_CALLEE,
     3,
     0,
     0},
    {"redirected",
     {INVITE, REFUSED("302")},
     0,
     CALL_REDIRECTED,
     302,
     -1,
     -1,
     500,
     CALL_CALLEE,
     3,
     0,
     0},
    {"challenged",
     {INVITE, REFUSED("407")},
     0,
     CALL_CHALLENGED,
     407,
     -1,
     -1,
     500,
     CALL_CALLEE,
     3,
     0,
     0},
    {"408",
     {INVITE, REFUSED("408")},
     0,
     CALL_TIMEOUT,
     408,
     -1,
     -1,
     500,
     CALL_NOBODY,
     3,
     0,
     0},
    {"silence for 32 s after the last request",
     {INVITE,
      {500, ">", "INVITE", "1 INVITE", "a", NULL, NULL},
      {31500, ">", "INVITE", "1 INVITE", "a", NULL, NULL}},
     63501,
     CALL_TIMEOUT,
     0,
     -1,
     -1,
     -1,
     CALL_NOBODY,
     3,
     2,
     0},
    {"not yet 32 s",
     {INVITE, {500, ">", "INVITE", "1 INVITE", "a", NULL, NULL}},
     32499,
     CALL_TRYING,
     0,
     -1,
     -1,
     -1,
     CALL_NOBODY,
     2,
     1,
     0},
    {"a long ring is no time-out",
     {INVITE, RINGING},
     60000,
     CALL_RINGING,
     0,
     100,
     -1,
     -1,
     0,
     2,
     0,
     0},
    {"attempt after a challenge is pending",
     {INVITE, REFUSED("401"), {510, ">", "INVITE", "2 INVITE", "d", NULL, NULL}},
     0,
     CALL_TRYING,
     401,
     -1,
     -1,
     -1,
     CALL_NOBODY,
     4,
     0,
     0},
    {"attempt after a challenge is answered",
     {INVITE,
      REFUSED("401"),
      {510, ">", "INVITE", "2 INVITE", "d", NULL, NULL},
      {2000, "<", "180", "2 INVITE", "d", "bob", NULL},
      {3000, "<", "200", "2 INVITE", "d", "bob", NULL}},
     0,
     CALL_ANSWERED,
     200,
     2000,
     3000,
     -1,
     CALL_NOBODY,
     6,
     0,
     0},
    {"redirect followed, then busy",
     {INVITE,
      REFUSED("302"),
      {510, ">", "INVITE", "2 INVITE", "d", NULL, NULL},
      {2000, "<", "486", "2 INVITE", "d", "bob", NULL}},
     0,
     CALL_BUSY,
     486,
     -1,
     -1,
     2000,
     CALL_CALLEE,
     5,
     0,
     0},
    {"a re-INVITE changes nothing",
     {INVITE,
      OK,
      ACK,
      {5000, ">", "INVITE", "2 INVITE", "r", "bob", NULL},
      {5010, "<", "488", "2 INVITE", "r", "bob", NULL},
      {5020, ">", "ACK", "2 ACK", "r", "bob", NULL}},
     0,
     CALL_ANSWERED,
     200,
     -1,
     1000,
     -1,
     CALL_NOBODY,
     6,
     0,
     0},
    {"fork: two early dialogs, one answers",
     {INVITE,
      {200, "<", "183", "1 INVITE", "a", "b1", NULL},
      {300, "<", "180", "1 INVITE", "a", "b2", NULL},
      {900, "<", "200", "1 INVITE", "a", "b2", NULL}},
     0,
     CALL_ANSWERED,
     200,
     200,
     900,
     -1,
     CALL_NOBODY,
     4,
     0,
     0},
    {"first response sent again by 1xx with another RSeq",
     {INVITE,
      {200, "<", "183", "1 INVITE", "a", "b1", "RSeq: 1\r\n"},
      {700, "<", "183", "1 INVITE", "a", "b1", "RSeq: 1\r\n"},
      {900, "<", "183", "1 INVITE", "a", "b1", "RSeq: 2\r\n"}},
     0,
     CALL_RINGING,
     0,
     200,
     -1,
     -1,
     CALL_NOBODY,
     4,
     1,
     0},
    {"begins with the answer",
     {OK, ACK, {9000, ">", "BYE", "2 BYE", "c", "bob", NULL}},
     0,
     CALL_COMPLETED,
     200,
     -1,
     1000,
     9000,
     CALL_CALLER,
     3,
     0,
     CALL_INCOMPLETE_START},
    {"begins with BYE",
     {{9000, ">", "BYE", "2 BYE", "c", "bob", NULL},
      {9010, "<", "200", "2 BYE", "c", "bob", NULL}},
     0,
     CALL_COMPLETED,
     0,
     -1,
     -1,
     9000,
     CALL_CALLER,
     2,
     0,
     CALL_INCOMPLETE_START},
    {"begins with a re-INVITE",
     {{9000, ">", "INVITE", "2 INVITE", "c", "bob", NULL},
      {9010, "<", "200", "2 INVITE", "c", "bob", NULL}},
     0,
     CALL_ANSWERED,
     0,
     -1,
     -1,
     -1,
     0,
     2,
     0,
     CALL_INCOMPLETE_START},
    {"begins while it rings",
     {RINGING},
     0,
     CALL_RINGING,
     0,
     100,
     -1,
     -1,
     0,
     1,
     0,
     CALL_INCOMPLETE_START},
    {"options",
     {{0, ">", "OPTIONS", "1 OPTIONS", "a", NULL, NULL},
      {10, "<", "200", "1 OPTIONS", "a", "x", NULL}},
     0,
     CALL_DONE,
     200,
     -1,
     -1,
     10,
     CALL_CALLEE,
     2,
     0,
     0},
    {"options without an answer",
     {{0, ">", "OPTIONS", "1 OPTIONS", "a", NULL, NULL}},
     33000,
     CALL_TIMEOUT,
     0,
     -1,
     -1,
     -1,
     CALL_NOBODY,
     1,
     0,
     0},
    {"register",
     {{0, ">", "REGISTER", "1 REGISTER", "a", NULL, "Expires: 60\r\n"},
      {10, "<", "401", "1 REGISTER", "a", "x", NULL},
      {20, ">", "REGISTER", "2 REGISTER", "b", NULL, "Expires: 60\r\n"},
      {30, "<", "200", "2 REGISTER", "b", "x",
       "Contact: <sip:alice@192.0.2.1>;expires=50\r\n"}},
     40000,
     CALL_ACTIVE,
     200,
     -1,
     -1,
     30,
     CALL_CALLEE,
     4,
     0,
     0},
    {"registration runs out",
     {{0, ">", "REGISTER", "2 REGISTER", "b", NULL, "Expires: 20\r\n"},
      {30, "<", "200", "2 REGISTER", "b", "x", NULL}},
     70000,
     CALL_DONE,
     200,
     -1,
     -1,
     30,
     CALL_CALLEE,
     2,
     0,
     0},
    {"unregister",
     {{0, ">", "REGISTER", "2 REGISTER", "b", NULL, "Contact: *\r\nExpires: 0\r\n"},
      {30, "<", "200", "2 REGISTER", "b", "x", NULL}},
     0,
     CALL_TERMINATED,
     200,
     -1,
     -1,
     30,
     CALL_CALLEE,
     2,
     0,
     0},
    {"subscription ended by the notifier",
     {{0, ">", "SUBSCRIBE", "1 SUBSCRIBE", "b", NULL, "Expires: 600\r\n"},
      {30, "<", "200", "1 SUBSCRIBE", "b", "x", "Expires: 600\r\n"},
      {40, "<", "NOTIFY", "9 NOTIFY", "n", "x", "Subscription-State: terminated\r\n"}},
     0,
     CALL_TERMINATED,
     200,
     -1,
     -1,
     30,
     CALL_CALLEE,
     3,
     0,
     0},
};

static int64_t at(const struct row *r, int ms)
{
    (void)r;
    return ms < 0 ? 0 : T0 + ms * MS;
}

static void states_and_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *r = &ROWS[i];
        struct fixture f;
        fixture_init(&f);
        feed_all(&f, r->step, 16);
        if (r->until)
            calls_advance(f.calls, T0 + r->until * MS);
        struct call *c = the_call(&f);
        print_message("%s\n", r->name);
        assert_string_equal(call_state_name(c->state), call_state_name(r->state));
        assert_int_equal(c->status, r->status);
        assert_int_equal(c->ring, at(r, r->ring));
        assert_int_equal(c->answer, at(r, r->answer));
        assert_int_equal(c->end, at(r, r->end));
        assert_int_equal(c->ended_by, r->ended_by);
        assert_int_equal(c->messages, r->messages);
        assert_int_equal(c->retransmissions, r->retransmissions);
        assert_int_equal(c->incomplete, r->incomplete);
        fixture_done(&f);
    }
}

static void parties(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.from = "sip:alice@example.com:5070;user=phone";
    FEED(&f, {0, ">", "INVITE", "1 INVITE", "a", NULL, "User-Agent: Phone/1\r\n"});
    struct call *c = the_call(&f);
    assert_string_equal(c->from.user, "alice");
    assert_string_equal(c->from.host, "example.com:5070");
    assert_string_equal(c->to.uri, "sip:bob@example.net");
    assert_string_equal(c->ruri, "sip:bob@example.net");
    assert_string_equal(c->user_agent, "Phone/1");
    assert_string_equal(call_method(c), "INVITE");
    fixture_done(&f);
}

/* A password stays in the message; no list is to have it. */
static void passwords(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *kept, *host;
    } URIS[] = {
        {"sip:alice:secret@example.com", "sip:alice@example.com", "example.com"},
        {"sips:alice:a:b@example.com:5061;x=1", "sips:alice@example.com:5061;x=1",
         "example.com:5061"},
        {"sip:alice@example.com:5060", "sip:alice@example.com:5060",
         "example.com:5060"},
        {"sip:example.com:5060", "sip:example.com:5060", "example.com:5060"},
    };
    for (size_t i = 0; i < sizeof URIS / sizeof *URIS; i++) {
        struct fixture f;
        fixture_init(&f);
        f.from = f.to = URIS[i].uri;
        FEED(&f, {0, ">", "INVITE", "1 INVITE", "a", NULL, NULL});
        struct call *c = the_call(&f);
        assert_string_equal(c->from.uri, URIS[i].kept);
        assert_string_equal(c->from.host, URIS[i].host);
        assert_string_equal(c->to.uri, URIS[i].kept);
        assert_string_equal(c->ruri, URIS[i].kept);
        fixture_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_and_times),
        cmocka_unit_test(parties),
        cmocka_unit_test(passwords),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
