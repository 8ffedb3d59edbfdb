/* Registrations: what is asked for, granted, renewed, lost, and who only tries doors.
 */
#include "scenario.h"

#include "model/registration.h"

static struct fixture f;
static struct registrations *r;
static unsigned serial;

static int open_all(void **state)
{
    (void)state;
    fixture_init(&f);
    f.from = f.to = "sip:alice@example.com";
    f.call_id = "reg1@example.com";
    r = f.calls->registrations;
    serial = 0;
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    fixture_done(&f);
    return 0;
}

/* A REGISTER with these headers and its final response with those. */
static void do_register(int ms, const char *asks, const char *status, const char *says)
{
    char cseq[32], branch[16];
    snprintf(cseq, sizeof cseq, "%u REGISTER", ++serial);
    snprintf(branch, sizeof branch, "r%u", serial);
    FEED(&f, {ms, ">", "REGISTER", cseq, branch, NULL, asks});
    if (status)
        FEED(&f, {ms + 20, "<", status, cseq, branch, "x", says});
}

static const struct registration *only(void)
{
    assert_int_equal(r->list.kept, 1);
    return r->newest;
}

static int64_t at(int ms)
{
    return T0 + ms * MS;
}

#define CONTACT "Contact: <sip:alice@192.0.2.1:5060>\r\n"

static void granted_renewed_lost(void **state)
{
    (void)state;
    do_register(0, CONTACT "Expires: 600\r\n", "401", NULL);
    assert_int_equal(registration_state(only(), at(50)), REGISTRATION_CHALLENGED);
    do_register(100, CONTACT "Expires: 600\r\n", "200",
                "Contact: <sip:alice@192.0.2.1:5060>;expires=60\r\n");
    const struct registration *g = only();
    assert_string_equal(g->aor, "sip:alice@example.com");
    assert_string_equal(g->contact, "sip:alice@192.0.2.1:5060");
    assert_int_equal(g->expires, 60);
    assert_int_equal(g->attempts, 2);
    assert_int_equal(g->failures, 0);
    assert_false(g->nat);
    assert_int_equal(g->registered, at(120));
    assert_int_equal(registration_state(g, at(60000)), REGISTRATION_ACTIVE);
    assert_int_equal(registration_state(g, at(60121)), REGISTRATION_EXPIRED);
    do_register(30000, CONTACT, "200", CONTACT "Expires: 60\r\n");
    assert_int_equal(g->interval, 29900 * MS);
    assert_int_equal(g->refreshes, 1);
    assert_int_equal(g->until, at(90020));
    do_register(100000, CONTACT, "200", CONTACT "Expires: 60\r\n");
    assert_int_equal(g->lapses, 1);
    assert_int_equal(g->history[g->events - 1].event, REGISTRATION_LAPSED);
    do_register(110000, CONTACT "Expires: 0\r\n", "200", NULL);
    assert_int_equal(registration_state(g, at(110030)), REGISTRATION_REMOVED);
    assert_int_equal(g->attempts, 5);
}

static void all_are_taken_back(void **state)
{
    (void)state;
    do_register(0, CONTACT "Contact: <sip:alice@192.0.2.1:5070>\r\n", "200",
                CONTACT "Contact: <sip:alice@192.0.2.1:5070>;expires=30\r\n"
                        "Expires: 90\r\n");
    assert_int_equal(r->list.kept, 2);
    uint32_t n[REGISTRATION_STATES];
    registrations_count(r, at(40000), n);
    assert_int_equal(n[REGISTRATION_ACTIVE], 1);
    assert_int_equal(n[REGISTRATION_EXPIRED], 1);
    do_register(50000, "Contact: *\r\nExpires: 0\r\n", "200", NULL);
    registrations_count(r, at(51000), n);
    assert_int_equal(n[REGISTRATION_REMOVED], 2);
}

static void refused_and_silent(void **state)
{
    (void)state;
    do_register(0, CONTACT, "403", NULL);
    assert_int_equal(registration_state(only(), at(30)), REGISTRATION_REJECTED);
    assert_int_equal(only()->failures, 1);
    do_register(1000, CONTACT, "503", NULL);
    assert_int_equal(registration_state(only(), at(2000)), REGISTRATION_FAILED);
    do_register(5000, CONTACT, NULL, NULL);
    calls_advance(f.calls, at(50000));
    assert_int_equal(registration_state(only(), at(50000)), REGISTRATION_TIMEOUT);
    assert_int_equal(only()->failures, 3);
}

static void who_is_behind_nat(void **state)
{
    (void)state;
    f.src = "203.0.113.7:40123";
    do_register(0, "Contact: <sip:alice@10.0.0.5:5060>\r\n", "200", NULL);
    assert_true(only()->nat);
    f.src = "203.0.113.7:40999";
    do_register(10000, "Contact: <sip:alice@10.0.0.5:5060>\r\n", "200", NULL);
    assert_int_equal(only()->moves, 1);
    assert_int_equal(only()->history[1].event, REGISTRATION_MOVED);
}

/* Ten users from one address, none of which gets in: one row. */
static void a_scanner_has_one_row(void **state)
{
    char user[60], id[60];
    (void)state;
    for (int i = 0; i < 100; i++) {
        snprintf(user, sizeof user, "sip:%d@example.com", 100 + i);
        snprintf(id, sizeof id, "scan%d@example.com", i);
        f.from = f.to = user;
        f.call_id = id;
        do_register(i * 100, CONTACT, "404", NULL);
    }
    assert_true(only()->scanner);
    assert_int_equal(only()->attempts, 100);
    assert_int_equal(only()->failures, 100);
    assert_int_equal(registration_state(only(), at(20000)), REGISTRATION_SCANNER);
    /* Another address is none of it. */
    f.src = "192.0.2.99:5060";
    do_register(20000, "User-Agent: friendly-scanner\r\n" CONTACT, "404", NULL);
    assert_int_equal(r->list.kept, 2);
    assert_true(r->newest->scanner);
}

static void one_user_has_not_endless_contacts(void **state)
{
    char contact[80];
    (void)state;
    for (int i = 0; i < 1000; i++) {
        snprintf(contact, sizeof contact, "Contact: <sip:alice@192.0.2.1:%d>\r\n",
                 1024 + i);
        do_register(i * 10, contact, "200", contact);
    }
    assert_int_equal(r->list.kept, 64);
    assert_int_equal(ledger_total(&f.ledger, LEDGER_REGISTRATIONS_LIMIT), 936);
}

static void all_together_are_bounded(void **state)
{
    char user[60], src[40];
    (void)state;
    r->limit = 50;
    for (int i = 0; i < 1000; i++) {
        snprintf(user, sizeof user, "sip:u%d@example.com", i);
        snprintf(src, sizeof src, "10.1.%d.%d:5060", i / 250, i % 250);
        f.from = f.to = user;
        f.src = src;
        do_register(i * 10, CONTACT, i & 1 ? "200" : "401", NULL);
    }
    assert_int_equal(r->list.kept, 50);
    assert_int_equal(r->slab.used, 50);
    assert_int_equal(r->sources.used, 50);
    calls_clear(f.calls);
    assert_int_equal(r->list.kept, 0);
    assert_int_equal(r->bytes, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)
    const struct CMUnitTest tests[] = {
        TEST(granted_renewed_lost),     TEST(all_are_taken_back),
        TEST(refused_and_silent),       TEST(who_is_behind_nat),
        TEST(a_scanner_has_one_row),    TEST(one_user_has_not_endless_contacts),
        TEST(all_together_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
