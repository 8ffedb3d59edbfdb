/* How streams find their calls, and what keeps their number bounded. */
#include "media.h"

static void bind_as(const char *src, const char *dst, enum binding_how how)
{
    struct media m;
    media_init(&m);
    media_call(&m);
    m.src = src;
    m.dst = dst;
    rtp_run(&m, 100000, 7, 20);
    struct rtp_stream *s = stream_at(&m, 0);
    assert_int_equal(s->how, how);
    assert_int_equal(s->packets, 20);
    assert_ptr_equal(s->call, how == BINDING_ORPHAN ? NULL : the_call(&m.f));
    media_done(&m);
}

static void chain(void **state)
{
    (void)state;
    bind_as(CALLER_RTP, CALLEE_RTP, BINDING_SDP_BOTH);
    bind_as(CALLEE_RTP, CALLER_RTP, BINDING_SDP_BOTH);
    bind_as("203.0.113.9:3333", CALLEE_RTP, BINDING_SDP_DST);
    bind_as(CALLER_RTP, "203.0.113.9:3333", BINDING_SDP_SRC);
    bind_as("203.0.113.8:2222", "203.0.113.9:3333", BINDING_ORPHAN);
}

/* Symmetric media from a phone whose SIP comes from a public address. */
static void from_sip(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    m.f.body = SDP_OF("10.0.0.5", "4000", "");
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    m.src = "192.0.2.1:4000";
    m.dst = "203.0.113.9:3333";
    rtp_run(&m, 100000, 7, 20);
    assert_int_equal(stream_at(&m, 0)->how, BINDING_SIP_SRC);
    m.src = "203.0.113.9:3333";
    m.dst = "192.0.2.1:4000";
    m.ssrc++;
    rtp_run(&m, 600000, 7, 20);
    assert_int_equal(stream_at(&m, 1)->how, BINDING_SIP_SRC);
    assert_int_equal(stream_at(&m, 1)->to, CALL_CALLER);
    media_done(&m);
}

/* Neither address nor port is in the descriptions: the one call that waits has it. */
static void behind_private(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    m.f.body = SDP_OF("10.0.0.1", "4000", "");
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    m.f.body = SDP_OF("10.0.0.2", "5000", "");
    FEED(&m.f, {50, "<", "200", "1 INVITE", "a", "bob", SDP_TYPE});
    m.src = "198.51.100.7:31000";
    m.dst = "203.0.113.9:32000";
    rtp_run(&m, 100000, 7, 20);
    assert_int_equal(stream_at(&m, 0)->how, BINDING_PRIVATE);
    m.src = "203.0.113.9:32000";
    m.dst = "198.51.100.7:31000";
    m.ssrc++;
    rtp_run(&m, 600000, 7, 20);
    assert_int_equal(stream_at(&m, 1)->how, BINDING_REVERSE);
    media_done(&m);
}

/* A receiver report from the host of 203.0.113.8, whose own stream is `sender`. */
static void report(struct media *m, uint32_t sender, uint32_t heard)
{
    uint8_t d[32] = {0x81, 201, 0, 7};
    for (int i = 0; i < 4; i++) {
        d[4 + i] = (uint8_t)(sender >> (24 - 8 * i));
        d[8 + i] = (uint8_t)(heard >> (24 - 8 * i));
    }
    m->src = "203.0.113.8:2223";
    m->dst = "198.51.100.2:5555";
    media_feed(m, 900000, d, sizeof d, streams_rtcp);
}

/* Media at ports that nobody announced is of the call whose stream its sender hears. */
static void reporter(void **state)
{
    static const struct {
        const char *sender; /* of the orphan */
        uint32_t ssrc, heard;
        enum binding_how how;
    } cases[] = {
        {"203.0.113.8:2222", 77, 0x11223344, BINDING_SSRC},
        {"203.0.113.8:2222", 77, 0x11223345, BINDING_ORPHAN}, /* of no stream */
        {"203.0.113.8:2222", 78, 0x11223344, BINDING_ORPHAN}, /* another sender */
        {"203.0.113.7:2222", 77, 0x11223344, BINDING_ORPHAN}, /* another host */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct media m;
        media_init(&m);
        media_call(&m);
        m.src = CALLEE_RTP;
        m.dst = "203.0.113.8:3333";
        rtp_run(&m, 100000, 7, 20);
        assert_int_equal(stream_at(&m, 0)->how, BINDING_SDP_SRC);
        m.src = cases[i].sender;
        m.dst = "198.51.100.9:6000";
        m.ssrc = cases[i].ssrc;
        rtp_run(&m, 400000, 7, 20);
        struct rtp_stream *s = stream_at(&m, 1);
        assert_int_equal(s->how, BINDING_ORPHAN);
        report(&m, 77, cases[i].heard);
        assert_int_equal(s->how, cases[i].how);
        assert_ptr_equal(s->call, s->how == BINDING_SSRC ? the_call(&m.f) : NULL);
        if (s->call)
            assert_int_equal(s->to, CALL_CALLEE);
        media_done(&m);
    }
}

