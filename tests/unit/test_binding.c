/* Which claims hold when: calls with descriptions, asked for packets by time. */
#include "media.h"

static const int64_t SECOND = 1000000000;

/* How a packet is bound, seconds after T0; BINDING_ORPHAN: not at all. */
static enum binding_how how(struct media *m, const char *src, const char *dst, double s)
{
    struct binding b = {.how = BINDING_ORPHAN};
    struct binding_key k = {.time = T0 + (int64_t)(s * 1e9), .ssrc = m->ssrc, .pt = 0};
    assert_true(addr_parse(slice_str(src), &k.src));
    assert_true(addr_parse(slice_str(dst), &k.dst));
    return binding_find(&m->s->bindings, &k, NULL, &b) ? b.how : BINDING_ORPHAN;
}

#define ELSEWHERE "203.0.113.9:3333"

/* QUALITY.md 3: names and confidences of the chain. */
static void names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned confidence;
    } CHAIN[] = {{"sdp-both", 100}, {"sdp-dst", 95},    {"ssrc", 90},
                 {"sdp-src", 85},   {"continuity", 85}, {"sip-src", 80},
                 {"reverse", 80},   {"private", 60},    {"orphan", 0}};
    assert_int_equal(sizeof CHAIN / sizeof *CHAIN, BINDING_COUNT);
    for (unsigned i = 0; i < BINDING_COUNT; i++) {
        assert_string_equal(binding_name(i), CHAIN[i].name);
        assert_int_equal(binding_confidence(i), CHAIN[i].confidence);
    }
}

/* From a second before the description until two after the end of the call. */
static void from_when_to_when(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    assert_int_equal(how(&m, CALLER_RTP, CALLEE_RTP, 5), BINDING_SDP_BOTH);
    assert_int_equal(how(&m, CALLER_RTP, CALLEE_RTP, -0.9), BINDING_SDP_BOTH);
    assert_int_equal(how(&m, CALLER_RTP, CALLEE_RTP, -1.5), BINDING_ORPHAN);
    FEED(&m.f, {10000, ">", "BYE", "2 BYE", "c", "bob", NULL});
    assert_int_equal(how(&m, CALLER_RTP, CALLEE_RTP, 11.9), BINDING_SDP_BOTH);
    assert_int_equal(how(&m, CALLER_RTP, CALLEE_RTP, 12.1), BINDING_ORPHAN);
    assert_int_equal(how(&m, CALLER_RTP, CALLEE_RTP, 9), BINDING_SDP_BOTH);
    media_done(&m);
}

/* A re-INVITE to another port: what is under way comes to the old one for 2 s. */
static void moved(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    m.f.body = SDP_OF("192.0.2.1", "4100", "");
    FEED(&m.f, {10000, ">", "INVITE", "2 INVITE", "r", "bob", SDP_TYPE});
    assert_int_equal(how(&m, ELSEWHERE, "192.0.2.1:4100", 10.1), BINDING_SDP_DST);
    assert_int_equal(how(&m, ELSEWHERE, "192.0.2.1:4100", 8), BINDING_ORPHAN);
    assert_int_equal(how(&m, ELSEWHERE, "192.0.2.1:4000", 11.9), BINDING_SDP_DST);
    assert_int_equal(how(&m, ELSEWHERE, "192.0.2.1:4000", 12.1), BINDING_ORPHAN);
    media_done(&m);
}

/* What a refused re-INVITE described never comes into force (RFC 3261 14.1). */
static void refused(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    m.f.body = SDP_OF("192.0.2.1", "4100", "");
    FEED(&m.f, {10000, ">", "INVITE", "2 INVITE", "r", "bob", SDP_TYPE});
    m.f.body = NULL;
    FEED(&m.f, {10100, "<", "488", "2 INVITE", "r", "bob", NULL});
    assert_int_equal(how(&m, CALLER_RTP, CALLEE_RTP, 20), BINDING_SDP_BOTH);
    assert_int_equal(how(&m, ELSEWHERE, "192.0.2.1:4000", 20), BINDING_SDP_DST);
    assert_int_equal(how(&m, ELSEWHERE, "192.0.2.1:4100", 20), BINDING_ORPHAN);
    const struct offer *o = offer_newest(the_call(&m.f), CALL_CALLER, NULL);
    assert_int_equal(o->msg->cseq, 1);
    FEED(&m.f, {30000, ">", "BYE", "3 BYE", "c", "bob", NULL});
    assert_int_equal(how(&m, CALLER_RTP, CALLEE_RTP, 40), BINDING_ORPHAN);
    media_done(&m);
}

