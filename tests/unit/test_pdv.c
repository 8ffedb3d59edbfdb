#include "quality/pdv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void nothing(void **state)
{
    (void)state;
    struct pdv p = {{0}};
    double ms = 7;
    assert_false(pdv_percentile(&p, 50, &ms));
    assert_true(ms == 7);
}

/* Against all values sorted: within 6 %, or half a millisecond. */
static void against_sorting(void **state)
{
    (void)state;
    enum { N = 5001 };
    static float all[N];
    for (int spread = 1; spread < 4000; spread *= 3) {
        struct pdv p = {{0}};
        srand(3);
        for (int i = 0; i < N; i++) {
            float u = (float)rand() / (float)RAND_MAX;
            all[i] = u * u * (float)spread;
            pdv_add(&p, all[i]);
        }
        qsort(all, N, sizeof *all, by_value);
        for (int percent = 10; percent < 100; percent += 9) {
            double ms, want = (double)all[(N - 1) * percent / 100];
            assert_true(pdv_percentile(&p, percent, &ms));
            assert_true(ms > want * 0.94 - 0.5 && ms < want * 1.06 + 0.5);
        }
    }
}

/* What no buffer holds, and what is no delay at all, are taken too. */
static void extremes(void **state)
{
    (void)state;
    struct pdv p = {{0}};
    double ms;
    pdv_add(&p, -1);
    pdv_add(&p, 0);
    pdv_add(&p, 1e9f);
    pdv_add(&p, __builtin_nanf(""));
    assert_true(pdv_percentile(&p, 50, &ms) && ms < 1);
    assert_true(pdv_percentile(&p, 100, &ms) && ms > 10000);
}

/* An hour of packets: a bucket that is full changes no percentile. */
static void full(void **state)
{
    (void)state;
    struct pdv p = {{0}};
    double ms;
    for (int i = 0; i < 1000000; i++)
        pdv_add(&p, i % 10 ? 3.5f : 100);
    assert_true(pdv_percentile(&p, 50, &ms) && ms >= 3 && ms <= 4);
    assert_true(pdv_percentile(&p, 95, &ms) && ms > 94 && ms < 106);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(nothing),
        cmocka_unit_test(against_sorting),
        cmocka_unit_test(extremes),
        cmocka_unit_test(full),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
