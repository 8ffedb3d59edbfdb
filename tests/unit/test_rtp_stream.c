/* The captures of the table of vectors, made again packet by packet, and its figures;
 * digits, copies, clocks. */
#include "media.h"

#include <math.h>

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 0.002)

struct vector {
    const char *name;
    unsigned packets, expected, lost, duplicates, reordered;
    double mean, max, delta; /* ms */
    void (*make)(struct media *m);
};

enum { N = 500, SEQ = 1000 };
static const int64_t START = 100000; /* us */

static void clean(struct media *m)
{
    rtp_run(m, START, SEQ, N);
}

static void wrap(struct media *m)
{
    rtp_run(m, START, 65400, N);
}

static void alternate(struct media *m)
{
    for (unsigned i = 0; i < N; i++)
        rtp(m, START + 20000 * i + (i % 2 ? 5000 : 0), SEQ + i, 160 * i);
}

static void lose(struct media *m)
{
    for (unsigned i = 0; i < N; i++)
        if (i % 20 != 10)
            rtp(m, START + 20000 * i, SEQ + i, 160 * i);
}

static void swap(struct media *m)
{
    for (unsigned i = 0; i < N; i++) {
        unsigned k = i == 200 ? 201 : i == 201 ? 200 : i;
        rtp(m, START + 20000 * i, SEQ + k, 160 * k);
    }
}

static void pause(struct media *m)
{
    for (unsigned i = 0; i < N; i++)
        rtp(m, START + 20000 * i + (i >= 250 ? 2000000 : 0), SEQ + i,
            160 * i + (i >= 250 ? 16000 : 0));
}

static void pause_of_the_clock(struct media *m)
{
    for (unsigned i = 0; i < N; i++)
        rtp(m, START + 20000 * i + (i >= 250 ? 2000000 : 0), SEQ + i, 160 * i);
}

static void opus(struct media *m)
{
    m->pt = 96;
    for (unsigned i = 0; i < N; i++)
        rtp(m, START + 20000 * i + (i % 2 ? 5000 : 0), SEQ + i, 960 * i);
}

static const struct vector VECTORS[] = {
    {"clean", 500, 500, 0, 0, 0, 0, 0, 20, clean},
    {"wrap", 500, 500, 0, 0, 0, 0, 0, 20, wrap},
    {"alt5ms", 500, 500, 0, 0, 0, 4.850, 5.000, 25, alternate},
    {"loss5pct", 475, 500, 25, 0, 0, 0, 0, 40, lose},
    {"reorder1", 500, 500, 0, 0, 1, 0.160, 4.692, 20, swap},
    {"silence_mark", 500, 500, 0, 0, 0, 0, 0, 2020, pause},
    {"silence_nomark_tsnojump", 500, 500, 0, 0, 0, 4.008, 125.0, 2020,
     pause_of_the_clock},
    {"opus_alt5", 500, 500, 0, 0, 0, 4.850, 5.000, 25, opus},
};

static void vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++) {
        const struct vector *v = &VECTORS[i];
        struct media m;
        struct rtp_figures f;
        media_init(&m);
        media_call(&m);
        v->make(&m);
        struct rtp_stream *s = stream_at(&m, 0);
        rtp_stream_figures(s, &f);
        print_message("%s\n", v->name);
        assert_int_equal(s->packets, v->packets);
        assert_int_equal(f.sequence.expected, v->expected);
        assert_int_equal(f.sequence.lost, v->lost);
        assert_int_equal(s->sequence.duplicates, v->duplicates);
        assert_int_equal(s->sequence.reordered, v->reordered);
        NEAR(f.jitter_mean, v->mean);
        NEAR(f.jitter_max, v->max);
        NEAR((double)s->delta_max * 1e-6, v->delta);
        media_done(&m);
    }
}

