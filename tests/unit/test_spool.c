#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "capture/spool.h"

static struct frame frame_at(const char *data, uint64_t number)
{
    return (struct frame){.data = (const uint8_t *)data,
                          .caplen = (uint32_t)strlen(data),
                          .len = (uint32_t)strlen(data) + 5,
                          .time = 1700000000123456789,
                          .link = 101,
                          .file = 3,
                          .number = number,
                          .offset = FRAME_NOWHERE};
}

static void text_comes_back(void **state)
{
    struct ledger ledger;
    struct spool *s;
    struct span a, b;
    char out[32] = "";
    (void)state;
    ledger_init(&ledger);
    assert_int_equal(spool_new(NULL, 1 << 20, &ledger, &s), 0);
    assert_int_equal(spool_put(s, "one", 3, &a), 0);
    assert_int_equal(spool_put(s, "second", 6, &b), 0);
    assert_int_equal(spool_get(s, b, (uint8_t *)out), 0);
    assert_memory_equal(out, "second", 6);
    /* Also when it is on disk by now. */
    for (int i = 0; i < 20; i++) {
        static char big[20000];
        struct span c;
        assert_int_equal(spool_put(s, big, sizeof big, &c), 0);
    }
    assert_int_equal(spool_get(s, a, (uint8_t *)out), 0);
    assert_memory_equal(out, "one", 3);
    spool_free(s);
}

struct seen {
    unsigned n;
    uint64_t numbers[16];
};

static int see(void *ctx, const struct frame *f)
{
    struct seen *seen = ctx;
    assert_int_equal(f->link, 101);
    assert_int_equal(f->file, 3);
    assert_int_equal(f->time, 1700000000123456789);
    assert_int_equal(f->len, f->caplen + 5);
    assert_memory_equal(f->data, "frame", 5);
    if (seen->n < 16)
        seen->numbers[seen->n++] = f->number;
    return 0;
}

static void frames_come_back(void **state)
{
    struct ledger ledger;
    struct spool *s;
    struct span span;
    struct seen seen = {0};
    char out[16] = "";
    (void)state;
    ledger_init(&ledger);
    spool_new(NULL, 1 << 20, &ledger, &s);
    for (uint64_t n = 7; n < 10; n++) {
        struct frame f = frame_at(n == 8 ? "frame eight" : "frame", n);
        assert_int_equal(spool_put_frame(s, &f, &span), 0);
        assert_int_equal(spool_put(s, "text between", 12, &span), 0);
    }
    assert_int_equal(spool_each(s, see, &seen), 0);
    assert_int_equal(seen.n, 3);
    assert_int_equal(seen.numbers[2], 9);
    struct frame f = frame_at("frame ten", 10);
    spool_put_frame(s, &f, &span);
    span.offset += 6;
    span.length = 3;
    assert_int_equal(spool_get(s, span, (uint8_t *)out), 0);
    assert_memory_equal(out, "ten", 3);
    spool_free(s);
}

/* When both halves are full the oldest text goes, and is known to be gone. */
static void oldest_goes_first(void **state)
{
    enum { SIZE = 400000, N = 3000 };
    static struct span spans[N];
    char text[200], out[200];
    struct ledger ledger;
    struct spool *s;
    int kept = 0;
    (void)state;
    ledger_init(&ledger);
    spool_new(NULL, SIZE, &ledger, &s);
    for (int i = 0; i < N; i++) {
        memset(text, 'a' + i % 26, sizeof text);
        assert_int_equal(spool_put(s, text, sizeof text, &spans[i]), 0);
        assert_in_range(spool_used(s), 1, SIZE + 1000);
    }
    for (int i = 0; i < N; i++) {
        int err = spool_get(s, spans[i], (uint8_t *)out);
        if (err) {
            assert_int_equal(err, -ERR_GONE);
            assert_int_equal(kept, 0); /* what is kept is the newest, without a hole */
            continue;
        }
        kept++;
        assert_int_equal(out[0], 'a' + i % 26);
        assert_int_equal(out[199], 'a' + i % 26);
    }
    assert_in_range(kept, SIZE / 2 / 216, SIZE / 212);
    assert_true(ledger_total(&ledger, LEDGER_SPOOL_LIMIT) > 0);
    spool_free(s);
}

static void no_folder(void **state)
{
    struct ledger ledger;
    struct spool *s;
    struct span span;
    (void)state;
    ledger_init(&ledger);
    spool_new("/nonexistent/folder", 1 << 20, &ledger, &s);
    assert_int_equal(spool_put(s, "x", 1, &span), -ERR_IO);
    assert_int_equal(span.file, SPAN_NONE);
    assert_int_equal(span.length, 1);
    assert_int_equal(ledger_total(&ledger, LEDGER_SPOOL_FAILED), 1);
    spool_free(s);
}

struct window {
    int64_t from, to;
    unsigned read, inside;
};

static bool in_window(void *ctx, int64_t from, int64_t to)
{
    const struct window *w = ctx;
    return from <= w->to && to >= w->from;
}

static int count(void *ctx, const struct frame *f)
{
    struct window *w = ctx;
    w->read++;
    w->inside += f->time >= w->from && f->time <= w->to;
    return 0;
}

/* Frames of some seconds are read without the megabytes around them, from both halves.
 */
static void some_by_time(void **state)
{
    static char data[1000];
    struct ledger ledger;
    struct spool *s;
    struct span span;
    (void)state;
    memset(data, 'x', sizeof data - 1);
    ledger_init(&ledger);
    assert_int_equal(spool_new(NULL, 8 << 20, &ledger, &s), 0);
    assert_int_equal(spool_halves(s), 0);
    for (unsigned i = 0; i < 6000; i++) {
        struct frame f = frame_at(data, i + 1);
        f.time = (int64_t)i * 1000000000;
        assert_int_equal(spool_put_frame(s, &f, &span), 0);
    }
    assert_int_equal(spool_halves(s), 2);
    assert_in_range(spool_percent(s), 30, 70);
    static const unsigned AT[] = {1000, 3000, 5000, 5990};
    for (unsigned i = 0; i < 4; i++) {
        struct window w = {AT[i] * INT64_C(1000000000),
                           (AT[i] + 9) * INT64_C(1000000000), 0, 0};
        assert_int_equal(spool_some(s, in_window, count, &w), 0);
        assert_int_equal(w.inside, 10);
        assert_in_range(w.read, 10, 600);
    }
    spool_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_comes_back),   cmocka_unit_test(frames_come_back),
        cmocka_unit_test(oldest_goes_first), cmocka_unit_test(some_by_time),
        cmocka_unit_test(no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
