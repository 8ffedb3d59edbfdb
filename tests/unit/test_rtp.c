#include "dissect/rtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#define BYTES(...) \
    (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
/* Sequence number 0x1234, timestamp 160, SSRC 0x11223344. */
#define REST 0x12, 0x34, 0, 0, 0, 160, 0x11, 0x22, 0x33, 0x44

/* Expected values: RFC 3550 5.1 and 5.3.1, worked by hand. */
static const struct row {
    const char *what;
    const uint8_t *p;
    size_t n;
    uint32_t more; /* bytes that the capture cut off */
    int rc;
    uint32_t bytes;
    size_t payload, csrc, extension;
    uint8_t padding;
    bool odd;
} ROWS[] = {
    {"header alone", BYTES(0x80, 0, REST), 0, 0, 0, 0, 0, 0, 0, false},
    {"payload", BYTES(0x80, 0, REST, 1, 2, 3), 0, 0, 3, 3, 0, 0, 0, false},
    {"payload cut", BYTES(0x80, 0, REST, 1), 159, 0, 160, 1, 0, 0, 0, false},
    {"two sources", BYTES(0x82, 0, REST, 0, 0, 0, 1, 0, 0, 0, 2, 9), 0, 0, 1, 1, 8, 0,
     0, false},
    {"extension", BYTES(0x90, 0, REST, 0xbe, 0xde, 0, 1, 0x10, 9, 0, 0, 7, 7), 0, 0, 2,
     2, 0, 4, 0, false},
    {"empty extension", BYTES(0x90, 0, REST, 0xbe, 0xde, 0, 0, 7), 0, 0, 1, 1, 0, 0, 0,
     false},
    {"padding", BYTES(0xa0, 0, REST, 1, 2, 0, 2), 0, 0, 2, 2, 0, 0, 2, false},
    {"padding alone", BYTES(0xa0, 0, REST, 0, 0, 0, 4), 0, 0, 0, 0, 0, 0, 4, false},
    {"padding of zero", BYTES(0xa0, 0, REST, 1, 0), 0, 0, 2, 2, 0, 0, 0, true},
    {"padding too long", BYTES(0xa0, 0, REST, 1, 9), 0, 0, 2, 2, 0, 0, 0, true},
    {"padding cut off", BYTES(0xa0, 0, REST, 1, 1), 8, 0, 10, 2, 0, 0, 0, false},
    {"extension cut off", BYTES(0x90, 0, REST, 0xbe, 0xde, 0, 2, 1), 20, 0, 13, 0, 0, 1,
     0, false},
    {"extension header cut off", BYTES(0x90, 0, REST, 0xbe), 20, 0, 17, 0, 0, 0, 0,
     false},
    {"short", BYTES(0x80, 0, REST) - 1, 0, -REASON_RTP_CUT, 0, 0, 0, 0, 0, false},
    {"version 1", BYTES(0x40, 0, REST), 0, -REASON_RTP_VERSION, 0, 0, 0, 0, 0, false},
    {"sources beyond", BYTES(0x81, 0, REST, 1, 2, 3), 0, -REASON_RTP_BAD, 0, 0, 0, 0, 0,
     false},
    {"extension beyond", BYTES(0x90, 0, REST, 0, 0, 0, 1, 1), 0, -REASON_RTP_BAD, 0, 0,
     0, 0, 0, false},
    {"extension without header", BYTES(0x90, 0, REST, 0, 0, 0), 0, -REASON_RTP_BAD, 0,
     0, 0, 0, 0, false},
};

static void headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *w = &ROWS[i];
        struct rtp r = {0};
        uint8_t *exact = malloc(w->n);
        memcpy(exact, w->p, w->n);
        int rc = rtp_parse(slice_of(exact, w->n), (uint32_t)w->n + w->more, &r);
        bool same = rc == w->rc;
        if (!rc)
            same = same && r.bytes == w->bytes && r.payload.n == w->payload &&
                   r.csrc.n == w->csrc && r.extension.n == w->extension &&
                   r.padding == w->padding && r.odd_padding == w->odd;
        free(exact);
        if (!same)
            fail_msg("%s: rc %d, %u bytes, %zu payload", w->what, rc, r.bytes,
                     r.payload.n);
        if (rc)
            continue;
        assert_int_equal(r.seq, 0x1234);
        assert_int_equal(r.ts, 160);
        assert_int_equal(r.ssrc, 0x11223344);
    }
}

