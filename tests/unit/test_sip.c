#include "dissect/sip.h"
#include "dissect/sip_sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#define REQUEST "INVITE sip:bob@example.com SIP/2.0\r\n"
#define IDS     "Call-ID: abc\r\nCSeq: 1 INVITE\r\n"

static const char invite[] =
    "INVITE sip:bob@example.com SIP/2.0\r\n"
    "Via: SIP/2.0/UDP pc33.example.com:5070;branch=z9hG4bK776asdhds\r\n"
    "Via: SIP/2.0/TCP a.example.com;branch=z1, SIP/2.0/TLS b.example.com;branch=z2\r\n"
    "Max-Forwards: 70\r\n"
    "To: Bob <sip:bob@example.com>\r\n"
    "From: \"Alice;tag=no <\\\"x\" <sip:alice@example.com;tag=no>;tag=1928301774\r\n"
    "Call-ID: a84b4c76e66710@pc33.example.com\r\n"
    "CSeq: 314159 INVITE\r\n"
    "Contact: <sip:alice@pc33.example.com>\r\n"
    "X-Unknown: 1\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: 4\r\n"
    "\r\n"
    "v=0\n and more";

static void is(struct slice got, const char *want)
{
    if (!slice_eq(got, slice_str(want)))
        fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

static void whole_request(void **state)
{
    struct sip s;
    assert_int_equal(sip_parse(SLICE(invite), &s), 0);
    assert_false(s.response);
    assert_int_equal(s.method, SIP_INVITE);
    assert_int_equal(s.cseq_method, SIP_INVITE);
    assert_int_equal(s.cseq, 314159);
    assert_int_equal(s.flags, SIP_VIA_LIST);
    assert_int_equal(s.via_count, 3);
    assert_int_equal(s.header_count, 11);
    assert_int_equal(s.content_length, 4);
    is(s.uri, "sip:bob@example.com");
    is(s.method_name, "INVITE");
    is(s.body, "v=0\n");
    is(s.header[SIP_H_CALL_ID], "a84b4c76e66710@pc33.example.com");
    is(s.from_tag, "1928301774");
    is(s.to_tag, "");
    is(s.branch, "z9hG4bK776asdhds");
    is(s.sent_by, "pc33.example.com:5070");
    is(s.via_transport, "UDP");
    assert_int_equal(s.head.n, strstr(invite, "v=0\n") - invite);
    assert_null(s.header[SIP_H_ROUTE].p);
}

/* text, reason, flags that must be set, flags that must not */
static const struct {
    const char *text;
    int reason;
    uint16_t flags, without;
} verdicts[] = {
    {REQUEST IDS "\r\n", 0, SIP_NO_LENGTH, SIP_NO_BLANK | SIP_LF | SIP_CUT},
    {"\r\n\r\n" REQUEST IDS "\r\n", 0, SIP_NO_LENGTH, SIP_LF},
    {"INVITE sip:b@example.com SIP/2.0\nCall-ID: x\nCSeq: 1 INVITE\n\n", 0, SIP_LF, 0},
    {REQUEST IDS, 0, SIP_NO_BLANK, 0},
    {REQUEST IDS "Fro", 0, SIP_NO_BLANK, 0},
    {REQUEST "CSeq: 1 INVITE\r\nCall-ID: ab", REASON_SIP_NO_END, SIP_NO_BLANK, 0},
    {REQUEST "Call-ID: ab\r\nCSeq: 1 INV", REASON_SIP_NO_END, SIP_NO_BLANK, 0},
    {"INVITE sip:bob@exam", REASON_SIP_START_LINE, SIP_NO_BLANK, 0},
    {REQUEST "CSeq: 1 INVITE\r\n\r\n", REASON_SIP_NO_CALL_ID, 0, 0},
    {REQUEST "Call-ID:\r\nCSeq: 1 INVITE\r\n\r\n", REASON_SIP_NO_CALL_ID, 0, 0},
    {REQUEST "Call-ID: x\r\n\r\n", REASON_SIP_NO_CSEQ, 0, 0},
    {REQUEST "Call-ID: x\r\nCSeq: INVITE\r\n\r\n", REASON_SIP_BAD_CSEQ, 0, 0},
    {REQUEST "Call-ID: x\r\nCSeq: 1\r\n\r\n", REASON_SIP_BAD_CSEQ, 0, 0},
    {REQUEST "Call-ID: x\r\nCSeq: -1 INVITE\r\n\r\n", REASON_SIP_BAD_CSEQ, 0, 0},
    {REQUEST "Call-ID: x\r\nCSeq: 4294967295 INVITE\r\n\r\n", 0, 0, 0},
    {REQUEST "Call-ID: x\r\nCSeq: 4294967296 INVITE\r\n\r\n", REASON_SIP_BAD_CSEQ, 0,
     0},
    {REQUEST "Call-ID: x\r\nCSeq: 36893488147419103233 INVITE\r\n\r\n",
     REASON_SIP_BAD_CSEQ, 0, 0},
    {REQUEST "Call-ID: x\r\nCSeq: 1 ACK\r\n\r\n", 0, SIP_METHODS_DIFFER, 0},
    {REQUEST "i : x\r\ncseq\t: 0001\r\n\t INVITE\r\n\r\n", 0, SIP_FOLDED,
     SIP_METHODS_DIFFER},
    {REQUEST IDS "Call-ID: other\r\n\r\n", 0, SIP_REPEATED, 0},
    {REQUEST IDS "From: a\r\nf: b\r\n\r\n", 0, SIP_REPEATED, 0},
    {REQUEST IDS "Contact: a\r\nContact: b\r\n\r\n", 0, 0, SIP_REPEATED},
    {REQUEST IDS "no colon here\r\n\r\n", 0, 0, 0},
    {REQUEST IDS "Content-Length: 9\r\n\r\nabc", 0, SIP_CUT, SIP_BAD_LENGTH},
    {REQUEST IDS "l: 99999999999999999999999\r\n\r\nabc", 0, SIP_CUT, SIP_BAD_LENGTH},
    {REQUEST IDS "l: -1\r\n\r\nabc", 0, SIP_BAD_LENGTH, SIP_CUT},
    {REQUEST IDS "l:\r\n\r\nabc", 0, SIP_BAD_LENGTH, SIP_NO_LENGTH},
    {REQUEST IDS "CONTENT-LENGTH :\r\n 3\r\n\r\nabc", 0, SIP_FOLDED, SIP_CUT},
    {"INVITE sip:bob@example.com SIP/7.0\r\n" IDS "\r\n", REASON_SIP_VERSION, 0, 0},
    {"INVITE sip:bob@example.com sip/2.0\r\n" IDS "\r\n", 0, 0, 0},
    {"INVITE sip:bob@example.com HTTP/1.1\r\n" IDS "\r\n", REASON_SIP_START_LINE, 0, 0},
    {"INVITE  sip:bob@example.com; lr  SIP/2.0 \r\n" IDS "\r\n", 0, 0, 0},
    {"INVITE SIP/2.0\r\n" IDS "\r\n", 0, 0, 0},
    {"INV:ITE sip:bob@example.com SIP/2.0\r\n" IDS "\r\n", REASON_SIP_START_LINE, 0, 0},
    {"SIP/2.0 200\r\n" IDS "\r\n", 0, 0, 0},
    {"SIP/2.0 \t 200 \t OK\r\n" IDS "\r\n", 0, 0, 0},
    {"SIP/2.0 99\r\n" IDS "\r\n", REASON_SIP_STATUS, 0, 0},
    {"SIP/2.0 700 x\r\n" IDS "\r\n", REASON_SIP_STATUS, 0, 0},
    {"SIP/2.0 4294967301 better not break the receiver\r\n" IDS "\r\n",
     REASON_SIP_STATUS, 0, 0},
    {"SIP/3.0 200 OK\r\n" IDS "\r\n", REASON_SIP_VERSION, 0, 0},
    {"", REASON_SIP_START_LINE, 0, 0},
    {"\r\n", REASON_SIP_START_LINE, 0, 0},
};

static void verdict_rows(void **state)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        struct sip s;
        int rc = sip_parse(slice_str(verdicts[i].text), &s);
        if (rc != -verdicts[i].reason ||
            (s.flags & verdicts[i].flags) != verdicts[i].flags ||
            (s.flags & verdicts[i].without))
            fail_msg("row %zu: %s, flags %u: %s", i, reason_name(-rc), s.flags,
                     verdicts[i].text);
    }
}

