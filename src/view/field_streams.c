/* Columns of streams, and of their slices. */
#include "model/streams.h"
#include "view/value.h"

static const struct rtp_stream *stream_of(const struct row *row)
{
    return row->object;
}

static const struct rtp_figures *figures_of(const struct row *row)
{
    return streams_figures(row->view->streams, row->object);
}

static void value_set_real(struct value *out, double r)
{
    out->type = VALUE_REAL;
    out->r = r;
}

/* Getters of what a stream holds as it is. */
#define GET(field, set, ...)                                    \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        const struct rtp_stream *s = stream_of(row);            \
        set(out, __VA_ARGS__);                                  \
    }

/* The same where it may be null. */
#define GET_IF(field, has, set, ...)                            \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        const struct rtp_stream *s = stream_of(row);            \
        if (has)                                                \
            set(out, __VA_ARGS__);                              \
    }

/* What has to be worked out. */
#define GET_FIGURE(field, has, set, ...)                        \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        const struct rtp_figures *f = figures_of(row);          \
        if (has)                                                \
            set(out, __VA_ARGS__);                              \
    }

GET(id, value_set_int, s->id)
GET_IF(call, s->call, value_set_int, s->call->id)
GET_IF(call_id, s->call, value_set_text, s->call->call_id->p, s->call->call_id->n)
GET(src, value_set_addr, row, &s->src)
GET(dst, value_set_addr, row, &s->dst)
GET_IF(pt, !s->fax && s->format.pt < 128, value_set_int, s->format.pt)
GET(codec, value_set_str, rtp_stream_codec(s))
GET_IF(clock_rate, s->format.rate, value_set_int, s->format.rate)
GET(srtp, value_set_bool, s->srtp)
GET(start, value_set_time, s->start)
GET(end, value_set_time, s->end)
GET(duration, value_set_duration, s->end - s->start)
GET(packets, value_set_int, s->packets)
GET(duplicates, value_set_int, (int64_t)s->sequence.duplicates)
GET(reordered, value_set_int, (int64_t)s->sequence.reordered)
GET(restarts, value_set_int, s->sequence.restarts)
GET(delta_max, value_set_real, (double)s->delta_max * 1e-6)
GET_IF(dtmf, s->digits && !row->view->redact, value_set_str, s->digits)
GET(bytes, value_set_int, (int64_t)s->bytes)
GET(binding, value_set_str, binding_name(s->how))
GET(confidence, value_set_int, binding_confidence(s->how))
GET_IF(rtcp_loss, s->rtcp.reports, value_set_real, (double)s->rtcp.loss)
GET_IF(rtcp_jitter, s->rtcp.reports, value_set_real, (double)s->rtcp.jitter)

GET_IF(dead_air, s->format.g711 && !s->srtp, value_set_real, s->quiet_longest * 1e-3)

GET_IF(dscp, true, value_set_int, s->dscp)
GET_IF(noise, !s->fax, value_set_int, s->noise)

/* RFC 3611 4.7.2, over what the adaptive buffer had; BurstR is 0 where nobody worked it
 * out. */
#define GET_BURST(field, has, set, ...)                         \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        const struct rtp_figures *f = figures_of(row);          \
        const struct burst_figures *b = &f->sequence.playout;   \
        if (!stream_of(row)->fax && b->burst_r > 0 && (has))    \
            set(out, __VA_ARGS__);                              \
    }

GET_BURST(burst_r, true, value_set_real, b->burst_r)
GET_BURST(burst_periods, true, value_set_int, (int64_t)b->bursts)
GET_BURST(burst_loss, b->bursts, value_set_real, 100 * b->burst_density)
GET_BURST(burst_length, b->bursts && f->ptime > 0, value_set_real,
          (double)b->burst_packets / (double)b->bursts * f->ptime)
GET_BURST(gap_loss, true, value_set_real, 100 * b->gap_density)

