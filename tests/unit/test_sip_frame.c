#include "dissect/sip_frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#define START "INVITE sip:bob@example.com SIP/2.0\r\n"
#define OK    "SIP/2.0 200 OK\r\n"
#define IDS   "Call-ID: a\r\nCSeq: 1 INVITE\r\n"
#define TYPE  "c: text/plain\r\n"

/* What a stream is cut into: the messages, one after the other. */
static const struct {
    const char *stream;
    const char *messages[4];
} rows[] = {
    {OK IDS "l: 3\r\n\r\nabc", {OK IDS "l: 3\r\n\r\nabc"}},
    {OK "l: 3\r\n\r\nabc" START "l: 0\r\n\r\n",
     {OK "l: 3\r\n\r\nabc", START "l: 0\r\n\r\n"}},
    {OK "CONTENT-LENGTH :\r\n  3\r\n\r\nabc" OK "\r\n",
     {OK "CONTENT-LENGTH :\r\n  3\r\n\r\nabc", OK "\r\n"}},
    /* keep-alives */
    {"\r\n\r\n" OK "l: 0\r\n\r\n\r\n\r\n" OK "l: 0\r\n\r\n",
     {OK "l: 0\r\n\r\n", OK "l: 0\r\n\r\n"}},
    /* no length: no body without a type */
    {OK IDS "\r\n" OK IDS "\r\n", {OK IDS "\r\n", OK IDS "\r\n"}},
    {OK IDS TYPE "\r\nabc\r\ndef\r\n" OK "\r\n",
     {OK IDS TYPE "\r\nabc\r\ndef\r\n", OK "\r\n"}},
    {OK TYPE "\r\nabc", {OK TYPE "\r\nabc"}},
    {OK TYPE "\r\n" OK "\r\n", {OK TYPE "\r\n", OK "\r\n"}},
    {OK TYPE "\r\n\r\n\r\n" OK "\r\n", {OK TYPE "\r\n", OK "\r\n"}},
    {OK TYPE "l: -5\r\n\r\nabc\n" OK "\r\n", {OK TYPE "l: -5\r\n\r\nabc\n", OK "\r\n"}},
    {OK "l: x\r\n" TYPE "\r\nabc\n" OK "\r\n",
     {OK "l: x\r\n" TYPE "\r\nabc\n", OK "\r\n"}},
    /* absurd lengths */
    {OK "l: 4294967328\r\n\r\n" START "l: 0\r\n\r\n",
     {OK "l: 4294967328\r\n\r\n", START "l: 0\r\n\r\n"}},
    {OK "l: 99999999999999999999999\r\n\r\nxyz\n" OK "l: 0\r\n\r\n",
     {OK "l: 99999999999999999999999\r\n\r\n", OK "l: 0\r\n\r\n"}},
    /* garbage */
    {"garbage\r\nmore: garbage\r\n" OK "l: 0\r\n\r\n", {OK "l: 0\r\n\r\n"}},
    {OK "l: 2\r\n\r\nabcdef\r\n" OK "l: 0\r\n\r\n",
     {OK "l: 2\r\n\r\nab", OK "l: 0\r\n\r\n"}},
    /* a body without a line end before the start line */
    {"some text 1MESSAGE sip:bob@example.com SIP/2.0\r\nl: 0\r\n\r\n",
     {"MESSAGE sip:bob@example.com SIP/2.0\r\nl: 0\r\n\r\n"}},
    {"garbage\r\n</xml>" OK "l: 0\r\n\r\n", {OK "l: 0\r\n\r\n"}},
    {OK TYPE "\r\nabc" OK "l: 0\r\n\r\n", {OK TYPE "\r\nabc", OK "l: 0\r\n\r\n"}},
    {"garbage", {NULL}},
    {"GET / HTTP/1.1\r\n\r\n", {NULL}},
    /* the end of the stream cuts */
    {OK "l: 9\r\n\r\nabc", {OK "l: 9\r\n\r\nabc"}},
    {OK IDS, {OK IDS}},
    {"INVITE sip:bob@exam", {"INVITE sip:bob@exam"}},
    /* LF alone */
    {"SIP/2.0 200 OK\nl: 1\n\nxSIP/2.0 200 OK\n\n",
     {"SIP/2.0 200 OK\nl: 1\n\nx", "SIP/2.0 200 OK\n\n"}},
    {"", {NULL}},
};

/* Feeds the stream in segments of `step` bytes, each read from a buffer of exactly
 * what has come and is unread. Returns false where the messages are others. */
