/* Who offered and answered what (RFC 3264, RFC 6337), and what a description says. */
#include "media.h"

static const struct offer *nth(struct media *m, unsigned n)
{
    const struct offer *o = the_call(&m->f)->offers;
    while (o && n--)
        o = o->next;
    assert_non_null(o);
    return o;
}

static void early_offer(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    assert_false(nth(&m, 0)->answer);
    assert_int_equal(nth(&m, 0)->side, CALL_CALLER);
    assert_true(nth(&m, 1)->answer);
    assert_int_equal(nth(&m, 1)->side, CALL_CALLEE);
    assert_null(nth(&m, 1)->next);
    const struct offer_media *l = &nth(&m, 0)->text->line[0];
    assert_int_equal(l->codecs, 3);
    assert_int_equal(offer_codec_of(l, 96)->rate, 48000);
    assert_int_equal(offer_codec_of(l, 96)->channels, 2);
    assert_string_equal(offer_codec_of(l, 0)->name->p, "PCMU");
    assert_null(offer_codec_of(l, 8));
    assert_int_equal(l->rtcp.port, 4001);
    media_done(&m);
}

/* INVITE without, the offer in the 200, the answer in the ACK. */
static void late_offer(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, NULL});
    m.f.body = SDP_OF("198.51.100.2", "5000", "");
    FEED(&m.f, {50, "<", "200", "1 INVITE", "a", "bob", SDP_TYPE});
    m.f.body = SDP_OF("192.0.2.1", "4000", "");
    FEED(&m.f, {60, ">", "ACK", "1 ACK", "b", "bob", SDP_TYPE});
    assert_false(nth(&m, 0)->answer);
    assert_int_equal(nth(&m, 0)->side, CALL_CALLEE);
    assert_true(nth(&m, 1)->answer);
    assert_int_equal(nth(&m, 1)->side, CALL_CALLER);
    media_done(&m);
}

/* An offer in a reliable 183 is answered by the PRACK; an UPDATE offers anew. */
static void prack_update(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, NULL});
    m.f.body = SDP_OF("198.51.100.2", "5000", "");
    FEED(&m.f, {50, "<", "183", "1 INVITE", "a", "bob", SDP_TYPE "RSeq: 1\r\n"});
    m.f.body = SDP_OF("192.0.2.1", "4000", "");
    FEED(&m.f, {60, ">", "PRACK", "2 PRACK", "b", "bob", SDP_TYPE});
    m.f.body = SDP_OF("192.0.2.1", "4002", "");
    FEED(&m.f, {70, ">", "UPDATE", "3 UPDATE", "c", "bob", SDP_TYPE});
    m.f.body = SDP_OF("198.51.100.2", "5002", "");
    FEED(&m.f, {80, "<", "200", "3 UPDATE", "c", "bob", SDP_TYPE});
    static const bool ANSWER[] = {false, true, false, true};
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(nth(&m, i)->answer, ANSWER[i]);
    assert_false(nth(&m, 0)->early);
    media_done(&m);
}

/* Hold by direction and by address; the same text is kept once. */
static void hold(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    m.f.body = SDP_OF("192.0.2.1", "4000", "a=sendonly\r\n");
    FEED(&m.f, {1000, ">", "INVITE", "2 INVITE", "h", "bob", SDP_TYPE});
    m.f.body = SDP_OF("192.0.2.1", "4000", "");
    FEED(&m.f, {2000, ">", "INVITE", "3 INVITE", "i", "bob", SDP_TYPE});
    m.f.body = SDP_OF("0.0.0.0", "4000", "");
    FEED(&m.f, {3000, ">", "INVITE", "4 INVITE", "j", "bob", SDP_TYPE});
    assert_int_equal(nth(&m, 2)->text->line[0].direction, SDP_SENDONLY);
    assert_ptr_equal(nth(&m, 3)->text, nth(&m, 0)->text);
    assert_int_equal(nth(&m, 4)->text->line[0].direction, SDP_SENDONLY);
    static const uint8_t KINDS[] = {EVENT_HOLD, EVENT_RESUME, EVENT_HOLD};
    const struct event *e = the_call(&m.f)->events;
    for (unsigned i = 0; i < 3; i++, e = e->next) {
        assert_non_null(e);
        assert_int_equal(e->kind, KINDS[i]);
        assert_string_equal(e->value, "caller");
    }
    media_done(&m);
}

static void attributes(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    m.f.body =
        "v=0\r\nc=IN IP4 192.0.2.1\r\na=group:BUNDLE 0\r\n"
        "a=ice-ufrag:evtj\r\n"
        "m=audio 4000 RTP/SAVPF 111\r\na=mid:0\r\na=rtcp-mux\r\n"
        "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\n"
        "a=fingerprint:sha-256 00:11\r\na=ssrc:77 cname:x\r\na=ssrc:77 msid:y\r\n"
        "a=candidate:1 1 UDP 2130706431 10.0.0.5 3000 typ host\r\n"
        "a=candidate:1 2 UDP 2130706430 10.0.0.5 3001 typ host\r\n"
        "a=candidate:2 1 TCP 1 10.0.0.5 9 typ host\r\n"
        "m=video 0 RTP/AVP 34\r\n";
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    const struct offer_media *l = &nth(&m, 0)->text->line[0];
    assert_int_equal(nth(&m, 0)->text->lines, 2);
    assert_true(l->rtcp_mux && l->bundled && !l->fax);
    assert_int_equal(l->crypto, OFFER_DTLS);
    assert_int_equal(l->rtcp.port, 4000);
    assert_string_equal(l->ufrag->p, "evtj");
    assert_int_equal(l->candidates, 1);
    assert_int_equal(l->candidate[0].port, 3000);
    assert_int_equal(l->ssrcs, 1);
    assert_int_equal(l->ssrc[0], 77);
    assert_string_equal(l->codec[0].fmtp->p, "useinbandfec=1");
    assert_int_equal(l[1].addr.port, 0);
    media_done(&m);
}

/* As many m= lines as somebody likes: some are kept, and it is said. */
static void many_lines(void **state)
{
    (void)state;
    struct media m;
    static char body[3500] = "v=0\r\nc=IN IP4 192.0.2.1\r\n";
    for (int i = 0; i < 120; i++)
        strcat(body, "m=audio 4000 RTP/AVP 0\r\n");
    media_init(&m);
    m.f.body = body;
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    assert_int_equal(nth(&m, 0)->text->lines, OFFER_MEDIA);
    assert_int_equal(ledger_total(&m.f.ledger, LEDGER_OFFERS_LIMIT), 1);
    media_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(early_offer),  cmocka_unit_test(late_offer),
        cmocka_unit_test(prack_update), cmocka_unit_test(hold),
        cmocka_unit_test(attributes),   cmocka_unit_test(many_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
