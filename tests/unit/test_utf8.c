#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/utf8.h"

#include <string.h>

#define BYTES(s) s, sizeof(s) - 1

/* in, the cleaned text, its columns, the inside of the JSON string */
static const struct {
    const char *in;
    size_t n;
    const char *clean;
    size_t columns;
    const char *json;
} TABLE[] = {
    {BYTES(""), "", 0, ""},
    {BYTES("INVITE sip:bob@example.com"), "INVITE sip:bob@example.com", 26,
     "INVITE sip:bob@example.com"},
    {BYTES("\"a\\b\""), "\"a\\b\"", 5, "\\\"a\\\\b\\\""},
    /* C0, DEL */
    {BYTES("a\x1b[2J"), "a\\x1b[2J", 8, "a\\u001b[2J"},
    {BYTES("\0"), "\\x00", 4, "\\u0000"},
    {BYTES("\t\r\n\b\f\v"), "\\t\\r\\n\\x08\\x0c\\x0b", 18, "\\t\\r\\n\\b\\f\\u000b"},
    {BYTES("\x7f"), "\\x7f", 4, "\\u007f"},
    /* C1: as a character, and as a lone byte */
    {BYTES("\xc2\x9b"
           "31m"),
     "\\u{9b}31m", 9, "\\u009b31m"},
    {BYTES("\x9b"
           "31m"),
     "\\x9b31m", 7,
     "\xef\xbf\xbd"
     "31m"},
    {BYTES("\xc2\x80\xc2\x9f"), "\\u{80}\\u{9f}", 12, "\\u0080\\u009f"},
    /* broken: overlong, surrogate, over U+10FFFF, cut, never-bytes */
    {BYTES("\xc0\xaf"), "\\xc0\\xaf", 8, "\xef\xbf\xbd\xef\xbf\xbd"},
    {BYTES("\xe0\x80\xaf"), "\\xe0\\x80\\xaf", 12,
     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {BYTES("\xf0\x8f\xbf\xbf"), "\\xf0\\x8f\\xbf\\xbf", 16,
     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80", 12,
     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80", 16,
     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {BYTES("\xe2\x82"), "\\xe2\\x82", 8, "\xef\xbf\xbd\xef\xbf\xbd"},
    {BYTES("\xc3(\xff\xfe"), "\\xc3(\\xff\\xfe", 13,
     "\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd"},
    /* bidi controls, zero width, separators, byte order mark, soft hyphen, tags */
    {BYTES("a\xe2\x80\xae"
           "b"),
     "a\\u{202e}b", 10, "a\\u202eb"},
    {BYTES("\xe2\x81\xa6\xe2\x81\xa9"), "\\u{2066}\\u{2069}", 16, "\\u2066\\u2069"},
    {BYTES("\xe2\x80\x8b\xe2\x80\x8d"), "\\u{200b}\\u{200d}", 16, "\\u200b\\u200d"},
    {BYTES("\xe2\x80\xa8"), "\\u{2028}", 8, "\\u2028"},
    {BYTES("\xef\xbb\xbfx"), "\\u{feff}x", 9, "\\ufeffx"},
    {BYTES("\xc2\xad"), "\\u{ad}", 6, "\\u00ad"},
    {BYTES("\xf3\xa0\x80\x81"), "\\u{e0001}", 9, "\\udb40\\udc01"},
    {BYTES("\xf4\x8f\xbf\xbf"), "\\u{10ffff}", 10, "\\udbff\\udfff"},
    {BYTES("\xef\xb8\x8f"), "\\u{fe0f}", 8, "\\ufe0f"},
    /* as they are: Latin, Greek, wide CJK, an emoji of two columns */
    {BYTES("J\xc3\xbcrgen \xce\xb1"), "J\xc3\xbcrgen \xce\xb1", 8,
     "J\xc3\xbcrgen \xce\xb1"},
    {BYTES("\xe4\xbd\xa0\xe5\xa5\xbd"), "\xe4\xbd\xa0\xe5\xa5\xbd", 4,
     "\xe4\xbd\xa0\xe5\xa5\xbd"},
    {BYTES("\xf0\x9f\x93\x9e!"), "\xf0\x9f\x93\x9e!", 3, "\xf0\x9f\x93\x9e!"},
    /* combining marks: four are let through, the fifth is not; none without a base */
    {BYTES("e\xcc\x81x"), "e\xcc\x81x", 2, "e\xcc\x81x"},
    {BYTES("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"),
     "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\\u{301}", 8,
     "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\\u0301"},
    {BYTES("\xcc\x81x"), "\\u{301}x", 8, "\\u0301x"},
};

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++) {
        struct strbuf b = {0};
        utf8_clean(&b, TABLE[i].in, TABLE[i].n);
        assert_string_equal(strbuf_cstr(&b), TABLE[i].clean);
        assert_int_equal(utf8_columns(TABLE[i].in, TABLE[i].n), TABLE[i].columns);
        b.n = 0;
        utf8_json(&b, TABLE[i].in, TABLE[i].n);
        assert_string_equal(strbuf_cstr(&b), TABLE[i].json);
        strbuf_done(&b);
    }
}

