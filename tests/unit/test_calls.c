#include "scenario.h"

#ifndef __SANITIZE_ADDRESS__
/* The allocator of this program: fails at a step given. */
static long steps_left = -1;
static bool fails_once;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);

static bool fails(void)
{
    if (steps_left < 0)
        return false;
    if (steps_left > 0) {
        steps_left--;
        return false;
    }
    if (fails_once)
        steps_left = -1;
    return true;
}

void *malloc(size_t n)
{
    return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return fails() ? NULL : __libc_realloc(p, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return fails() ? NULL : __libc_memalign(alignment, n);
}
#endif

#define INVITE(ms)                                     \
    {                                                  \
        ms, ">", "INVITE", "1 INVITE", "a", NULL, NULL \
    }

static void one_call(struct fixture *f, unsigned n, int ms, bool finished)
{
    char id[32];
    snprintf(id, sizeof id, "c%u@example.com", n);
    f->call_id = id;
    FEED(f, INVITE(ms));
    if (finished)
        FEED(f, {ms + 10, "<", "486", "1 INVITE", "a", "b", NULL});
}

static bool has(const struct fixture *f, unsigned n)
{
    char id[32];
    snprintf(id, sizeof id, "c%u@example.com", n);
    return calls_find(f->calls, slice_str(id)) != NULL;
}

/* The rows that are not NULL, their ids, and the counters agree. */
static void check_rows(struct fixture *f)
{
    struct calls *c = f->calls;
    size_t n = 0;
    uint32_t before = 0;
    for (size_t i = 0; i < c->list.n; i++) {
        struct call *call = c->list.at[i];
        if (!call)
            continue;
        n++;
        assert_true(call->id > before);
        before = call->id;
        assert_ptr_equal(calls_by_id(c, call->id), call);
    }
    assert_int_equal(n, c->calls_kept);
    n = before = 0;
    for (size_t i = 0; i < c->msgs.n; i++) {
        struct msg *m = c->msgs.at[i];
        if (!m)
            continue;
        n++;
        assert_true(m->id > before);
        before = m->id;
        assert_ptr_equal(calls_msg_by_id(c, m->id), m);
    }
    assert_int_equal(n, c->msgs_kept);
}

static void finished_calls_leave_first(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.limits.max_calls = 10;
    for (unsigned i = 0; i < 10; i++)
        one_call(&f, i, (int)i * 100, i == 3 || i == 5);
    one_call(&f, 10, 1000, false);
    assert_false(has(&f, 3));
    assert_true(has(&f, 0) && has(&f, 5));
    one_call(&f, 11, 1100, false);
    assert_false(has(&f, 5));
    one_call(&f, 12, 1200, false);
    assert_false(has(&f, 0));
    assert_true(has(&f, 12));
    assert_int_equal(f.calls->calls_kept, 10);
    assert_int_equal(ledger_total(&f.ledger, LEDGER_CALLS_LIMIT), 3);
    check_rows(&f);
    fixture_done(&f);
}

static void active_calls_stay(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.limits.max_calls = 3;
    one_call(&f, 0, 0, false);
    one_call(&f, 1, 100, false);
    one_call(&f, 2, 200, false);
    f.call_id = "c0@example.com";
    FEED(&f, {300, "<", "180", "1 INVITE", "a", "b", NULL});
    one_call(&f, 3, 400, false);
    assert_true(has(&f, 0));
    assert_false(has(&f, 1));
    fixture_done(&f);
}

static void a_flood_stays_bounded(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.limits.max_calls = 500;
    for (unsigned i = 0; i < 20000; i++)
        one_call(&f, i, (int)i, i % 3 == 0);
    assert_int_equal(f.calls->calls_kept, 500);
    assert_in_range(f.calls->list.n, 500, 700);
    assert_in_range(f.calls->msgs.n, 500, 2500);
    assert_in_range(f.calls->hops.by_addr.n, 1, 4);
    check_rows(&f);
    size_t memory = calls_memory(f.calls);
    for (unsigned i = 20000; i < 40000; i++)
        one_call(&f, i, (int)i, i % 3 == 0);
    assert_in_range(calls_memory(f.calls), memory / 2, memory + memory / 4);
    fixture_done(&f);
}

static void memory_is_a_limit(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.limits.max_memory = 1 << 20;
    for (unsigned i = 0; i < 5000; i++)
        one_call(&f, i, (int)i, false);
    assert_true(calls_memory(f.calls) <= 1 << 20);
    assert_true(ledger_total(&f.ledger, LEDGER_CALLS_LIMIT) > 1000);
    assert_true(has(&f, 4999));
    check_rows(&f);
    fixture_done(&f);
}

static void facts_go_on_over_the_message_limit(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.limits.max_messages = 3;
    FEED(&f, INVITE(0), {10, "<", "180", "1 INVITE", "a", "b", NULL},
         {1000, "<", "200", "1 INVITE", "a", "b", NULL},
         {1500, "<", "200", "1 INVITE", "a", "b", NULL},
         {1600, ">", "ACK", "1 ACK", "k", "b", NULL},
         {9000, ">", "BYE", "2 BYE", "z", "b", NULL});
    struct call *c = the_call(&f);
    assert_int_equal(c->kept, 3);
    assert_int_equal(c->messages, 6);
    assert_int_equal(c->retransmissions, 1);
    assert_string_equal(call_state_name(c->state), "completed");
    assert_int_equal(c->end, T0 + 9000 * MS);
    assert_int_equal(c->ended_by, CALL_CALLER);
    assert_int_equal(c->incomplete, CALL_INCOMPLETE_LIMIT);
    assert_int_equal(ledger_total(&f.ledger, LEDGER_MESSAGES_LIMIT), 3);
    fixture_done(&f);
}

static void copies(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const struct step invite = INVITE(0), again = INVITE(3), late = INVITE(9);
    struct msg *first = feed(&f, &invite);
    f.interface = 1;
    struct msg *copy = feed(&f, &again);
    assert_int_equal(copy->flags & (MSG_COPY | MSG_RETRANSMISSION), MSG_COPY);
    assert_ptr_equal(copy->same, first);
    f.interface = 0;
    f.path = 17;
    copy = feed(&f, &again);
    assert_int_equal(copy->flags & (MSG_COPY | MSG_RETRANSMISSION), MSG_COPY);
    f.path = 0;
    struct msg *repeated = feed(&f, &again);
    assert_int_equal(repeated->flags & (MSG_COPY | MSG_RETRANSMISSION),
                     MSG_RETRANSMISSION);
    assert_ptr_equal(repeated->same, first);
    f.interface = 1;
    repeated = feed(&f, &late);
    assert_int_equal(repeated->flags & (MSG_COPY | MSG_RETRANSMISSION),
                     MSG_RETRANSMISSION);
    struct call *c = the_call(&f);
    assert_int_equal(c->messages, 3);
    assert_int_equal(c->retransmissions, 2);
    assert_int_equal(c->copies, 2);
    assert_int_equal(f.calls->msgs_seen, 5);
    fixture_done(&f);
}

/* Two agents on one wire, whose clocks differ by 200 ms; a repetition comes after 500.
 */
static void agents_see_the_same(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const struct step at_a = INVITE(0), at_b = INVITE(200), again_a = INVITE(500),
                      again_b = INVITE(700);
    f.agent = true;
    f.path = 1;
    struct msg *first = feed(&f, &at_a);
    f.path = 2;
    assert_int_equal(feed(&f, &at_b)->flags & (MSG_COPY | MSG_RETRANSMISSION),
                     MSG_COPY);
    f.path = 1;
    struct msg *repeated = feed(&f, &again_a);
    assert_int_equal(repeated->flags & (MSG_COPY | MSG_RETRANSMISSION),
                     MSG_RETRANSMISSION);
    f.path = 2;
    assert_int_equal(feed(&f, &again_b)->flags & (MSG_COPY | MSG_RETRANSMISSION),
                     MSG_COPY);
    assert_ptr_equal(repeated->same, first);
    assert_int_equal(the_call(&f)->messages, 2);
    assert_int_equal(the_call(&f)->copies, 2);
    fixture_done(&f);
}

/* What waits for an answer times out by the clock as it is now. */
static void follows_a_clock_set_back(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    one_call(&f, 0, 3600000, true);
    one_call(&f, 1, 3600000, false);
    int64_t then = f.calls->now - INT64_C(3600000000000);
    calls_set_back(f.calls, then);
    assert_true(f.calls->now == then);
    assert_true(calls_by_id(f.calls, 1)->queued == then);
    calls_advance(f.calls, then + INT64_C(31000000000));
    assert_int_equal(calls_by_id(f.calls, 2)->state, CALL_TRYING);
    calls_advance(f.calls, then + INT64_C(33000000000));
    assert_int_equal(calls_by_id(f.calls, 2)->state, CALL_TIMEOUT);
    one_call(&f, 2, 40000, true);
    check_rows(&f);
    calls_set_back(f.calls, f.calls->now + 1); /* forward: nothing */
    assert_true(f.calls->now < then + INT64_C(60000000000));
    fixture_done(&f);
}

/* A proxy's two sides in one capture: what happens next to the caller counts. */
static void both_sides_of_a_proxy(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const char *near = f.dst;
    FEED(&f, INVITE(0));
    f.src = near, f.dst = "203.0.113.7:5060", f.vias = 2;
    FEED(&f, {2, ">", "INVITE", "1 INVITE", "p1", NULL, NULL},
         {50, "<", "486", "1 INVITE", "p1", "b1", NULL},
         {52, ">", "ACK", "1 ACK", "p1", "b1", NULL});
    struct call *c = the_call(&f);
    assert_int_equal(c->status, 0);
    assert_string_equal(call_state_name(c->state), "trying");
    f.dst = "203.0.113.8:5060";
    FEED(&f, {60, ">", "INVITE", "1 INVITE", "p2", NULL, NULL},
         {500, "<", "200", "1 INVITE", "p2", "b2", NULL});
    f.src = "192.0.2.1:5060", f.dst = near, f.vias = 1;
    FEED(&f, {502, "<", "200", "1 INVITE", "a", "b2", NULL});
    assert_int_equal(c->status, 200);
    assert_int_equal(c->answer, T0 + 500 * MS);
    assert_int_equal(c->end, 0);
    assert_int_equal(c->retransmissions, 0);
    assert_string_equal(call_state_name(c->state), "answered");
    fixture_done(&f);
}

static void malformed(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct slice none =
        SLICE("INVITE sip:bob@example.net SIP/2.0\r\nFrom: <sip:a@b>\r\n\r\n");
    struct slice known = SLICE("INVITE sip:bob@example.net SIP/2.0\r\n"
                               "Call-ID: a1@example.com\r\nCSeq: x INVITE\r\n\r\n");
    struct msg *m = feed_text(&f, 0, false, none);
    assert_non_null(m);
    assert_null(m->call);
    assert_int_not_equal(m->malformed, 0);
    m = feed_text(&f, 1, false, known);
    assert_null(m->call);
    FEED(&f, INVITE(10));
    m = feed_text(&f, 20, false, known);
    assert_ptr_equal(m->call, the_call(&f));
    assert_int_equal(f.calls->msgs_kept, 4);
    assert_int_equal(f.calls->calls_kept, 1);
    f.limits.max_calls = 10;
    for (int i = 0; i < 100; i++)
        feed_text(&f, 30 + i, false, none);
    assert_in_range(f.calls->msgs_kept, 6, 20);
    check_rows(&f);
    fixture_done(&f);
}

static void end_marks_what_goes_on(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    one_call(&f, 0, 0, false);
    one_call(&f, 1, 0, true);
    calls_end(f.calls);
    assert_int_equal(calls_by_id(f.calls, 1)->incomplete, CALL_INCOMPLETE_END);
    assert_int_equal(calls_by_id(f.calls, 2)->incomplete, 0);
    fixture_done(&f);
}

static void clear_forgets_and_goes_on(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    one_call(&f, 0, 0, false);
    uint64_t layout = f.calls->layout;
    calls_clear(f.calls);
    assert_int_equal(f.calls->list.n, 0);
    assert_true(f.calls->layout > layout);
    assert_null(calls_by_id(f.calls, 1));
    one_call(&f, 0, 100, false);
    assert_int_equal(calls_by_id(f.calls, 2)->id, 2);
    fixture_done(&f);
}

static void a_hole_touches_its_call(void **state)
{
    (void)state;
    struct fixture f;
    struct addr a, b;
    fixture_init(&f);
    one_call(&f, 0, 0, false);
    assert_true(addr_parse(slice_str(f.src), &a) && addr_parse(slice_str(f.dst), &b));
    calls_touch(f.calls, &b, &a, TRANSPORT_UDP, CALL_INCOMPLETE_HOLE);
    assert_int_equal(calls_by_id(f.calls, 1)->incomplete, CALL_INCOMPLETE_HOLE);
    fixture_done(&f);
}

static void icmp_finds_its_call(void **state)
{
    (void)state;
    struct fixture f;
    struct packet p = {.kind = PACKET_ICMP};
    struct frame frame = {.time = T0 + MS, .number = 2};
    fixture_init(&f);
    one_call(&f, 0, 0, false);
    p.quote.ip_proto = 17;
    p.quote.version = 4, p.quote.type = 3, p.quote.code = 3;
    addr_parse(slice_str(f.src), &p.quote.src);
    addr_parse(SLICE("198.51.100.2:5061"), &p.quote.dst);
    assert_null(calls_icmp(f.calls, &frame, &p));
    addr_parse(slice_str(f.dst), &p.quote.dst);
    struct call *c = calls_icmp(f.calls, &frame, &p);
    assert_non_null(c);
    assert_int_equal(c->events->code, 3);
    assert_ptr_equal(c->events->hop, c->hop);
    fixture_done(&f);
}

#ifndef __SANITIZE_ADDRESS__
static void some_traffic(struct fixture *f)
{
    char id[32], extra[64];
    for (int i = 0; i < 300; i++) {
        snprintf(id, sizeof id, "m%d@example.com", i);
        snprintf(extra, sizeof extra, "X-Call-ID: m%d@example.com\r\n", i - 1);
        f->call_id = id;
        FEED(f, {i, ">", "INVITE", "1 INVITE", "a", NULL, i % 2 ? extra : NULL},
             {i + 1, "<", "180", "1 INVITE", "a", "b", NULL},
             {i + 2, "<", "200", "1 INVITE", "a", "b", NULL},
             {i + 3, ">", "BYE", "2 BYE", "z", "b", NULL});
        feed_text(f, i, false, SLICE("INVITE sip:bob@example.net SIP/2.0\r\n\r\n"));
    }
}

/* Whatever allocation fails, what is there afterwards is whole, and what is lost is
 * counted. */
static void memory_runs_out(void **state)
{
    (void)state;
    for (long i = 0; i < 120; i++) {
        struct limits limits = LIMITS_DEFAULT;
        struct fixture f;
        fixture_init(&f);
        calls_free(f.calls);
        fails_once = i % 2;
        steps_left = i / 2;
        f.limits = limits;
        f.calls = calls_new(&f.limits, &f.ledger);
        if (f.calls)
            some_traffic(&f);
        steps_left = -1;
        if (!f.calls)
            continue;
        check_rows(&f);
        assert_int_equal(f.calls->msgs_seen - f.calls->msgs_kept,
                         ledger_total(&f.ledger, LEDGER_NO_MEMORY));
        one_call(&f, 7, 1000, true);
        assert_true(has(&f, 7));
        fixture_done(&f);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finished_calls_leave_first),
        cmocka_unit_test(active_calls_stay),
        cmocka_unit_test(a_flood_stays_bounded),
        cmocka_unit_test(memory_is_a_limit),
        cmocka_unit_test(facts_go_on_over_the_message_limit),
        cmocka_unit_test(copies),
        cmocka_unit_test(agents_see_the_same),
        cmocka_unit_test(follows_a_clock_set_back),
        cmocka_unit_test(both_sides_of_a_proxy),
        cmocka_unit_test(malformed),
        cmocka_unit_test(end_marks_what_goes_on),
        cmocka_unit_test(clear_forgets_and_goes_on),
        cmocka_unit_test(a_hole_touches_its_call),
        cmocka_unit_test(icmp_finds_its_call),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(memory_runs_out),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
