#include "dissect/sip_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void every_method(void **state)
{
    static const char *const names[] = {
#define METHOD(name) #name,
        SIP_METHOD_TABLE(METHOD)
#undef METHOD
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(sip_method_find(slice_str(names[i])), i + 1);
        assert_string_equal(sip_method_name((enum sip_method)(i + 1)), names[i]);
    }
    assert_int_equal(sip_method_find(SLICE("invite")), SIP_OTHER);
    assert_int_equal(sip_method_find(SLICE("INVIT")), SIP_OTHER);
    assert_int_equal(sip_method_find(SLICE("INVITED")), SIP_OTHER);
    assert_int_equal(sip_method_find((struct slice){0}), SIP_OTHER);
    assert_string_equal(sip_method_name((enum sip_method)99), "?");
}

static void every_header(void **state)
{
    static const struct {
        const char *name;
        char compact;
    } rows[] = {
#define HEADER(id, name, compact) {name, compact},
        SIP_HEADER_TABLE(HEADER)
#undef HEADER
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char other[64];
        size_t n = strlen(rows[i].name);
        assert_int_equal(sip_header_find(slice_str(rows[i].name)), i);
        assert_string_equal(sip_header_name((enum sip_header)i), rows[i].name);
        for (size_t j = 0; j < n; j++)
            other[j] = (char)slice_lower((uint8_t)rows[i].name[j]);
        assert_int_equal(sip_header_find(slice_of(other, n)), i);
        other[n - 1] ^= 1; /* the whole name is compared */
        assert_int_equal(sip_header_find(slice_of(other, n)), SIP_H_OTHER);
        if (rows[i].compact) {
            char c = rows[i].compact, upper = (char)(c - 32);
            assert_int_equal(sip_header_find(slice_of(&c, 1)), i);
            assert_int_equal(sip_header_find(slice_of(&upper, 1)), i);
        }
    }
}

static void unknown_headers(void **state)
{
    static const char *const names[] = {"",         "Z",    "j",        "Call-IDs",
                                        "X-CallID", "\x8f", "Call\rID", "@",
                                        "[",        "{",    "y",        "CSe"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(sip_header_find(slice_str(names[i])), SIP_H_OTHER);
    assert_string_equal(sip_header_name(SIP_H_OTHER), "?");
}

/* RFC 3261 25.1: token */
static void tokens(void **state)
{
    const char *extra = "-.!%*_+`'~";
    for (int c = 0; c < 256; c++) {
        uint8_t byte = (uint8_t)c;
        bool want = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                    (c >= 'A' && c <= 'Z') || (c && strchr(extra, c));
        assert_int_equal(sip_is_token(slice_of(&byte, 1)), want);
    }
    assert_false(sip_is_token((struct slice){0}));
    assert_false(sip_is_token(SLICE("a b")));
}

static void phrases(void **state)
{
    assert_string_equal(sip_status_phrase(100), "Trying");
    assert_string_equal(sip_status_phrase(486), "Busy Here");
    assert_string_equal(sip_status_phrase(606), "Not Acceptable");
    assert_string_equal(sip_status_phrase(299), "");
    assert_string_equal(sip_status_phrase(0), "");
    assert_string_equal(sip_status_phrase(~0u), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_method),    cmocka_unit_test(every_header),
        cmocka_unit_test(unknown_headers), cmocka_unit_test(tokens),
        cmocka_unit_test(phrases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
