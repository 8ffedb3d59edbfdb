#include "scenario.h"

static unsigned count(const struct call *c)
{
    unsigned n = 0;
    for (const struct dialog *d = c->dialogs; d; d = d->next)
        n++;
    return n;
}

/* RFC 3261 12.1: a dialog for each remote tag; a 2xx confirms one. */
static void forks(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    FEED(&f, {0, ">", "INVITE", "1 INVITE", "a", NULL, NULL},
         {10, "<", "100", "1 INVITE", "a", NULL, NULL},
         {100, "<", "183", "1 INVITE", "a", "b1", NULL},
         {200, "<", "180", "1 INVITE", "a", "b2", NULL},
         {900, "<", "200", "1 INVITE", "a", "b2", NULL},
         {950, ">", "ACK", "1 ACK", "k", "b2", NULL},
         {5000, "<", "BYE", "1 BYE", "z", "b2", NULL});
    struct call *c = the_call(&f);
    assert_int_equal(count(c), 2);
    assert_string_equal(c->dialogs->callee_tag->p, "b1");
    assert_true(c->dialogs->early);
    struct dialog *d = c->dialogs->next;
    assert_string_equal(d->caller_tag->p, "alice");
    assert_string_equal(d->callee_tag->p, "b2");
    assert_false(d->early);
    assert_int_equal(d->answer, T0 + 900 * MS);
    assert_int_equal(d->end, T0 + 5000 * MS);
    fixture_done(&f);
}

static void failures_make_none(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    FEED(&f, {0, ">", "INVITE", "1 INVITE", "a", NULL, NULL},
         {100, "<", "486", "1 INVITE", "a", "b1", NULL},
         {110, ">", "ACK", "1 ACK", "a", "b1", NULL});
    assert_int_equal(count(the_call(&f)), 0);
    fixture_done(&f);
}

static void they_are_bounded(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    FEED(&f, {0, ">", "INVITE", "1 INVITE", "a", NULL, NULL});
    for (int i = 0; i < 500; i++) {
        char tag[16];
        snprintf(tag, sizeof tag, "t%d", i);
        FEED(&f, {100, "<", "180", "1 INVITE", "a", tag, NULL});
    }
    assert_in_range(count(the_call(&f)), 10, 100);
    assert_int_equal(the_call(&f)->messages, 501);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forks),
        cmocka_unit_test(failures_make_none),
        cmocka_unit_test(they_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
