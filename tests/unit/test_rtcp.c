#include "dissect/rtcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#define BYTES(...) \
    (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

/* Offsets and widths: RFC 3550 6.4.1, 6.5, 6.6; tshark reads the bytes the same. */
static const uint8_t COMPOUND[] = {
    0x81, 200, 0, 12, 0, 0, 0, 1, 0xe0, 0, 0, 0, 0xb7, 0x10, 0x80, 0, 0, 0, 0, 160, 0,
    0, 0, 10, 0, 0, 6, 0x40, 0, 0, 0, 2, 5, 0xff, 0xff, 0xfd, 0, 1, 0, 5, 0, 0, 0, 80,
    0xb7, 5, 0x20, 0, 0, 5, 0x40, 0,
    /* two sources: cname and tool, then a cname that ends on a word */
    0x82, 202, 0, 8, 0, 0, 0, 1, 1, 5, 'a', '@', 'b', '.', 'c', 6, 2, 't', 'l', 0, 0, 0,
    0, 2, 1, 9, 'b', 'o', 'b', '@', 'b', '.', 'o', 'r', 'g', 0, 0x81, 203, 0, 2, 0, 0,
    0, 1, 3, 'e', 'n', 'd'};

static void compound(void **state)
{
    struct slice rest = slice_of(COMPOUND, sizeof COMPOUND), blocks, reason;
    struct rtcp_source source;
    struct rtcp_report r;
    struct rtcp_sr sr;
    struct rtcp p;
    (void)state;
    assert_true(rtcp_sniff(rest));
    assert_int_equal(rtcp_next(&rest, &p), 1);
    assert_true(rtcp_sr(&p, &sr));
    assert_int_equal(sr.ssrc, 1);
    assert_true(sr.ntp == UINT64_C(0xe0000000b7108000));
    assert_int_equal(sr.ts, 160);
    assert_int_equal(sr.packets, 10);
    assert_int_equal(sr.octets, 1600);
    blocks = rtcp_reports(&p);
    assert_true(rtcp_report_next(&blocks, &r));
    assert_int_equal(r.ssrc, 2);
    assert_int_equal(r.fraction, 5);
    assert_int_equal(r.lost, -3);
    assert_int_equal(r.highest, 0x10005);
    assert_int_equal(r.jitter, 80);
    assert_int_equal(r.lsr, 0xb7052000);
    assert_int_equal(r.dlsr, 0x54000);
    assert_false(rtcp_report_next(&blocks, &r));

    assert_int_equal(rtcp_next(&rest, &p), 1);
    assert_int_equal(p.type, RTCP_SDES);
    assert_int_equal(rtcp_reports(&p).n, 0);
    blocks = p.body;
    assert_true(rtcp_source_next(&blocks, &source));
    assert_int_equal(source.ssrc, 1);
    assert_true(slice_eq(source.cname, SLICE("a@b.c")));
    assert_true(slice_eq(source.tool, SLICE("tl")));
    assert_true(rtcp_source_next(&blocks, &source));
    assert_int_equal(source.ssrc, 2);
    assert_true(slice_eq(source.cname, SLICE("bob@b.org")));
    assert_int_equal(source.tool.n, 0);
    assert_false(rtcp_source_next(&blocks, &source));

    assert_int_equal(rtcp_next(&rest, &p), 1);
    rtcp_bye(&p, &blocks, &reason);
    assert_int_equal(blocks.n, 4);
    assert_true(slice_eq(reason, SLICE("end")));
    assert_int_equal(rtcp_next(&rest, &p), 0);
}

/* Every cut ends the walk, and no report is made of half a block. */
static void cuts(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof COMPOUND; n++) {
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, COMPOUND, n);
        struct slice rest = slice_of(exact, n);
        struct rtcp_report r;
        struct rtcp p;
        size_t reports = 0, packets = 0;
        for (; rtcp_next(&rest, &p) > 0; packets++)
            for (struct slice b = rtcp_reports(&p); rtcp_report_next(&b, &r);)
                reports++;
        free(exact);
        assert_int_equal(reports, n >= 52);
        assert_int_equal(packets, (n >= 4) + (n >= 56) + (n >= 92));
    }
}

