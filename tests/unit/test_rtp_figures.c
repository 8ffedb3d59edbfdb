/* Figures of streams and of their slices, against counts made by hand and the tables of
 * G.107 (QUALITY.md 2.5). */
#include "media.h"

#include <math.h>

static const struct rtp_figures *of(struct media *m)
{
    return streams_figures(m->s, stream_at(m, 0));
}

static bool near(double a, double b, double by)
{
    return fabs(a - b) <= by;
}

/* G.711 without loss: R 93.2, MOS 4.41. */
static void clean(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    rtp_run(&m, 100000, 7, 500);
    const struct rtp_figures *f = of(&m);
    assert_true(f->has_mos && near(f->r, 93.2, 0.01) && near(f->mos, 4.409, 0.001));
    assert_true(near(f->mos50, 4.409, 0.001) && near(f->mos200, 4.409, 0.001));
    assert_true(f->loss == 0 && f->ptime == 20);
    assert_int_equal(f->sequence.expected, 500);
    assert_true(f->codec->published);
    assert_int_equal(f->codec->scale, EMODEL_NB);
    assert_true(f->has_pdv && f->pdv99 <= 1);
    media_done(&m);
}

/* Every 20th lost, each alone: 5 %, BurstR under 1 counts as 1: R 77.4, MOS 3.92. */
static void five_percent(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    for (unsigned i = 0; i < 2000; i++)
        if (i % 20 != 10)
            rtp(&m, 100000 + 20000 * i, i, 160 * i);
    const struct rtp_figures *f = of(&m);
    assert_int_equal(f->sequence.lost, 100);
    assert_true(near(f->loss, 5, 1e-9));
    assert_int_equal(f->sequence.loss_bursts, 100);
    assert_true(near(f->r, 77.42, 0.01) && near(f->mos, 3.923, 0.001));
    media_done(&m);
}

/* A packet in ten comes 120 ms late: too late for 50 ms, in time for 200. */
static void late(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    for (unsigned i = 0; i < 500; i++)
        rtp(&m, 100000 + 20000 * i + (i % 10 == 9 ? 120000 : 0), i, 160 * i);
    const struct rtp_figures *f = of(&m);
    assert_true(near(f->late50, 10, 0.01) && f->late200 == 0);
    assert_true(f->mos50 < 4 && f->mos200 > 4.4);
    assert_true(near(f->pdv50, 0, 1) && near(f->pdv95, 120, 8));
    media_done(&m);
}

/* SPEC: slices of 10 s from the first packet; the last one counts from 2 s on. */
static void slices(void **state)
{
    (void)state;
    static const struct {
        unsigned packets; /* 20 ms each; from the 500th on every second one is lost */
        unsigned closed;
        bool worse; /* the lowest MOS is that of the second slice */
    } T[] = {{500, 0, false}, {560, 1, false}, {660, 1, true}, {1100, 2, true}};
    for (size_t i = 0; i < sizeof T / sizeof *T; i++) {
        struct media m;
        struct rtp_slice open;
        media_init(&m);
        media_call(&m);
        for (unsigned k = 0; k < T[i].packets; k++)
            if (k < 500 || k % 2 == 0)
                rtp(&m, 100000 + 20000 * k, k, 160 * k);
        const struct rtp_stream *s = stream_at(&m, 0);
        const struct rtp_figures *f = of(&m);
        assert_int_equal(m.s->slices.kept, T[i].closed);
        assert_true(f->has_mos_min);
        assert_int_equal(f->mos_min < 3, T[i].worse);
        assert_true(rtp_stream_slice(s, &open));
        assert_int_equal(open.n, T[i].closed + 1);
        if (T[i].closed) {
            assert_int_equal(s->slices->packets, 500);
            assert_int_equal(s->slices->lost, 0);
            assert_true(near((double)s->slices->mos, 4.409, 0.001));
            assert_int_equal(rtp_slice_start(s->slices), s->start);
        }
        if (T[i].closed > 1)
            assert_true(s->slices->next->lost >= 249 && s->slices->next->mos < 3);
        media_done(&m);
    }
}

