/* Key figures: the worked example (RFC 6076, E.425), one case for each rule of
 * counting, and time. */
#include "scenario.h"

#include "model/attempt.h"
#include "model/kpi_rows.h"
#include "model/recount.h"

#include <math.h>

static struct fixture f;
static struct kpi *k;
static unsigned serial;
static struct addr bob_ip;

static const char *trunk_of(void *ctx, const struct addr *a)
{
    (void)ctx;
    return addr_eq(a, &bob_ip) ? "carrier" : NULL;
}

static void open_with(struct kpi_options o)
{
    fixture_init(&f);
    assert_true(addr_parse(slice_str("198.51.100.2"), &bob_ip));
    o.trunk = trunk_of;
    o.prefix = 4;
    o.ledger = &f.ledger;
    k = kpi_new(&o);
    assert_non_null(k);
    f.calls->kpi = k;
}

static int open_all(void **state)
{
    (void)state;
    open_with((struct kpi_options){.prefix = 4});
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    fixture_done(&f);
    kpi_free(k);
    return 0;
}

/* A call of its own that begins `ms` after T0. */
static void fresh(void)
{
    static char id[40];
    snprintf(id, sizeof id, "k%u@example.com", ++serial);
    f.call_id = id;
}

/* INVITE, maybe a ring, and a final response of a call of its own. */
static size_t part; /* messages counted before each attempt */

static void attempt(int ms, bool rings, const char *final)
{
    if (part && f.calls->msgs.n)
        assert_true(recount_part(f.calls, part));
    fresh();
    FEED(&f, {ms, ">", "INVITE", "1 INVITE", "a", NULL, NULL});
    if (rings)
        FEED(&f, {ms + 100, "<", "180", "1 INVITE", "a", "b", NULL});
    if (!strcmp(final, "487"))
        FEED(&f, {ms + 150, ">", "CANCEL", "1 CANCEL", "a", NULL, NULL});
    FEED(&f, {ms + 200, "<", final, "1 INVITE", "a", "b", NULL});
}

static void all(struct kpi_counts *c, struct kpi_figures *out)
{
    *c = (struct kpi_counts){.n = {0}};
    kpi_read(k->all, KPI_HOUR, INT64_MIN, INT64_MAX, c);
    kpi_figures(c, out);
}

static void assert_figure(double got, double want)
{
    if (fabs(got - want) > 0.005)
        print_error("%f is not %f\n", got, want);
    assert_true(fabs(got - want) <= 0.005);
}

/* 200:50 486:10 480:8 487 after ringing:12 404:5 503:6 408:2 302:4 603:1, other 4xx:2.
 */
static void the_worked_example(void **state)
{
    static const struct {
        const char *final;
        int n;
        bool rings;
    } mix[] = {{"200", 50, true}, {"486", 10, false}, {"480", 8, false},
               {"487", 12, true}, {"404", 5, false},  {"503", 6, false},
               {"408", 2, false}, {"302", 4, false},  {"603", 1, false},
               {"407", 2, false}};
    struct kpi_counts c;
    struct kpi_figures g;
    (void)state;
    for (size_t i = 0; i < sizeof mix / sizeof *mix; i++)
        for (int n = 0; n < mix[i].n; n++)
            attempt((int)serial * 300, mix[i].rings, mix[i].final);
    all(&c, &g);
    assert_int_equal(c.n[KPI_ATTEMPTS], 100);
    assert_figure(g.ser, 52.08);
    assert_figure(g.seer, 71.88);
    assert_figure(g.isa, 8.00);
    assert_figure(g.asr, 50.00);
    assert_figure(g.ner, 81.00);
    kpi_counts_done(&c);
}