/* The line that a packet of a source and payload type belongs to, on both sides. */
static void check_line(struct media *m, uint32_t ssrc, uint8_t pt, unsigned line)
{
    struct binding b;
    struct binding_key k = {.time = T0 + SECOND, .ssrc = ssrc, .pt = pt};
    const struct offer *caller = offer_newest(the_call(&m->f), CALL_CALLER, NULL);
    const struct offer *callee = offer_newest(the_call(&m->f), CALL_CALLEE, NULL);
    assert_true(addr_parse(slice_str(CALLER_RTP), &k.src));
    assert_true(addr_parse(slice_str(CALLEE_RTP), &k.dst));
    assert_true(binding_find(&m->s->bindings, &k, NULL, &b));
    assert_ptr_equal(b.dst, &callee->text->line[line]);
    assert_ptr_equal(b.src, &caller->text->line[line]);
    assert_true(addr_parse(slice_str(ELSEWHERE), &k.src));
    assert_true(binding_find(&m->s->bindings, &k, NULL, &b));
    assert_ptr_equal(b.dst, &callee->text->line[line]);
}

#define LINES(ip, port, crypto)                                                     \
    "v=0\r\nc=IN IP4 " ip "\r\na=group:BUNDLE 0 1 2\r\nm=audio " port               \
    " RTP/AVP 111\r\na=mid:0\r\na=rtpmap:111 opus/48000\r\n" crypto "m=video " port \
    " RTP/AVP 97\r\na=mid:1\r\na=rtpmap:97 VP8/90000\r\n"

/* Lines with one port are told apart by source and payload type (RFC 9143 9.2). */
static void bundled(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    m.f.body = LINES("192.0.2.1", "4000",
                     "") "a=ssrc:7 cname:x\r\nm=video 4000 RTP/AVP 97\r\na=mid:2\r\n"
                         "a=rtpmap:97 VP8/90000\r\na=ssrc:8 cname:x\r\n";
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    m.f.body =
        LINES("198.51.100.2", "5000", "") "m=video 5000 RTP/AVP 97\r\na=mid:2\r\n"
                                          "a=rtpmap:97 VP8/90000\r\n";
    FEED(&m.f, {50, "<", "200", "1 INVITE", "a", "bob", SDP_TYPE});
    check_line(&m, 1, 111, 0);
    check_line(&m, 7, 97, 1);
    check_line(&m, 8, 97, 2);
    media_done(&m);
}

/* The same media offered with and without encryption, at one port: the answer says
 * which it is. */
static void one_refused(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    m.f.body =
        "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\n"
        "m=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n";
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    m.f.body = "v=0\r\nc=IN IP4 198.51.100.2\r\nm=audio 5000 RTP/AVP 0\r\n"
               "m=audio 0 RTP/SAVP 0\r\n";
    FEED(&m.f, {50, "<", "200", "1 INVITE", "a", "bob", SDP_TYPE});
    check_line(&m, 1, 0, 0);
    m.src = CALLEE_RTP;
    m.dst = CALLER_RTP;
    rtp_run(&m, 100000, 1, 5);
    assert_false(stream_at(&m, 0)->srtp);
    media_done(&m);
}

#define ICE(ip, port, ufrag, more)                                       \
    SDP_OF(ip, port,                                                     \
           "a=ice-ufrag:" ufrag "\r\na=candidate:1 1 UDP 1 " ip " " port \
           " typ host\r\na=candidate:2 1 UDP 1 " more " typ host\r\n")

