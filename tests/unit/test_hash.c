#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/hash.h"

static bool same_int(const void *value, const void *key)
{
    return *(const int *)value == *(const int *)key;
}

static void adds_finds_and_removes(void **state)
{
    (void)state;
    enum { N = 5000 };
    static int v[N];
    struct hash h = {0};
    for (int i = 0; i < N; i++) {
        v[i] = i;
        assert_int_equal(hash_add(&h, hash_bytes(&v[i], sizeof v[i]), &v[i]), 0);
    }
    for (int i = 0; i < N; i += 2)
        assert_true(hash_remove(&h, hash_bytes(&v[i], sizeof v[i]), &v[i]));
    for (int i = 0; i < N; i++) {
        void *got = hash_find(&h, hash_bytes(&i, sizeof i), same_int, &i);
        assert_ptr_equal(got, i % 2 ? &v[i] : NULL);
    }
    assert_int_equal(h.n, N / 2);
    hash_done(&h);
}

/* Colliding hashes must stay apart by their values, also after removals. */
static void collisions(void **state)
{
    (void)state;
    int v[6] = {0, 1, 2, 3, 4, 5};
    struct hash h = {0};
    for (int i = 0; i < 6; i++)
        assert_int_equal(hash_add(&h, 63, &v[i]), 0);
    assert_true(hash_remove(&h, 63, &v[2]));
    assert_false(hash_remove(&h, 63, &v[2]));
    for (int i = 0; i < 6; i++)
        assert_ptr_equal(hash_find(&h, 63, same_int, &i), i == 2 ? NULL : &v[i]);
    hash_done(&h);
}

/* Of every length: each byte counts, and nothing before or behind them does. */
static void every_byte(void **state)
{
    (void)state;
    enum { MOST = 40 };
    uint8_t text[MOST + 2], other[MOST + 2] = {0};
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * 37 + 1);
    for (size_t n = 1; n <= MOST; n++) {
        uint64_t hash = hash_bytes(text + 1, n);
        memcpy(other + 1, text + 1, n);
        other[n + 1] = 0;
        assert_true(hash_bytes(other + 1, n) == hash);
        for (size_t i = 1; i <= n; i++) {
            other[i] ^= 0x40;
            assert_true(hash_bytes(other + 1, n) != hash);
            other[i] ^= 0x40;
        }
        assert_true(hash_bytes(text + 1, n - 1) != hash);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_finds_and_removes),
        cmocka_unit_test(collisions),
        cmocka_unit_test(every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
