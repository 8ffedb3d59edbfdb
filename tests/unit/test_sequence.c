#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "quality/sequence.h"

#include <stdlib.h>

static struct sequence_figures figures(const struct sequence *s)
{
    struct sequence_figures f;
    sequence_figures(s, &f);
    return f;
}

static void plain_and_wrap(void **state)
{
    struct sequence s = {0};
    (void)state;
    for (unsigned i = 0; i < 200000; i++)
        assert_int_equal(sequence_add(&s, (uint16_t)(65400 + i)), SEQUENCE_NEXT);
    assert_int_equal(figures(&s).expected, 200000);
    assert_int_equal(figures(&s).lost, 0);
    assert_int_equal(s.unique, 200000);
}

/* Every 20th of 500 lost: 25, in 25 runs of one. */
static void loss(void **state)
{
    struct sequence s = {0};
    (void)state;
    for (unsigned i = 0; i < 500; i++)
        if (i % 20 != 10)
            sequence_add(&s, (uint16_t)(1000 + i));
    struct sequence_figures f = figures(&s);
    assert_int_equal(f.expected, 500);
    assert_int_equal(f.lost, 25);
    assert_int_equal(f.loss_bursts, 25);
    assert_int_equal(f.loss_burst_max, 1);
}

static void late_and_twice(void **state)
{
    static const uint16_t ORDER[] = {65534, 65535, 1, 0, 2, 2, 5, 3, 3, 5};
    struct sequence s = {0};
    (void)state;
    for (size_t i = 0; i < sizeof ORDER / sizeof *ORDER; i++)
        sequence_add(&s, ORDER[i]);
    struct sequence_figures f = figures(&s);
    assert_int_equal(f.expected, 8);
    assert_int_equal(f.lost, 1); /* number 4 */
    assert_int_equal(s.duplicates, 3);
    assert_int_equal(s.reordered, 2);
}

/* The first packet of a stream may come second. */
static void before_the_first(void **state)
{
    struct sequence s = {0};
    (void)state;
    sequence_add(&s, 0);
    assert_int_equal(sequence_add(&s, 65533), SEQUENCE_LATE);
    struct sequence_figures f = figures(&s);
    assert_int_equal(f.expected, 4);
    assert_int_equal(f.lost, 2);
    assert_int_equal(f.loss_burst_max, 2);
}

/* RFC 3550 A.1: one packet far off is a stray, two in a row a restart. */
static void restart(void **state)
{
    struct sequence s = {0};
    (void)state;
    for (unsigned i = 0; i < 100; i++)
        sequence_add(&s, (uint16_t)i);
    assert_int_equal(sequence_add(&s, 30000), SEQUENCE_JUMP);
    assert_int_equal(sequence_add(&s, 100), SEQUENCE_NEXT);
    assert_int_equal(s.strays, 1);
    assert_int_equal(sequence_add(&s, 40000), SEQUENCE_JUMP);
    assert_int_equal(sequence_add(&s, 40001), SEQUENCE_RESTART);
    assert_int_equal(sequence_add(&s, 40003), SEQUENCE_NEXT);
    struct sequence_figures f = figures(&s);
    assert_int_equal(s.restarts, 1);
    assert_int_equal(f.expected, 101 + 4);
    assert_int_equal(f.lost, 1);
}

/* A number of the last 1024 that comes again is a duplicate, unless the next one
 * follows it: then numbers begin anew there. */
static void long_after(void **state)
{
    (void)state;
    for (unsigned back = 101; back <= 1024; back++) {
        struct sequence s = {0};
        for (unsigned i = 0; i < 3000; i++)
            sequence_add(&s, (uint16_t)i);
        assert_int_equal(sequence_add(&s, (uint16_t)(2999 - back)), SEQUENCE_DUPLICATE);
        assert_int_equal(sequence_add(&s, 3000), SEQUENCE_NEXT);
        assert_int_equal(s.duplicates, 1);
        assert_int_equal(s.strays, 0);
        assert_int_equal(sequence_add(&s, 2500), SEQUENCE_DUPLICATE);
        assert_int_equal(sequence_add(&s, 2501), SEQUENCE_RESTART);
        assert_int_equal(s.duplicates, 1);
        assert_int_equal(s.unique, 3001 + 2);
        assert_int_equal(figures(&s).lost, 0);
    }
}

/* Gaps longer than the window, against counting number by number. */
static void against_a_plain_count(void **state)
{
    (void)state;
    srand(7);
    for (int round = 0; round < 50; round++) {
        enum { N = 20000 };
        static bool seen[N];
        memset(seen, 0, sizeof seen);
        struct sequence s = {0};
        unsigned last = 0;
        for (unsigned n = 0; n < N;) {
            seen[n] = true;
            last = n;
            sequence_add(&s, (uint16_t)n);
            n += rand() % 20 ? 1 : 1 + (unsigned)rand() % (rand() % 10 ? 5 : 2900);
        }
        unsigned lost = 0, runs = 0, longest = 0, run = 0;
        for (unsigned n = 0; n <= last; n++) {
            run = seen[n] ? 0 : run + 1;
            lost += !seen[n];
            runs += run == 1;
            longest = run > longest ? run : longest;
        }
        struct sequence_figures f = figures(&s);
        assert_int_equal(f.expected, last + 1);
        assert_int_equal(f.lost, lost);
        assert_int_equal(f.loss_bursts, runs);
        assert_int_equal(f.loss_burst_max, longest);
    }
}

/* What is not played, at any moment, against counting number by number; first and last
 * numbers lie anywhere in their words of 64. */
static void unplayed_so_far(void **state)
{
    (void)state;
    srand(11);
    for (int round = 0; round < 30; round++) {
        enum { N = 1500 };
        static bool played[N];
        struct sequence s = {0};
        struct sequence_bad bad = sequence_unplayed(&s);
        assert_int_equal(bad.numbers + bad.runs, 0);
        memset(played, 0, sizeof played);
        unsigned first = (unsigned)rand() % 130;
        for (unsigned n = first; n < N;
             n += rand() % 8 ? 1 : 1 + (unsigned)rand() % 200) {
            sequence_add(&s, (uint16_t)n);
            played[n] = rand() % 10 > 0;
            if (!played[n])
                sequence_too_late(&s, (uint16_t)n);
            unsigned numbers = 0, runs = 0;
            for (unsigned i = first; i <= n; i++) {
                numbers += !played[i];
                runs += !played[i] && (i == first || played[i - 1]);
            }
            bad = sequence_unplayed(&s);
            assert_int_equal(bad.numbers, numbers);
            assert_int_equal(bad.runs, runs);
        }
    }
}

static void too_late_to_play(void **state)
{
    struct sequence s = {0};
    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        sequence_add(&s, (uint16_t)i);
        if (i % 100 == 50)
            sequence_too_late(&s, (uint16_t)i);
    }
    struct sequence_figures f = figures(&s);
    assert_int_equal(f.lost, 0);
    assert_true(fabs(f.playout.bad_percent - 1) < 1e-9);
    assert_true(f.network.bad_percent == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_and_wrap),   cmocka_unit_test(loss),
        cmocka_unit_test(late_and_twice),   cmocka_unit_test(before_the_first),
        cmocka_unit_test(restart),          cmocka_unit_test(against_a_plain_count),
        cmocka_unit_test(too_late_to_play), cmocka_unit_test(long_after),
        cmocka_unit_test(unplayed_so_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
