#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/ring.h"

#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void one_thread(void **state)
{
    (void)state;
    size_t n;
    struct ring *r = ring_new(100);
    assert_int_equal(ring_size(r), 128);
    assert_null(ring_peek(r, &n));
    assert_null(ring_reserve(r, 121));
    assert_null(ring_reserve(r, SIZE_MAX));
    memset(ring_reserve(r, 120), 'a', 120);
    assert_true(ring_commit(r));
    assert_int_equal(ring_used(r), 128);
    assert_null(ring_reserve(r, 0));
    assert_int_equal(*(const char *)ring_peek(r, &n), 'a');
    assert_int_equal(n, 120);
    ring_release(r);
    assert_null(ring_peek(r, &n));
    /* The end of the buffer is skipped when a record does not fit there. */
    assert_non_null(ring_reserve(r, 80));
    assert_true(ring_commit(r));
    assert_null(ring_reserve(r, 60));
    assert_non_null(ring_peek(r, &n));
    ring_release(r);
    memcpy(ring_reserve(r, 60), "wrapped", 8);
    assert_true(ring_commit(r));
    assert_non_null(ring_reserve(r, 0));
    assert_false(ring_commit(r));
    assert_string_equal(ring_peek(r, &n), "wrapped");
    assert_int_equal(n, 60);
    ring_release(r);
    assert_non_null(ring_peek(r, &n));
    assert_int_equal(n, 0);
    ring_release(r);
    assert_int_equal(ring_used(r), 0);
    ring_free(r);
    ring_free(NULL);
}

enum { RECORDS = 200000 };

static size_t length_of(uint32_t i)
{
    return 4 + i * 2654435761u % 300;
}

static void *produce(void *arg)
{
    struct ring *r = arg;
    for (uint32_t i = 0; i < RECORDS;) {
        size_t n = length_of(i);
        uint8_t *p = ring_reserve(r, n);
        if (!p)
            continue;
        memset(p, (int)(i & 0xff), n);
        memcpy(p, &i, sizeof i);
        ring_commit(r);
        i++;
    }
    return NULL;
}

static void two_threads(void **state)
{
    (void)state;
    struct ring *r = ring_new(4096);
    pthread_t thread;
    unsigned bad = 0;
    assert_int_equal(pthread_create(&thread, NULL, produce, r), 0);
    for (uint32_t i = 0; i < RECORDS;) {
        size_t n;
        uint32_t got;
        const uint8_t *p = ring_peek(r, &n);
        if (!p)
            continue;
        memcpy(&got, p, sizeof got);
        bad += got != i || n != length_of(i) || (n > 4 && p[n - 1] != (i & 0xff));
        ring_release(r);
        i++;
    }
    pthread_join(thread, NULL);
    assert_int_equal(bad, 0);
    assert_int_equal(ring_used(r), 0);
    ring_free(r);
}

/* A producer in another process: all arrives, in order. */
static void two_processes(void **state)
{
    (void)state;
    struct ring *r = ring_new_shared(4096);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        produce(r);
        _exit(0);
    }
    unsigned bad = 0;
    for (uint32_t i = 0; i < RECORDS;) {
        size_t n;
        uint32_t got;
        const uint8_t *p = ring_peek(r, &n);
        if (!p)
            continue;
        memcpy(&got, p, sizeof got);
        bad += got != i || n != length_of(i);
        ring_release(r);
        i++;
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(bad, 0);
    ring_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thread),
        cmocka_unit_test(two_threads),
        cmocka_unit_test(two_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