/* An SDES packet with the canonical name "alice@host" behind an empty receiver report.
 */
static void name_itself(struct media *m, int64_t us, const char *src, uint32_t ssrc)
{
    uint8_t d[32] = {0x80, 201, 0, 1, 0, 0, 0, (uint8_t)ssrc,
                     0x81, 202, 0, 5, 0, 0, 0, (uint8_t)ssrc,
                     1,    10};
    memcpy(d + 18, "alice@host", 10);
    if (ssrc == 0x11223344)
        memcpy(d + 4, "\x11\x22\x33\x44", 4), memcpy(d + 12, "\x11\x22\x33\x44", 4);
    m->src = src;
    m->dst = "203.0.113.7:9999";
    media_feed(m, us, d, sizeof d, streams_rtcp);
}

/* What a sender of a call sends from elsewhere has the same name; in two calls at a
 * time the name proves nothing. */
static void canonical_name(void **state)
{
    (void)state;
    for (int calls = 1; calls <= 2; calls++) {
        struct media m;
        media_init(&m);
        media_call(&m);
        struct call *first = the_call(&m.f);
        rtp_run(&m, 100000, 7, 20);
        name_itself(&m, 500000, "192.0.2.1:4001", 0x11223344);
        if (calls == 2) {
            m.f.call_id = "a2@example.com";
            m.f.body = SDP_OF("192.0.2.1", "4444", "");
            FEED(&m.f, {510, ">", "INVITE", "1 INVITE", "d", NULL, SDP_TYPE});
            m.src = "192.0.2.1:4444";
            m.dst = "203.0.113.1:3000";
            m.ssrc = 99;
            rtp_run(&m, 600000, 7, 20);
            name_itself(&m, 1000000, "192.0.2.1:4445", 99);
        }
        m.src = "203.0.113.8:2222";
        m.dst = "203.0.113.9:3333";
        m.ssrc = 77;
        m.pt = 96;
        rtp_run(&m, 1100000, 7, 20);
        struct rtp_stream *s = stream_at(&m, (size_t)calls);
        assert_int_equal(s->how, BINDING_ORPHAN);
        name_itself(&m, 1600000, "203.0.113.8:2223", 77);
        assert_int_equal(s->how, calls == 1 ? BINDING_SSRC : BINDING_ORPHAN);
        assert_ptr_equal(s->call, calls == 1 ? first : NULL);
        if (s->call) {
            assert_int_equal(s->to, CALL_CALLEE);
            assert_string_equal(rtp_stream_codec(s), "opus");
        }
        media_done(&m);
    }
}

/* Media between addresses that only a check of ICE shows, seen before the check. */
static void checked(void **state)
{
    static const uint8_t CHECK[] = {0, 1, 0,   12,  0x21, 0x12, 0xa4, 0x42, 1, 2, 3,
                                    4, 5, 6,   7,   8,    9,    1,    2,    3, 0, 6,
                                    0, 6, 'B', 'B', 'B',  ':',  'A',  'A',  0, 0};
    (void)state;
    struct media m;
    media_init(&m);
    m.f.body = SDP_OF("192.0.2.1", "4000", "a=ice-ufrag:AA\r\n");
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    m.f.body = SDP_OF("198.51.100.2", "5000", "a=ice-ufrag:BBB\r\n");
    FEED(&m.f, {50, "<", "200", "1 INVITE", "a", "bob", SDP_TYPE});
    m.src = "203.0.113.8:2222";
    m.dst = "203.0.113.9:3333";
    m.pt = 96;
    rtp_run(&m, 100000, 7, 20);
    assert_int_equal(stream_at(&m, 0)->how, BINDING_ORPHAN);
    media_feed(&m, 600000, CHECK, sizeof CHECK, streams_stun);
    assert_int_equal(stream_at(&m, 0)->how, BINDING_SDP_BOTH);
    assert_int_equal(stream_at(&m, 0)->to, CALL_CALLEE);
    assert_string_equal(rtp_stream_codec(stream_at(&m, 0)), "opus");
    media_done(&m);
}