static void nul_bytes(void **state)
{
    struct sip s;
    assert_int_equal(
        sip_parse(SLICE(REQUEST "Call-ID: a\0b\r\nCSeq: 1 INVITE\r\n\r\n"), &s), 0);
    assert_true(s.flags & SIP_NUL);
    assert_true(slice_eq(s.header[SIP_H_CALL_ID], SLICE("a\0b")));
}

static void response(void **state)
{
    struct sip s;
    assert_int_equal(
        sip_parse(SLICE("SIP/2.0 183 Session  Progress\r\n"
                        "v: SIP  / 2.0  / TCP   host.example.com   ;\r\n"
                        " branch  =   z9hG4bK9ikj8  ,\r\n SIP/2.0/UDP x;branch=y\r\n"
                        "T: sip:bob@example.com ; foo=\";tag=no\" ;\r\n\tTAG = 98\r\n"
                        "f: sip:alice@example.com;tag=a;x=<sip:q>\r\n"
                        "i:\t 12@x \r\nCSeq: 7   FOO\r\n\r\n"),
                  &s),
        0);
    assert_true(s.response);
    assert_int_equal(s.status, 183);
    assert_int_equal(s.method, SIP_OTHER);
    assert_int_equal(s.via_count, 2);
    assert_int_equal(s.header_count, 5);
    is(s.phrase, "Session  Progress");
    is(s.method_name, "FOO");
    is(s.branch, "z9hG4bK9ikj8");
    is(s.via_transport, "TCP");
    is(s.sent_by, "host.example.com");
    is(s.to_tag, "98");
    is(s.from_tag, "a");
    is(s.header[SIP_H_CALL_ID], "12@x");
}

