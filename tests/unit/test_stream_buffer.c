#include "engine/stream_buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect_frames(const struct stream_buffer *b, size_t from, size_t n,
                          uint64_t first, unsigned count)
{
    uint16_t found;
    const uint64_t *frames = stream_buffer_frames(b, from, n, &found);
    assert_int_equal(found, count);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(frames[i], first + i);
}

/* Frames 10, 11, 12 with four bytes each. */
static struct stream_buffer *three(void)
{
    struct stream_buffer *b = stream_buffer_new();
    assert_non_null(b);
    assert_true(stream_buffer_add(b, 10, SLICE("abcd")));
    assert_true(stream_buffer_add(b, 11, SLICE("ef")));
    assert_true(stream_buffer_add(b, 11, SLICE("gh")));
    assert_true(stream_buffer_add(b, 12, SLICE("ijkl")));
    return b;
}

static void frames_of_bytes(void **state)
{
    (void)state;
    struct stream_buffer *b = three();
    assert_int_equal(b->bytes.n, 12);
    expect_frames(b, 0, 12, 10, 3);
    expect_frames(b, 0, 4, 10, 1);
    expect_frames(b, 0, 5, 10, 2);
    expect_frames(b, 4, 4, 11, 1);
    expect_frames(b, 3, 2, 10, 2);
    expect_frames(b, 11, 1, 12, 1);
    stream_buffer_free(b);
    stream_buffer_free(NULL);
}

static void taken_from_the_start(void **state)
{
    (void)state;
    struct stream_buffer *b = three();
    stream_buffer_drop(b, 0);
    stream_buffer_drop(b, 5);
    assert_int_equal(b->bytes.n, 7);
    assert_memory_equal(b->bytes.at, "fghijkl", 7);
    expect_frames(b, 0, 3, 11, 1);
    expect_frames(b, 0, 4, 11, 2);
    stream_buffer_drop(b, 7);
    assert_int_equal(b->bytes.n, 0);
    assert_true(stream_buffer_add(b, 13, SLICE("m")));
    expect_frames(b, 0, 1, 13, 1);
    stream_buffer_clear(b);
    assert_int_equal(b->bytes.n + b->frames.n, 0);
    stream_buffer_drop(NULL, 3);
    stream_buffer_free(b);
}

/* RFC 9293: what is sent again must be the same; what is no longer here cannot be told.
 */
static void sent_again(void **state)
{
    (void)state;
    struct stream_buffer *b = three();
    assert_false(stream_buffer_differs(b, 4, SLICE("ijkl")));
    assert_true(stream_buffer_differs(b, 4, SLICE("ijkX")));
    assert_false(stream_buffer_differs(b, 4, SLICE("ijkl and more")));
    assert_false(stream_buffer_differs(b, 14, SLICE("XXab")));
    assert_true(stream_buffer_differs(b, 14, SLICE("XXaX")));
    stream_buffer_free(b);
}

/* A long message does not keep its memory. */
static void memory(void **state)
{
    (void)state;
    struct stream_buffer *b = three();
    size_t little = stream_buffer_memory(b);
    static uint8_t much[100000];
    assert_true(stream_buffer_add(b, 13, slice_of(much, sizeof much)));
    assert_true(stream_buffer_memory(b) >= little + sizeof much - 100);
    stream_buffer_drop(b, b->bytes.n);
    assert_true(stream_buffer_memory(b) <= little + 1000);
    stream_buffer_free(b);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(frames_of_bytes),
        cmocka_unit_test(taken_from_the_start),
        cmocka_unit_test(sent_again),
        cmocka_unit_test(memory),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