static bool cut(struct slice stream, size_t step, const char *const *want)
{
    struct sip_frame f = {0};
    size_t begin = 0, have = 0, calls = 0;

    while (begin < stream.n || have < stream.n) {
        bool final = have == stream.n;
        size_t n = have - begin, skip;
        uint8_t *copy = malloc(n ? n : 1);
        assert_non_null(copy);
        memcpy(copy, stream.p + begin, n);
        enum sip_frame_result r = sip_frame_next(&f, slice_of(copy, n), final, &skip);
        free(copy);
        assert_true(++calls <= 3 * stream.n + 10);
        if (r == SIP_FRAME_MORE) {
            assert_false(final);
            have = stream.n - have < step ? stream.n : have + step;
            continue;
        }
        if (r == SIP_FRAME_MESSAGE) {
            assert_in_range(f.length, 1, n);
            if (!*want ||
                !slice_eq(slice_str(*want++), slice_sub(stream, begin, f.length)))
                return false;
            skip = f.length;
        }
        assert_in_range(skip, 1, n);
        begin += skip;
        f = (struct sip_frame){0};
    }
    return !*want;
}

static void any_segments(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice stream = slice_str(rows[i].stream);
        for (size_t step = 1; step <= stream.n; step++)
            if (!cut(stream, step, rows[i].messages))
                fail_msg("row %zu, segments of %zu: %s", i, step, rows[i].stream);
    }
}

/* A message comes out as soon as its last byte is there. */
static void at_once(void **state)
{
    static const char *const whole[] = {OK "l: 3\r\n\r\nabc", OK IDS "\r\n",
                                        OK TYPE "l: 0\r\n\r\n"};
    for (size_t i = 0; i < 3; i++) {
        struct sip_frame f = {0};
        struct slice s = slice_str(whole[i]);
        size_t skip;
        for (size_t n = 1; n < s.n; n++)
            assert_int_equal(sip_frame_next(&f, slice_sub(s, 0, n), false, &skip),
                             SIP_FRAME_MORE);
        assert_int_equal(sip_frame_next(&f, s, false, &skip), SIP_FRAME_MESSAGE);
        assert_int_equal(f.length, s.n);
    }
}

/* Bytes handed over until the stream is used up: the framer's work is bounded by the
 * bytes that are new, plus those after which it starts over. */
static size_t restarts(struct slice stream)
{
    size_t begin = 0, work = 0, skip;
    while (begin < stream.n) {
        struct sip_frame f = {0};
        struct slice rest = slice_skip(stream, begin);
        enum sip_frame_result r = sip_frame_next(&f, rest, true, &skip);
        assert_int_not_equal(r, SIP_FRAME_MORE);
        work += f.scanned;
        begin += r == SIP_FRAME_MESSAGE ? f.length : skip;
    }
    return work;
}

static void linear(void **state)
{
    static const char *const units[] = {
        START,  "x",      "x\n", OK "\r\n", OK TYPE "\r\n", OK "l: 9999999\r\n\r\n",
        "\r\n", "a:b\r\n"};
    size_t cap = 4 * SIP_MAX_MESSAGE;
    char *text = malloc(cap);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = 0, unit = strlen(units[i]);
        for (; n + unit <= cap; n += unit)
            memcpy(text + n, units[i], unit);
        assert_true(restarts(slice_of(text, n)) <= 4 * n);
    }
    /* one start line, then headers without an end */
    size_t n = strlen(START);
    memcpy(text, START, n);
    assert_true(restarts(slice_of(text, cap)) <= 4 * cap);
    free(text);
}

static void endless(void **state)
{
    size_t n = SIP_MAX_MESSAGE + 100, skip;
    char *text = malloc(n);
    struct sip_frame f = {0};
    assert_non_null(text);
    memset(text, 'x', n);
    assert_int_equal(sip_frame_next(&f, slice_of(text, n), false, &skip),
                     SIP_FRAME_BAD);
    assert_int_equal(skip, SIP_MAX_MESSAGE);
    memcpy(text, OK TYPE "\r\n", strlen(OK TYPE "\r\n"));
    f = (struct sip_frame){0};
    assert_int_equal(sip_frame_next(&f, slice_of(text, n), false, &skip),
                     SIP_FRAME_MESSAGE);
    assert_int_equal(f.length, SIP_MAX_MESSAGE);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_segments),
        cmocka_unit_test(at_once),
        cmocka_unit_test(linear),
        cmocka_unit_test(endless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
