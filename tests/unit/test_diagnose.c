#include "shelf.h"

#include "diagnose/diagnose.h"
#include "diagnose/rule.h"

enum { CALLS = 40 };

/* Calls of which each second one is refused. */
static void fill(struct shelf *s)
{
    char id[32];
    shelf_init(s);
    for (int i = 0; i < CALLS; i++) {
        snprintf(id, sizeof id, "call-%d@example.com", i);
        s->f.call_id = id;
        FEED(&s->f, {1000 * i, ">", "INVITE", "1 INVITE", "a", NULL, NULL},
             {1000 * i + 20, "<", i % 2 ? "200" : "403", "1 INVITE", "a", "bob", NULL},
             {1000 * i + 30, ">", "ACK", "1 ACK", i % 2 ? "b" : "a", "bob", NULL});
    }
    calls_end(s->f.calls);
}

static struct diagnose *of(struct shelf *s)
{
    struct diagnose *d = diagnose_new(s->f.calls, NULL, &s->f.ledger, &s->text);
    assert_non_null(d);
    return d;
}

static void same_findings(const struct diagnose *a, const struct diagnose *b)
{
    assert_true(diagnose_count(a) >= CALLS / 2);
    assert_int_equal(diagnose_count(a), diagnose_count(b));
    for (size_t i = 0; i < diagnose_count(a); i++) {
        const struct finding *x = diagnose_at(a, i), *y = diagnose_at(b, i);
        assert_ptr_equal(x->rule, y->rule);
        assert_int_equal(x->call, y->call);
        assert_string_equal(x->headline, y->headline);
    }
    for (uint32_t id = 1; id <= CALLS; id++)
        assert_int_equal(diagnose_verdict(a, id), diagnose_verdict(b, id));
}

/* At once, in steps, and when somebody asks: the same verdicts. */
static void three_ways(void **state)
{
    struct shelf s;
    fill(&s);
    struct diagnose *once = of(&s), *steps = of(&s), *later = of(&s);
    diagnose_run(once, true);
    size_t n = 1;
    while (diagnose_step(steps, 7))
        n++;
    assert_in_range(n, CALLS / 7 + 2, CALLS / 7 + 5);
    assert_false(diagnose_step(steps, 7));
    diagnose_end(later);
    same_findings(once, steps);
    same_findings(once, later);
    diagnose_free(once);
    diagnose_free(steps);
    diagnose_free(later);
    shelf_done(&s);
}

/* Between the steps what was examined is there already. */
static void between_steps(void **state)
{
    struct shelf s;
    fill(&s);
    struct diagnose *d = of(&s);
    assert_true(diagnose_step(d, 1));
    assert_true(diagnose_step(d, 1));
    assert_int_not_equal(diagnose_verdict(d, 1), VERDICT_UNKNOWN);
    assert_int_equal(diagnose_verdict(d, 3), VERDICT_UNKNOWN);
    diagnose_free(d);
    shelf_done(&s);
}

static void switched_off(void **state)
{
    struct shelf s;
    fill(&s);
    struct diagnose *d = of(&s);
    assert_true(diagnose_switch(d, "A08", false));
    assert_false(diagnose_switch(d, "Z99", false));
    diagnose_run(d, true);
    for (size_t i = 0; i < diagnose_count(d); i++)
        assert_string_not_equal(diagnose_at(d, i)->rule->id, "A08");
    diagnose_free(d);
    shelf_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_ways),
        cmocka_unit_test(between_steps),
        cmocka_unit_test(switched_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
