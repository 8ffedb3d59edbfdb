/* RTCP: every packet of a compound, every report, source and extended block. */
#include "dissect/rtcp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t blocks(const struct rtcp *p)
{
    struct slice rest = rtcp_xr_blocks(p);
    struct rtcp_stats stats;
    struct rtcp_voip voip;
    struct rtcp_dlrr dlrr;
    struct rtcp_xr b;
    uint64_t ntp;
    size_t count = 0;
    for (; rtcp_xr_next(&rest, &b); count++) {
        rtcp_voip(&b, &voip);
        rtcp_rrt(&b, &ntp);
        rtcp_stats(&b, &stats);
        struct slice subs = b.body;
        while (rtcp_dlrr_next(&subs, &dlrr))
            count++;
    }
    return count;
}

static size_t packet(const struct rtcp *p)
{
    struct slice rest = rtcp_reports(p), text;
    struct rtcp_report report;
    struct rtcp_source source;
    struct rtcp_sr sr;
    uint32_t ssrc;
    size_t count = blocks(p);
    rtcp_sender(p, &ssrc);
    rtcp_sr(p, &sr);
    for (; rtcp_report_next(&rest, &report); count++)
        rtcp_rtt((uint32_t)p->type << 24, report.lsr, report.dlsr);
    rest = p->body;
    while (rtcp_source_next(&rest, &source))
        count++;
    rtcp_bye(p, &rest, &text);
    if (rest.n + text.n > p->body.n)
        abort();
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice rest = slice_of(data, n);
    struct rtcp p;
    size_t count = 0;
    rtcp_sniff(rest);
    while (rtcp_next(&rest, &p) > 0)
        count += 1 + packet(&p);
    if (count > n)
        abort();
    return 0;
}
