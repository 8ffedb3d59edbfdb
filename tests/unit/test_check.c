#include "model/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static const struct addr A = {.family = 4, .ip = {192, 0, 2, 1}, .port = 4000};
static const struct addr B = {.family = 4, .ip = {198, 51, 100, 1}, .port = 5000};

/* A Binding request with USE-CANDIDATE, or a success response (RFC 8489 5). */
static void stun(struct checks *c, int64_t at, bool success)
{
    uint8_t d[24] = {success, 1, 0, success ? 0 : 4, 0x21, 0x12, 0xa4, 0x42};
    size_t n = success ? 20 : 24;
    struct frame f = {.time = at, .number = (uint64_t)(at / SECOND)};
    d[21] = 0x25;
    checks_stun(c, &f, success ? &B : &A, success ? &A : &B, slice_of(d, n));
}

static void dtls(struct checks *c, int64_t at, uint8_t kind)
{
    uint8_t d[40] = {22, 0xfe, 0xfd};
    struct frame f = {.time = at, .number = (uint64_t)(at / SECOND)};
    d[13] = kind;
    checks_dtls(c, &f, kind == 1 ? &A : &B, kind == 1 ? &B : &A, slice_of(d, sizeof d));
}

static void path(void **state)
{
    (void)state;
    struct checks c = {.next = 0};
    stun(&c, 1 * SECOND, false);
    stun(&c, 2 * SECOND, false);
    const struct check *one = checks_find(&c, &B);
    assert_non_null(one);
    assert_null(checks_find(&c, &A));
    assert_int_equal(one->requests, 2);
    assert_int_equal(one->frame, 1);
    assert_int_equal(one->nominated, SECOND);
    assert_int_equal(one->success, 0);
    stun(&c, 3 * SECOND, true);
    assert_int_equal(one->success, 3 * SECOND);
    dtls(&c, 4 * SECOND, 1);
    dtls(&c, 5 * SECOND, 1);
    assert_int_equal(one->hellos, 2);
    assert_int_equal(one->hello_frame, 4);
    assert_int_equal(one->answer, 0);
    dtls(&c, 6 * SECOND, 2);
    assert_int_equal(one->answer, 6 * SECOND);
    stun(&c, 300 * SECOND, false); /* the port of another call */
    assert_int_equal(checks_find(&c, &B)->requests, 1);
    assert_int_equal(checks_find(&c, &B)->success, 0);
    checks_done(&c);
}

static void bounded(void **state)
{
    (void)state;
    struct checks c = {.next = 0};
    uint8_t d[20] = {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42};
    for (unsigned i = 0; i < CHECKS_MAX + 9; i++) {
        struct frame f = {.time = SECOND, .number = 1};
        struct addr to = {.family = 4, .ip = {10, 0, 0, 1}, .port = (uint16_t)(i + 1)};
        checks_stun(&c, &f, &A, &to, slice_of(d, sizeof d));
    }
    assert_int_equal(c.list.n, CHECKS_MAX);
    checks_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path),
        cmocka_unit_test(bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