/* RTCP at the announced port, of media that goes another way. */
static void announced_rtcp(void **state)
{
    static const struct {
        const char *dst;
        enum binding_how how;
    } cases[] = {{"198.51.100.2:5001", BINDING_SSRC},
                 {"198.51.100.2:5003", BINDING_ORPHAN}};
    static const uint8_t REPORT[] = {0x80, 201, 0, 1, 0, 0, 0, 77};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct media m;
        media_init(&m);
        media_call(&m);
        m.src = "203.0.113.8:2222";
        m.dst = "203.0.113.9:3333";
        m.ssrc = 77;
        rtp_run(&m, 100000, 7, 20);
        m.src = "203.0.113.8:2223";
        m.dst = cases[i].dst;
        media_feed(&m, 600000, REPORT, sizeof REPORT, streams_rtcp);
        assert_int_equal(stream_at(&m, 0)->how, cases[i].how);
        media_done(&m);
    }
}

/* A port that is used again belongs to the call that claims it now; what the old call
 * still sends stays its own. */
static void port_again(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    rtp_run(&m, 100000, 7, 20);
    FEED(&m.f, {600, ">", "BYE", "2 BYE", "c", "bob", NULL},
         {610, "<", "200", "2 BYE", "c", "bob", NULL});
    struct call *first = the_call(&m.f);
    m.f.call_id = "a2@example.com";
    m.f.body = SDP_OF("203.0.113.9", "4444", "");
    FEED(&m.f, {700, ">", "INVITE", "1 INVITE", "d", NULL, SDP_TYPE});
    m.f.body = SDP_OF("198.51.100.2", "5000", "");
    FEED(&m.f, {750, "<", "200", "1 INVITE", "d", "bob", SDP_TYPE});
    rtp_run(&m, 760000, 27, 5); /* the old one goes on */
    m.src = "203.0.113.9:4444";
    m.ssrc = 99;
    rtp_run(&m, 800000, 7, 20);
    assert_ptr_equal(stream_at(&m, 0)->call, first);
    assert_int_equal(stream_at(&m, 0)->packets, 25);
    assert_ptr_equal(stream_at(&m, 1)->call, the_call(&m.f));
    assert_int_equal(stream_at(&m, 1)->how, BINDING_SDP_BOTH);
    media_done(&m);
}

/* Four packets in a row are no stream, five are; what came before is counted too. */
static void orphans(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    rtp_run(&m, 0, 7, 4);
    assert_int_equal(m.s->list.kept, 0);
    rtp_run(&m, 80000, 11, 1);
    assert_int_equal(m.s->list.kept, 1);
    assert_int_equal(stream_at(&m, 0)->packets, 5);
    media_done(&m);
}

/* Random SSRCs, unannounced and to an announced port. */
static void many_ssrcs(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    for (unsigned i = 0; i < 100000; i++) {
        m.ssrc = i * 2654435761u;
        rtp(&m, i, i * 7919, i * 104729);
    }
    assert_int_equal(m.s->list.kept, 0);
    assert_in_range(ledger_total(&m.f.ledger, LEDGER_RTP_STRAY), 90000, 100000);
    media_call(&m);
    for (unsigned i = 0; i < 100000; i++) {
        m.ssrc = i * 2654435761u;
        rtp(&m, 200000 + i, i * 7919, i * 104729);
    }
    assert_int_equal(m.s->list.kept, STREAMS_OF_CALL);
    assert_int_equal(ledger_total(&m.f.ledger, LEDGER_STREAMS_LIMIT),
                     100000 - STREAMS_OF_CALL);
    media_done(&m);
}

