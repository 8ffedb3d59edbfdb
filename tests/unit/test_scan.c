#include "dissect/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

enum { MOST = 200 };

/* Texts of every length with marks at changing places, each in a block of exactly its
 * size, so that a sanitizer sees any read past it. */
static uint8_t *text_new(size_t n, unsigned seed)
{
    uint8_t *text = malloc(n ? n : 1);
    assert_non_null(text);
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1103515245 + 12345;
        text[i] = seed >> 16 & 7 ? 'x' : '\n';
    }
    return text;
}

static void every_place(void **state)
{
    for (size_t n = 0; n < MOST; n++) {
        uint8_t *text = text_new(n, (unsigned)n);
        struct scan s = scan_begin(text, text + n, '\n');
        for (size_t i = 0; i < n; i++)
            if (text[i] == '\n')
                assert_ptr_equal(scan_next(&s), text + i);
        assert_ptr_equal(scan_next(&s), text + n);
        assert_ptr_equal(scan_next(&s), text + n);
        free(text);
    }
}

static void first_of_two(void **state)
{
    for (size_t n = 0; n < MOST; n++) {
        uint8_t *text = text_new(n, (unsigned)n + 7);
        for (size_t from = 0; from <= n; from++) {
            size_t want = from;
            while (want < n && text[want] != '\n')
                want++;
            assert_ptr_equal(scan_byte(text + from, text + n, '\n'), text + want);
            assert_ptr_equal(scan_either(text + from, text + n, 'y', '\n'),
                             text + want);
            assert_ptr_equal(scan_byte(text + from, text + n, 0), text + n);
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_place),
        cmocka_unit_test(first_of_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
