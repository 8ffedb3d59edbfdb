#include "dissect/strict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define VIA  "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa\r\n"
#define ENDS "From: <sip:alice@example.com>;tag=1\r\nTo: <sip:bob@example.com>\r\n"
#define ID   "Call-ID: a@example.com\r\n"
#define REST "Max-Forwards: 70\r\nContent-Length: 0\r\n"

/* A faultless OPTIONS but for the line `more`. */
#define OPTIONS(more)                                     \
    "OPTIONS sip:bob@example.com SIP/2.0\r\n" VIA ENDS ID \
    "CSeq: 1 OPTIONS\r\n" REST more "\r\n"
#define REPLY(status, more)                                                         \
    "SIP/2.0 " status "\r\n" VIA                                                    \
    "From: <sip:alice@example.com>;tag=1\r\nTo: <sip:bob@example.com>;tag=2\r\n" ID \
    "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n" more "\r\n"
#define WITH_SDP(sdp)                                                           \
    "OPTIONS sip:bob@example.com SIP/2.0\r\n" VIA ENDS ID "CSeq: 1 OPTIONS\r\n" \
    "Max-Forwards: 70\r\nContent-Type: application/sdp\r\n\r\n" sdp
#define SDP "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

/* Without libosip2 its rules find nothing. */
static bool from_osip(enum strict_rule rule)
{
    return rule >= STRICT_RULE_OSIP_MESSAGE && rule <= STRICT_RULE_OSIP_SKIPPED;
}

/* The rules that a message breaks, libosip2's left aside; MORE ends a row. */
static const struct {
    const char *text;
    enum strict_rule rules[6];
    unsigned line; /* of the first */
} rows[] = {
    {OPTIONS(""), {STRICT_RULE_MORE}, 0},
    {REPLY("200 OK", ""), {STRICT_RULE_MORE}, 0},
    {OPTIONS("Subject: \xc3\xa9\r\n two\r\n"), {STRICT_RULE_MORE}, 0},
    {OPTIONS("Contact: *\r\n"), {STRICT_RULE_MORE}, 0},
    {OPTIONS("Subject: \xff\r\n"), {STRICT_RULE_UTF8, STRICT_RULE_MORE}, 9},
    {OPTIONS("Subject: \x1b[2J\r\n"), {STRICT_RULE_CONTROL, STRICT_RULE_MORE}, 9},
    {OPTIONS("Subject: a\r\n b\r\nno colon\r\n"),
     {STRICT_RULE_HEADER_FORM, STRICT_RULE_MORE},
     11},
    {OPTIONS("i: b\r\n"), {STRICT_RULE_REPEATED, STRICT_RULE_MORE}, 9},
    {OPTIONS("Via: HTTP/1.1/UDP a\r\n"), {STRICT_RULE_VIA_FORM, STRICT_RULE_MORE}, 9},
    {OPTIONS("v: SIP/2.0/UDP 2001:db8::1\r\n"),
     {STRICT_RULE_VIA_IPV6, STRICT_RULE_MORE},
     9},
    {OPTIONS("Contact: <sip:a%zz@example.com>\r\n"),
     {STRICT_RULE_URI_ESCAPE, STRICT_RULE_MORE},
     9},
    {OPTIONS("Contact: Anonymous\r\n"), {STRICT_RULE_ADDRESS, STRICT_RULE_MORE}, 9},
    {OPTIONS("Contact: \"a <sip:a@example.com>\r\n"),
     {STRICT_RULE_ADDRESS_OPEN, STRICT_RULE_MORE},
     9},
    {OPTIONS("Contact: sip:a@example.com?x=y\r\n"),
     {STRICT_RULE_ADDRESS_BARE, STRICT_RULE_MORE},
     9},
    {OPTIONS("Contact: a, b@c <sip:a@example.com>\r\n"),
     {STRICT_RULE_ADDRESS, STRICT_RULE_DISPLAY_NAME, STRICT_RULE_MORE},
     9},
    {OPTIONS("Expires: soon\r\n"), {STRICT_RULE_NUMBER, STRICT_RULE_MORE}, 9},
    {OPTIONS("Content-Type: sdp\r\n"), {STRICT_RULE_TYPE_FORM, STRICT_RULE_MORE}, 9},
    {OPTIONS("\r\nmore") /* the empty line, then bytes past the body */,
     {STRICT_RULE_BODY_LONGER, STRICT_RULE_MORE},
     8},
    {REPLY("200", ""), {STRICT_RULE_NO_PHRASE_SPACE, STRICT_RULE_MORE}, 1},
    {REPLY("401 Unauthorized", ""), {STRICT_RULE_NO_CHALLENGE, STRICT_RULE_MORE}, 0},
    {REPLY("405 Method Not Allowed", ""), {STRICT_RULE_NO_ALLOW, STRICT_RULE_MORE}, 0},
    {REPLY("20 x", ""), {STRICT_RULE_UNUSABLE, STRICT_RULE_MORE}, 1},
    {"OPTIONS  <sip:bob@example.com> SIP/2.0\r\n" VIA ENDS ID
     "CSeq: 2147483648 INVITE\r\nMax-Forwards: 300\r\nContent-Length: 0\r\n\r\n",
     {STRICT_RULE_START_BLANKS, STRICT_RULE_REQUEST_URI_ANGLE, STRICT_RULE_CSEQ_RANGE,
      STRICT_RULE_METHODS_DIFFER, STRICT_RULE_MAX_FORWARDS, STRICT_RULE_MORE},
     1},
    {"BYE sip:b@example.com?a=b SIP/2.0\nCall-ID: a\nCSeq: 1 BYE\nVia: SIP/2.0/UDP "
     "a;branch=1\nContent-Length: 0\nMax-Forwards: 1\nFrom: "
     "sip:a@example.com\nTo: sip:b@example.com\n\n",
     {STRICT_RULE_REQUEST_URI_HEADERS, STRICT_RULE_BRANCH_COOKIE, STRICT_RULE_FROM_TAG,
      STRICT_RULE_LINE_ENDS, STRICT_RULE_MORE},
     1},
    {"NOTIFY sip:b@example.com SIP/2.0\r\n" ENDS ID "CSeq: 1 NOTIFY\r\n",
     {STRICT_RULE_NO_VIA, STRICT_RULE_NO_MAX_FORWARDS, STRICT_RULE_NO_EVENT,
      STRICT_RULE_NO_SUBSCRIPTION_STATE, STRICT_RULE_NO_BLANK, STRICT_RULE_NO_LENGTH},
     0},
    {WITH_SDP(SDP "m=audio 9 RTP/AVP 0\r\n"),
     {STRICT_RULE_NO_LENGTH, STRICT_RULE_MORE},
     0},
    {WITH_SDP("v=0\r\nx\r\nm=audio 9 RTP/AVP\r\n"),
     {STRICT_RULE_NO_LENGTH, STRICT_RULE_SDP_LINE, STRICT_RULE_SDP_ORDER,
      STRICT_RULE_SDP_TIME, STRICT_RULE_SDP_MEDIA, STRICT_RULE_SDP_ADDRESS},
     0},
    {WITH_SDP(SDP "m=audio 9 RTP/AVP 99\r\n"),
     {STRICT_RULE_NO_LENGTH, STRICT_RULE_SDP_RTPMAP, STRICT_RULE_MORE},
     0},
};

