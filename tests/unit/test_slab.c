#include "base/slab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Things of many blocks, the small ones and the huge, are apart, cleared and aligned.
 */
static void many(void **state)
{
    static const size_t SIZES[] = {1, 24, 1200, 40000};
    (void)state;
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        struct slab s;
        slab_init(&s, SIZES[i]);
        size_t n = (9 << 20) / s.size;
        uint8_t **thing = calloc(n, sizeof *thing);
        assert_non_null(thing);
        for (size_t k = 0; k < n; k++) {
            thing[k] = slab_take(&s);
            assert_non_null(thing[k]);
            assert_int_equal((uintptr_t)thing[k] % 8, 0);
            assert_int_equal(thing[k][0] | thing[k][s.size - 1], 0);
            memset(thing[k], (int)(k % 255) + 1, s.size);
        }
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(thing[k][0], k % 255 + 1);
            assert_int_equal(thing[k][s.size - 1], k % 255 + 1);
        }
        assert_int_equal(s.used, n);
        assert_in_range(s.bytes, n * s.size, n * s.size + (4 << 20));
        free(thing);
        slab_done(&s);
    }
}

/* What is given back is taken first, and comes cleared. */
static void again(void **state)
{
    struct slab s;
    (void)state;
    slab_init(&s, 30);
    uint8_t *a = slab_take(&s), *b = slab_take(&s);
    memset(a, 7, 30);
    slab_give(&s, a);
    slab_give(&s, NULL);
    assert_int_equal(s.used, 1);
    assert_ptr_equal(slab_take(&s), a);
    assert_int_equal(a[0] | a[29], 0);
    assert_ptr_not_equal(slab_take(&s), b);
    slab_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many),
        cmocka_unit_test(again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
