/* What payload types mean, and packets from before anybody said so. */
#include "media.h"

#include <math.h>

static struct rtp_stream *stream_of_type(struct media *m, uint8_t pt, unsigned packets)
{
    m->pt = pt;
    m->ssrc++;
    rtp_run(m, 100000, 7, packets);
    return stream_at(m, m->s->list.list.n - 1);
}

/* By the receiver's description, by RFC 3551, by convention, or not at all. */
static void by_whom(void **state)
{
    (void)state;
    static const struct {
        uint8_t pt;
        const char *codec;
        uint32_t rate;
        bool g711;
    } T[] = {{96, "opus", 48000, false}, {0, "PCMU", 8000, true},
             {8, "PCMA", 8000, true},    {9, "G722", 8000, false},
             {18, "G729", 8000, false},  {3, "GSM", 8000, false}};
    struct media m;
    media_init(&m);
    media_call(&m);
    for (size_t i = 0; i < sizeof T / sizeof *T; i++) {
        const struct rtp_stream *s = stream_of_type(&m, T[i].pt, 5);
        assert_int_equal(s->format.pt, T[i].pt);
        assert_string_equal(rtp_stream_codec(s), T[i].codec);
        assert_int_equal(s->format.rate, T[i].rate);
        assert_true(fabs(s->format.ms * T[i].rate - 1000) < 1e-6);
        assert_int_equal(s->format.g711, T[i].g711);
        assert_false(s->format.assumed);
        assert_null(s->early);
    }
    media_done(&m);
}

/* Telephone events and comfort noise stand beside the codec and change nothing of it.
 */
static void beside(void **state)
{
    (void)state;
    struct media m;
    static const uint8_t TONE[4] = {5, 10, 0, 160}, NOISE[1] = {60};
    media_init(&m);
    media_call(&m);
    struct rtp_stream *s = stream_of_type(&m, 0, 10);
    m.pt = 101;
    rtp_payload(&m, 300000, 17, 160 * 17, TONE, sizeof TONE);
    assert_int_equal(s->other.pt, 101);
    assert_int_equal(s->other.kind, RTP_TONE);
    m.pt = 13;
    rtp_payload(&m, 320000, 18, 160 * 18, NOISE, sizeof NOISE);
    assert_int_equal(s->other.pt, 13);
    assert_int_equal(s->other.kind, RTP_NOISE);
    assert_int_equal(s->noise, 1);
    m.pt = 0;
    rtp(&m, 340000, 19, 160 * 19);
    assert_int_equal(s->codecs, 0);
    m.pt = 8;
    rtp(&m, 360000, 20, 160 * 20);
    assert_int_equal(s->codecs, 1);
    assert_string_equal(rtp_stream_codec(s), "PCMA");
    const struct event *e = the_call(&m.f)->last_event;
    assert_non_null(e);
    assert_int_equal(e->kind, EVENT_CODEC);
    assert_string_equal(e->value, "PCMA");
    media_done(&m);
}

/* SPEC: without a description the first 64 packets show the clock. */
static void estimated(void **state)
{
    (void)state;
    static const uint32_t RATES[] = {8000, 16000, 48000, 90000};
    for (size_t i = 0; i < sizeof RATES / sizeof *RATES; i++) {
        struct media m;
        media_init(&m);
        m.src = "203.0.113.8:2222";
        m.dst = "203.0.113.9:3333";
        m.pt = 120;
        for (unsigned k = 0; k < 200; k++)
            rtp(&m, 20000 * k + (k % 2 ? 3000 : 0), k, RATES[i] / 50 * k);
        const struct rtp_stream *s = stream_at(&m, 0);
        assert_true(s->format.assumed);
        assert_int_equal(s->format.rate, RATES[i]);
        assert_int_equal(s->jitter.updates, 199); /* those before were replayed */
        assert_true(fabs(jitter_mean(&s->jitter) - 3) < 0.3);
        media_done(&m);
    }
}

/* Media that overtakes the answer: taken with the clock that the answer names. */
static void replayed(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    m.f.body = SDP_OF("192.0.2.1", "4000", "");
    FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    m.src = "203.0.113.8:2222";
    m.dst = CALLEE_RTP;
    m.pt = 96;
    for (unsigned k = 0; k < 30; k++)
        rtp(&m, 20000 * k, k, 960 * k);
    struct rtp_stream *s = stream_at(&m, 0);
    assert_int_equal(s->how, BINDING_ORPHAN);
    assert_int_equal(s->jitter.updates, 0);
    m.f.body = SDP_OF("198.51.100.2", "5000", "");
    FEED(&m.f, {600, "<", "200", "1 INVITE", "a", "bob", SDP_TYPE});
    assert_int_equal(s->how, BINDING_SDP_DST);
    assert_string_equal(rtp_stream_codec(s), "opus");
    assert_int_equal(s->jitter.updates, 29);
    assert_true(s->jitter.max < 0.01);
    assert_null(s->early);
    media_done(&m);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(by_whom),
        cmocka_unit_test(beside),
        cmocka_unit_test(estimated),
        cmocka_unit_test(replayed),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
