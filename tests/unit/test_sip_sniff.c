#include "dissect/sip_sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

static const struct {
    const char *text;
    bool sip;
} sniffs[] = {
    {"INVITE sip:bob@example.com SIP/2.0\r\n", true},
    {"INVITE sip:bob@example.com SIP/2.0", true},
    {"INVITE sip:bob@exam", true},
    {"FOO sip:bob@exam", true},
    {"OPTIONS sip:bob@example.com SIP/7.0\r\n", true},
    {"INVITE <sip:bob@example.com> SIP/2.0\n", true},
    {"INVITE  sip:bob@example.com  SIP/2.0 \r\n", true},
    {"!interesting-Method0123456789_*+`.%indeed'~ soap:x SIP/2.0\r\n", true},
    {"INVITE sip:bob@example.com\r\n", true},
    {"SIP/2.0 200 OK\r\n", true},
    {"SIP/2.0 2", true},
    {"sip/2.0 200\n", true},
    {"SIP/2.0 OK\r\n", false},
    {"SIP/2.0", false},
    {"HTTP/1.1 200 OK\r\n", false},
    {"GET / HTTP/1.1\r\n", false},
    {"GET / HTTP/1.1", false},
    {"GET /?q=SIP/2.0 HTTP/1.1\r\n", false},
    {"OPTIONS rtsp://example.com/ RTSP/1.0\r\n", false},
    {"OPTIONS rtsp://example.com/", false},
    {"RTSP/1.0 200 OK\r\n", false},
    {"M-SEARCH * HTTP/1.1\r\n", false},
    {"NOTIFY * HTTP/1.1\r\n", false},
    {"\xe5\xe4 sip:bob@example.com SIP/2.0\r\n", true},
    {" sip:bob@example.com SIP/2.0\r\n", true},
    {"log: INVITE sip:bob@example.com SIP/2.0\r\n", false},
    {"a:b <sip:bob@example.com> SIP/2.0\r\n", false},
    {"X: foo SIP/2.0\r\n", false},
    {"hello world\r\n", false},
    {"", false},
    {"\r\n", false},
    {"I", false},
    {"\x80\x00 sip:a SIP/2.0", false},
};

static void sniff_rows(void **state)
{
    for (size_t i = 0; i < sizeof sniffs / sizeof *sniffs; i++)
        if (sip_sniff(slice_str(sniffs[i].text)) != sniffs[i].sip)
            fail_msg("%s", sniffs[i].text);
}

static void starts(void **state)
{
    static const struct {
        const char *line;
        size_t at;
    } rows[] = {
        {"INVITE sip:bob@example.com; lr SIP/2.0\r\n", 0},
        {"FOO sip:bob@example.com SIP/2.0\r\n", 0},
        {"SIP/2.0 200 OK\r\n", 0},
        {"a bPRACK sip:bob@example.com SIP/2.0\r\n", 3},
        {"BYESIP/2.0 200 OK\r\n", 3},
        {"SIP/2.0 20SIP/2.0 200 OK\r\n", 0},
        {"x SIP/2.0 20 SIP/2.0 200 OK\r\n", 13},
        {"Via: SIP/2.0/UDP a\r\n", 20},
        {"text\r\n", 6},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(sip_start_find(slice_str(rows[i].line)), rows[i].at);
}

/* A line is known by its words, however long its URI is and whatever ends it. */
static void long_lines(void **state)
{
    char text[600];
    for (size_t n = 1; n < 500; n++) {
        int len = snprintf(text, sizeof text, "INVITE sip:%0*d@example.com SIP/2.0\r\n",
                           (int)n, 1);
        assert_true(sip_sniff(slice_of(text, (size_t)len)));
        text[len - 4] = '9'; /* SIP/2.9 is some version as well */
        assert_true(sip_sniff(slice_of(text, (size_t)len)));
        text[len - 8] = 'X';
        assert_false(sip_sniff(slice_of(text, (size_t)len)) &&
                     sip_is_start_line(slice_of(text, (size_t)len - 2)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sniff_rows),
        cmocka_unit_test(starts),
        cmocka_unit_test(long_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