static void a_challenge_makes_no_second_attempt(void **state)
{
    struct kpi_counts c;
    struct kpi_figures g;
    (void)state;
    fresh();
    FEED(&f, {0, ">", "INVITE", "1 INVITE", "a", NULL, NULL},
         {50, "<", "407", "1 INVITE", "a", "x", NULL},
         {60, ">", "ACK", "1 ACK", "a", "x", NULL});
    all(&c, &g);
    assert_int_equal(c.n[KPI_REFUSED], 1);
    kpi_counts_done(&c);
    FEED(&f, {1100, ">", "INVITE", "2 INVITE", "b", NULL, NULL},
         {1100, ">", "INVITE", "2 INVITE", "b", NULL, NULL},
         {1600, "<", "180", "2 INVITE", "b", "b", NULL},
         {3000, "<", "200", "2 INVITE", "b", "b", NULL});
    all(&c, &g);
    assert_int_equal(c.n[KPI_ATTEMPTS], 1);
    assert_int_equal(c.n[KPI_SETTLED], 1);
    assert_int_equal(c.n[KPI_ANSWERED], 1);
    assert_int_equal(c.n[KPI_REFUSED], 0);
    assert_int_equal(c.sum[KPI_SUM_PDD], 1600 * MS);
    assert_int_equal(c.sum[KPI_SUM_SETUP], 3000 * MS);
    assert_int_equal(c.n[KPI_REQUESTS], 4);
    assert_true(isnan(g.asr)); /* fewer than ten */
    assert_int_equal(k->all->up, 1);
    kpi_counts_done(&c);
}

static void a_talk_ends_and_is_completed(void **state)
{
    struct kpi_counts c;
    struct kpi_figures g;
    (void)state;
    attempt(0, true, "200");
    FEED(&f, {5200, "<", "BYE", "1 BYE", "z", "b", "Reason: Q.850;cause=16\r\n"});
    all(&c, &g);
    assert_int_equal(c.n[KPI_ENDED], 1);
    assert_int_equal(c.n[KPI_BY_CALLEE], 1);
    assert_int_equal(c.n[KPI_COMPLETED], 0);
    assert_int_equal(c.n[KPI_SHORT6], 1);
    assert_int_equal(c.sum[KPI_SUM_TALK], 5000 * MS);
    assert_int_equal(k->all->up, 0);
    assert_int_equal(c.up_peak, 1);
    kpi_counts_done(&c);
    FEED(&f, {5250, ">", "200", "1 BYE", "z", "b", NULL});
    all(&c, &g);
    assert_int_equal(c.n[KPI_COMPLETED], 1);
    assert_int_equal(c.sum[KPI_SUM_BYE], 50 * MS);
    size_t n;
    const struct spread_item *cause = spread_of(&c.spread, SPREAD_CAUSE, &n);
    assert_int_equal(n, 1);
    assert_int_equal(spread_key(cause), 16);
    kpi_counts_done(&c);
}

/* Timer B: what no one answers is settled after 32 s, not before. */
static void nobody_answers(void **state)
{
    struct kpi_counts c;
    struct kpi_figures g;
    (void)state;
    fresh();
    FEED(&f, {0, ">", "INVITE", "1 INVITE", "a", NULL, NULL});
    calls_advance(f.calls, T0 + 20000 * MS);
    all(&c, &g);
    assert_int_equal(c.n[KPI_SETTLED], 0);
    kpi_counts_done(&c);
    calls_advance(f.calls, T0 + 40000 * MS);
    all(&c, &g);
    assert_int_equal(c.n[KPI_SETTLED], 1);
    assert_int_equal(c.n[KPI_TIMEOUTS], 1);
    assert_int_equal(c.n[KPI_INEFFECTIVE], 0); /* no 408 was sent */
    kpi_counts_done(&c);
}

static void an_early_487_can_be_left_out(void **state)
{
    struct kpi_counts c;
    struct kpi_figures g;
    (void)state;
    close_all(NULL);
    open_with((struct kpi_options){.early_487_left_out = true});
    for (int i = 0; i < 10; i++)
        attempt(i * 1000, false, i < 5 ? "200" : i < 9 ? "404" : "487");
    all(&c, &g);
    assert_figure(g.ner, 100 * 5.0 / 9);
    assert_figure(g.asr, 50);
    kpi_counts_done(&c);
}

static void peers_trunks_prefixes(void **state)
{
    struct addr alice;
    struct kpi_counts c = {.n = {0}};
    (void)state;
    assert_true(addr_parse(slice_str("192.0.2.1"), &alice));
    f.to = "sip:+4940555020@example.net";
    attempt(0, false, "503");
    assert_non_null(kpi_peer(k, &alice, KPI_FROM));
    assert_null(kpi_peer(k, &alice, KPI_TO));
    const struct kpi_group *to = kpi_named(k, KPI_TRUNK, "carrier", KPI_TO);
    assert_non_null(to);
    kpi_read(to, KPI_HOUR, INT64_MIN, INT64_MAX, &c);
    assert_int_equal(c.n[KPI_INEFFECTIVE], 1);
    assert_non_null(kpi_named(k, KPI_PREFIX, "4940", KPI_BOTH));
    kpi_counts_done(&c);
}

