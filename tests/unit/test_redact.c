#include "view/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void passwords(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"<sip:alice:secret@example.com>;tag=1", "<sip:alice:***@example.com>;tag=1"},
        {"sips:alice:a:b;c@example.com", "sips:alice:***@example.com"},
        {"SIP:alice:x@a, <sip:bob:y@b>", "SIP:alice:***@a, <sip:bob:***@b>"},
        {"sip:alice@example.com:5060", "sip:alice@example.com:5060"},
        {"sip:example.com:5060", "sip:example.com:5060"},
        {"<sip:192.0.2.1:5060>;x=\"a@b\"", "<sip:192.0.2.1:5060>;x=\"a@b\""},
        {"tel:+1:2@x", "tel:+1:2@x"},
        {"sip:a:", "sip:a:"},
        {"sip:", "sip:"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out = {0};
        bool found = redact_text(&out, slice_str(rows[i].text));
        assert_string_equal(strbuf_cstr(&out), rows[i].want);
        assert_int_equal(found, strcmp(rows[i].text, rows[i].want) != 0);
        strbuf_done(&out);
    }
}

static void headers(void **state)
{
    assert_true(redact_header(SLICE("Authorization")));
    assert_true(redact_header(SLICE("proxy-authorization")));
    assert_false(redact_header(SLICE("WWW-Authenticate")));
    assert_false(redact_header(SLICE("From")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords),
        cmocka_unit_test(headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
