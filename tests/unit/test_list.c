#include "shelf.h"

#include "view/list.h"

#include <strings.h>

/* A call of its own Call-ID from `user`, refused with `code` where it is not NULL. */
static void call_from(struct shelf *s, int ms, const char *id, const char *user,
                      const char *code)
{
    char from[100];
    struct step invite = {ms, ">", "INVITE", "1 INVITE", id, NULL, NULL};
    struct step final = {ms + 100, "<", code, "1 INVITE", id, "b", NULL};
    snprintf(from, sizeof from, "sip:%s@example.com", user);
    s->f.call_id = id;
    s->f.from = from;
    feed(&s->f, &invite);
    if (code)
        feed(&s->f, &final);
    s->f.from = "sip:alice@example.com";
}

static void expect_order(struct list *l, const char *ids)
{
    struct strbuf b = {0};
    for (size_t i = 0; i < list_count(l); i++) {
        const struct call *c = list_at(l, i);
        strbuf_str(&b, i ? " " : "");
        strbuf_u64(&b, c->id);
        assert_int_equal(list_position(l, c), i);
    }
    assert_string_equal(strbuf_cstr(&b), ids);
    assert_null(list_at(l, list_count(l)));
    strbuf_done(&b);
}

struct test {
    struct shelf s;
    struct list *l;
};

static void begin(struct test *t)
{
    shelf_init(&t->s);
    call_from(&t->s, 0, "c1", "dave", "486");
    call_from(&t->s, 10, "c2", "alice", NULL);
    call_from(&t->s, 20, "c3", "carol", "503");
    call_from(&t->s, 30, "c4", "Bob", "486");
    t->l = list_new(&t->s.view, &TABLE_CALLS);
    assert_non_null(t->l);
    assert_true(list_refresh(t->l));
    assert_false(list_refresh(t->l));
}

static void end(struct test *t)
{
    list_free(t->l);
    shelf_done(&t->s);
}

static void sorted(void **state)
{
    static const struct {
        const char *field;
        bool descending;
        const char *ids;
    } ROWS[] = {
        {NULL, false, "1 2 3 4"},        {NULL, true, "4 3 2 1"},
        {"from_user", false, "2 4 3 1"}, {"from_user", true, "1 3 4 2"},
        {"status", false, "2 1 4 3"},    {"status", true, "3 1 4 2"},
        {"end", true, "4 3 1 2"}, /* null comes last both ways */
        {"mos", false, "1 2 3 4"},
    };
    struct test t;
    begin(&t);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct field *f =
            ROWS[i].field ? field_find(&TABLE_CALLS, ROWS[i].field) : NULL;
        list_sort(t.l, f, ROWS[i].descending);
        list_refresh(t.l);
        expect_order(t.l, ROWS[i].ids);
    }
    end(&t);
}

static void searched(void **state)
{
    static const char *const ROWS[][2] = {
        {"bob", "1 2 3 4"}, {"486", "1 4"},
        {"486 DAVE", "1"},  {"example.com", "1 2 3 4"},
        {"nobody", ""},     {"", "1 2 3 4"},
        {"busy", "1 4"},
    };
    struct test t;
    begin(&t);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        list_search(t.l, ROWS[i][0]);
        assert_true(list_refresh(t.l));
        expect_order(t.l, ROWS[i][1]);
        assert_int_equal(list_total(t.l), 4);
    }
    list_search(t.l, NULL);
    list_refresh(t.l);
    assert_int_equal(list_count(t.l), 4);
    end(&t);
}

static void follows(void **state)
{
    struct test t;
    begin(&t);
    list_sort(t.l, field_find(&TABLE_CALLS, "from_user"), false);
    list_refresh(t.l);
    call_from(&t.s, 40, "c5", "bert", NULL);
    call_from(&t.s, 50, "c6", "zoe", NULL);
    assert_true(list_refresh(t.l));
    expect_order(t.l, "2 5 4 3 1 6");
    assert_int_equal(list_total(t.l), 6);
    end(&t);
}

/* A row that changes moves, comes in or leaves. */
static void changes(void **state)
{
    struct test t;
    struct step busy = {900, "<", "603", "1 INVITE", "c2", "b", NULL};
    begin(&t);
    list_sort(t.l, field_find(&TABLE_CALLS, "status"), true);
    list_refresh(t.l);
    expect_order(t.l, "3 1 4 2");
    t.s.f.call_id = "c2";
    feed(&t.s.f, &busy);
    assert_true(list_refresh(t.l));
    expect_order(t.l, "2 3 1 4");
    list_search(t.l, "trying");
    list_refresh(t.l);
    assert_int_equal(list_count(t.l), 0);
    call_from(&t.s, 1000, "c5", "erin", NULL);
    list_refresh(t.l);
    expect_order(t.l, "5");
    busy.branch = t.s.f.call_id = "c5";
    feed(&t.s.f, &busy);
    list_refresh(t.l);
    expect_order(t.l, "");
    end(&t);
}

