/* OPTIONS: who answers, how fast, and since when not. */
#include "scenario.h"

#include "model/health.h"

static struct fixture f;
static struct addr peer;

static int open_all(void **state)
{
    (void)state;
    fixture_init(&f);
    assert_true(addr_parse(slice_str(f.dst), &peer));
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    fixture_done(&f);
    return 0;
}

static const struct health *of_peer(void)
{
    const struct health *h = health_of(&f.calls->healths, &peer);
    assert_non_null(h);
    return h;
}

static void ping(int ms, const char *status, int rtt)
{
    static char cseq[32], branch[16];
    static unsigned n;
    snprintf(cseq, sizeof cseq, "%u OPTIONS", ++n);
    snprintf(branch, sizeof branch, "o%u", n);
    FEED(&f, {ms, ">", "OPTIONS", cseq, branch, NULL, NULL});
    if (status)
        FEED(&f, {ms + rtt, "<", status, cseq, branch, "x", NULL});
}

static void answered(void **state)
{
    int64_t since;
    (void)state;
    ping(0, "200", 20);
    ping(30000, "404", 40); /* an answer, too */
    const struct health *h = of_peer();
    assert_int_equal(h->sent, 2);
    assert_int_equal(h->answered, 2);
    assert_int_equal(h->rtt, 40 * MS);
    assert_int_equal(h->rtt_sum, 60 * MS);
    assert_int_equal(health_state(h, T0 + 31000 * MS, &since), HEALTH_UP);
    assert_int_equal(since, T0 + 30040 * MS);
}

/* In one dialog or each in its own: what counts is the time without an answer. */
static void down_and_back(void **state)
{
    int64_t since;
    (void)state;
    ping(0, "200", 20);
    ping(30000, NULL, 0);
    assert_int_equal(health_state(of_peer(), T0 + 50000 * MS, &since), HEALTH_UP);
    ping(60000, NULL, 0);
    ping(90000, NULL, 0);
    assert_int_equal(health_state(of_peer(), T0 + 91000 * MS, &since), HEALTH_DOWN);
    assert_int_equal(since, T0 + 30000 * MS);
    ping(120000, "200", 10);
    assert_int_equal(health_state(of_peer(), T0 + 121000 * MS, &since), HEALTH_UP);
    assert_int_equal(of_peer()->outages, 1);
    assert_int_equal(of_peer()->sent - of_peer()->answered, 3);
    ping(150000, "503", 10);
    assert_int_equal(health_state(of_peer(), T0 + 151000 * MS, NULL), HEALTH_FAILING);
}

static void never_answered(void **state)
{
    (void)state;
    ping(0, NULL, 0);
    assert_int_equal(health_state(of_peer(), T0 + 1000 * MS, NULL), HEALTH_UNKNOWN);
    assert_int_equal(health_state(of_peer(), T0 + 40000 * MS, NULL), HEALTH_DOWN);
}

static void bounded(void **state)
{
    char dst[40];
    (void)state;
    for (unsigned i = 0; i < 10000; i++) {
        snprintf(dst, sizeof dst, "10.0.%u.%u:5060", i / 250, i % 250);
        f.dst = dst;
        ping((int)i, NULL, 0);
    }
    assert_int_equal(f.calls->healths.slab.used, 4096);
    calls_clear(f.calls);
    assert_null(f.calls->healths.newest);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)
    const struct CMUnitTest tests[] = {
        TEST(answered),
        TEST(down_and_back),
        TEST(never_answered),
        TEST(bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
