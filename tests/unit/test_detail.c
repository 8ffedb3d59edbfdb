#include "shelf.h"

#include "base/err.h"
#include "out/detail_text.h"
#include "view/detail.h"

static const char INVITE[] =
    "INVITE sip:bob@example.net SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx;rport=1024\r\n"
    "From: \"Alice\" <sip:alice@example.com:5061;user=phone>;tag=1\r\n"
    "t: <sip:bob@example.net>\r\n"
    "Call-ID: d1@example.com\r\n"
    "CSeq: 1 INVITE\r\n"
    "Proxy-Authorization: Digest username=\"alice\", response=\"00\"\r\n"
    "Subject: a\r\n b\r\n"
    "Content-Type: multipart/mixed;boundary=xx\r\n"
    "Content-Length: 144\r\n\r\n"
    "--xx\r\nContent-Type: application/sdp\r\n\r\n"
    "v=0\r\nm=audio 4000 RTP/AVP 8\r\n"
    "\r\n--xx\r\nContent-Type: text/plain\r\nContent-ID: <p2>\r\n\r\n"
    "hello\r\nworld\r\n--xx--\r\n";

static struct detail *detail(struct shelf *s, const char *text)
{
    struct detail *d = NULL;
    struct msg *m = feed_text(&s->f, 0, false, slice_str(text));
    assert_non_null(m);
    assert_int_equal(detail_build(&s->view, m, &d), 0);
    assert_non_null(d);
    return d;
}

/* The first line of a kind and name, from *at on; value NULL: any. */
static const struct detail_line *find(const struct detail *d, enum detail_kind kind,
                                      const char *name)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->line[i].kind == kind && !strcmp(d->line[i].name, name))
            return &d->line[i];
    fail_msg("no line %s", name);
    return NULL;
}

/* The figures are those of the body (RFC 6035 4.6). */
static void reported(void **state)
{
    static const char PUBLISH[] = "PUBLISH sip:collector@example.org SIP/2.0\r\n"
                                  "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKp\r\n"
                                  "From: <sip:alice@example.com>;tag=1\r\n"
                                  "To: <sip:collector@example.org>\r\n"
                                  "Call-ID: p1@example.com\r\n"
                                  "CSeq: 1 PUBLISH\r\n"
                                  "Event: vq-rtcpxr\r\n"
                                  "Content-Type: application/vq-rtcpxr\r\n"
                                  "Content-Length: 161\r\n\r\n"
                                  "VQSessionReport: CallTerm\r\n"
                                  "LocalMetrics:\r\n"
                                  "PacketLoss:NLR=5.0 JDR=2.125\r\n"
                                  "Delay:RTD=200 IAJ=2\r\n"
                                  "QualityEst:MOSLQ=4.2 MOSCQ=4.3\r\n"
                                  "RemoteMetrics:\r\n"
                                  "QualityEst:MOSLQ=3\r\n";
    struct shelf s;
    (void)state;
    shelf_init(&s);
    struct detail *d = detail(&s, PUBLISH);
    assert_string_equal(find(d, DETAIL_HEADER, "Reported by endpoint")->value,
                        "lost 5.0 %, discarded 2.1 %, jitter 2.0 ms, "
                        "round trip 200.0 ms, MOS-LQ 4.2, MOS-CQ 4.3");
    assert_string_equal(find(d, DETAIL_HEADER, "Told by its peer")->value,
                        "MOS-LQ 3.0");
    detail_free(d);
    shelf_done(&s);
}

static void tree(void **state)
{
    static const struct {
        enum detail_kind kind;
        unsigned depth;
        const char *name, *value;
    } ROWS[] = {
        {DETAIL_FACT, 0, "Path", "192.0.2.1:5060 to 198.51.100.2:5060, udp"},
        {DETAIL_FACT, 0, "Frame", "1 of trunk.pcap"},
        {DETAIL_HEADER, 0, "Request-Line", "INVITE sip:bob@example.net SIP/2.0"},
        {DETAIL_HEADER, 2, "branch", "z9hG4bKx"},
        {DETAIL_HEADER, 2, "rport", "1024"},
        {DETAIL_HEADER, 2, "display", "Alice"},
        {DETAIL_HEADER, 2, "tag", "1"},
        {DETAIL_HEADER, 2, "port", "5060"},
        {DETAIL_HEADER, 0, "t", "<sip:bob@example.net>"},
        {DETAIL_HEADER, 0, "CSeq", "1 INVITE"},
        {DETAIL_PART, 0, "Body", "multipart/mixed;boundary=xx"},
        {DETAIL_SDP, 2, "v", "0"},
        {DETAIL_SDP, 2, "m", "audio 4000 RTP/AVP 8"},
        {DETAIL_HEADER, 2, "Content-ID", "<p2>"},
        {DETAIL_BODY, 2, "", "hello"},
    };
    struct shelf s;
    shelf_init(&s);
    struct detail *d = detail(&s, INVITE);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct detail_line *line = find(d, ROWS[i].kind, ROWS[i].name);
        assert_string_equal(line->value, ROWS[i].value);
        assert_int_equal(line->depth, ROWS[i].depth);
    }
    assert_string_equal(
        find(d, DETAIL_FINDING, "request without Max-Forwards")->reference,
        "RFC 3261 8.1.1.6");
    detail_free(d);
    shelf_done(&s);
}