static void every_character(void **state)
{
    (void)state;
    for (int32_t c = 0; c <= 0x10ffff; c++) {
        char out[4];
        int32_t back;
        size_t n = utf8_put(out, c);
        assert_int_equal(utf8_next((const uint8_t *)out, n, &back), n);
        assert_int_equal(back, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
        if (n > 1) {
            assert_int_equal(utf8_next((const uint8_t *)out, n - 1, &back), 1);
            assert_int_equal(back, -1);
        }
    }
    char out[4];
    assert_int_equal(utf8_put(out, 0x110000), 3);
    assert_int_equal(utf8_put(out, -1), 3);
}

static void widths(void **state)
{
    (void)state;
    static const struct {
        int32_t c;
        int width;
    } T[] = {{'a', 1},     {0xe9, 1},    {0x301, 0},  {0x1100, 2}, {0x20ac, 1},
             {0x2588, 1},  {0x28ff, 1},  {0x4e00, 2}, {0xac00, 2}, {0xff21, 2},
             {0x1f4de, 2}, {0x20000, 2}, {0x5d0, 1},  {0x303f, 1}, {0xff61, 1}};
    for (size_t i = 0; i < sizeof T / sizeof *T; i++)
        assert_int_equal(utf8_width(T[i].c), T[i].width);
}

/* Whatever comes in: no control byte and no C1 character comes out, all is valid UTF-8
 * and as wide as utf8_columns says; and JSON is valid UTF-8 without control characters.
 */
static void check_out(const struct strbuf *b, size_t *columns)
{
    *columns = 0;
    for (size_t i = 0; i < b->n;) {
        int32_t c;
        i += utf8_next((const uint8_t *)b->p + i, b->n - i, &c);
        assert_true(c >= 0x20 && (c < 0x7f || c > 0x9f));
        assert_true(utf8_safe(c));
        *columns += (size_t)utf8_width(c);
    }
}

static void property(void **state)
{
    (void)state;
    static const char *const PARTS[] = {"\xe2\x80", "\xcc\x81", "\xc2",
                                        "\xf0\x9f", "\xed",     "\xe0"};
    uint64_t seed = 42;
    for (int round = 0; round < 20000; round++) {
        uint8_t in[48];
        size_t n = 0, columns;
        while (n < sizeof in - 4) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            if (seed >> 62 == 0) {
                const char *part = PARTS[(seed >> 40) % 6];
                memcpy(in + n, part, strlen(part));
                n += strlen(part);
            } else {
                in[n++] = (uint8_t)(seed >> 33);
            }
        }
        struct strbuf b = {0};
        utf8_clean(&b, in, n);
        check_out(&b, &columns);
        assert_int_equal(utf8_columns(in, n), columns);
        b.n = 0;
        utf8_json(&b, in, n);
        check_out(&b, &columns);
        strbuf_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(every_character),
        cmocka_unit_test(widths),
        cmocka_unit_test(property),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