/* A check from `src` to `dst`; true: it taught an address. */
static bool check(struct media *m, const char *src, const char *dst, const char *user,
                  double s, bool chosen)
{
    struct binding_check c = {
        .user = slice_str(user), .time = T0 + (int64_t)(s * 1e9), .chosen = chosen};
    assert_true(addr_parse(slice_str(src), &c.src));
    assert_true(addr_parse(slice_str(dst), &c.dst));
    return binding_check(&m->s->bindings, &c) != NULL;
}

/* RFC 8445 7.3.1.3: addresses that only the checks show are candidates too, and the
 * pair that is chosen leaves the others free for calls to come. */
static void by_checks(void **state)
{
    static const char *const A = "203.0.113.5:61000", *const B = "203.0.113.77:52000";
    (void)state;
    struct media m;
    media_init(&m);
    m.f.body = ICE("10.0.0.5", "4000", "AAAA", "10.1.0.5 4000");
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    m.f.body = ICE("10.9.9.9", "5000", "BBBB", "10.8.8.8 5000");
    FEED(&m.f, {50, "<", "200", "1 INVITE", "a", "bob", SDP_TYPE});
    assert_int_equal(how(&m, A, B, 1), BINDING_ORPHAN);
    assert_false(check(&m, A, B, "BBBB:CCCC", 1, false)); /* of two calls, or none */
    assert_false(check(&m, A, B, "BBBB", 1, false));
    assert_false(check(&m, A, B, ":", 1, false));
    assert_int_equal(how(&m, A, B, 1), BINDING_ORPHAN);
    assert_true(check(&m, A, B, "BBBB:AAAA", 1, false));
    assert_false(check(&m, A, B, "BBBB:AAAA", 2, false)); /* it is known */
    assert_int_equal(how(&m, A, B, 3), BINDING_SDP_BOTH);
    assert_int_equal(how(&m, B, A, 3), BINDING_SDP_BOTH);
    assert_int_equal(how(&m, ELSEWHERE, "10.8.8.8:5000", 9), BINDING_SDP_DST);
    assert_false(check(&m, A, B, "BBBB:AAAA", 4, true));
    assert_int_equal(how(&m, ELSEWHERE, "10.8.8.8:5000", 5.9), BINDING_SDP_DST);
    assert_int_equal(how(&m, ELSEWHERE, "10.8.8.8:5000", 9), BINDING_ORPHAN);
    assert_int_equal(how(&m, ELSEWHERE, "10.9.9.9:5000", 9), BINDING_SDP_DST);
    assert_int_equal(how(&m, A, B, 9), BINDING_SDP_BOTH);
    assert_true(check(&m, ELSEWHERE, "10.8.8.8:5000", "BBBB:AAAA", 10, true));
    assert_int_equal(how(&m, ELSEWHERE, "10.8.8.8:5000", 20), BINDING_SDP_BOTH);
    assert_int_equal(how(&m, A, B, 20), BINDING_ORPHAN);
    media_done(&m);
}

/* A call learns no more than so many addresses. */
static void many_checks(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    m.f.body = ICE("10.0.0.5", "4000", "AAAA", "10.1.0.5 4000");
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    m.f.body = ICE("10.9.9.9", "5000", "BBBB", "10.8.8.8 5000");
    FEED(&m.f, {50, "<", "200", "1 INVITE", "a", "bob", SDP_TYPE});
    for (int i = 0; i < 1000; i++) {
        char src[32];
        snprintf(src, sizeof src, "203.0.113.5:%d", 10000 + i);
        check(&m, src, ELSEWHERE, "BBBB:AAAA", 1, false);
    }
    unsigned learned = 0;
    for (const struct claim *c = the_call(&m.f)->claims; c; c = c->next)
        learned += c->learned;
    assert_int_equal(learned, 64);
    media_done(&m);
}