static void redacted(void **state)
{
    struct shelf s;
    shelf_init(&s);
    s.view.redact = true;
    struct detail *d = detail(&s, INVITE);
    assert_string_equal(find(d, DETAIL_HEADER, "Proxy-Authorization")->value,
                        "(left out)");
    assert_string_equal(find(d, DETAIL_BODY, "")->value, "(left out)");
    find(d, DETAIL_SDP, "m"); /* SDP stays */
    detail_free(d);
    shelf_done(&s);
}

static void redacted_keys(void **state)
{
    static const char KEYED[] =
        "INVITE sip:bob@example.net SIP/2.0\r\n"
        "Call-ID: d2@example.com\r\nCSeq: 1 INVITE\r\n"
        "Content-Type: application/sdp\r\n\r\n"
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
        "m=audio 4000 RTP/SAVP 8\r\n"
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 "
        "inline:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVow\r\n";
    struct shelf s;
    struct strbuf text = {0};
    shelf_init(&s);
    for (int on = 0; on < 2; on++) {
        s.view.redact = on;
        text.n = 0;
        struct detail *d = detail(&s, KEYED);
        detail_text(d, false, &text);
        assert_int_equal(strstr(strbuf_cstr(&text), "inline:") == NULL, on);
        assert_non_null(strstr(text.p, "m=audio 4000"));
        detail_free(d);
    }
    strbuf_done(&text);
    shelf_done(&s);
}

static void written(void **state)
{
    struct strbuf text = {0}, json = {0};
    struct shelf s;
    shelf_init(&s);
    struct detail *d = detail(&s, INVITE);
    detail_text(d, false, &text);
    detail_json(d, &json);
    assert_non_null(strstr(strbuf_cstr(&text), "Headers\n  Request-Line: INVITE"));
    assert_non_null(strstr(text.p, "\n          branch: z9hG4bKx\n"));
    assert_non_null(strstr(text.p, "\n          m=audio 4000 RTP/AVP 8\n"));
    assert_non_null(strstr(
        text.p, "Findings\n  ! request without Max-Forwards   RFC 3261 8.1.1.6\n"));
    assert_non_null(
        strstr(strbuf_cstr(&json),
               "{\"kind\":\"sdp\",\"depth\":2,\"name\":\"v\",\"value\":\"0\"}"));
    strbuf_done(&text);
    strbuf_done(&json);
    detail_free(d);
    shelf_done(&s);
}

static void hostile(void **state)
{
    static const char *const ROWS[] = {
        "INVITE sip:a SIP/2.0\r\n\x1b[2J: \x07\r\nno colon \x9b\r\nCall-ID: x\r\n"
        "CSeq: 1 INVITE\r\nVia: ;;;\r\nFrom: <<<\"\r\nContact: ,,,\r\n\r\n\x1b[0m\xff",
        "OPTIONS sip:a SIP/2.0\r\n\r\n",
        "SIP/2.0 200\r\nCall-ID: y\r\nCSeq: 1 X\r\nContent-Type: "
        "multipart/mixed;boundary=\"\"\r\n\r\n--\r\n--\r\n",
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct strbuf text = {0};
        struct shelf s;
        shelf_init(&s);
        struct detail *d = detail(&s, ROWS[i]);
        detail_text(d, false, &text);
        for (size_t j = 0; j < text.n; j++)
            assert_true(text.p[j] == '\n' ||
                        ((unsigned char)text.p[j] >= 0x20 && text.p[j] != 0x7f));
        strbuf_done(&text);
        detail_free(d);
        shelf_done(&s);
    }
}

static void gone(void **state)
{
    struct detail *d = NULL;
    struct shelf s;
    shelf_init(&s);
    s.f.keep = NULL;
    struct msg *m = feed_text(&s.f, 0, false, slice_str(INVITE));
    assert_int_equal(detail_build(&s.view, m, &d), -ERR_GONE);
    assert_null(d);
    detail_free(NULL);
    shelf_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reported), cmocka_unit_test(tree),
        cmocka_unit_test(redacted), cmocka_unit_test(redacted_keys),
        cmocka_unit_test(written),  cmocka_unit_test(hostile),
        cmocka_unit_test(gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