/* The streams of a call leave with it. */
static void evicted(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    m.f.limits.max_calls = 1;
    media_call(&m);
    rtp_run(&m, 100000, 7, 600);
    FEED(&m.f, {13000, ">", "BYE", "2 BYE", "c", "bob", NULL});
    assert_int_equal(m.s->list.kept, 1);
    assert_int_equal(m.s->offers.kept, 2);
    m.f.call_id = "a2@example.com";
    FEED(&m.f, {14000, ">", "INVITE", "1 INVITE", "d", NULL, NULL});
    assert_int_equal(m.s->list.kept, 0);
    assert_int_equal(m.s->slices.kept, 0);
    assert_int_equal(m.s->offers.kept, 0);
    assert_int_equal(m.s->bindings.ends.n, 0);
    assert_int_equal(m.s->index.by_key.n + m.s->index.by_ssrc.n + m.s->index.by_flow.n +
                         m.s->weak.n,
                     0);
    streams_clear(m.s);
    media_done(&m);
}

static bool fax_taken;
static void feed_fax(struct streams *s, const struct frame *f, const struct packet *p)
{
    fax_taken = streams_fax(s, f, p);
}

/* T.38: announced, with losses of its own. */
static void fax(void **state)
{
    (void)state;
    struct media m;
    uint8_t d[] = {0, 0, 1, 6, 0, 0}; /* one IFP of a byte, no secondary */
    media_init(&m);
    m.f.body = "v=0\r\nc=IN IP4 192.0.2.1\r\nm=image 4000 udptl t38\r\n";
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    m.f.body = "v=0\r\nc=IN IP4 198.51.100.2\r\nm=image 5000 udptl t38\r\n";
    FEED(&m.f, {50, "<", "200", "1 INVITE", "a", "bob", SDP_TYPE});
    for (uint8_t i = 0; i < 30; i++) {
        d[1] = i;
        if (i != 7 && i != 8)
            media_feed(&m, 100000 + 20000 * i, d, sizeof d, feed_fax);
    }
    assert_true(fax_taken);
    struct rtp_stream *s = stream_at(&m, 0);
    assert_int_equal(s->how, BINDING_SDP_BOTH);
    assert_string_equal(rtp_stream_codec(s), "t38");
    assert_int_equal(streams_figures(m.s, s)->sequence.lost, 2);
    m.src = "203.0.113.8:8";
    m.dst = "203.0.113.9:9";
    media_feed(&m, 900000, d, sizeof d, feed_fax);
    assert_false(fax_taken);
    media_done(&m);
}

/* RTCP: loss and jitter of a report block, and the round trip by a sender report that
 * passed before. */
static void reports(void **state)
{
    (void)state;
    struct media m;
    static const uint8_t SR[28] = {0x80, 200, 0,    6, 0x11, 0x22, 0x33, 0x44,
                                   0,    0,   0xb7, 5, 0x20, 0,    0,    0};
    uint8_t rr[32] = {0x81, 201, 0,    7, 9,    9, 9, 9, 0x11, 0x22, 0x33,
                      0x44, 26,  0,    0, 5,    0, 0, 0, 56,   0,    0,
                      0,    80,  0xb7, 5, 0x20, 0, 0, 0, 0x80, 0};
    media_init(&m);
    media_call(&m);
    rtp_run(&m, 100000, 7, 50);
    m.src = "192.0.2.1:4001";
    m.dst = "198.51.100.2:5001";
    media_feed(&m, 1100000, SR, sizeof SR, streams_rtcp);
    m.src = "198.51.100.2:5001";
    m.dst = "192.0.2.1:4001";
    media_feed(&m, 1640000, rr, sizeof rr, streams_rtcp);
    struct rtp_stream *s = stream_at(&m, 0);
    assert_int_equal(s->rtcp.reports, 1);
    assert_true(s->rtcp.loss > 9.99f && s->rtcp.loss < 10.01f); /* 5 of 7..56 */
    assert_true(s->rtcp.jitter > 9.99f && s->rtcp.jitter < 10.01f);
    assert_true(s->rtcp.rtt > 39.9f && s->rtcp.rtt < 40.1f); /* 540 less 500 ms */
    rr[8]++;
    media_feed(&m, 1700000, rr, sizeof rr, streams_rtcp);
    assert_int_equal(ledger_total(&m.f.ledger, LEDGER_RTCP_STRAY), 1);
    media_done(&m);
}

/* RFC 3611 4.7: what the receiver's VoIP metrics say is told once, and again where its
 * MOS falls. */