/* Both ends on one host: it is not two calls of the peer. */
static void a_host_that_calls_itself_counts_once(void **state)
{
    struct addr host;
    (void)state;
    f.src = "192.0.2.1:5071";
    f.dst = "192.0.2.1:5070";
    assert_true(addr_parse(slice_str("192.0.2.1"), &host));
    attempt(0, true, "200");
    assert_int_equal(kpi_peer(k, &host, KPI_FROM)->up, 1);
    assert_null(kpi_peer(k, &host, KPI_TO));
}

/* The caller's proxy tries a second gateway: one attempt, each gateway by its own. */
static void another_gateway_is_tried(void **state)
{
    struct addr first, second;
    struct kpi_counts c;
    struct kpi_figures g;
    (void)state;
    assert_true(addr_parse(slice_str("198.51.100.2"), &first));
    assert_true(addr_parse(slice_str("198.51.100.3"), &second));
    attempt(0, false, "503");
    f.dst = "198.51.100.3:5060";
    FEED(&f, {1000, ">", "INVITE", "2 INVITE", "c", NULL, NULL},
         {1500, "<", "200", "2 INVITE", "c", "b", NULL});
    all(&c, &g);
    assert_int_equal(c.n[KPI_ATTEMPTS], 1);
    assert_int_equal(c.n[KPI_ANSWERED], 1);
    assert_int_equal(c.n[KPI_INEFFECTIVE], 0);
    assert_int_equal(c.sum[KPI_SUM_SETUP], 1500 * MS);
    kpi_counts_done(&c);
    c = (struct kpi_counts){.n = {0}};
    kpi_read(kpi_peer(k, &first, KPI_TO), KPI_HOUR, INT64_MIN, INT64_MAX, &c);
    assert_int_equal(c.n[KPI_INEFFECTIVE], 1);
    assert_int_equal(c.n[KPI_ANSWERED], 0);
    kpi_counts_done(&c);
    c = (struct kpi_counts){.n = {0}};
    kpi_read(kpi_peer(k, &second, KPI_TO), KPI_HOUR, INT64_MIN, INT64_MAX, &c);
    assert_int_equal(c.n[KPI_ANSWERED], 1);
    assert_int_equal(c.sum[KPI_SUM_SETUP], 500 * MS);
    kpi_counts_done(&c);
}

/* A proxy's copy on the next hop is the same attempt, seen by other peers. */
static void a_proxy_counts_once(void **state)
{
    struct addr proxy;
    struct kpi_counts c;
    struct kpi_figures g;
    (void)state;
    assert_true(addr_parse(slice_str("198.51.100.2"), &proxy));
    fresh();
    FEED(&f, {0, ">", "INVITE", "1 INVITE", "a", NULL, NULL});
    f.src = "198.51.100.2:5060";
    f.dst = "203.0.113.9:5060";
    f.vias = 2;
    FEED(&f, {10, ">", "INVITE", "1 INVITE", "p", NULL, NULL},
         {90, "<", "200", "1 INVITE", "p", "b", NULL});
    f.src = "192.0.2.1:5060";
    f.dst = "198.51.100.2:5060";
    f.vias = 1;
    FEED(&f, {100, "<", "200", "1 INVITE", "a", "b", NULL});
    all(&c, &g);
    assert_int_equal(c.n[KPI_ATTEMPTS], 1);
    assert_int_equal(c.n[KPI_ANSWERED], 1);
    assert_int_equal(k->all->up, 1);
    kpi_counts_done(&c);
    c = (struct kpi_counts){.n = {0}};
    kpi_read(kpi_peer(k, &proxy, KPI_FROM), KPI_HOUR, INT64_MIN, INT64_MAX, &c);
    assert_int_equal(c.n[KPI_ANSWERED], 1);
    kpi_counts_done(&c);
}

