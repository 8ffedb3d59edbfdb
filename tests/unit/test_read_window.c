#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "capture/read_window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIZE = 300000 };

static uint8_t byte_at(uint64_t offset)
{
    return (uint8_t)(offset * 2654435761u >> 13);
}

/* A file of SIZE bytes, already without a name. */
static int made(void)
{
    char path[] = "/tmp/sipglass-window-XXXXXX";
    static uint8_t bytes[SIZE];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = byte_at(i);
    assert_int_equal(write(fd, bytes, SIZE), SIZE);
    return fd;
}

static void check(struct read_window *w, int fd, uint64_t offset, size_t n)
{
    static uint8_t got[SIZE];
    assert_int_equal(read_window_get(w, fd, offset, got, n), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(got[i], byte_at(offset + i));
}

/* Forward in steps, back, far away, over the block's end, large, nothing: the bytes are
 * always the file's. */
static void bytes_are_the_files(void **state)
{
    struct read_window w = {0};
    int fd = made();
    (void)state;
    for (uint64_t at = 100; at + 1000 < SIZE; at += 700)
        check(&w, fd, at, 500);
    check(&w, fd, 5, 10);
    check(&w, fd, 15, 10);
    check(&w, fd, 200000, 10);
    check(&w, fd, 200010, 65000);
    check(&w, fd, 265010, 20000);
    check(&w, fd, 0, SIZE);
    check(&w, fd, SIZE - 1, 1);
    check(&w, fd, SIZE, 0);
    srand(7);
    for (int i = 0; i < 2000; i++) {
        size_t n = (size_t)(rand() % 3000);
        check(&w, fd, (uint64_t)(rand() % (SIZE - 3000)), n);
    }
    read_window_done(&w);
    close(fd);
}

/* What is not there is gone, whether the block was read ahead or not; what was appended
 * since is there. */
static void ends_are_told(void **state)
{
    struct read_window w = {0};
    uint8_t got[64];
    int fd = made();
    (void)state;
    check(&w, fd, SIZE - 100, 50);
    check(&w, fd, SIZE - 50, 20);
    assert_int_equal(read_window_get(&w, fd, SIZE - 30, got, 31), -ERR_GONE);
    assert_int_equal(read_window_get(&w, fd, SIZE + 10, got, 1), -ERR_GONE);
    assert_int_equal(read_window_get(&w, fd, UINT64_MAX - 2, got, 8), -ERR_GONE);
    assert_int_equal(pwrite(fd, "\xa5", 1, SIZE), 1);
    assert_int_equal(read_window_get(&w, fd, SIZE - 30, got, 31), 0);
    assert_int_equal(got[30], 0xa5);
    read_window_done(&w);
    close(fd);
    assert_int_equal(read_window_get(&w, -1, 0, got, 1), -ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_the_files),
        cmocka_unit_test(ends_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
