#include "model/remote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static double value(const struct remote *r, enum remote_what what)
{
    double v;
    return remote_value(r, what, &v) ? v : -1;
}

/* RFC 3611 4.7: shares of 256, tenths of a MOS, 127 and 0 for what is not known. */
static void by_xr(void **state)
{
    (void)state;
    struct remote r = {.value = {0}};
    struct rtcp_voip v = {.loss = 128,
                          .discard = 64,
                          .burst_density = 32,
                          .gap_density = 16,
                          .round_trip = 90,
                          .r = 93,
                          .mos_lq = 44,
                          .mos_cq = RTCP_XR_NONE,
                          .jb_nominal = 40};
    remote_take_voip(&r, &v);
    assert_string_equal(remote_by_name(r.by), "xr");
    assert_true(value(&r, REMOTE_LOSS) == 50);
    assert_true(value(&r, REMOTE_DISCARD) == 25);
    assert_true(value(&r, REMOTE_BURST) == 12.5);
    assert_true(value(&r, REMOTE_GAP) == 6.25);
    assert_true(value(&r, REMOTE_RTT) == 90);
    assert_true(value(&r, REMOTE_R) == 93);
    assert_true(value(&r, REMOTE_BUFFER) == 40);
    assert_in_range((int)(value(&r, REMOTE_MOS_LQ) * 1000), 4399, 4401);
    assert_true(value(&r, REMOTE_MOS_CQ) < 0);
    assert_true(value(&r, REMOTE_SYSTEM) < 0);
    v.mos_lq = 51; /* out of its range: the last one stands */
    v.r = 101;
    remote_take_voip(&r, &v);
    assert_true(value(&r, REMOTE_R) == 93);
    assert_in_range((int)(value(&r, REMOTE_MOS_LQ) * 1000), 4399, 4401);
}

static void in_words(void **state)
{
    (void)state;
    struct remote r = {.value = {0}};
    struct vq_metrics m = {.value = {0}};
    struct strbuf b = {0};
    remote_text(&r, &b);
    assert_int_equal(b.n, 0);
    m.value[VQ_NLR] = 5000;
    m.value[VQ_RTD] = 200000;
    m.value[VQ_MOSLQ] = 4200;
    m.has = UINT64_C(1) << VQ_NLR | UINT64_C(1) << VQ_RTD | UINT64_C(1) << VQ_MOSLQ;
    remote_take_vq(&r, &m);
    assert_string_equal(remote_by_name(r.by), "vq");
    remote_text(&r, &b);
    assert_string_equal(strbuf_cstr(&b),
                        "endpoint reports MOS-LQ 4.2, lost 5.0 %, round trip 200.0 ms");
    strbuf_done(&b);
}

/* The first report is news, then one that is worse by 0.3. */
static void news(void **state)
{
    (void)state;
    struct remote r = {.value = {0}};
    static const struct {
        uint8_t mos;
        bool news;
    } STEPS[] = {{44, true},  {44, false}, {42, false}, {41, true},
                 {45, false}, {39, false}, {38, true},  {127, false}};
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        struct rtcp_voip v = {.mos_lq = STEPS[i].mos, .r = RTCP_XR_NONE};
        remote_take_voip(&r, &v);
        assert_int_equal(remote_news(&r), STEPS[i].news);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(by_xr),
        cmocka_unit_test(in_words),
        cmocka_unit_test(news),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