/* Seconds go into minutes and minutes into hours, and nothing is lost on the way. */
static void time_goes_by(void **state)
{
    struct kpi_counts c;
    struct kpi_figures g;
    (void)state;
    for (int i = 0; i < 100; i++)
        attempt(i * 60000, true, i % 2 ? "486" : "200");
    all(&c, &g);
    assert_int_equal(c.n[KPI_ATTEMPTS], 100);
    assert_figure(g.asr, 50);
    kpi_counts_done(&c);
    const struct kpi_rows *rows = kpi_rows(k);
    const struct kpi_figures *figures;
    unsigned n[KPI_PERIODS] = {0}, sum[KPI_PERIODS] = {0};
    assert_non_null(rows);
    for (size_t i = 0; i < rows->list.n; i++) {
        const struct kpi_row *row = &rows->list.at[i];
        if (row->group[0]->kind != KPI_ALL)
            continue;
        n[row->period]++;
        sum[row->period] += kpi_row_read(k, row, &figures)->n[KPI_ATTEMPTS];
    }
    assert_int_equal(sum[KPI_HOUR], 100);
    assert_int_equal(sum[KPI_MINUTE], 100);
    /* 1700000000 is 22:13:20: 47 minutes, 52 that fill the second hour, one of it */
    assert_int_equal(n[KPI_HOUR], 2);
    assert_int_equal(n[KPI_MINUTE], 100);
}

/* One message from the next century changes nothing; two do, and a clock set back. */
static void leaps_are_believed_when_confirmed(void **state)
{
    struct kpi_counts c;
    struct kpi_figures g;
    (void)state;
    attempt(0, true, "200");
    int64_t second = k->second;
    kpi_turn(k, T0 + INT64_C(3000000000) * 1000 * MS);
    assert_int_equal(k->second, second);
    attempt(2000, true, "486");
    assert_int_equal(k->second, second + 2);
    assert_int_equal(kpi_second(k->all, second + 2)->n[KPI_ATTEMPTS], 1);
    f.calls->now = T0 - 90000000 * MS; /* a day back */
    attempt(-86400000, true, "486");
    attempt(-86399000, true, "486");
    attempt(-86398000, true, "486");
    assert_int_equal(k->second, second - 86398);
    assert_int_equal(kpi_second(k->all, second - 86398)->n[KPI_ATTEMPTS], 1);
    all(&c, &g);
    assert_int_equal(c.n[KPI_ATTEMPTS], 5);
    kpi_counts_done(&c);
}

/* What the scenarios above have, one after the other. */
static void play(void)
{
    serial = 0;
    for (int i = 0; i < 40; i++)
        attempt(i * 5000, i % 3,
                i % 4 == 0   ? "200"
                : i % 4 == 1 ? "486"
                : i % 4 == 2 ? "487"
                             : "302");
    fresh();
    FEED(&f, {210000, ">", "INVITE", "1 INVITE", "a", NULL, NULL},
         {210050, "<", "407", "1 INVITE", "a", "x", NULL},
         {211100, ">", "INVITE", "2 INVITE", "b", NULL, NULL},
         {211150, ">", "INVITE", "2 INVITE", "b", NULL, NULL},
         {212600, "<", "200", "2 INVITE", "b", "b", NULL},
         {282600, "<", "BYE", "1 BYE", "z", "b", NULL},
         {282700, ">", "200", "1 BYE", "z", "b", NULL});
    attempt(283000, true, "200");
    fresh(); /* silent */
    FEED(&f, {284000, ">", "INVITE", "1 INVITE", "a", NULL, NULL});
    calls_advance(f.calls, T0 + 500000 * MS);
    fresh(); /* open at the end; its answers were captured first */
    FEED(&f, {500000, "<", "180", "1 INVITE", "a", "b", NULL},
         {500000, ">", "INVITE", "1 INVITE", "a", NULL, NULL});
    calls_end(f.calls);
}

/* As numbers in a row. */
static size_t all_counts(int64_t *out, size_t cap)
{
    const struct kpi_rows *rows = kpi_rows(recount_kpi(f.calls));
    const struct kpi_figures *figures;
    size_t n = 0;
    for (size_t i = 0; i < rows->list.n; i++) {
        const struct kpi_counts *c = kpi_row_read(k, &rows->list.at[i], &figures);
        out[n++] = rows->list.at[i].start;
        for (size_t j = 0; j < KPI_COUNTS; j++)
            out[n++] = c->n[j];
        for (size_t j = 0; j < KPI_SUMS; j++)
            out[n++] = c->sum[j];
        out[n++] = c->up;
        out[n++] = c->up_peak;
        out[n++] = c->peak;
        assert_in_range(n, 1, cap - 100);
    }
    return n;
}

