#include "query_shelf.h"

#include "query/filter.h"
#include "view/list.h"

static void expressions(void **state)
{
    static const struct {
        const char *text;
        bool wanted; /* of the one call: from alice, 200, completed */
    } CASES[] = {
        {"status = 200", true},
        {"status <> 200", false},
        {"pdd > 1 AND duration < 200", true},
        {"mos < 3", false},
        {"id IN (SELECT call FROM messages WHERE status = 180)", true},
        {"state LIKE 'comp%' -- a remark", true},
        {"'a)b' = 'a)b'", true},
        {"completed", true},
        {"COMPLETED alice", true},
        {"completed carol", false},
        {"200", true},
        {"", true},
    };
    struct query_shelf q;
    struct errmsg why;
    (void)state;
    query_shelf_init(&q);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct filter *f = NULL;
        assert_int_equal(filter_new(q.c, &TABLE_CALLS, CASES[i].text, &f, &why), 0);
        assert_int_equal(filter_match(f, shelf_first(&q.shelf)), CASES[i].wanted);
        assert_int_equal(filter_match(f, shelf_first(&q.shelf)), CASES[i].wanted);
        assert_false(filter_match(f, NULL));
        assert_null(filter_error(f, NULL));
        filter_free(f);
    }
    query_shelf_done(&q);
}

static void wrong_expressions(void **state)
{
    static const struct {
        const char *text, *wanted;
    } CASES[] = {
        {"stauts = 200",
         "at position 1: no such column: stauts; the nearest is status"},
        {"status = 200 AND durtion > 3",
         "at position 18: no such column: durtion; the nearest is duration"},
        {"status =", "at position 10: near \")\": syntax error"},
        {"(status = 1", "at position 1: a parenthesis without its end"},
        {"status = 1) OR (1 = 1", "at position 11: a closing parenthesis too many"},
        {"status = 1; DELETE FROM calls", "at position 11: a semicolon"},
        {"from_user = 'x", "at position 13: a quote without its end"},
        {"1 = 1 /* x", "at position 7: a comment without its end"},
    };
    struct query_shelf q;
    (void)state;
    query_shelf_init(&q);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct errmsg why = {""};
        struct filter *f = NULL;
        assert_int_equal(filter_new(q.c, &TABLE_CALLS, CASES[i].text, &f, &why),
                         -ERR_USAGE);
        assert_null(f);
        assert_string_equal(why.text, CASES[i].wanted);
    }
    query_shelf_done(&q);
}

static void fails_on_a_row(void **state)
{
    struct query_shelf q;
    struct errmsg why;
    struct filter *f;
    int err;
    (void)state;
    query_shelf_init(&q);
    assert_int_equal(
        filter_new(q.c, &TABLE_CALLS, "call_id REGEXP from_user || '('", &f, &why), 0);
    assert_false(filter_match(f, shelf_first(&q.shelf)));
    assert_non_null(filter_error(f, &err));
    assert_int_equal(err, -ERR_USAGE);
    filter_free(f);
    query_shelf_done(&q);
}

/* A list asks again only for what changed. */
static size_t asked;

static bool counted(void *ctx, const struct table *t, const void *object)
{
    asked++;
    return filter_pass(ctx, t, object);
}

static void live_list(void **state)
{
    static const struct step OTHER[] = {
        {130000, ">", "INVITE", "1 INVITE", "z", NULL, NULL},
        {130100, "<", "486", "1 INVITE", "z", "busy", NULL},
    };
    struct query_shelf q;
    struct errmsg why;
    struct filter *f;
    (void)state;
    query_shelf_init(&q);
    struct list *l = list_new(&q.shelf.view, &TABLE_CALLS);
    assert_int_equal(filter_new(q.c, &TABLE_CALLS, "status = 486", &f, &why), 0);
    list_filter(l, counted, f);
    asked = 0;
    list_refresh(l);
    assert_int_equal(list_count(l), 0);
    assert_int_equal(asked, 1);
    q.shelf.f.call_id = "b2@example.com";
    feed(&q.shelf.f, &OTHER[0]);
    list_refresh(l);
    assert_int_equal(list_count(l), 0);
    feed(&q.shelf.f, &OTHER[1]);
    list_refresh(l);
    assert_int_equal(list_count(l), 1);
    assert_int_equal(list_total(l), 2);
    assert_int_equal(asked, 3);
    list_filter(l, NULL, NULL);
    list_refresh(l);
    assert_int_equal(list_count(l), 2);
    list_free(l);
    filter_free(f);
    query_shelf_done(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions),
        cmocka_unit_test(wrong_expressions),
        cmocka_unit_test(fails_on_a_row),
        cmocka_unit_test(live_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
