/* Media that goes into a box and comes out: pairs, and what the box added. */
#include "media.h"

#include <math.h>

#define BOX_IN     "198.51.100.2:5000"
#define BOX_OUT    "198.51.100.2:6000"
#define FAR        "203.0.113.9:7000"
#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-6)

/* Two calls through a box, without any header that joins them. */
static void two_calls(struct media *m)
{
    media_init(m);
    media_call(m);
    m->f.call_id = "other@example.net";
    m->f.src = "198.51.100.2:5070";
    m->f.dst = "203.0.113.9:5060";
    m->f.from = "sip:carol@example.com";
    m->f.to = "sip:2002@example.org";
    m->f.body = SDP_OF("198.51.100.2", "6000", "");
    FEED(&m->f, {20, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    m->f.body = SDP_OF("203.0.113.9", "7000", "");
    FEED(&m->f, {40, "<", "200", "1 INVITE", "a", "bob", SDP_TYPE});
    m->f.body = NULL;
}

static void in(struct media *m, int64_t us, unsigned n)
{
    m->src = CALLER_RTP;
    m->dst = BOX_IN;
    m->ssrc = 1;
    rtp(m, us, n & 0xffff, 160 * n);
}

static void out(struct media *m, uint32_t ssrc, int64_t us, unsigned n)
{
    m->src = BOX_OUT;
    m->dst = FAR;
    m->ssrc = ssrc;
    rtp(m, us, n & 0xffff, 160 * n);
}

/* n packets, of which the box loses every tenth from the 15th on, after 30 ms, and
 * alternately 2 ms more. */
static void through(struct media *m, uint32_t ssrc, unsigned first, unsigned n)
{
    for (unsigned i = 0; i < n + 2; i++) {
        int64_t at = 100000 + 20000 * (int64_t)i;
        if (i < n)
            in(m, at, first + i);
        if (i >= 2 && (i - 2) % 10 != 5)
            out(m, ssrc, at - 10000 + (i % 2 ? 2000 : 0), first + i - 2);
    }
}

static void check(struct media *m, uint32_t ssrc, unsigned first, unsigned n)
{
    struct pair_figures p;
    two_calls(m);
    through(m, ssrc, first, n);
    struct rtp_stream *up = stream_at(m, 0), *down = stream_at(m, 1);
    assert_false(pair_figures(up, &p));
    assert_true(pair_figures(down, &p));
    assert_int_equal(p.up, up->id);
    assert_int_equal(p.lost, n / 10);
    double odd = (double)(n / 2 - n / 10) / (double)(n - n / 10);
    NEAR(p.delay, 30 + 2 * odd);
    assert_ptr_equal(up->call->session, down->call->session);
    assert_non_null(up->call->session);
    assert_int_equal(down->call->link_confidence, 96);
}

/* Databases keep the words. */
static void words(void **state)
{
    (void)state;
    for (enum pair_basis b = PAIR_NUMBERS; b <= PAIR_PAYLOADS; b++)
        assert_int_equal(pair_basis_of(slice_str(pair_basis_words(b))), b);
    assert_int_equal(pair_basis_of(SLICE("other")), PAIR_NUMBERS);
}

static void same_ssrc(void **state)
{
    (void)state;
    struct media m;
    struct pair_figures p;
    check(&m, 1, 1000, 200);
    pair_figures(stream_at(&m, 1), &p);
    assert_int_equal(p.basis, PAIR_SSRC);
    media_done(&m);
}

/* Another SSRC; long enough for the windows to forget, and over the wrap. */
static void other_ssrc(void **state)
{
    (void)state;
    struct media m;
    check(&m, 2, 64000, 5000);
    media_done(&m);
}

/* A packet with a payload of its own, the n-th. */
static void say(struct media *m, int64_t us, unsigned seq, uint32_t ts, unsigned n)
{
    uint8_t sound[160];
    uint64_t seed = n + 1;
    for (size_t b = 0; b < sizeof sound; b++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        sound[b] = (uint8_t)(seed >> 56);
    }
    rtp_payload(m, us, seq & 0xffff, ts, sound, sizeof sound);
}

/* The box gives the media an SSRC, numbers and timestamps of its own; every tenth
 * packet is lost in it. `period`: payloads that differ; `dst`: where what comes in goes
 * to. */
static bool rewritten(struct media *m, unsigned period, const char *dst,
                      struct pair_figures *p)
{
    two_calls(m);
    for (unsigned i = 0; i < 900; i++) {
        int64_t at = 100000 + 20000 * (int64_t)i;
        m->src = CALLER_RTP;
        m->dst = dst;
        m->ssrc = 1;
        say(m, at, 65000 + i, 160 * i, i % period);
        m->src = BOX_OUT;
        m->dst = FAR;
        m->ssrc = 2;
        if (i % 10 != 5)
            say(m, at + 15000, 300 + i, 7777 + 160 * i, i % period);
    }
    return pair_figures(stream_at(m, 1), p);
}

static void other_numbers(void **state)
{
    (void)state;
    struct media m;
    struct pair_figures p;
    assert_true(rewritten(&m, 100000, BOX_IN, &p));
    assert_int_equal(p.up, stream_at(&m, 0)->id);
    assert_int_equal(p.lost, 90);
    NEAR(p.delay, 15);
    NEAR(p.jitter, 0);
    assert_int_equal(p.basis, PAIR_PAYLOADS);
    assert_non_null(stream_at(&m, 0)->call->session);
    assert_ptr_equal(stream_at(&m, 0)->call->session, stream_at(&m, 1)->call->session);
    media_done(&m);
    assert_false(rewritten(&m, 10, BOX_IN, &p)); /* a tone, over and over */
    media_done(&m);
    assert_false(rewritten(&m, 100000, "198.51.100.77:5000", &p)); /* not through it */
    media_done(&m);
}

/* The box goes quiet and the upstream goes on: what it says later is in the span, what
 * it never said is not. */
static void quiet_box(void **state)
{
    (void)state;
    struct media m;
    struct pair_figures p;
    two_calls(&m);
    through(&m, 1, 0, 100);
    for (unsigned i = 100; i < 2100; i++)
        in(&m, 100000 + 20000 * (int64_t)i, i);
    pair_figures(stream_at(&m, 1), &p);
    assert_int_equal(p.lost, 10);
    out(&m, 1, 100000 + 20000 * 2100, 2099);
    pair_figures(stream_at(&m, 1), &p);
    assert_int_equal(p.lost, 10 + 1999);
    media_done(&m);
}

/* When the upstream leaves, the figures stay. */
static void upstream_leaves(void **state)
{
    (void)state;
    struct media m;
    struct pair_figures p;
    two_calls(&m);
    through(&m, 1, 0, 100);
    struct rtp_stream *up = stream_at(&m, 0);
    uint32_t id = up->id;
    struct call *call = up->call;
    streams_drop(m.s, call);
    struct rtp_stream *down = m.s->list.list.at[1];
    assert_true(pair_figures(down, &p));
    assert_int_equal(p.lost, 10);
    assert_int_equal(p.up, id);
    call->offers = NULL;
    media_done(&m);
}

/* An echo in the same call is no pair, and other media neither. */
static void no_pair(void **state)
{
    (void)state;
    struct media m;
    struct pair_figures p;
    media_init(&m);
    media_call(&m);
    for (unsigned i = 0; i < 100; i++) {
        in(&m, 100000 + 20000 * (int64_t)i, i);
        m.src = BOX_IN;
        m.dst = CALLER_RTP;
        rtp(&m, 105000 + 20000 * (int64_t)i, i, 160 * i);
    }
    assert_false(pair_figures(stream_at(&m, 0), &p));
    assert_false(pair_figures(stream_at(&m, 1), &p));
    media_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),           cmocka_unit_test(same_ssrc),
        cmocka_unit_test(other_ssrc),      cmocka_unit_test(quiet_box),
        cmocka_unit_test(upstream_leaves), cmocka_unit_test(no_pair),
        cmocka_unit_test(other_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
