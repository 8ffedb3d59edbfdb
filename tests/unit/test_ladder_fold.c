#include "shelf.h"

#include "view/ladder.h"

static const struct ladder_options FOLDED = {
    .session = true, .hide_copies = true, .fold = true};

struct hop_step {
    int ms;
    const char *src, *dst, *start, *cseq, *branch, *to_tag, *extra;
};

static void feed_hop(struct shelf *s, const struct hop_step *h)
{
    bool response = h->start[0] >= '0' && h->start[0] <= '9';
    struct step m = {
        h->ms, response ? "<" : ">", h->start, h->cseq, h->branch, h->to_tag, h->extra};
    s->f.src = response ? h->dst : h->src;
    s->f.dst = response ? h->src : h->dst;
    feed(&s->f, &m);
}

#define A "192.0.2.1:5060"
#define P "203.0.113.5:5060"
#define Q "203.0.113.6:5060"
#define B "198.51.100.2:5060"

struct wanted {
    unsigned from, to;
    const char *text;
    unsigned repeats;
};

static void assert_rows(const struct ladder *l, const struct wanted *w, size_t n)
{
    for (size_t i = 0; i < n && i < l->rows; i++) {
        assert_string_equal(l->row[i].text, w[i].text);
        assert_int_equal(l->row[i].from, w[i].from);
        assert_int_equal(l->row[i].to, w[i].to);
        assert_int_equal(l->row[i].repeats, w[i].repeats);
    }
    assert_int_equal(l->rows, n);
}

/* Two proxies, which relay, try, and send again: the ends alone are left. */
static void relays_and_repetitions_go(void **state)
{
    static const struct hop_step STEPS[] = {
        {0, A, P, "INVITE", "1 INVITE", "a", NULL, NULL},
        {1, P, A, "100", "1 INVITE", "a", NULL, NULL},
        {2, P, Q, "INVITE", "1 INVITE", "p", NULL, NULL},
        {502, P, Q, "INVITE", "1 INVITE", "p", NULL, NULL},
        {503, Q, B, "INVITE", "1 INVITE", "q", NULL, NULL},
        {600, B, Q, "200", "1 INVITE", "q", "b", NULL},
        {601, Q, P, "200", "1 INVITE", "p", "b", NULL},
        {602, P, A, "200", "1 INVITE", "a", "b", NULL},
        {610, A, B, "ACK", "1 ACK", "k", "b", NULL},
    };
    static const struct wanted WANTED[] = {
        {0, 1, "INVITE (3 hops)", 1}, {1, 0, "200 OK (3 hops)", 0}, {0, 1, "ACK", 0}};
    struct shelf s;
    (void)state;
    shelf_init(&s);
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++)
        feed_hop(&s, &STEPS[i]);
    struct ladder *l = ladder_build(&s.view, shelf_first(&s), &FOLDED);
    assert_non_null(l);
    assert_rows(l, WANTED, 3);
    assert_int_equal(l->columns, 2);
    assert_int_equal(l->folded, 2);
    assert_string_equal(l->column[1].label, B);
    ladder_free(l);
    shelf_done(&s);
}

/* A request that comes back is a loop, not a relay; a fork keeps both branches. */
static void loops_and_forks_stay(void **state)
{
    static const struct hop_step STEPS[] = {
        {0, A, P, "INVITE", "1 INVITE", "a", NULL, NULL},
        {1, P, Q, "INVITE", "1 INVITE", "p", NULL, NULL},
        {2, P, B, "INVITE", "1 INVITE", "r", NULL, NULL},
        {3, Q, A, "INVITE", "1 INVITE", "q", NULL, NULL},
    };
    struct shelf s;
    (void)state;
    shelf_init(&s);
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++)
        feed_hop(&s, &STEPS[i]);
    struct ladder *l = ladder_build(&s.view, shelf_first(&s), &FOLDED);
    assert_non_null(l);
    assert_int_equal(l->rows, 3);
    assert_string_equal(l->row[0].text, "INVITE (2 hops)");
    assert_string_equal(l->row[1].text, "INVITE");
    assert_string_equal(l->row[2].text, "INVITE");
    ladder_free(l);
    shelf_done(&s);
}

/* What is no proxy's doing is drawn as it is. */
static void nothing_to_fold(void **state)
{
    static const struct hop_step STEPS[] = {
        {0, A, B, "INVITE", "1 INVITE", "a", NULL, NULL},
        {9, B, A, "486", "1 INVITE", "a", "b", NULL},
        {10, A, B, "ACK", "1 ACK", "a", "b", NULL},
    };
    static const struct wanted WANTED[] = {
        {0, 1, "INVITE", 0}, {1, 0, "486 Busy Here", 0}, {0, 1, "ACK", 0}};
    struct shelf s;
    (void)state;
    shelf_init(&s);
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++)
        feed_hop(&s, &STEPS[i]);
    struct ladder *l = ladder_build(&s.view, shelf_first(&s), &FOLDED);
    assert_non_null(l);
    assert_rows(l, WANTED, 3);
    assert_int_equal(l->folded, 0);
    ladder_free(l);
    shelf_done(&s);
}

/* Where a call is sent to is in the row (RFC 3515, 3891, 3261 21.3). */
static void transfers_say_where_to(void **state)
{
    static const struct {
        struct hop_step step;
        const char *text, *mark;
    } ROWS[] = {
        {{0, A, B, "REFER", "2 REFER", "a", "b",
          "Refer-To: <sip:carol@example.com;method=INVITE>\r\n"},
         "REFER carol@example.com",
         "transfer"},
        {{1, A, B, "INVITE", "3 INVITE", "i", "b",
          "Replaces: x@192.0.2.1;to-tag=1;from-tag=2\r\n"},
         "INVITE",
         "replaces"},
        {{2, B, A, "302", "3 INVITE", "i", "b",
          "Contact: <sip:bob@198.51.100.7:5070>\r\n"},
         "302 Moved Temporarily bob@198.51.100.7",
         NULL},
        {{3, A, B, "NOTIFY", "4 NOTIFY", "n", "b", "Event: refer\r\n"}, "NOTIFY", NULL},
    };
    struct shelf s;
    (void)state;
    shelf_init(&s);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        feed_hop(&s, &ROWS[i].step);
    s.f.body = "SIP/2.0 486 Busy Here\r\n";
    struct hop_step notify = {5, A, B, "NOTIFY", "5 NOTIFY", "m", "b", NULL};
    feed_hop(&s, &notify);
    struct ladder *l = ladder_build(&s.view, shelf_first(&s), &FOLDED);
    assert_non_null(l);
    assert_int_equal(l->rows, 5);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        assert_string_equal(l->row[i].text, ROWS[i].text);
        if (ROWS[i].mark)
            assert_string_equal(l->row[i].mark, ROWS[i].mark);
        else
            assert_null(l->row[i].mark);
    }
    assert_string_equal(l->row[4].text, "NOTIFY 486 Busy Here");
    assert_string_equal(l->row[4].mark, "transfer");
    ladder_free(l);
    shelf_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relays_and_repetitions_go),
        cmocka_unit_test(loops_and_forks_stay),
        cmocka_unit_test(nothing_to_fold),
        cmocka_unit_test(transfers_say_where_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