GET_FIGURE(ptime, f->ptime > 0, value_set_real, f->ptime)
GET_FIGURE(expected, true, value_set_int, (int64_t)f->sequence.expected)
GET_FIGURE(lost, true, value_set_int, (int64_t)f->sequence.lost)
GET_FIGURE(loss, true, value_set_real, f->loss)
GET_FIGURE(loss_bursts, true, value_set_int, (int64_t)f->sequence.loss_bursts)
GET_FIGURE(loss_burst_max, true, value_set_int, (int64_t)f->sequence.loss_burst_max)
GET_FIGURE(jitter_mean, !stream_of(row)->fax, value_set_real, f->jitter_mean)
GET_FIGURE(jitter_max, !stream_of(row)->fax, value_set_real, f->jitter_max)
GET_FIGURE(drift_ppm, f->has_drift, value_set_real, f->drift)
GET_FIGURE(late50, !stream_of(row)->fax, value_set_real, f->late50)
GET_FIGURE(late200, !stream_of(row)->fax, value_set_real, f->late200)
GET_FIGURE(r, f->has_mos, value_set_real, f->r)
GET_FIGURE(mos, f->has_mos, value_set_real, f->mos)
GET_FIGURE(mos_min, f->has_mos_min, value_set_real, f->mos_min)
GET_FIGURE(mos_fixed50, f->has_mos, value_set_real, f->mos50)
GET_FIGURE(mos_fixed200, f->has_mos, value_set_real, f->mos200)
GET_FIGURE(mos_scale, f->has_mos, value_set_str, emodel_scale_name(f->codec->scale))
GET_FIGURE(codec_params, f->has_mos, value_set_str,
           f->codec->published ? "published" : "assumed")

GET_FIGURE(pdv50, f->has_pdv, value_set_real, f->pdv50)
GET_FIGURE(pdv95, f->has_pdv, value_set_real, f->pdv95)
GET_FIGURE(pdv99, f->has_pdv, value_set_real, f->pdv99)
GET_FIGURE(remote_by, f->remote.reports, value_set_str, remote_by_name(f->remote.by))

/* What the receiver reported; null where it did not. */
#define GET_REMOTE(field, what)                                   \
    static void get_##field(struct row *row, struct value *out)   \
    {                                                             \
        double value;                                             \
        if (remote_value(&figures_of(row)->remote, what, &value)) \
            value_set_real(out, value);                           \
    }

GET_REMOTE(remote_loss, REMOTE_LOSS)
GET_REMOTE(remote_discard, REMOTE_DISCARD)
GET_REMOTE(remote_mos, REMOTE_MOS_LQ)

static void get_ssrc(struct row *row, struct value *out)
{
    if (stream_of(row)->fax)
        return;
    row->scratch->n = 0;
    strbuf_printf(row->scratch, "0x%08x", stream_of(row)->ssrc);
    value_set_scratch(out, row);
}

/* Both halves of the way, where both ends were asked; else the one that was. */
static void get_rtt(struct row *row, struct value *out)
{
    const struct rtp_stream *s = stream_of(row);
    const struct rtp_stream *back =
        stream_index_flow(&row->view->streams->index, &s->dst, &s->src);
    if (s->rtcp.rtts || (back && back->rtcp.rtts))
        value_set_real(out, (double)(s->rtcp.rtt + (back ? back->rtcp.rtt : 0)));
}

#define GET_PAIR(field, has, set, ...)                          \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        struct pair_figures p;                                  \
        if (pair_figures(stream_of(row), &p) && (has))          \
            set(out, __VA_ARGS__);                              \
    }

GET_PAIR(pair, true, value_set_int, p.up)
GET_PAIR(added_lost, true, value_set_int, (int64_t)p.lost)
GET_PAIR(added_delay, p.has_delay, value_set_real, p.delay)
GET_PAIR(added_jitter, p.has_delay, value_set_real, p.jitter)
GET_PAIR(pair_reason, true, value_set_str, pair_basis_words(p.basis))

static enum tone tone_mos(struct row *row)
{
    const struct rtp_figures *f = figures_of(row);
    return f->has_mos ? tone_of_mos(f->mos) : TONE_PLAIN;
}