/* The port of a call that is over, given to the next one. */
static void used_again(void **state)
{
    (void)state;
    struct media m;
    struct binding b;
    struct binding_key k = {.pt = 0};
    media_init(&m);
    media_call(&m);
    struct call *first = the_call(&m.f);
    FEED(&m.f, {10000, ">", "BYE", "2 BYE", "c", "bob", NULL});
    m.f.call_id = "a2@example.com";
    m.f.body = SDP_OF("192.0.2.1", "4000", "");
    FEED(&m.f, {11500, ">", "INVITE", "1 INVITE", "z", NULL, SDP_TYPE});
    struct call *second = the_call(&m.f);
    assert_true(addr_parse(slice_str(ELSEWHERE), &k.src));
    assert_true(addr_parse(slice_str("192.0.2.1:4000"), &k.dst));
    static const struct {
        int ms;
        bool second;
    } AT[] = {
        {5000, false}, {10400, false}, {10600, true}, {11900, true}, {20000, true}};
    for (size_t i = 0; i < sizeof AT / sizeof *AT; i++) {
        k.time = T0 + AT[i].ms * (SECOND / 1000);
        assert_true(binding_find(&m.s->bindings, &k, NULL, &b));
        assert_ptr_equal(b.call, AT[i].second ? second : first);
        assert_int_equal(b.to, CALL_CALLER);
    }
    k.time = T0 + 11000 * (SECOND / 1000);
    assert_true(binding_find(&m.s->bindings, &k, first, &b)); /* if it has to be that */
    assert_ptr_equal(b.call, first);
    media_done(&m);
}

/* What a description names beside its c= and m= lines. */
static void other_names(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    m.f.body = SDP_OF("10.0.0.5", "4000",
                      "a=ssrc:287454020 cname:x\r\n"
                      "a=candidate:1 1 UDP 1 203.0.113.77 6000 typ host\r\n");
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    assert_int_equal(how(&m, ELSEWHERE, "203.0.113.77:6000", 1), BINDING_SDP_DST);
    assert_int_equal(how(&m, ELSEWHERE, "198.51.100.77:1", 1), BINDING_SSRC);
    m.ssrc++;
    assert_int_equal(how(&m, ELSEWHERE, "198.51.100.77:1", 1), BINDING_ORPHAN);
    assert_int_equal(how(&m, "192.0.2.1:4000", "198.51.100.77:1", 1), BINDING_SIP_SRC);
    assert_int_equal(how(&m, ELSEWHERE, "198.51.100.77:4000", 1), BINDING_PRIVATE);
    assert_int_equal(how(&m, ELSEWHERE, "198.51.100.77:4000", 6), BINDING_ORPHAN);
    media_done(&m);
}

/* RFC 1918, 6598, 3927, 4193, 4291; and what is none of them. */
static void private_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is;
    } T[] = {
        {"10.1.2.3:1", true},    {"172.16.0.1:1", true},    {"172.31.255.1:1", true},
        {"172.32.0.1:1", false}, {"192.168.9.9:1", true},   {"192.169.0.1:1", false},
        {"100.64.0.1:1", true},  {"100.128.0.1:1", false},  {"169.254.1.1:1", true},
        {"0.0.0.0:1", true},     {"192.0.2.1:1", false},    {"[fd00::1]:1", true},
        {"[fe80::1]:1", true},   {"[2001:db8::1]:1", false}};
    struct addr a = {.family = 0};
    assert_true(binding_is_private(&a));
    for (size_t i = 0; i < sizeof T / sizeof *T; i++) {
        assert_true(addr_parse(slice_str(T[i].text), &a));
        assert_int_equal(binding_is_private(&a), T[i].is);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(from_when_to_when),
        cmocka_unit_test(moved),
        cmocka_unit_test(refused),
        cmocka_unit_test(bundled),
        cmocka_unit_test(one_refused),
        cmocka_unit_test(by_checks),
        cmocka_unit_test(many_checks),
        cmocka_unit_test(used_again),
        cmocka_unit_test(other_names),
        cmocka_unit_test(private_addresses),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
