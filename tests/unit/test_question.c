#include "model/question.h"

#include "dissect/dns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#define SECOND INT64_C(1000000000)
#define NAME   1, 'a', 4, 't', 'e', 's', 't', 0

static const struct addr CLIENT = {.family = 4, .ip = {192, 0, 2, 1}, .port = 40000};
static const struct addr SERVER = {.family = 4, .ip = {192, 0, 2, 53}, .port = 53};

static void ask(struct questions *q, int64_t at, uint64_t frame)
{
    static const uint8_t ASK[] = {0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, NAME, 0, 1, 0, 1};
    struct frame f = {.time = at, .number = frame};
    questions_feed(q, &f, &CLIENT, &SERVER, slice_of(ASK, sizeof ASK));
}

/* Asked twice, answered once; the answer that comes again changes nothing. */
static void answered(void **state)
{
    (void)state;
    static const uint8_t SAY[] = {0, 7,    0x81, 0x80, 0,  1, 0,    1,   0, 0, 0,
                                  0, NAME, 0,    1,    0,  1, 0xc0, 12,  0, 1, 0,
                                  1, 0,    0,    0,    60, 0, 4,    192, 0, 2, 9};
    struct questions q = {.next = 0};
    ask(&q, SECOND, 1);
    ask(&q, 2 * SECOND, 2);
    assert_int_equal(q.list.n, 1);
    assert_int_equal(q.list.at[0]->asked, 2);
    assert_int_equal(q.list.at[0]->answered, 0);
    for (uint64_t i = 3; i < 5; i++) {
        struct frame f = {.time = (int64_t)i * SECOND, .number = i};
        questions_feed(&q, &f, &SERVER, &CLIENT, slice_of(SAY, sizeof SAY));
    }
    const struct question *one = q.list.at[0];
    assert_string_equal(one->name, "a.test");
    assert_int_equal(one->type, DNS_A);
    assert_int_equal(one->answered, 3 * SECOND);
    assert_int_equal(one->answer_frame, 3);
    assert_int_equal(one->records, 1);
    assert_int_equal(one->ttl, 60);
    assert_int_equal(one->target[0].addr.ip[3], 9);
    ask(&q, 5 * SECOND, 5); /* a new one */
    assert_int_equal(q.list.n, 2);
    questions_done(&q);
}

static void bounded(void **state)
{
    (void)state;
    struct questions q = {.next = 0};
    for (unsigned i = 0; i < QUESTIONS_MAX + 5; i++)
        ask(&q, (int64_t)i * 60 * SECOND, i + 1);
    assert_int_equal(q.list.n, QUESTIONS_MAX);
    questions_done(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answered),
        cmocka_unit_test(bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
