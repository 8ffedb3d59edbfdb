#include "engine/pieces.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static struct pieces pieces;

static int teardown(void **state)
{
    (void)state;
    pieces_done(&pieces);
    return 0;
}

static int add(uint64_t from, const char *text)
{
    return pieces_add(&pieces, from, slice_str(text), 1, 1);
}

/* All pieces as "offset:bytes ...". */
static void expect(const char *text)
{
    char got[256] = "";
    size_t n = 0;
    for (size_t i = pieces.head; i < pieces.list.n; i++) {
        const struct piece *p = pieces.list.at[i];
        n += (size_t)snprintf(got + n, sizeof got - n, "%s%d:%.*s", n ? " " : "",
                              (int)p->from, (int)p->n, (const char *)p->data);
    }
    assert_string_equal(got, text);
}

static void any_order(void **state)
{
    (void)state;
    assert_int_equal(add(10, "kl"), PIECES_NEW);
    assert_int_equal(add(0, "abc"), PIECES_NEW);
    assert_int_equal(add(5, "fg"), PIECES_NEW);
    expect("0:abc 5:fg 10:kl");
    assert_int_equal(pieces_count(&pieces), 3);
    assert_int_equal(pieces_payload(&pieces), 7);
    assert_int_equal(pieces_end(&pieces), 12);
}

static void the_first_bytes_count(void **state)
{
    (void)state;
    add(2, "cd");
    add(6, "gh");
    assert_int_equal(add(0, "abcdefghij"), PIECES_NEW | PIECES_KNOWN);
    expect("0:ab 2:cd 4:ef 6:gh 8:ij");
    assert_int_equal(add(1, "bcd"), PIECES_KNOWN);
    assert_int_equal(add(3, "XYZ"), PIECES_KNOWN | PIECES_DIFFER);
    expect("0:ab 2:cd 4:ef 6:gh 8:ij");
    assert_int_equal(add(4, ""), 0);
}

static void taken_from_the_front(void **state)
{
    (void)state;
    add(0, "ab");
    add(4, "ef");
    struct piece *p = pieces_take(&pieces);
    assert_int_equal(p->from, 0);
    free(p);
    add(2, "cd");
    expect("2:cd 4:ef");
    free(pieces_take(&pieces));
    free(pieces_take(&pieces));
    assert_null(pieces_take(&pieces));
    assert_int_equal(pieces.bytes, 0);
}

static void bounded(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < PIECES_MAX; i++)
        assert_int_equal(add(2 * i, "x"), PIECES_NEW);
    assert_int_equal(add(1, "y"), -ERR_LIMIT);
    for (uint64_t i = 0; i < 3 * PIECES_MAX;
         i++) { /* a window that moves on for ever */
        free(pieces_take(&pieces));
        assert_int_equal(add(2 * (PIECES_MAX + i), "x"), PIECES_NEW);
    }
    assert_int_equal(pieces_count(&pieces), PIECES_MAX);
    assert_true(pieces.list.cap <= 4 * PIECES_MAX);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, teardown)
    static const struct CMUnitTest TESTS[] = {
        TEST(any_order),
        TEST(the_first_bytes_count),
        TEST(taken_from_the_front),
        TEST(bounded),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