static void check_later(size_t messages)
{
    static int64_t now[200000], later[200000];
    play();
    size_t n = all_counts(now, 200000);
    assert_true(n > 2000);
    close_all(NULL);
    open_with((struct kpi_options){.keep = {0}});
    f.calls->kpi = NULL;
    f.calls->kpi_later = k;
    part = messages;
    play();
    part = 0;
    assert_null(f.calls->kpi);
    assert_int_equal(all_counts(later, 200000), n);
    for (size_t i = 0; i < n; i++)
        if (now[i] != later[i]) {
            print_error("at %zu, %zu: %ld %ld\n", i, i % (KPI_COUNTS + KPI_SUMS + 4),
                        (long)now[i], (long)later[i]);
            break;
        }
    assert_memory_equal(now, later, n * sizeof *now);
}

static void counted_later_is_the_same(void **state)
{
    (void)state;
    check_later(0);
}

/* While more comes, as a screen does it. */
static void counted_in_parts_is_the_same(void **state)
{
    (void)state;
    check_later(1);
}

/* What was counted in part, too, is forgotten with the calls. */
static void a_part_is_forgotten(void **state)
{
    struct kpi_counts c;
    struct kpi_figures g;
    (void)state;
    f.calls->kpi = NULL;
    f.calls->kpi_later = k;
    attempt(0, true, "486");
    assert_true(recount_part(f.calls, 1));
    calls_clear(f.calls);
    attempt(1000, true, "486");
    assert_false(recount_part(f.calls, 100));
    all(&c, &g);
    assert_int_equal(c.n[KPI_ATTEMPTS], 1);
    kpi_counts_done(&c);
}

/* Calls that are given up are counted before. */
static void what_leaves_is_counted(void **state)
{
    struct kpi_counts c;
    struct kpi_figures g;
    (void)state;
    f.calls->kpi = NULL;
    f.calls->kpi_later = k;
    f.limits.max_calls = 5;
    for (int i = 0; i < 40; i++)
        attempt(i * 1000, true, "486");
    assert_ptr_equal(f.calls->kpi, k);
    all(&c, &g);
    assert_int_equal(c.n[KPI_REACHED], 40);
    kpi_counts_done(&c);
}

/* Ten thousand callers with one call each leave, and everything is still counted. */
static void many_peers_are_bounded(void **state)
{
    struct kpi_counts c;
    struct kpi_figures g;
    char src[40];
    (void)state;
    close_all(NULL);
    open_with((struct kpi_options){.groups = 64, .buckets = 128});
    for (unsigned i = 0; i < 10000; i++) {
        snprintf(src, sizeof src, "10.0.%u.%u:5060", i / 250, i % 250);
        f.src = src;
        attempt((int)i * 100, true, i & 1 ? "200" : "486");
    }
    all(&c, &g);
    assert_int_equal(c.n[KPI_ATTEMPTS], 10000);
    assert_int_equal(c.n[KPI_ANSWERED], 5000);
    assert_true(k->kept <= 64);
    assert_true(k->bucket_slab.used <= 3 * 128 + 64);
    assert_true(ledger_total(&f.ledger, LEDGER_PEERS_LIMIT) > 9000);
    kpi_counts_done(&c);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)
    const struct CMUnitTest tests[] = {
        TEST(the_worked_example),
        TEST(a_challenge_makes_no_second_attempt),
        TEST(a_talk_ends_and_is_completed),
        TEST(nobody_answers),
        TEST(an_early_487_can_be_left_out),
        TEST(peers_trunks_prefixes),
        TEST(a_host_that_calls_itself_counts_once),
        TEST(another_gateway_is_tried),
        TEST(a_proxy_counts_once),
        TEST(time_goes_by),
        TEST(leaps_are_believed_when_confirmed),
        TEST(counted_later_is_the_same),
        TEST(counted_in_parts_is_the_same),
        TEST(a_part_is_forgotten),
        TEST(what_leaves_is_counted),
        TEST(many_peers_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
