#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/slab.h"
#include "model/rows.h"

static void find_and_remove(void **state)
{
    (void)state;
    enum { N = 5000 };
    static int things[N];
    struct rows r = {0};
    for (int i = 0; i < N; i++)
        assert_int_equal(rows_add(&r, &things[i]), i + 1);
    for (int i = 0; i < N; i++)
        if (i % 7)
            rows_remove(&r, (uint32_t)i + 1);
    assert_true(r.list.n < N / 2); /* places were taken out */
    assert_int_equal(r.kept, (N + 6) / 7);
    for (int i = 0; i < N; i++)
        assert_ptr_equal(rows_find(&r, (uint32_t)i + 1), i % 7 ? NULL : &things[i]);
    rows_remove(&r, 2);
    rows_remove(&r, N + 1);
    assert_null(rows_find(&r, 0));
    rows_done(&r);
    assert_int_equal(rows_add(&r, things), N + 1);
    rows_done(&r);
}

static void slab(void **state)
{
    (void)state;
    struct slab s;
    static char *at[10000];
    slab_init(&s, 100);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 10000; i++) {
            assert_non_null(at[i] = slab_take(&s));
            for (int k = 0; k < 100; k++)
                assert_int_equal(at[i][k], 0);
            at[i][0] = at[i][99] = 1;
        }
        for (int i = 0; i < 10000; i++)
            slab_give(&s, at[i]);
        assert_int_equal(s.used, 0);
    }
    assert_in_range(s.bytes, 1000000, 1200000); /* the second round took no more */
    slab_give(&s, NULL);
    slab_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(find_and_remove),
                                       cmocka_unit_test(slab)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
