#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dissect/websocket.h"

/* Parses a copy that ends where its memory does, so that reading on is seen. */
static int parse_exact(const void *p, size_t n, struct websocket *out)
{
    uint8_t *copy = malloc(n ? n : 1);
    memcpy(copy, p, n);
    int rc = websocket_parse(slice_of(copy, n), out);
    free(copy);
    return rc;
}

/* The frames of RFC 6455 5.7. */
static const struct {
    const char *bytes;
    size_t n;
    enum websocket_opcode opcode;
    bool fin, masked;
    const char *text;
} ROWS[] = {
    {"\x81\x05Hello", 7, WEBSOCKET_TEXT, true, false, "Hello"},
    {"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11, WEBSOCKET_TEXT, true, true,
     "Hello"},
    {"\x01\x03Hel", 5, WEBSOCKET_TEXT, false, false, "Hel"},
    {"\x80\x02lo", 4, WEBSOCKET_CONTINUATION, true, false, "lo"},
    {"\x89\x05Hello", 7, WEBSOCKET_PING, true, false, "Hello"},
    {"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11, WEBSOCKET_PONG, true, true,
     "Hello"},
    {"\x88\x00", 2, WEBSOCKET_CLOSE, true, false, ""},
};

static void reads_the_examples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct websocket f;
        char text[16] = "";
        struct slice s = slice_of(ROWS[i].bytes, ROWS[i].n);
        assert_int_equal(websocket_parse(s, &f), ROWS[i].n);
        assert_int_equal(f.opcode, ROWS[i].opcode);
        assert_int_equal(f.fin, ROWS[i].fin);
        assert_int_equal(f.masked, ROWS[i].masked);
        assert_false(f.compressed);
        websocket_unmask(&f, (uint8_t *)text);
        assert_string_equal(text, ROWS[i].text);
        for (size_t n = 0; n < ROWS[i].n; n++)
            assert_int_equal(parse_exact(ROWS[i].bytes, n, &f), 0);
    }
}

static void reads_long_lengths(void **state)
{
    (void)state;
    enum { HEADER = 10 };
    uint8_t *b = calloc(1, HEADER + WEBSOCKET_MAX);
    struct websocket f;
    memcpy(b, "\x82\x7e\x01\x00", 4); /* RFC 6455 5.7: 256 bytes */
    assert_int_equal(websocket_parse(slice_of(b, 260), &f), 260);
    assert_int_equal(f.payload.n, 256);
    assert_int_equal(websocket_parse(slice_of(b, 259), &f), 0);
    memcpy(b, "\x82\x7f\0\0\0\0\0\1\0\0", 10); /* 64 KiB */
    assert_int_equal(websocket_parse(slice_of(b, 10 + 65536), &f), 10 + 65536);
    assert_int_equal(f.payload.n, 65536);
    memcpy(b, "\x82\x7f\0\0\0\0\0\4\0\0", 10);
    assert_int_equal(websocket_parse(slice_of(b, HEADER + WEBSOCKET_MAX), &f),
                     HEADER + WEBSOCKET_MAX);
    free(b);
}

static void unmasks_in_place(void **state)
{
    (void)state;
    uint8_t b[] = {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
    struct websocket f;
    assert_int_equal(websocket_parse(slice_of(b, sizeof b), &f), sizeof b);
    websocket_unmask(&f, b + 6);
    assert_memory_equal(b + 6, "Hello", 5);
}

static void tells_compression(void **state)
{
    (void)state;
    struct websocket f; /* RFC 7692 7.2.3.1 */
    struct slice s = SLICE("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00");
    assert_int_equal(websocket_parse(s, &f), 9);
    assert_true(f.compressed);
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        int reason;
    } BAD[] = {
        {"\x83", 1, REASON_WS_BAD},     /* reserved opcode */
        {"\x8b", 1, REASON_WS_BAD},     /* reserved control opcode */
        {"\xa1", 1, REASON_WS_BAD},     /* RSV2 */
        {"\x91", 1, REASON_WS_BAD},     /* RSV3 */
        {"\x09", 1, REASON_WS_BAD},     /* control frame in pieces */
        {"\xc9", 1, REASON_WS_BAD},     /* compressed control frame */
        {"\x89\x7e", 2, REASON_WS_BAD}, /* long control frame */
        {"\x81\x7e\x00\x7d", 4, REASON_WS_BAD},
        {"\x81\x7f\0\0\0\0\0\0\xff\xff", 10, REASON_WS_BAD},
        {"\x81\x7f\x80\0\0\0\0\0\0\0", 10, REASON_WS_BAD},
        {"\x81\x7f\0\0\0\0\0\4\0\1", 10, REASON_WS_TOO_LONG},
        {"\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10, REASON_WS_TOO_LONG},
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct websocket f;
        assert_int_equal(parse_exact(BAD[i].bytes, BAD[i].n, &f), -BAD[i].reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_examples),
        cmocka_unit_test(reads_long_lengths),
        cmocka_unit_test(unmasks_in_place),
        cmocka_unit_test(tells_compression),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