static const struct field STREAMS[] = {
    {FIELD("id", "Id", "", INT, 5, 0, 1, "order of the first packet, from 1"), get_id,
     NULL},
    {FIELD("call", "Call", "", INT, 5, 0, 2, "id of its call"), get_call, NULL},
    {FIELD("call_id", "Call-ID", "", TEXT, 32, 0, 0, "Call-ID of its call"),
     get_call_id, NULL},
    {FIELD("src", "Source", "", TEXT, 21, 0, 3, "source"), get_src, NULL},
    {FIELD("dst", "Destination", "", TEXT, 21, 0, 4, "destination"), get_dst, NULL},
    {FIELD("ssrc", "SSRC", "", TEXT, 10, 0, 5,
           "synchronisation source, 0x and eight digits"),
     get_ssrc, NULL},
    {FIELD("pt", "PT", "", INT, 3, 0, 0, "payload type"), get_pt, NULL},
    {FIELD("codec", "Codec", "", TEXT, 8, 0, 6, "encoding name"), get_codec, NULL},
    {FIELD("clock_rate", "Clock", "Hz", INT, 8, 0, 0, "clock rate of the timestamps"),
     get_clock_rate, NULL},
    {FIELD("ptime", "Ptime", "ms", REAL, 8, 0, 0, "milliseconds of media a packet"),
     get_ptime, NULL},
    {FIELD("srtp", "SRTP", "", BOOL, 4, 0, 0, "encrypted"), get_srtp, NULL},
    {FIELD("start", "Start", "", TIME, 12, 3, 0, "time of the first packet"), get_start,
     NULL},
    {FIELD("end", "End", "", TIME, 12, 3, 0, "time of the last packet"), get_end, NULL},
    {FIELD("duration", "Length", "", DURATION, 7, 0, 7, "end minus start"),
     get_duration, NULL},
    {FIELD("packets", "Packets", "", INT, 9, 0, 8, "packets seen, duplicates in"),
     get_packets, NULL},
    {FIELD("expected", "Expected", "", INT, 9, 0, 0,
           "highest minus lowest extended sequence number plus 1, over all epochs"),
     get_expected, NULL},
    {FIELD("lost", "Lost", "", INT, 7, 0, 0,
           "sequence numbers of that range never seen"),
     get_lost, NULL},
    {FIELD("loss", "Loss", "%", REAL, 6, 1, 9, "share of lost in expected"), get_loss,
     NULL},
    {FIELD("duplicates", "Dups", "", INT, 6, 0, 0,
           "packets seen again, within the last 1024 numbers"),
     get_duplicates, NULL},
    {FIELD("reordered", "Reord", "", INT, 6, 0, 0,
           "packets that came after a higher number"),
     get_reordered, NULL},
    {FIELD("loss_bursts", "Bursts", "", INT, 6, 0, 0, "runs of lost packets"),
     get_loss_bursts, NULL},
    {FIELD("loss_burst_max", "Longest", "", INT, 7, 0, 0, "longest of these runs"),
     get_loss_burst_max, NULL},
    {FIELD("restarts", "Restarts", "", INT, 8, 0, 0,
           "sequence restarts (RFC 3550 A.1)"),
     get_restarts, NULL},
    {FIELD("jitter_mean", "Jitter", "ms", REAL, 9, 1, 10,
           "mean of the running interarrival jitter (RFC 3550 A.8)"),
     get_jitter_mean, NULL},
    {FIELD("jitter_max", "Max jitter", "ms", REAL, 13, 1, 0,
           "maximum of the running interarrival jitter"),
     get_jitter_max, NULL},
    {FIELD("delta_max", "Max delta", "ms", REAL, 12, 1, 0,
           "longest time between two packets"),
     get_delta_max, NULL},
    {FIELD("drift_ppm", "Drift", "ppm", REAL, 9, 0, 0,
           "clock drift of the sender against the capture"),
     get_drift_ppm, NULL},
    {FIELD("late50", "Late 50", "%", REAL, 9, 1, 0,
           "packets late for a fixed jitter buffer of 50 ms"),
     get_late50, NULL},
    {FIELD("late200", "Late 200", "%", REAL, 10, 1, 0,
           "packets late for a fixed jitter buffer of 200 ms"),
     get_late200, NULL},
    {FIELD("r", "R", "", REAL, 5, 1, 0,
           "R factor after the adaptive jitter buffer (ITU-T G.107)"),
     get_r, NULL},
    {FIELD("mos", "MOS", "", REAL, 4, 1, 11,
           "MOS-LQE after the adaptive jitter buffer"),
     get_mos, tone_mos},
    {FIELD("mos_min", "MOS min", "", REAL, 7, 1, 0, "lowest MOS of its slices"),
     get_mos_min, NULL},
    {FIELD("mos_fixed50", "MOS 50", "", REAL, 6, 1, 0,
           "MOS-LQE after a fixed jitter buffer of 50 ms"),
     get_mos_fixed50, NULL},
    {FIELD("mos_fixed200", "MOS 200", "", REAL, 7, 1, 0,
           "MOS-LQE after a fixed jitter buffer of 200 ms"),
     get_mos_fixed200, NULL},
    {FIELD("mos_scale", "Scale", "", TEXT, 5, 0, 0, "scale of the MOS: nb, wb or fb"),
     get_mos_scale, NULL},
    {FIELD("codec_params", "Params", "", TEXT, 9, 0, 0,
           "codec parameters of the E-model: published or assumed"),
     get_codec_params, NULL},
    {FIELD("dtmf", "DTMF", "", TEXT, 12, 0, 0, "digits sent as telephone events"),
     get_dtmf, NULL},
    {FIELD("bytes", "Bytes", "bytes", INT, 12, 0, 0, "bytes of RTP"), get_bytes, NULL},
    {FIELD(
         "binding", "Binding", "", TEXT, 10, 0, 0,
         "how it was bound to its call: sdp-both, sdp-dst, sdp-src, sip-src, reverse, "
         "private, ssrc, continuity or orphan"),
     get_binding, NULL},
    {FIELD("confidence", "Conf", "", INT, 4, 0, 0, "confidence of that, 0 to 100"),
     get_confidence, NULL},
    {FIELD("rtcp_loss", "RTCP loss", "%", REAL, 11, 1, 0,
           "loss that the receiver reported"),
     get_rtcp_loss, NULL},
    {FIELD("rtcp_jitter", "RTCP jitter", "ms", REAL, 14, 1, 0,
           "jitter that the receiver reported"),
     get_rtcp_jitter, NULL},
    {FIELD("rtt", "RTT", "ms", REAL, 7, 1, 0, "round-trip time by RTCP"), get_rtt,
     NULL},
    {FIELD("pair", "Pair", "", INT, 5, 0, 0,
           "id of the stream that carries the same media into the box"),
     get_pair, NULL},
    {FIELD("added_lost", "Added lost", "", INT, 10, 0, 0,
           "packets that went into the box and did not come out"),
     get_added_lost, NULL},
    {FIELD("added_delay", "Added delay", "ms", REAL, 14, 1, 0,
           "mean delay of the packets that did"),
     get_added_delay, NULL},
    {FIELD("added_jitter", "Added jitter", "ms", REAL, 15, 1, 0,
           "mean deviation of that delay"),
     get_added_jitter, NULL},
    {FIELD("pair_reason", "Pair reason", "", TEXT, 16, 0, 0, "why the two are a pair"),
     get_pair_reason, NULL},
    {FIELD("pdv50", "PDV 50", "ms", REAL, 10, 1, 0,
           "delay over the fastest packets that half of them did not exceed"),
     get_pdv50, NULL},
    {FIELD("pdv95", "PDV 95", "ms", REAL, 10, 1, 0, "the same for 95 %"), get_pdv95,
     NULL},
    {FIELD("pdv99", "PDV 99", "ms", REAL, 10, 1, 0, "the same for 99 %"), get_pdv99,
     NULL},
    {FIELD("remote_loss", "End loss", "%", REAL, 10, 1, 0,
           "loss by the receiver's VoIP metrics (RTCP XR or vq-rtcpxr)"),
     get_remote_loss, NULL},
    {FIELD("remote_discard", "Discarded", "%", REAL, 11, 1, 0,
           "discarded by the receiver's jitter buffer, as it reports"),
     get_remote_discard, NULL},
    {FIELD("remote_mos", "End MOS", "", REAL, 7, 1, 0,
           "MOS-LQ that the receiver reported"),
     get_remote_mos, NULL},
    {FIELD("remote_by", "By", "", TEXT, 3, 0, 0,
           "how it reported: xr (RFC 3611) or vq (RFC 6035)"),
     get_remote_by, NULL},
    {FIELD("dead_air", "Dead air", "s", REAL, 9, 1, 0,
           "longest time of packets without sound; G.711 alone tells"),
     get_dead_air, NULL},
    {FIELD("burst_r", "BurstR", "", REAL, 6, 1, 0,
           "runs of packets lost or late over those of random loss (ITU-T G.107)"),
     get_burst_r, NULL},
    {FIELD("burst_periods", "Gmin bursts", "", INT, 11, 0, 0,
           "bursts of packets lost or late by RFC 3611, Gmin 16"),
     get_burst_periods, NULL},
    {FIELD("burst_loss", "Burst loss", "%", REAL, 12, 1, 0,
           "share of packets lost or late within these"),
     get_burst_loss, NULL},
    {FIELD("burst_length", "Burst length", "ms", REAL, 15, 1, 0,
           "mean length of these"),
     get_burst_length, NULL},
    {FIELD("gap_loss", "Gap loss", "%", REAL, 10, 1, 0,
           "share of packets lost or late outside of them"),
     get_gap_loss, NULL},
    {FIELD("dscp", "DSCP", "", INT, 4, 0, 0, "of its packets, the last"), get_dscp,
     NULL},
    {FIELD("noise", "Noise", "", INT, 5, 0, 0, "packets of comfort noise (RFC 3389)"),
     get_noise, NULL},
};