static void cleared(void **state)
{
    struct test t;
    begin(&t);
    calls_clear(t.s.f.calls);
    assert_true(list_refresh(t.l));
    assert_int_equal(list_count(t.l), 0);
    assert_int_equal(list_total(t.l), 0);
    assert_null(list_at(t.l, 0));
    end(&t);
}

static void many(void **state)
{
    struct test t;
    begin(&t);
    list_sort(t.l, field_find(&TABLE_CALLS, "from_user"), false);
    for (int i = 0; i < 3000; i++) {
        char id[16], user[16];
        snprintf(id, sizeof id, "m%d", i);
        snprintf(user, sizeof user, "u%d", (i * 7919) % 3000);
        call_from(&t.s, 100 + i, id, user, NULL);
        if (i % 100 == 0)
            list_refresh(t.l);
    }
    list_refresh(t.l);
    assert_int_equal(list_count(t.l), 3004);
    for (size_t i = 1; i < list_count(t.l); i++) {
        const struct call *a = list_at(t.l, i - 1), *b = list_at(t.l, i);
        assert_true(strcasecmp(a->from.user, b->from.user) <= 0);
    }
    end(&t);
}

static bool odd(void *ctx, const struct table *t, const void *object)
{
    const struct call *c = object;
    (void)ctx;
    assert_ptr_equal(t, &TABLE_CALLS);
    return c->id % 2 || c->status == 486;
}

/* Every row is a call that is kept, in the order of a list that is made in one go. */
static void expect_same(struct test *t, const struct field *by, bool descending,
                        bool filtered)
{
    struct list *whole = list_new(&t->s.view, &TABLE_CALLS);
    list_sort(whole, by, descending);
    if (filtered)
        list_filter(whole, odd, NULL);
    list_refresh(whole);
    assert_int_equal(list_count(t->l), list_count(whole));
    assert_int_equal(list_total(t->l), list_total(whole));
    for (size_t i = 0; i < list_count(whole); i++)
        assert_ptr_equal(list_at(t->l, i), list_at(whole, i));
    list_free(whole);
}

static void expect_kept(struct test *t)
{
    const struct calls *c = t->s.f.calls;
    for (size_t i = 0; i < list_count(t->l); i++) {
        bool found = false;
        for (size_t k = 0; k < c->list.n && !found; k++)
            found = c->list.at[k] == list_at(t->l, i);
        assert_true(found);
    }
}

/* Calls come, change and leave between steps of a few rows; once nothing more is to be
 * done, the list is as if made in one go. */
static void steps(void **state)
{
    static const char *const FIELDS[] = {NULL, "from_user", "status", "id"};
    struct test t;
    begin(&t);
    t.s.f.limits.max_calls = 150;
    for (int i = 0; i < 1200; i++) {
        char id[16], user[16];
        const struct field *by =
            FIELDS[i / 300] ? field_find(&TABLE_CALLS, FIELDS[i / 300]) : NULL;
        bool down = i / 50 % 2, filtered = i / 100 % 2;
        if (i % 50 == 0) {
            list_sort(t.l, by, down);
            list_filter(t.l, filtered ? odd : NULL, NULL);
        }
        snprintf(id, sizeof id, "m%d", i);
        snprintf(user, sizeof user, "u%d", (i * 7919) % 300);
        call_from(&t.s, 100 + 10 * i, id, user, i % 3 ? "486" : i % 2 ? "503" : NULL);
        list_step(t.l, 5);
        if (i % 10 == 0)
            expect_kept(&t);
        if (i % 50 == 49) {
            while (list_pending(t.l))
                list_step(t.l, 5);
            expect_same(&t, by, down, filtered);
        }
    }
    end(&t);
}

/* While it is sorted anew, the old rows are shown. */
static void old_rows_stay_until_new_ones_are_whole(void **state)
{
    struct test t;
    begin(&t);
    list_sort(t.l, field_find(&TABLE_CALLS, "from_user"), false);
    list_step(t.l, 1);
    expect_order(t.l, "1 2 3 4");
    list_step(t.l, 2);
    expect_order(t.l, "1 2 3 4");
    assert_true(list_pending(t.l));
    list_step(t.l, 1);
    expect_order(t.l, "2 4 3 1");
    assert_false(list_pending(t.l));
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorted),
        cmocka_unit_test(searched),
        cmocka_unit_test(follows),
        cmocka_unit_test(changes),
        cmocka_unit_test(cleared),
        cmocka_unit_test(many),
        cmocka_unit_test(steps),
        cmocka_unit_test(old_rows_stay_until_new_ones_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
