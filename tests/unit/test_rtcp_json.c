#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dissect/rtcp.h"
#include "dissect/rtcp_json.h"
#include "service/hep_report.h"

#include <stdlib.h>

/* As captagent's and rtpengine's documentation have it. */
#define SENDER                                                                   \
    "{ \"sender_information\":{\"ntp_timestamp_sec\":3902900000,"                \
    "\"ntp_timestamp_usec\":2147483648,\"octets\":19200,\"rtp_timestamp\":160, " \
    "\"packets\":120},\"ssrc\":305419896,\"type\":200, \"report_blocks\":["      \
    "{\"source_ssrc\":2271560481,\"highest_seq_no\":65541,\"fraction_lost\":26," \
    "\"ia_jitter\":80,\"packets_lost\":-3,\"lsr\":1,\"dlsr\":65536}],"           \
    "\"report_count\":1,\"sdes_ssrc\":5,\"sdes_information\": [ {\"type\":1,"    \
    "\"text\":\"a \\\"ssrc\\\":7 @example.com\"}],\"sdes_report_count\":1 }"

static void reads_a_sender(void **state)
{
    (void)state;
    uint8_t out[RTCP_JSON_MOST];
    size_t n = rtcp_json_read(SLICE(SENDER), out);
    struct slice rest = slice_of(out, n);
    struct rtcp p;
    struct rtcp_sr sr;
    struct rtcp_report r;
    assert_true(rtcp_sniff(rest));
    assert_int_equal(rtcp_next(&rest, &p), 1);
    assert_int_equal(rest.n, 0);
    assert_true(rtcp_sr(&p, &sr));
    assert_int_equal(sr.ssrc, 305419896);
    assert_true(sr.ntp == (3902900000u * (uint64_t)1 << 32 | 0x80000000u));
    assert_int_equal(sr.ts, 160);
    assert_int_equal(sr.packets, 120);
    assert_int_equal(sr.octets, 19200);
    struct slice blocks = rtcp_reports(&p);
    assert_true(rtcp_report_next(&blocks, &r));
    assert_int_equal(r.ssrc, 2271560481u);
    assert_int_equal(r.lost, -3);
    assert_int_equal(r.fraction, 26);
    assert_int_equal(r.highest, 65541);
    assert_int_equal(r.jitter, 80);
    assert_int_equal(r.lsr, 1);
    assert_int_equal(r.dlsr, 65536);
    assert_false(rtcp_report_next(&blocks, &r));
}

/* What is written is what is read. */
static void goes_round(void **state)
{
    (void)state;
    uint8_t first[RTCP_JSON_MOST], again[RTCP_JSON_MOST];
    struct strbuf b = {0};
    size_t n = rtcp_json_read(SLICE(SENDER), first);
    assert_true(hep_report_rtcp(slice_of(first, n), &b));
    assert_int_equal(rtcp_json_read(slice_of(b.p, b.n), again), n);
    assert_memory_equal(first, again, n);
    uint32_t ssrc = 0;
    assert_true(hep_report_about(slice_of(first, n), &ssrc));
    assert_int_equal(ssrc, 2271560481u);
    strbuf_done(&b);
}

static void passes_over(void **state)
{
    (void)state;
    static const char *const NONE[] = {
        "",
        "{}",
        "[[[[[[[[",
        "{\"ssrc\":5,\"type\":202}",
        "{\"type\":203,\"report_blocks\":[{\"source_ssrc\":5}]}",
        "\"",
        "{\"ssrc",
        "{\"a\\",
        "}}}}]]{\"ssrc\":1}",
        "-",
    };
    uint8_t out[RTCP_JSON_MOST];
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        assert_int_equal(rtcp_json_read(slice_str(NONE[i]), out), 0);
    assert_int_equal(
        rtcp_json_read(SLICE("{\"type\":201,\"report_blocks\":[{},{}]}"), out), 8 + 48);
    assert_int_equal(out[0], 0x82);
    assert_int_equal(out[1], 201);
    for (size_t n = 0; n < sizeof SENDER; n++) { /* in memory of that size */
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, SENDER, n);
        rtcp_json_read(slice_of(exact, n), out);
        free(exact);
    }
    struct strbuf many = {0};
    strbuf_str(&many, "{\"report_blocks\":[");
    for (int i = 0; i < 1000; i++)
        strbuf_str(&many, "{\"source_ssrc\":99999999999999999999},");
    assert_int_equal(rtcp_json_read(slice_of(many.p, many.n), out), 8 + 31 * 24);
    strbuf_done(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_sender),
        cmocka_unit_test(goes_round),
        cmocka_unit_test(passes_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