#define GET_SLICE(field, set, ...)                                    \
    static void get_slice_##field(struct row *row, struct value *out) \
    {                                                                 \
        const struct rtp_slice *l = row->object;                      \
        set(out, __VA_ARGS__);                                        \
    }

GET_SLICE(stream, value_set_int, l->stream->id)
GET_SLICE(n, value_set_int, l->n)
GET_SLICE(start, value_set_time, rtp_slice_start(l))
GET_SLICE(packets, value_set_int, l->packets)
GET_SLICE(lost, value_set_int, l->lost)
GET_SLICE(loss, value_set_real, l->expected ? 100.0 * l->lost / l->expected : 0)
GET_SLICE(jitter_mean, value_set_real, (double)l->jitter_mean)
GET_SLICE(jitter_max, value_set_real, (double)l->jitter_max)
GET_SLICE(late50, value_set_real, (double)l->late50)
GET_SLICE(late200, value_set_real, (double)l->late200)

static void get_slice_r(struct row *row, struct value *out)
{
    const struct rtp_slice *l = row->object;
    if (l->mos > 0)
        value_set_real(out, (double)l->r);
}

static void get_slice_mos(struct row *row, struct value *out)
{
    const struct rtp_slice *l = row->object;
    if (l->mos > 0)
        value_set_real(out, (double)l->mos);
}