static void rule_rows(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strict *s = strict_decode(slice_str(rows[i].text));
        size_t want = 0;
        assert_non_null(s);
        for (size_t f = 0; f < s->findings; f++) {
            if (from_osip(s->finding[f].rule))
                continue;
            if (want == 6 || s->finding[f].rule != rows[i].rules[want] ||
                (!want && s->finding[f].line != rows[i].line))
                fail_msg("row %zu: %s at line %u\n%s", i, s->finding[f].name,
                         s->finding[f].line, rows[i].text);
            want++;
        }
        if (want < 6 && rows[i].rules[want] != STRICT_RULE_MORE)
            fail_msg("row %zu: rule %d was not found", i, rows[i].rules[want]);
        strict_free(s);
    }
}

/* The tree as lines of "depth name=value". */
static void tree_is(const char *text, const char *const *want, size_t n)
{
    struct strict *s = strict_decode(slice_str(text));
    assert_non_null(s);
    for (size_t i = 0; i < n && i < s->nodes; i++) {
        char line[256];
        snprintf(line, sizeof line, "%u %.*s=%.*s", s->node[i].depth,
                 (int)s->node[i].name.n, (const char *)s->node[i].name.p,
                 (int)s->node[i].value.n, (const char *)s->node[i].value.p);
        assert_string_equal(line, want[i]);
    }
    assert_int_equal(s->nodes, n);
    strict_free(s);
}