static void marker_and_type(void **state)
{
    static const uint8_t P[] = {0x90, 0xe5, REST, 0xbe, 0xde, 0, 0};
    struct rtp r;
    (void)state;
    assert_int_equal(rtp_parse(slice_of(P, sizeof P), sizeof P, &r), 0);
    assert_true(r.marker);
    assert_int_equal(r.pt, 101);
    assert_int_equal(r.profile, 0xbede);
}

static void plausible(void **state)
{
    uint8_t p[172] = {0x80, 0, REST};
    struct slice d = slice_of(p, sizeof p);
    (void)state;
    assert_true(rtp_plausible(d, 172, 4000, 5000));
    assert_false(rtp_plausible(d, 172, 53, 5000));
    assert_false(rtp_plausible(d, 172, 4000, 1023));
    assert_false(rtp_plausible(slice_sub(d, 0, 12), 12, 4000, 5000));
    assert_true(rtp_plausible(slice_sub(d, 0, 12), 172, 4000, 5000));
    for (unsigned pt = 0; pt < 128; pt++) {
        p[1] = (uint8_t)pt;
        bool is = pt >= 96 || (pt <= 34 && pt != 1 && pt != 2 && (pt < 19 || pt > 24) &&
                               pt != 27 && pt != 29 && pt != 30);
        assert_int_equal(rtp_plausible(d, 172, 4000, 5000), is);
    }
}

static const struct {
    const char *what;
    uint8_t pt;
    uint32_t bytes;
    uint16_t seq;
    uint32_t ts;
    bool marker, follows;
} NEXT[] = {
    {"G.711, 20 ms", 0, 160, 1, 160, false, true},
    {"G.711, two lost", 0, 160, 3, 480, false, true},
    {"G.711, wrong step", 0, 160, 1, 80, false, false},
    {"G.711, pause without marker", 0, 160, 1, 1600, false, false},
    {"G.711, pause with marker", 0, 160, 1, 1600, true, true},
    {"G.711, back with marker", 0, 160, 1, (uint32_t)-160, true, false},
    {"G.711, still with marker", 0, 160, 1, 0, true, false},
    {"event with a marker on each packet", 101, 4, 1, 0, true, true},
    {"G.729, 20 ms", 18, 20, 1, 160, false, true},
    {"the same again", 0, 160, 0, 0, false, false},
    {"six further", 0, 160, 6, 960, false, false},
    {"backwards", 0, 160, 0xffff, (uint32_t)-160, false, false},
    {"Opus", 111, 80, 1, 960, false, true},
    {"telephone event", 101, 4, 1, 0, false, true},
    {"video, a frame back", 96, 900, 1, (uint32_t)-3000, false, true},
    {"a random step", 96, 900, 1, 0x12345678, false, false},
};

static void follows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NEXT / sizeof *NEXT; i++) {
        struct rtp a = {.pt = NEXT[i].pt, .bytes = NEXT[i].bytes, .seq = 0xffff};
        a.ts = 0xffffff00;
        struct rtp_mark mark = rtp_mark(&a);
        a.seq = (uint16_t)(a.seq + NEXT[i].seq);
        a.ts += NEXT[i].ts;
        a.marker = NEXT[i].marker;
        if (rtp_follows(&mark, &a) != NEXT[i].follows)
            fail_msg("%s", NEXT[i].what);
        a.ssrc++;
        assert_false(rtp_follows(&mark, &a));
    }
}

/* RFC 4733 2.3: digit 1, end, volume 10, 800 ticks. */
static void events(void **state)
{
    static const uint8_t P[] = {1, 0x8a, 3, 32};
    struct rtp_event e;
    (void)state;
    assert_true(rtp_event_parse(slice_of(P, 4), &e));
    assert_int_equal(e.event, 1);
    assert_true(e.end);
    assert_int_equal(e.volume, 10);
    assert_int_equal(e.duration, 800);
    assert_false(rtp_event_parse(slice_of(P, 3), &e));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(headers),   cmocka_unit_test(marker_and_type),
        cmocka_unit_test(plausible), cmocka_unit_test(follows),
        cmocka_unit_test(events),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