static const struct field SLICES[] = {
    {FIELD("stream", "Stream", "", INT, 6, 0, 1, "id of its stream"), get_slice_stream,
     NULL},
    {FIELD("n", "N", "", INT, 5, 0, 2, "number in its stream, from 1"), get_slice_n,
     NULL},
    {FIELD("start", "Start", "", TIME, 12, 3, 3, "begin of these ten seconds"),
     get_slice_start, NULL},
    {FIELD("packets", "Packets", "", INT, 7, 0, 4, "packets seen"), get_slice_packets,
     NULL},
    {FIELD("lost", "Lost", "", INT, 6, 0, 5, "packets lost"), get_slice_lost, NULL},
    {FIELD("loss", "Loss", "%", REAL, 6, 1, 6, "share of lost in expected"),
     get_slice_loss, NULL},
    {FIELD("jitter_mean", "Jitter", "ms", REAL, 9, 1, 7,
           "mean of the running interarrival jitter"),
     get_slice_jitter_mean, NULL},
    {FIELD("jitter_max", "Max jitter", "ms", REAL, 13, 1, 8,
           "maximum of the running interarrival jitter"),
     get_slice_jitter_max, NULL},
    {FIELD("late50", "Late 50", "%", REAL, 9, 1, 9,
           "packets late for a fixed jitter buffer of 50 ms"),
     get_slice_late50, NULL},
    {FIELD("late200", "Late 200", "%", REAL, 10, 1, 10,
           "packets late for a fixed jitter buffer of 200 ms"),
     get_slice_late200, NULL},
    {FIELD("r", "R", "", REAL, 5, 1, 11, "R factor"), get_slice_r, NULL},
    {FIELD("mos", "MOS", "", REAL, 4, 1, 12,
           "MOS-LQE after the adaptive jitter buffer"),
     get_slice_mos, NULL},
};

static const struct rows *streams_rows(const struct view *v)
{
    return &v->streams->list;
}

static size_t streams_count(const struct view *v)
{
    return v->streams ? streams_rows(v)->list.n : 0;
}

static const void *streams_at(const struct view *v, size_t i)
{
    return i < streams_count(v) ? streams_rows(v)->list.at[i] : NULL;
}

static size_t slices_count(const struct view *v)
{
    return v->streams ? v->streams->slices.list.n : 0;
}

static const void *slices_at(const struct view *v, size_t i)
{
    return i < slices_count(v) ? v->streams->slices.list.at[i] : NULL;
}

const struct table TABLE_STREAMS = {TABLE_OF("streams", STREAMS), streams_count,
                                    streams_at};
const struct table TABLE_SLICES = {TABLE_OF("slices", SLICES), slices_count, slices_at};
