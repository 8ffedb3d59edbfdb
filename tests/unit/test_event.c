#include "model/event.h"

#include "media.h"

/* SPEC's kinds, in words, and those of ours. */
static void kinds(void **state)
{
    (void)state;
    static const char *const NAMES[] = {
        [EVENT_ICMP] = "icmp",     [EVENT_DTMF] = "dtmf",    [EVENT_HOLD] = "hold",
        [EVENT_RESUME] = "resume", [EVENT_SSRC] = "ssrc",    [EVENT_CODEC] = "codec",
        [EVENT_LOG] = "log",       [EVENT_REPORT] = "report"};
    for (unsigned i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        assert_string_equal(event_kind_name(i), NAMES[i]);
    assert_string_equal(event_kind_name(1000), "?");
}

/* In order of arrival, with values of their own, until there are too many. */
static void order_and_limit(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    struct call *call = the_call(&m.f);
    unsigned added = 0;
    char value[8];
    for (unsigned i = 0; i < 2000; i++) {
        struct event e = {.kind = EVENT_DTMF, .time = T0 + i, .frame = i, .stream = 3};
        snprintf(value, sizeof value, "%u", i);
        added += event_add(m.f.calls, call, &e, value);
    }
    assert_int_equal(added, 500);
    assert_int_equal(call->event_count, 500);
    assert_int_equal(m.f.calls->events.kept, 500);
    unsigned n = 0;
    for (const struct event *e = call->events; e; e = e->next, n++) {
        snprintf(value, sizeof value, "%u", n);
        assert_string_equal(e->value, value);
        assert_int_equal(e->frame, n);
        assert_ptr_equal(e->call, call);
        assert_ptr_equal(rows_find(&m.f.calls->events, e->id), e);
    }
    assert_int_equal(n, 500);
    event_drop(m.f.calls, call);
    assert_int_equal(m.f.calls->events.kept, 0);
    media_done(&m);
}

/* A call that changed is drawn anew. */
static void version(void **state)
{
    (void)state;
    struct media m;
    struct event e = {.kind = EVENT_ICMP};
    media_init(&m);
    media_call(&m);
    struct call *call = the_call(&m.f);
    uint64_t before = call->version;
    assert_true(event_add(m.f.calls, call, &e, NULL));
    assert_true(call->version > before);
    assert_null(call->events->value);
    media_done(&m);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(order_and_limit),
        cmocka_unit_test(version),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
