#include "shelf.h"

#include "view/keys.h"

static int64_t numbers[4000];

static void get_number(struct row *row, struct value *out)
{
    const int64_t *n = row->object;

    out->type = *n % 7 ? VALUE_INT : VALUE_NULL;
    out->i = *n;
}

static void get_text(struct row *row, struct value *out)
{
    static char text[32];

    out->type = VALUE_TEXT;
    out->p = text;
    out->n = (size_t)snprintf(text, sizeof text, "%08lld",
                              (long long)*(const int64_t *)row->object);
}

static const struct field NUMBER = {.name = "n", .get = get_number};
static const struct field TEXT = {.name = "t", .get = get_text};

static void fill(struct keys *k, const struct key_order *o, size_t part, bool in_runs)
{
    struct keys scratch = {0};
    struct row row = {0};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers;) {
        size_t from = k->rows.n;

        for (size_t n = 0; n < part && i < sizeof numbers / sizeof *numbers; n++, i++) {
            numbers[i] = (int64_t)(i * 7919 % 3001);
            row.object = &numbers[i];
            assert_true(keys_add(k, o, &row, (uint32_t)i, (uint32_t)i + 1));
        }
        if (in_runs)
            keys_settle_run(k, o, from, &scratch);
        else
            keys_settle(k, o, from, &scratch);
    }
    keys_end(k, o, &scratch);
    keys_done(&scratch);
}

/* Nulls last in either direction, equal ones in order of arrival. */
static void expect_sorted(const struct keys *k, bool descending, bool nulls)
{
    assert_int_equal(k->rows.n, sizeof numbers / sizeof *numbers);
    for (size_t i = 1; i < k->rows.n; i++) {
        const struct key *a = &k->rows.at[i - 1], *b = &k->rows.at[i];
        int64_t x = *(const int64_t *)a->object, y = *(const int64_t *)b->object;

        if (nulls && (x % 7 == 0 || y % 7 == 0)) {
            assert_true(y % 7 == 0);
            if (x % 7 == 0)
                assert_true(a->order < b->order);
        } else {
            assert_true(descending ? x >= y : x <= y);
            if (x == y)
                assert_true(a->order < b->order);
        }
    }
}

static void sorted_whatever_the_parts(void **state)
{
    static const size_t PARTS[] = {1, 3, 64, 1000, 4000};

    (void)state;
    for (size_t p = 0; p < sizeof PARTS / sizeof *PARTS; p++)
        for (int kind = 0; kind < 8; kind++) {
            struct key_order o = {kind & 1 ? &NUMBER : &TEXT, (kind & 2) != 0};
            struct keys k = {0};

            if (PARTS[p] == 1 && !(kind & 4))
                continue; /* a merge for each row: too slow to be of interest */
            fill(&k, &o, PARTS[p], (kind & 4) != 0);
            expect_sorted(&k, o.descending, o.by == &NUMBER);
            keys_done(&k);
        }
}

static bool even(void *ctx, struct key *key)
{
    (void)ctx;
    return key->order % 2 == 0;
}

static void kept_in_their_order(void **state)
{
    struct key_order o = {&TEXT, true};
    struct keys k = {0};

    (void)state;
    fill(&k, &o, 100, true);
    keys_keep(&k, even, NULL);
    assert_int_equal(k.rows.n, 2000);
    for (size_t i = 1; i < k.rows.n; i++)
        assert_true(value_compare(&k.rows.at[i - 1].value, &k.rows.at[i].value) >= 0);
    keys_clear(&k);
    assert_int_equal(k.rows.n, 0);
    keys_done(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorted_whatever_the_parts),
        cmocka_unit_test(kept_in_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
