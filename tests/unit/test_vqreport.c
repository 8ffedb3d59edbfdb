#include "dissect/vqreport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

/* After the example of RFC 6035 section 4.6, with addresses for examples. */
static const char REPORT[] =
    "VQSessionReport : CallTerm\r\n"
    "LocalMetrics:\r\n"
    "Timestamps:START=2004-10-10T18:23:43Z STOP=2004-10-01T18:26:02Z\r\n"
    "SessionDesc:PT=18 PD=G729 SR=8000 FD=20 FO=20 FPP=2 PPS=50 "
    "FMTP=\"annexb=no; x=y z\" PLC=3 SSUP=on\r\n"
    "CallID:1890463548@example.com\r\n"
    "LocalID:Alice <sip:alice@example.com>\r\n"
    "RemoteID:Bob <sip:bob@example.org>\r\n"
    "OrigID:Alice <sip:alice@example.com>\r\n"
    "LocalAddr:IP=192.0.2.100 PORT=5000 SSRC=1a3b5c7d\r\n"
    "RemoteAddr:IP=2001:db8::150 PORT=5002 SSRC=0x2468abcd\r\n"
    "JitterBuffer:JBA=3 JBR=2 JBN=40 JBM=80 JBX=120\r\n"
    "PacketLoss:NLR=5.0 JDR=2.125\r\n"
    "BurstGapLoss:BLD=0 BD=0 GLD=2.0 GD=500 GMIN=16\r\n"
    "Delay:RTD=200 ESD=140 SOWD=170 IAJ=2 MAJ=10\r\n"
    "Signal:SL=-18 NL=-50 RERL=55\r\n"
    "QualityEst:RLQ=90 RCQ=85 EXTRI=90 MOSLQ=4.2 MOSCQ=4.3 QoEEstAlg=P.564\r\n"
    "RemoteMetrics:\r\n"
    "PacketLoss:NLR=0.05 JDR=bad\r\n"
    "QualityEst:MOSLQ=3\r\n"
    "DialogID:1890463548@example.com;to-tag=8472761;from-tag=9123dh311\r\n";

static const struct {
    enum vq_metric metric;
    double value;
} HEARD[] = {
    {VQ_PT, 18},  {VQ_SR, 8000},   {VQ_FD, 20},    {VQ_FPP, 2},     {VQ_PPS, 50},
    {VQ_PLC, 3},  {VQ_JBA, 3},     {VQ_JBN, 40},   {VQ_JBM, 80},    {VQ_JBX, 120},
    {VQ_NLR, 5},  {VQ_JDR, 2.125}, {VQ_BLD, 0},    {VQ_BD, 0},      {VQ_GLD, 2},
    {VQ_GD, 500}, {VQ_GMIN, 16},   {VQ_RTD, 200},  {VQ_ESD, 140},   {VQ_SOWD, 170},
    {VQ_IAJ, 2},  {VQ_MAJ, 10},    {VQ_SL, -18},   {VQ_NL, -50},    {VQ_RERL, 55},
    {VQ_RLQ, 90}, {VQ_RCQ, 85},    {VQ_EXTRI, 90}, {VQ_MOSLQ, 4.2}, {VQ_MOSCQ, 4.3},
};

static void metrics(void **state)
{
    struct vqreport r;
    double v;
    uint64_t all = 0;
    (void)state;
    assert_int_equal(vqreport_parse(slice_str(REPORT), &r), 0);
    for (size_t i = 0; i < sizeof HEARD / sizeof *HEARD; i++) {
        all |= UINT64_C(1) << HEARD[i].metric;
        assert_true(vq_value(&r.heard, HEARD[i].metric, &v));
        assert_true(v - HEARD[i].value < 1e-9 && HEARD[i].value - v < 1e-9);
    }
    assert_true(r.heard.has == all);
    assert_false(vq_value(&r.heard, VQ_OWD, &v));
    assert_true(vq_value(&r.sent, VQ_NLR, &v));
    assert_true(v == 0.05);
    assert_false(vq_value(&r.sent, VQ_JDR, &v));
    assert_true(r.sent.has == (UINT64_C(1) << VQ_NLR | UINT64_C(1) << VQ_MOSLQ));
}

static void the_rest(void **state)
{
    struct vqreport r;
    char text[ADDR_TEXT];
    (void)state;
    assert_int_equal(vqreport_parse(slice_str(REPORT), &r), 0);
    assert_int_equal(r.kind, VQ_SESSION);
    assert_true(r.end_of_call);
    assert_true(slice_eq(r.call_id, SLICE("1890463548@example.com")));
    assert_true(slice_eq(r.local_id, SLICE("Alice <sip:alice@example.com>")));
    assert_true(slice_eq(r.heard.codec, SLICE("G729")));
    assert_true(slice_eq(r.heard.start, SLICE("2004-10-10T18:23:43Z")));
    assert_true(slice_istarts(r.dialog, SLICE("1890463548@example.com;to-tag")));
    addr_format(&r.local, text);
    assert_string_equal(text, "192.0.2.100:5000");
    addr_format(&r.remote, text);
    assert_string_equal(text, "[2001:db8::150]:5002");
    assert_int_equal(r.local_ssrc, 0x1a3b5c7d);
    assert_int_equal(r.remote_ssrc, 0x2468abcd);
}

static void other_reports(void **state)
{
    struct vqreport r;
    (void)state;
    assert_int_equal(vqreport_parse(SLICE("\nVQIntervalReport\nCallID:a\n"), &r), 0);
    assert_int_equal(r.kind, VQ_INTERVAL);
    assert_false(r.end_of_call);
    assert_true(slice_eq(r.call_id, SLICE("a")));
    assert_int_equal(
        vqreport_parse(SLICE("VQAlertReport: Type=NLR Severity=Critical Dir=local"),
                       &r),
        0);
    assert_int_equal(r.kind, VQ_ALERT);
    assert_true(slice_eq(r.alert, SLICE("NLR")));
    assert_true(slice_eq(r.severity, SLICE("Critical")));
    assert_int_equal(vqreport_parse(SLICE("CallID:a\n"), &r), -REASON_VQ_BAD);
    assert_int_equal(vqreport_parse(SLICE(""), &r), -REASON_VQ_BAD);
    assert_true(vqreport_is(SLICE("application/vq-rtcpxr ; version=1")));
    assert_false(vqreport_is(SLICE("application/sdp")));
    assert_string_equal(vq_metric_name(VQ_MOSLQ), "MOSLQ");
    assert_string_equal(vq_metric_name(VQ_METRIC_COUNT), "");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {cmocka_unit_test(metrics),
                                              cmocka_unit_test(the_rest),
                                              cmocka_unit_test(other_reports)};
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