static void lines(void **state)
{
    struct sip s;
    struct sip_line line;
    assert_int_equal(sip_parse(SLICE(REQUEST "i: x\r\nFoo : a\r\n b\r\nbare line\r\n"
                                             "CSeq: 1 INVITE\r\n\r\n"),
                               &s),
                     0);
    struct slice rest = s.head;
    assert_true(sip_line_next(&rest, &line));
    assert_int_equal(line.id, SIP_H_CALL_ID);
    is(line.raw, "i: x");
    assert_true(sip_line_next(&rest, &line));
    is(line.name, "Foo");
    is(line.value, "a\r\n b");
    is(line.raw, "Foo : a\r\n b");
    assert_int_equal(line.id, SIP_H_OTHER);
    assert_true(sip_line_next(&rest, &line));
    is(line.name, "");
    is(line.value, "bare line");
    assert_true(sip_line_next(&rest, &line));
    assert_int_equal(line.id, SIP_H_CSEQ);
    assert_false(sip_line_next(&rest, &line));
}

/* Every prefix in a buffer of exactly its size, so that a sanitizer sees any read past
 * it; views lie inside. */
static void prefix(const char *text, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    struct slice all = slice_of(copy, n);
    struct sip s;
    struct sip_line line;

    assert_non_null(copy);
    memcpy(copy, text, n);
    sip_sniff(all);
    sip_parse(all, &s);
    for (int h = 0; h < SIP_H_COUNT; h++)
        if (s.header[h].p)
            assert_true(s.header[h].p >= copy &&
                        s.header[h].p + s.header[h].n <= copy + n);
    assert_true(s.head.n + s.body.n <= n);
    unsigned count = 0;
    for (struct slice rest = s.head; sip_line_next(&rest, &line);)
        count++;
    assert_true(count <= n);
    free(copy);
}

static void every_prefix(void **state)
{
    for (size_t n = 0; n < sizeof invite; n++)
        prefix(invite, n);
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        for (size_t n = 0; n <= strlen(verdicts[i].text); n++)
            prefix(verdicts[i].text, n);
}

static void limits(void **state)
{
    size_t cap = SIP_MAX_MESSAGE + 4096, n = 0;
    char *text = malloc(cap);
    struct sip s;
    assert_non_null(text);
    n = strlen(REQUEST IDS);
    memcpy(text, REQUEST IDS, n);
    memset(text + n, 'x', cap - n);
    assert_int_equal(sip_parse(slice_of(text, cap), &s), -REASON_SIP_TOO_LONG);
    for (int i = 0; i < SIP_MAX_HEADERS; i++, n += 6)
        memcpy(text + n, "a: b\r\n", 6);
    memcpy(text + n, "\r\n", 2);
    assert_int_equal(sip_parse(slice_of(text, n + 2), &s), -REASON_SIP_HEADERS);
    is(s.header[SIP_H_CALL_ID], "abc");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_request), cmocka_unit_test(verdict_rows),
        cmocka_unit_test(nul_bytes),     cmocka_unit_test(response),
        cmocka_unit_test(lines),         cmocka_unit_test(every_prefix),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