/* One event: its packets and three ends have one timestamp; jitter leaves them out. */
static void digits(void **state)
{
    (void)state;
    struct media m;
    static const uint8_t FIVE[] = {5, 10, 0, 160}, END[] = {5, 0x8a, 4, 0},
                         POUND[] = {11, 10, 0, 160};
    media_init(&m);
    media_call(&m);
    rtp_run(&m, START, 0, 50);
    m.pt = 101;
    for (unsigned i = 0; i < 8; i++)
        rtp_payload(&m, START + 1000000 + 20000 * i, 50 + i, 8000, FIVE, 4);
    for (unsigned i = 0; i < 3; i++)
        rtp_payload(&m, START + 1160000, 58 + i, 8000, END, 4);
    rtp_payload(&m, START + 1180000, 61, 9440, POUND, 4);
    m.pt = 0;
    rtp_run(&m, START + 1240000, 62, 50);
    struct rtp_stream *s = stream_at(&m, 0);
    assert_string_equal(s->digits, "5#");
    NEAR(s->jitter.max, 0);
    assert_string_equal(rtp_stream_codec(s), "PCMU");
    assert_int_equal(s->sequence.duplicates, 0);
    struct event *e = the_call(&m.f)->events;
    assert_int_equal(e->kind, EVENT_DTMF);
    assert_string_equal(e->value, "5");
    assert_string_equal(e->next->value, "#");
    assert_null(e->next->next);
    media_done(&m);
}

/* The same packet within 5 ms in another VLAN counts in nothing; later, or at the same
 * place, it is a duplicate. */
static void copies(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    for (unsigned i = 0; i < 20; i++) {
        m.path = 0;
        rtp(&m, START + 20000 * i, i, 160 * i);
        m.path = 77;
        rtp(&m, START + 20000 * i + 300, i, 160 * i);
    }
    struct rtp_stream *s = stream_at(&m, 0);
    assert_int_equal(s->packets, 20);
    assert_int_equal(s->copies, 20);
    assert_int_equal(s->sequence.duplicates, 0);
    assert_int_equal(ledger_total(&m.f.ledger, LEDGER_RTP_COPY), 20);
    m.path = 0;
    rtp(&m, START + 20000 * 19 + 9000, 19, 160 * 19);
    assert_int_equal(s->sequence.duplicates, 1);
    media_done(&m);
}

/* RTP before its description: the first packets wait for the clock. */
static void early(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    m.pt = 96;
    for (unsigned i = 0; i < 40; i++)
        rtp(&m, 20000 * (int64_t)i - 800000 + (i % 2 ? 5000 : 0), i, 960 * i);
    assert_int_equal(stream_at(&m, 0)->how, BINDING_ORPHAN);
    assert_int_equal(stream_at(&m, 0)->jitter.updates, 0);
    media_call(&m);
    struct rtp_stream *s = stream_at(&m, 0);
    assert_int_equal(s->how, BINDING_SDP_BOTH);
    assert_int_equal(s->packets, 40);
    assert_int_equal(s->jitter.updates, 39);
    assert_int_equal(s->format.rate, 48000);
    assert_false(s->format.assumed);
    assert_null(s->early);
    assert_int_equal(m.s->orphans, 0);
    media_done(&m);
}

/* Without any description the clock is estimated from 64 packets. */
static void estimated(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    m.pt = 97;
    for (unsigned i = 0; i < 80; i++)
        rtp(&m, 20000 * (int64_t)i + (i % 2 ? 5000 : 0), i, 320 * i);
    struct rtp_stream *s = stream_at(&m, 0);
    assert_int_equal(s->format.rate, 16000);
    assert_true(s->format.assumed);
    assert_int_equal(s->jitter.updates, 79);
    assert_null(rtp_stream_codec(s));
    media_done(&m);
}

/* Slices of ten seconds; loss and MOS of each. */
static void slices(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    for (unsigned i = 0; i < 1250; i++)
        if (i < 500 || i >= 1000 || i % 10)
            rtp(&m, START + 20000 * i, i, 160 * i);
    streams_end(m.s);
    struct rtp_stream *s = stream_at(&m, 0);
    const struct rtp_slice *one = s->slices, *two = one->next, *three = two->next;
    assert_int_equal(one->packets, 500);
    assert_int_equal(one->lost, 0);
    NEAR((double)one->mos, 4.409);
    assert_int_equal(two->n, 2);
    assert_int_equal(two->lost, 50);
    NEAR((double)two->mos, 3.411); /* G.711 with concealment, 10 % */
    assert_int_equal(three->packets, 250);
    assert_null(three->next);
    const struct rtp_figures *f = streams_figures(m.s, s);
    NEAR(f->mos_min, (double)two->mos);
    assert_int_equal(m.s->slices.kept, 3);
    media_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),   cmocka_unit_test(digits),
        cmocka_unit_test(copies),    cmocka_unit_test(early),
        cmocka_unit_test(estimated), cmocka_unit_test(slices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