/* The clock of a sender, 1000 ppm fast, is told on both sides of a new time base:
 * numbers begin anew, or the timestamps alone jump. */
static void drift_goes_on(void **state)
{
    (void)state;
    for (int numbers = 0; numbers < 2; numbers++) {
        struct media m;
        media_init(&m);
        media_call(&m);
        for (unsigned k = 0; k < 2000; k++) {
            unsigned later = k >= 1000;
            rtp(&m, 100000 + 19980 * (int64_t)k, k + later * numbers * 30000,
                160 * k + later * 90000000);
        }
        assert_true(of(&m)->has_drift && near(of(&m)->drift, 1001, 1));
        media_done(&m);
    }
}

/* A slice of 500 packets with 10 lost, each alone, and 40 in a row too late for the
 * adaptive buffer: 10 %, 11 runs, BurstR 50 / 11 * 0.9; R by 7-29 of G.107. */
static void slice_bursts(void **state)
{
    (void)state;
    const double burst_r = 50 / 11.0 * 0.9;
    const double r = 93.2 - 95 * 10 / (10 / burst_r + 25.1);
    struct media m;
    media_init(&m);
    media_call(&m);
    for (unsigned k = 0; k < 501; k++) {
        unsigned late = k >= 200 && k < 240 ? 4 * (k - 200) + 44 : 0;
        if (k < 300 || k >= 320 || k % 2)
            rtp(&m, 100000 + 20000 * (int64_t)k + 1000 * late, k, 160 * k);
    }
    const struct rtp_slice *l = stream_at(&m, 0)->slices;
    assert_int_equal(l->lost, 10);
    assert_int_equal(l->expected, 500);
    assert_true(near((double)l->r, r, 0.01));
    media_done(&m);
}

/* RFC 4867: a mode-set of one says which AMR-WB it is. */
static void amr_wb(void **state)
{
    (void)state;
    static const struct {
        const char *set;
        double r;
        bool published;
    } T[] = {{"a=fmtp:97 mode-set=2; octet-align=1\r\n", 116, true},
             {"a=fmtp:97 octet-align=1;mode-set=0,2\r\n", 121, false},
             {"", 121, false}};
    for (size_t i = 0; i < sizeof T / sizeof *T; i++) {
        struct media m;
        char body[300];
        media_init(&m);
        snprintf(body, sizeof body,
                 "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 97\r\n"
                 "a=rtpmap:97 AMR-WB/16000\r\n%s",
                 T[i].set);
        m.f.body = body;
        FEED(&m.f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
        m.src = CALLEE_RTP;
        m.dst = CALLER_RTP;
        m.pt = 97;
        for (unsigned k = 0; k < 100; k++)
            rtp(&m, 100000 + 20000 * k, k, 320 * k);
        assert_true(near(of(&m)->r, T[i].r, 0.01));
        assert_int_equal(of(&m)->codec->published, T[i].published);
        media_done(&m);
    }
}

/* Nobody heard a stream of events alone: it has no MOS. */
static void no_opinion(void **state)
{
    (void)state;
    static const uint8_t TONE[4] = {5, 10, 0, 160};
    struct media m;
    media_init(&m);
    media_call(&m);
    m.pt = 101;
    for (unsigned i = 0; i < 10; i++)
        rtp_payload(&m, 100000 + 20000 * i, i, 160, TONE, sizeof TONE);
    assert_false(of(&m)->has_mos);
    assert_int_equal(of(&m)->sequence.expected, 10);
    assert_string_equal(rtp_stream_codec(stream_at(&m, 0)), "telephone-event");
    media_done(&m);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(clean),         cmocka_unit_test(five_percent),
        cmocka_unit_test(late),          cmocka_unit_test(slices),
        cmocka_unit_test(no_opinion),    cmocka_unit_test(slice_bursts),
        cmocka_unit_test(drift_goes_on), cmocka_unit_test(amr_wb),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