static void sniffs(void **state)
{
    const struct {
        const uint8_t *p;
        size_t n;
        bool is;
    } CASES[] = {
        {BYTES(0x80, 201, 0, 1, 0, 0, 0, 1), true},
        {BYTES(0x80, 192, 0, 1, 0, 0, 0, 1), true},
        {BYTES(0x80, 213, 0, 1, 0, 0, 0, 1), true},
        {BYTES(0x80, 214, 0, 1, 0, 0, 0, 1), false},
        {BYTES(0x80, 191, 0, 1, 0, 0, 0, 1), false},
        {BYTES(0x40, 201, 0, 1, 0, 0, 0, 1), false},
        {BYTES(0x80, 201, 0, 2, 0, 0, 0, 1), false},
        {BYTES(0x80, 201, 0, 0, 0, 0, 0, 1), false},
        {BYTES(0x80, 201, 0, 1, 0, 0, 0), false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_int_equal(rtcp_sniff(slice_of(CASES[i].p, CASES[i].n)), CASES[i].is);
}

static void faults(void **state)
{
    static const uint8_t SHORT[] = {0x80, 201, 0}, VERSION[] = {0, 201, 0, 0};
    static const uint8_t PADDED[] = {0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4};
    struct slice rest = slice_of(SHORT, sizeof SHORT);
    struct rtcp p;
    (void)state;
    assert_int_equal(rtcp_next(&rest, &p), -REASON_RTCP_CUT);
    assert_int_equal(rest.n, 0);
    rest = slice_of(VERSION, sizeof VERSION);
    assert_int_equal(rtcp_next(&rest, &p), -REASON_RTCP_VERSION);
    rest = slice_of(PADDED, sizeof PADDED);
    assert_int_equal(rtcp_next(&rest, &p), 1);
    assert_int_equal(p.body.n, 4);
}

/* RFC 3611 4.4 to 4.7. */
static const uint8_t XR[] = {
    0x80, 207, 0,   31, 0,    0,    0,    1,    7,  0,    0,    8,   0,    0,    0,  2,
    12,   3,   128, 1,  0,    120,  1,    0xf4, 0,  200,  0,    60,  0xee, 0xce, 55, 16,
    90,   127, 42,  41, 0xf3, 0,    0,    40,   0,  80,   0,    200, 4,    0,    0,  2,
    0xe0, 0,   0,   0,  0xb7, 0x10, 0x80, 0,    99, 0,    0,    0,   5,    0,    0,  6,
    0,    0,   0,   2,  0xb7, 5,    0x20, 0,    0,  5,    0x40, 0,   0,    0,    0,  3,
    0,    0,   0,   1,  0,    0,    0,    2,    6,  0xa0, 0,    9,   0,    0,    0,  2,
    0,    1,   0,   50, 0,    0,    0,    3,    0,  0,    0,    9,   0,    0,    0,  4,
    0,    0,   0,   90, 0,    0,    0,    40,   0,  0,    0,    5,   1,    2,    3,  4};

static void voip_metrics(const struct rtcp_xr *b)
{
    struct rtcp_voip v;
    assert_true(rtcp_voip(b, &v));
    assert_int_equal(v.ssrc, 2);
    assert_int_equal(v.loss, 12);
    assert_int_equal(v.discard, 3);
    assert_int_equal(v.burst_density, 128);
    assert_int_equal(v.gap_density, 1);
    assert_int_equal(v.burst_duration, 120);
    assert_int_equal(v.gap_duration, 500);
    assert_int_equal(v.round_trip, 200);
    assert_int_equal(v.end_system, 60);
    assert_int_equal(v.signal, -18);
    assert_int_equal(v.noise, -50);
    assert_int_equal(v.rerl, 55);
    assert_int_equal(v.gmin, 16);
    assert_int_equal(v.r, 90);
    assert_int_equal(v.ext_r, RTCP_XR_NONE);
    assert_int_equal(v.mos_lq, 42);
    assert_int_equal(v.mos_cq, 41);
    assert_int_equal(v.plc, 3);
    assert_int_equal(v.adaptive, 3);
    assert_int_equal(v.rate, 3);
    assert_int_equal(v.jb_nominal, 40);
    assert_int_equal(v.jb_max, 80);
    assert_int_equal(v.jb_abs, 200);
}

static void extended(void **state)
{
    struct slice rest = slice_of(XR, sizeof XR), subs;
    struct rtcp_stats s;
    struct rtcp_dlrr d;
    struct rtcp_xr b;
    struct rtcp p;
    uint64_t ntp;
    (void)state;
    assert_int_equal(rtcp_next(&rest, &p), 1);
    assert_false(p.cut);
    assert_int_equal(rest.n, 0);
    rest = rtcp_xr_blocks(&p);
    assert_true(rtcp_xr_next(&rest, &b));
    voip_metrics(&b);
    assert_false(rtcp_rrt(&b, &ntp));
    assert_true(rtcp_xr_next(&rest, &b));
    assert_true(rtcp_rrt(&b, &ntp));
    assert_int_equal(rtcp_ntp_middle(ntp), 0xb710);
    assert_true(rtcp_xr_next(&rest, &b));
    assert_int_equal(b.type, 99);
    assert_true(rtcp_xr_next(&rest, &b));
    subs = b.body;
    assert_true(rtcp_dlrr_next(&subs, &d));
    assert_int_equal(d.lrr, 0xb7052000);
    assert_true(rtcp_dlrr_next(&subs, &d));
    assert_int_equal(d.ssrc, 3);
    assert_int_equal(d.dlrr, 2);
    assert_false(rtcp_dlrr_next(&subs, &d));
    assert_true(rtcp_xr_next(&rest, &b));
    assert_true(rtcp_stats(&b, &s));
    assert_int_equal(s.begin, 1);
    assert_int_equal(s.end, 50);
    assert_int_equal(s.lost, 3);
    assert_int_equal(s.duplicates, 0); /* its flag is not set */
    assert_int_equal(s.jitter_max, 90);
    assert_int_equal(s.ttl_mean, 0); /* nor is this one */
    assert_false(rtcp_xr_next(&rest, &b));
}

/* RFC 3550 figure 2: 6.125 s. */
static void round_trips(void **state)
{
    (void)state;
    assert_true(rtcp_rtt(0xb7108000, 0xb7052000, 0x00054000) == 6125000000);
    assert_true(rtcp_rtt(0xb7108000, 0, 0) == -1);
    assert_true(rtcp_rtt(0xb7108000, 0xb7108001, 0) == -1);
    assert_true(rtcp_rtt(0x00008000, 0xffff8000, 0) == 1000000000);
    assert_true(rtcp_rtt_tap(1000000000, 9000000000, 0x00054000) == 2750000000);
    assert_true(rtcp_rtt_tap(1000000000, 2000000000, 0x00054000) == -1);
    assert_true(rtcp_ntp_middle(UINT64_C(0x83aab7108000abcd)) == 0xb7108000);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(compound), cmocka_unit_test(cuts),
        cmocka_unit_test(sniffs),   cmocka_unit_test(faults),
        cmocka_unit_test(extended), cmocka_unit_test(round_trips),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
