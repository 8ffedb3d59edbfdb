#include "service/hep_report.h"

#include "base/utf8.h"
#include "dissect/rtcp.h"
#include "model/calls.h"

static void text(struct strbuf *b, const char *key, const void *value, size_t n)
{
    strbuf_printf(b, "\"%s\":\"", key);
    utf8_json(b, value, n);
    strbuf_str(b, "\",");
}

static void real(struct strbuf *b, const char *key, double v)
{
    strbuf_printf(b, "\"%s\":%.3f,", key, v);
}

static void integer(struct strbuf *b, const char *key, int64_t v)
{
    strbuf_printf(b, "\"%s\":%lld,", key, (long long)v);
}

static void end_object(struct strbuf *b)
{
    if (b->n && b->p[b->n - 1] == ',')
        b->n--;
    strbuf_char(b, '}');
}

static void address(struct strbuf *b, const char *key, const char *port_key,
                    const struct addr *a)
{
    char ip[ADDR_TEXT];
    size_t n = addr_format_ip(a, ip);
    text(b, key, ip, n);
    integer(b, port_key, a->port);
}

void hep_report_stream(const struct rtp_stream *s, struct strbuf *out)
{
    struct rtp_figures f;
    const struct str *id = s->call->call_id;
    const char *codec = rtp_stream_codec(s);
    rtp_stream_figures(s, &f);
    out->n = 0;
    strbuf_char(out, '{');
    text(out, "CORRELATION_ID", id->p, id->n);
    text(out, "RTP_SIP_CALL_ID", id->p, id->n);
    integer(out, "REPORT_TS", s->start / 1000000000);
    integer(out, "SSRC", s->ssrc);
    address(out, "SRC_IP", "SRC_PORT", &s->src);
    address(out, "DST_IP", "DST_PORT", &s->dst);
    integer(out, "TL_BYTE", (int64_t)s->bytes);
    integer(out, "TOTAL_PK", s->packets);
    integer(out, "EXPECTED_PK", (int64_t)f.sequence.expected);
    integer(out, "PACKET_LOSS", (int64_t)f.sequence.lost);
    integer(out, "OUT_ORDER", (int64_t)s->sequence.reordered);
    real(out, "JITTER", f.jitter_mean);
    real(out, "MEAN_JITTER", f.jitter_mean);
    real(out, "MAX_JITTER", f.jitter_max);
    real(out, "MAX_DELTA", (double)s->delta_max * 1e-6);
    if (f.has_mos) {
        real(out, "MOS", f.mos);
        real(out, "MEAN_MOS", f.mos);
        real(out, "RFACTOR", f.r);
        real(out, "MEAN_RFACTOR", f.r);
    }
    if (f.has_mos_min)
        real(out, "MIN_MOS", f.mos_min);
    integer(out, "CODEC_PT", s->format.pt);
    integer(out, "CLOCK", s->format.rate);
    if (codec)
        text(out, "CODEC_NAME", codec, strlen(codec));
    text(out, "TYPE", "HANGUP", 6);
    end_object(out);
}

/* ---- RTCP ---- */

static void sender(struct strbuf *b, const struct rtcp_sr *sr)
{
    strbuf_str(b, "\"sender_information\":{");
    integer(b, "ntp_timestamp_sec", (int64_t)(sr->ntp >> 32));
    integer(b, "ntp_timestamp_usec", (int64_t)(uint32_t)sr->ntp); /* the fraction */
    integer(b, "octets", sr->octets);
    integer(b, "rtp_timestamp", sr->ts);
    integer(b, "packets", sr->packets);
    end_object(b);
    strbuf_char(b, ',');
}

static void block(struct strbuf *b, const struct rtcp_report *r)
{
    strbuf_char(b, '{');
    integer(b, "source_ssrc", r->ssrc);
    integer(b, "highest_seq_no", r->highest);
    integer(b, "fraction_lost", r->fraction);
    integer(b, "ia_jitter", r->jitter);
    integer(b, "packets_lost", r->lost);
    integer(b, "lsr", r->lsr);
    integer(b, "dlsr", r->dlsr);
    end_object(b);
    strbuf_char(b, ',');
}

static void report(struct strbuf *b, const struct rtcp *p)
{
    struct rtcp_sr sr;
    struct rtcp_report r;
    uint32_t ssrc = 0;
    unsigned blocks = 0;
    if (rtcp_sr(p, &sr))
        sender(b, &sr);
    rtcp_sender(p, &ssrc);
    integer(b, "ssrc", ssrc);
    integer(b, "type", p->type);
    strbuf_str(b, "\"report_blocks\":[");
    for (struct slice rest = rtcp_reports(p); rtcp_report_next(&rest, &r); blocks++)
        block(b, &r);
    if (blocks)
        b->n--; /* the last comma */
    strbuf_str(b, "],");
    integer(b, "report_count", blocks);
}

bool hep_report_rtcp(struct slice datagram, struct strbuf *out)
{
    struct rtcp p;
    bool any = false;
    out->n = 0;
    strbuf_char(out, '{');
    /* One report is all that the form has room for. */
    while (!any && rtcp_next(&datagram, &p) > 0)
        if (p.type == RTCP_SR || p.type == RTCP_RR) {
            report(out, &p);
            any = true;
        }
    end_object(out);
    return any && !out->failed;
}

bool hep_report_about(struct slice datagram, uint32_t *ssrc)
{
    struct rtcp p;
    struct rtcp_report r;
    while (rtcp_next(&datagram, &p) > 0) {
        struct slice rest = rtcp_reports(&p);
        if (rtcp_report_next(&rest, &r)) {
            *ssrc = r.ssrc;
            return true;
        }
        if ((p.type == RTCP_SR || p.type == RTCP_RR) && rtcp_sender(&p, ssrc))
            return true;
    }
    return false;
}
