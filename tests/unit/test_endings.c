#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "service/endings.h"

/* The lists of a model as its owner keeps them; only what endings read is set. */
static const int64_t SEC = 1000000000;

struct fixture {
    struct calls calls;
    struct call call[6];
    uint32_t told[16];
    size_t n;
};

static void add(struct fixture *f, size_t i, int64_t queued, bool retired)
{
    struct call_queue *q = retired ? &f->calls.finished : &f->calls.live;
    struct call *c = &f->call[i];
    *c = (struct call){.id = (uint32_t)i,
                       .queued = queued * SEC,
                       .retired = retired,
                       .older = q->newest};
    *(q->newest ? &q->newest->newer : &q->oldest) = c;
    q->newest = c;
}

static void take(struct fixture *f, size_t i)
{
    struct call *c = &f->call[i];
    struct call_queue *q = c->retired ? &f->calls.finished : &f->calls.live;
    *(c->older ? &c->older->newer : &q->oldest) = c->newer;
    *(c->newer ? &c->newer->older : &q->newest) = c->older;
}

static void on_call(void *ctx, const struct call *call)
{
    struct fixture *f = ctx;
    f->told[f->n++] = call->id;
}

static void expect(struct fixture *f, size_t n, const uint32_t *ids)
{
    assert_int_equal(f->n, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(f->told[i], ids[i]);
    f->n = 0;
}
#define EXPECT(f, ...) \
    expect(f, sizeof((uint32_t[]){__VA_ARGS__}) / 4, (uint32_t[]){__VA_ARGS__})

static void at(struct fixture *f, struct endings *e, int64_t now)
{
    f->calls.now = now * SEC;
    endings_update(e, &f->calls, on_call, f);
}

static void tells_each_once(void **state)
{
    (void)state;
    static struct fixture f;
    struct endings e = {0};
    add(&f, 0, 100, true);
    add(&f, 1, 101, true);
    add(&f, 2, 101, false);
    at(&f, &e, 104);
    expect(&f, 0, NULL);
    at(&f, &e, 105);
    EXPECT(&f, 0);
    add(&f, 3, 106, true);
    at(&f, &e, 105);
    expect(&f, 0, NULL);
    at(&f, &e, 111);
    EXPECT(&f, 1, 3);
    at(&f, &e, 200);
    expect(&f, 0, NULL);
    add(&f, 4, 200, true);
    at(&f, &e, 201);
    expect(&f, 0, NULL);
    /* Given up before its rest is over, and after it. */
    take(&f, 4);
    endings_leaving(&e, &f.call[4], on_call, &f);
    EXPECT(&f, 4);
    endings_leaving(&e, &f.call[0], on_call, &f);
    expect(&f, 0, NULL);
    /* One that goes on after its end is told again; the rest at the end of the input.
     */
    take(&f, 3);
    add(&f, 3, 202, true);
    add(&f, 5, 203, true);
    at(&f, &e, 207);
    EXPECT(&f, 3);
    endings_all(&e, &f.calls, on_call, &f);
    EXPECT(&f, 5, 2);
}

static void stands_a_clock_set_back(void **state)
{
    (void)state;
    static struct fixture f;
    struct endings e = {0};
    add(&f, 0, 5000, true);
    add(&f, 1, 5001, false);
    at(&f, &e, 5001);
    expect(&f, 0, NULL);
    endings_set_back(&e, &f.calls, 1000 * SEC, on_call, &f);
    EXPECT(&f, 0);
    f.call[0].queued = f.call[1].queued = 1000 * SEC; /* as calls_set_back() does */
    add(&f, 2, 1001, true);
    at(&f, &e, 1005);
    expect(&f, 0, NULL);
    at(&f, &e, 1006);
    EXPECT(&f, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tells_each_once),
                                       cmocka_unit_test(stands_a_clock_set_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