static void tree(void **state)
{
    static const char *const want[] = {
        "0 Request-Line=OPTIONS sip:b:pw@h:5070;lr;a=1?x=y SIP/2.0",
        "1 method=OPTIONS",
        "1 uri=sip:b:pw@h:5070;lr;a=1?x=y",
        "2 scheme=sip",
        "2 user=b",
        "2 host=h",
        "2 port=5070",
        "2 lr=",
        "2 a=1",
        "2 headers=x=y",
        "0 v=SIP/2.0/UDP a:1;branch=b",
        "1 hop=SIP/2.0/UDP a:1;branch=b",
        "2 transport=UDP",
        "2 host=a",
        "2 port=1",
        "2 branch=b",
        "0 From=\"Al\" <tel:+1>;tag=x",
        "1 address=\"Al\" <tel:+1>;tag=x",
        "2 display=Al",
        "2 uri=tel:+1",
        "3 scheme=tel",
        "3 user=+1",
        "2 tag=x",
        "0 CSeq=1 OPTIONS",
        "1 number=1",
        "1 method=OPTIONS",
        "0 Authorization=Digest a=\"1,2\", b=c",
        "1 scheme=Digest",
        "1 a=1,2",
        "1 b=c",
        "0 Supported=x,y",
        "1 value=x",
        "1 value=y",
        "0 =bare",
        "0 c=multipart/mixed;boundary=b",
        "1 value=multipart/mixed",
        "2 boundary=b",
        "0 multipart/mixed;boundary=b=",
        "1 text/plain=hi",
        "2 c=text/plain",
        "1 application/sdp=",
        "2 v=0",
        "2 =odd",
        "2 c=application/sdp",
    };
    tree_is("OPTIONS sip:b:pw@h:5070;lr;a=1?x=y SIP/2.0\r\n"
            "v: SIP/2.0/UDP a:1;branch=b\r\n"
            "From: \"Al\" <tel:+1>;tag=x\r\nCSeq: 1 OPTIONS\r\n"
            "Authorization: Digest a=\"1,2\", b=c\r\nSupported: x,y\r\nbare\r\n"
            "c: multipart/mixed;boundary=b\r\n\r\n"
            "--b\r\nc: text/plain\r\n\r\nhi\r\n"
            "--b\r\nc: application/sdp\r\n\r\nv=0\r\nodd\r\n--b--\r\n",
            want, sizeof want / sizeof *want);
}

#ifdef HAVE_OSIP
static unsigned count(const struct strict *s, enum strict_rule rule)
{
    unsigned n = 0;
    for (size_t i = 0; i < s->findings; i++)
        n += s->finding[i].rule == rule;
    return n;
}

static void osip(void **state)
{
    struct strict *s = strict_decode(SLICE(OPTIONS("")));
    assert_non_null(s);
    assert_int_equal(s->findings, 0);
    strict_free(s);
    s = strict_decode(SLICE(OPTIONS("Contact: <sip:a@example.com\r\n")));
    assert_non_null(s);
    assert_int_equal(count(s, STRICT_RULE_OSIP_HEADER), 1);
    strict_free(s);
    s = strict_decode(SLICE(OPTIONS("no colon\r\n")));
    assert_non_null(s);
    assert_int_equal(count(s, STRICT_RULE_OSIP_MESSAGE), 1);
    strict_free(s);
    s = strict_decode(SLICE(WITH_SDP("v=0\nm=audio 1 X\n")));
    assert_non_null(s);
    assert_int_equal(count(s, STRICT_RULE_OSIP_SDP), 1);
    strict_free(s);
}
#else
static void osip(void **state)
{
    skip();
}
#endif

/* Many pieces: bounded findings, and libosip2 is not asked. */
static void limits(void **state)
{
    size_t cap = 100000, n = strlen(OPTIONS("")) - 2;
    char *text = malloc(cap + 2);
    assert_non_null(text);
    memcpy(text, OPTIONS(""), n);
    for (; n + 3 <= cap; n += 3)
        memcpy(text + n, "x\r\n", 3);
    struct strict *s = strict_decode(slice_of(text, n));
    assert_non_null(s);
    assert_int_equal(s->findings, STRICT_MAX_FINDINGS);
    assert_int_equal(s->finding[s->findings - 1].rule, STRICT_RULE_MORE);
    strict_free(s);
#ifdef HAVE_OSIP
    n = strlen(OPTIONS("")) - 2;
    n += (size_t)snprintf(text + n, 40, "Contact: <sip:a@example.com");
    for (; n + 2 <= cap; n += 2)
        memcpy(text + n, ";a", 2);
    s = strict_decode(slice_of(text, n));
    assert_non_null(s);
    assert_int_equal(count(s, STRICT_RULE_OSIP_SKIPPED), 1);
    strict_free(s);
#endif
    free(text);
    strict_free(NULL);
}

static void every_prefix(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t n = 0; n <= strlen(rows[i].text); n++) {
            uint8_t *copy = malloc(n ? n : 1);
            assert_non_null(copy);
            memcpy(copy, rows[i].text, n);
            struct strict *s = strict_decode(slice_of(copy, n));
            assert_non_null(s);
            assert_true(s->nodes > 0);
            strict_free(s);
            free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule_rows),    cmocka_unit_test(tree),
        cmocka_unit_test(osip),         cmocka_unit_test(limits),
        cmocka_unit_test(every_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
