#include "query_shelf.h"

#include "query/lookup.h"

/* The scenario: one call of seven messages, see shelf.h. */
static void by_number(void **state)
{
    struct shelf s;
    struct lookup_range r;
    (void)state;
    shelf_init(&s);
    shelf_call(&s);
    struct lookups *l = lookups_new(&s.view);
    const struct field *call = field_find(&TABLE_MESSAGES, "call");
    const struct field *status = field_find(&TABLE_MESSAGES, "status");
    assert_true(lookup_find(l, &TABLE_MESSAGES, call, 1, &r));
    assert_int_equal(r.n, 7);
    for (size_t i = 0; i < r.n; i++)
        assert_int_equal(r.at[i].position, i);
    assert_true(lookup_find(l, &TABLE_MESSAGES, call, 2, &r));
    assert_int_equal(r.n, 0);
    assert_true(lookup_find(l, &TABLE_MESSAGES, status, 200, &r));
    assert_int_equal(r.n, 2); /* requests have none */
    assert_int_equal(r.at[0].position, 3);
    assert_int_equal(r.at[1].position, 6);
    /* The model goes on: so do the lookups. */
    s.f.call_id = "a2@example.com";
    FEED(&s.f, {200000, ">", "OPTIONS", "1 OPTIONS", "d", NULL, NULL});
    assert_true(lookup_find(l, &TABLE_MESSAGES, call, 2, &r));
    assert_int_equal(r.n, 1);
    assert_int_equal(r.at[0].position, 7);
    lookups_free(l);
    lookups_free(NULL);
    shelf_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_number)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