static void voip_metrics(void **state)
{
    (void)state;
    struct media m;
    /* 9.9.9.9 on 0x11223344: lost 64/256, discarded 32/256, no R, MOS-LQ 4.1 */
    uint8_t xr[44] = {0x80, 207,  0,    10,   9,   9,   9,   9,  7,   0,   0,  8,
                      0x11, 0x22, 0x33, 0x44, 64,  32,  0,   0,  0,   0,   0,  0,
                      0,    90,   0,    0,    127, 127, 127, 16, 127, 127, 41, 127};
    media_init(&m);
    media_call(&m);
    rtp_run(&m, 100000, 7, 50);
    m.src = "198.51.100.2:5001";
    m.dst = "192.0.2.1:4001";
    media_feed(&m, 1100000, xr, sizeof xr, streams_rtcp);
    const struct rtp_stream *s = stream_at(&m, 0);
    double v;
    assert_non_null(s->remote);
    assert_true(remote_value(s->remote, REMOTE_LOSS, &v) && v == 25);
    assert_true(remote_value(s->remote, REMOTE_DISCARD, &v) && v == 12.5);
    assert_true(remote_value(s->remote, REMOTE_RTT, &v) && v == 90);
    assert_false(remote_value(s->remote, REMOTE_R, &v));
    const struct event *e = the_call(&m.f)->events;
    assert_non_null(e);
    assert_int_equal(e->kind, EVENT_REPORT);
    assert_int_equal(e->stream, s->id);
    media_feed(&m, 1200000, xr, sizeof xr, streams_rtcp);
    assert_null(e->next);
    xr[34] = 35;
    media_feed(&m, 1300000, xr, sizeof xr, streams_rtcp);
    assert_non_null(e->next);
    assert_non_null(strstr(e->next->value, "MOS-LQ 3.5"));
    assert_int_equal(s->remote->reports, 3);
    media_done(&m);
}

/* RFC 6035: a report in a dialog of its own names the call and both ends. */
static void quality_report(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    rtp_run(&m, 100000, 7, 50);
    static char body[600];
    snprintf(body, sizeof body,
             "VQSessionReport: CallTerm\r\nLocalMetrics:\r\nCallID:%s\r\n"
             "LocalAddr:IP=198.51.100.2 PORT=5000 SSRC=0x5\r\n"
             "RemoteAddr:IP=192.0.2.1 PORT=4000 SSRC=0x11223344\r\n"
             "PacketLoss:NLR=5.0 JDR=2.0\r\nDelay:RTD=200 IAJ=2\r\n"
             "QualityEst:MOSLQ=4.2\r\n",
             the_call(&m.f)->call_id->p);
    m.f.body = body;
    m.f.call_id = "report@example.com";
    FEED(&m.f, {2000, "<", "PUBLISH", "1 PUBLISH", "p", NULL,
                "Content-Type: application/vq-rtcpxr\r\n"});
    const struct rtp_stream *s = stream_at(&m, 0);
    double v;
    assert_non_null(s->remote);
    assert_int_equal(s->remote->by, REMOTE_VQ);
    assert_true(remote_value(s->remote, REMOTE_LOSS, &v) && v == 5);
    assert_true(remote_value(s->remote, REMOTE_MOS_LQ, &v) && v > 4.19 && v < 4.21);
    const struct event *e = s->call->events;
    assert_non_null(e);
    assert_int_equal(e->kind, EVENT_REPORT);
    media_done(&m);
}

/* Digits in INFO are events of the call. */
static void info(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    m.f.body = "Signal=7\r\nDuration=160\r\n";
    FEED(&m.f, {200, ">", "INFO", "2 INFO", "i", "bob",
                "Content-Type: application/dtmf-relay\r\n"});
    const struct event *e = the_call(&m.f)->events;
    assert_non_null(e);
    assert_int_equal(e->kind, EVENT_DTMF);
    assert_string_equal(e->value, "7");
    assert_ptr_equal(rows_find(&m.f.calls->events, e->id), e);
    media_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain),          cmocka_unit_test(from_sip),
        cmocka_unit_test(behind_private), cmocka_unit_test(reporter),
        cmocka_unit_test(canonical_name), cmocka_unit_test(announced_rtcp),
        cmocka_unit_test(checked),        cmocka_unit_test(port_again),
        cmocka_unit_test(orphans),        cmocka_unit_test(many_ssrcs),
        cmocka_unit_test(evicted),        cmocka_unit_test(fax),
        cmocka_unit_test(reports),        cmocka_unit_test(voip_metrics),
        cmocka_unit_test(quality_report), cmocka_unit_test(info),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
