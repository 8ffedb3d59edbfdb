#include "shelf.h"

#include "view/header.h"
#include "view/list.h"

static const struct {
    const char *name, *first, *second;
} ROWS[] = {
    {"X-Trunk", "west; 1", NULL},     {"x-trunk", "west; 1", NULL},
    {"Call-ID", "c1", "c2"},          {"i", "c1", "c2"},
    {"CSeq", "1 INVITE", "1 INVITE"}, {"X-Trun", NULL, NULL},
};

static void expect(struct value *v, const char *text)
{
    if (!text) {
        assert_int_equal(v->type, VALUE_NULL);
        return;
    }
    assert_int_equal(v->type, VALUE_TEXT);
    assert_int_equal(v->n, strlen(text));
    assert_memory_equal(v->p, text, v->n);
}

static void feed_calls(struct shelf *s)
{
    struct step one = {
        0, ">", "INVITE", "1 INVITE", "b1", NULL, "X-Trunk: west; 1\r\n"};
    struct step two = {10, ">", "INVITE", "1 INVITE", "b2", NULL, NULL};

    shelf_init(s);
    s->f.call_id = "c1";
    feed(&s->f, &one);
    s->f.call_id = "c2";
    feed(&s->f, &two);
}

static void headers_of_first_messages(void **state)
{
    struct shelf s;
    struct strbuf scratch = {0}, text = {0};

    (void)state;
    feed_calls(&s);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        for (int table = 0; table < 2; table++) {
            const struct table *t = table ? &TABLE_MESSAGES : &TABLE_CALLS;
            struct header_field *h = header_field_new(t, ROWS[i].name);
            struct row row = {.view = &s.view, .scratch = &scratch, .text = &text};
            struct value v;

            assert_non_null(h);
            assert_true(header_is(header_field_of(h)));
            row.object = t->at(&s.view, 0);
            field_get(header_field_of(h), &row, &v);
            expect(&v, ROWS[i].first);
            row.object = t->at(&s.view, 1);
            field_get(header_field_of(h), &row, &v);
            expect(&v, ROWS[i].second);
            header_field_free(h);
        }
    strbuf_done(&scratch);
    strbuf_done(&text);
    shelf_done(&s);
}

static void sorts_a_list(void **state)
{
    struct shelf s;
    struct header_field *h = header_field_new(&TABLE_CALLS, "Call-ID");
    struct list *l;

    (void)state;
    feed_calls(&s);
    l = list_new(&s.view, &TABLE_CALLS);
    list_sort(l, header_field_of(h), true);
    list_refresh(l);
    assert_int_equal(((const struct call *)list_at(l, 0))->id, 2);
    list_free(l);
    header_field_free(h);
    shelf_done(&s);
}

static void names_that_are_none(void **state)
{
    static const char *const BAD[] = {
        "",        "a b",         "a:",
        "\033[2J", "caf\xc3\xa9", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        assert_null(header_field_new(&TABLE_CALLS, BAD[i]));
    assert_null(header_field_new(&TABLE_STREAMS, "Via"));
    assert_false(header_is(field_find(&TABLE_CALLS, "id")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_of_first_messages),
        cmocka_unit_test(sorts_a_list),
        cmocka_unit_test(names_that_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
