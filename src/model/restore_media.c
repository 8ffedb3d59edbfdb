/* Streams, slices and events built again from stored rows. */
#include "model/attempt.h"
#include "model/event.h"
#include "model/restore.h"
#include "model/streams.h"

#include <math.h>
#include <stdlib.h>

enum { NAMES_MAX = 256, NO_TYPE = 255, SLICES_MAX = 1000000 };

/* ---- the numbers of a stream ---- */

enum width { BOOL, U8, U16, U32, U64, I64, F32, F64 };

/* NUMBER(name, width, place): of struct rtp_stream, then of its figures. The names are
 * columns of the database file. */
#define STREAM_TABLE(NUMBER)                       \
    NUMBER("start_ns", I64, start)                 \
    NUMBER("end_ns", I64, end)                     \
    NUMBER("frame", U64, frame)                    \
    NUMBER("bytes", U64, bytes)                    \
    NUMBER("packets", U32, packets)                \
    NUMBER("copies", U32, copies)                  \
    NUMBER("codecs", U32, codecs)                  \
    NUMBER("noise", U32, noise)                    \
    NUMBER("receiver", U8, to)                     \
    NUMBER("dscp", U8, dscp)                       \
    NUMBER("dscps", U16, dscps)                    \
    NUMBER("mixed", BOOL, mixed)                   \
    NUMBER("srtp", BOOL, srtp)                     \
    NUMBER("assumed", BOOL, format.assumed)        \
    NUMBER("delta_max_ns", I64, delta_max)         \
    NUMBER("quiet_since_ns", I64, quiet_since)     \
    NUMBER("quiet_longest_ms", U32, quiet_longest) \
    NUMBER("received", U32, sequence.unique)       \
    NUMBER("duplicates", U32, sequence.duplicates) \
    NUMBER("reordered", U32, sequence.reordered)   \
    NUMBER("restarts", U32, sequence.restarts)     \
    NUMBER("jitter_updates", U32, jitter.updates)  \
    NUMBER("rtcp_reports", U16, rtcp.reports)      \
    NUMBER("rtcp_loss", F32, rtcp.loss)            \
    NUMBER("rtcp_jitter", F32, rtcp.jitter)        \
    NUMBER("rtcp_rtts", U16, rtcp.rtts)            \
    NUMBER("rtcp_rtt", F32, rtcp.rtt)

#define FIGURE_TABLE(NUMBER)                                     \
    NUMBER("expected", U64, sequence.expected)                   \
    NUMBER("lost", U64, sequence.lost)                           \
    NUMBER("loss_bursts", U64, sequence.loss_bursts)             \
    NUMBER("loss_burst_max", U64, sequence.loss_burst_max)       \
    NUMBER("loss", F64, loss)                                    \
    NUMBER("jitter_mean", F64, jitter_mean)                      \
    NUMBER("jitter_max", F64, jitter_max)                        \
    NUMBER("late50", F64, late50)                                \
    NUMBER("late200", F64, late200)                              \
    NUMBER("drift", F64, drift)                                  \
    NUMBER("has_drift", BOOL, has_drift)                         \
    NUMBER("ptime", F64, ptime)                                  \
    NUMBER("r", F64, r)                                          \
    NUMBER("mos", F64, mos)                                      \
    NUMBER("mos_min", F64, mos_min)                              \
    NUMBER("mos50", F64, mos50)                                  \
    NUMBER("mos200", F64, mos200)                                \
    NUMBER("has_mos", BOOL, has_mos)                             \
    NUMBER("has_mos_min", BOOL, has_mos_min)                     \
    NUMBER("pdv50", F64, pdv50)                                  \
    NUMBER("pdv95", F64, pdv95)                                  \
    NUMBER("pdv99", F64, pdv99)                                  \
    NUMBER("has_pdv", BOOL, has_pdv)                             \
    NUMBER("burst_r", F64, sequence.playout.burst_r)             \
    NUMBER("bursts", U64, sequence.playout.bursts)               \
    NUMBER("burst_packets", U64, sequence.playout.burst_packets) \
    NUMBER("burst_density", F64, sequence.playout.burst_density) \
    NUMBER("gap_density", F64, sequence.playout.gap_density)     \
    NUMBER("remote_reports", U32, remote.reports)                \
    NUMBER("remote_has", U16, remote.has)                        \
    NUMBER("remote_by", U8, remote.by)                           \
    NUMBER("remote_loss", F32, remote.value[REMOTE_LOSS])        \
    NUMBER("remote_discard", F32, remote.value[REMOTE_DISCARD])  \
    NUMBER("remote_mos", F32, remote.value[REMOTE_MOS_LQ])

static const struct number {
    const char *name;
    uint16_t at;
    uint8_t width;
    bool figure;
} NUMBERS[] = {
#define NUMBER(name, width, place) \
    {name, offsetof(struct rtp_stream, place), width, false},
    STREAM_TABLE(NUMBER)
#undef NUMBER
#define NUMBER(name, width, place) \
    {name, offsetof(struct rtp_figures, place), width, true},
        FIGURE_TABLE(NUMBER)
#undef NUMBER
};

size_t stored_numbers(void)
{
    return sizeof NUMBERS / sizeof *NUMBERS;
}

const char *stored_number_name(size_t i)
{
    return NUMBERS[i].name;
}

bool stored_number_real(size_t i)
{
    return NUMBERS[i].width >= F32;
}

union stored_number stored_number_of(const struct streams *s,
                                     const struct rtp_stream *stream, size_t i)
{
    const struct number *n = &NUMBERS[i];
    const void *from = n->figure ? (const void *)streams_figures(s, stream) : stream;
    const char *p = (const char *)from + n->at;
    switch ((enum width)n->width) {
    case BOOL: return (union stored_number){.i = *(const bool *)p};
    case U8: return (union stored_number){.i = *(const uint8_t *)p};
    case U16: return (union stored_number){.i = *(const uint16_t *)p};
    case U32: return (union stored_number){.i = *(const uint32_t *)p};
    case U64: return (union stored_number){.i = (int64_t) * (const uint64_t *)p};
    case I64: return (union stored_number){.i = *(const int64_t *)p};
    case F32: return (union stored_number){.r = (double)*(const float *)p};
    case F64: return (union stored_number){.r = *(const double *)p};
    }
    return (union stored_number){0};
}

/* A file may hold anything: what is out of range becomes 0. */
static double real(double r)
{
    return fabs(r) < 1e15 ? r : 0;
}

static uint64_t whole(int64_t i, uint64_t max)
{
    return i < 0 || (uint64_t)i > max ? 0 : (uint64_t)i;
}

static void set_number(char *p, enum width width, union stored_number v)
{
    switch (width) {
    case BOOL: *(bool *)p = v.i != 0; break;
    case U8: *(uint8_t *)p = (uint8_t)whole(v.i, UINT8_MAX); break;
    case U16: *(uint16_t *)p = (uint16_t)whole(v.i, UINT16_MAX); break;
    case U32: *(uint32_t *)p = (uint32_t)whole(v.i, UINT32_MAX); break;
    case U64: *(uint64_t *)p = whole(v.i, INT64_MAX); break;
    case I64: *(int64_t *)p = (int64_t)whole(v.i, INT64_MAX / 2); break;
    case F32: *(float *)p = (float)real(v.r); break;
    case F64: *(double *)p = real(v.r); break;
    }
}

static void set_numbers(struct rtp_stream *n, const union stored_number *v)
{
    for (size_t i = 0; i < stored_numbers(); i++) {
        char *to = NUMBERS[i].figure ? (char *)n->stored : (char *)n;
        set_number(to + NUMBERS[i].at, (enum width)NUMBERS[i].width, v[i]);
    }
    if (n->to > CALL_CALLEE)
        n->to = CALL_NOBODY;
    if (n->end < n->start)
        n->end = n->start;
}

/* ---- rows ---- */

const struct rows *stored_rows(const struct streams *s, enum stored_rows what)
{
    return !s                       ? NULL
           : what == STORED_STREAMS ? &s->list
           : what == STORED_SLICES  ? &s->slices
                                    : &s->offers;
}

const struct rtp_stream *stored_next(const struct call *call,
                                     const struct rtp_stream *stream)
{
    return stream ? stream->call_next : call->streams;
}

uint32_t stored_id(const struct rtp_stream *stream)
{
    return stream->id;
}

const struct call *stored_call_of(const struct rtp_stream *stream)
{
    return stream->call;
}

const struct call *stored_row_call(enum stored_rows what, const void *row)
{
    const struct rtp_slice *slice = row;
    const struct offer_line *line = row;
    return what == STORED_STREAMS  ? ((const struct rtp_stream *)row)->call
           : what == STORED_SLICES ? slice->stream->call
                                   : line->offer->call;
}

uint64_t stored_mark(const struct rtp_stream *s)
{
    const struct pair *p = s->pair;
    uint64_t of[] = {s->packets,
                     s->rtcp.reports,
                     s->rtcp.rtts,
                     s->how,
                     s->call ? s->call->id : 0,
                     s->base.n,
                     p ? p->up_id : 0,
                     p ? p->settled : 0,
                     s->remote ? s->remote->reports : 0};
    return hash_bytes(of, sizeof of);
}

bool stored_flow(const struct event *e, char *src, char *dst, const char **transport)
{
    if (e->kind != EVENT_ICMP || !e->hop)
        return false;
    addr_format(&e->hop->src, src);
    addr_format(&e->hop->dst, dst);
    *transport = transport_name(e->hop->transport);
    return true;
}

/* ---- lines of descriptions ---- */

bool stored_sdp(struct slice text, struct strbuf *out)
{
    struct sip sip;
    (void)sip_parse(text, &sip);
    struct slice sdp = sdp_find(sip.header[SIP_H_CONTENT_TYPE], sip.body), line;
    out->n = 0;
    while (sdp.n) {
        line = slice_sub(sdp, 0, slice_find(sdp, '\n'));
        sdp = slice_skip(sdp, line.n + 1);
        const uint8_t *key = slice_istarts(line, SLICE("a=crypto:"))
                                 ? memmem(line.p, line.n, "inline:", 7)
                                 : NULL;
        strbuf_add(out, line.p, key ? (size_t)(key - line.p) + 7 : line.n);
        strbuf_char(out, '\n');
    }
    return out->n && !out->failed;
}

struct stored_line stored_line_of(const struct rtp_stream *s, bool receiver)
{
    const struct offer_media *m = receiver ? s->dst_media : s->src_media;
    const struct offer *o = m && s->call ? s->call->offers : NULL;
    for (; o; o = o->next)
        for (unsigned i = 0; i < o->text->lines; i++)
            if (&o->text->line[i] == m)
                return (struct stored_line){o->msg->id, (uint8_t)i};
    return (struct stored_line){0};
}

static const struct offer_media *find_line(const struct stored_stream *in,
                                           bool receiver)
{
    const struct stored_line *l = &in->line[receiver ? 0 : 1];
    const struct offer *o = l->message && in->call ? in->call->offers : NULL;
    for (; o; o = o->next)
        if (o->msg->text.offset == l->message && l->line < o->text->lines &&
            (uint16_t)(o->msg->file - in->file) < in->files)
            return &o->text->line[l->line];
    return NULL;
}

/* ---- streams ---- */

/* A name that lives as long as the streams. */
static const char *name_of(struct streams *s, struct slice name)
{
    for (size_t i = 0; i < s->names.n; i++)
        if (slice_eq(slice_str(s->names.at[i]), name))
            return s->names.at[i];
    char *copy =
        name.n && s->names.n < NAMES_MAX ? strndup((const char *)name.p, name.n) : NULL;
    if (!copy || vec_push(&s->names, copy))
        return copy;
    free(copy);
    return NULL;
}

static enum binding_how how_of(struct slice name, bool call)
{
    for (unsigned i = 0; call && i < BINDING_ORPHAN; i++)
        if (slice_eq(name, slice_str(binding_name(i))))
            return i;
    return call ? BINDING_SDP_DST : BINDING_ORPHAN;
}

static uint32_t ssrc_of(struct slice text)
{
    char digits[12] = "";
    if (text.n && text.n < sizeof digits)
        memcpy(digits, text.p, text.n);
    return (uint32_t)strtoul(digits, NULL, 16);
}

static void set_digits(struct streams *s, struct rtp_stream *n, struct slice digits)
{
    if (!digits.n || !(n->digits = calloc(1, STREAMS_DIGITS + 1)))
        return;
    s->digit_bytes += STREAMS_DIGITS + 1;
    n->digit_count = (uint8_t)(digits.n < STREAMS_DIGITS ? digits.n : STREAMS_DIGITS);
    memcpy(n->digits, digits.p, n->digit_count);
}

static void set_pair(struct streams *s, struct rtp_stream *n,
                     const struct stored_stream *in)
{
    struct pair *p = in->pair.id ? slab_take(&s->pairs->slab) : NULL;
    if (!p)
        return;
    *p = (struct pair){
        .down = n,
        .lost = in->pair.lost,
        .delays = in->pair.timed,
        .delay = real(in->pair.delay),
        .deviation = real(in->pair.jitter),
        .up_id = in->pair.id,
        .basis = pair_basis_of(in->pair.basis),
    };
    n->pair = p;
}

static void set_format(struct streams *s, struct rtp_stream *n,
                       const struct stored_stream *in)
{
    n->fax = slice_eq(in->codec, SLICE("t38")) && in->ssrc.n == 0;
    n->format.pt = in->pt < 128 ? in->pt : NO_TYPE;
    n->other.pt = NO_TYPE;
    n->format.rate = in->rate;
    n->format.ms = in->rate ? 1000.0 / in->rate : 0;
    n->format.name = n->fax ? NULL : name_of(s, in->codec);
    n->format.ulaw = slice_ieq(in->codec, SLICE("PCMU"));
    n->format.g711 = n->format.ulaw || slice_ieq(in->codec, SLICE("PCMA"));
}

static void set_figures(struct rtp_stream *n)
{
    struct rtp_figures *f = n->stored;
    f->codec = rtp_stream_emodel(n);
    f->has_mos &= f->codec != NULL;
    n->mos_min = f->has_mos_min ? (float)f->mos_min : 0;
    n->base.packets = n->packets; /* every slice is stored */
}

static bool room(struct streams *s, const struct call *call)
{
    bool is =
        call ? call->stream_count < STREAMS_OF_CALL : s->orphans < STREAMS_ORPHANS;
    if (!is)
        ledger_count(s->ledger, LEDGER_STREAMS_LIMIT, 0, 0, 0, 0);
    return is;
}

struct rtp_stream *restore_stream(struct streams *s, const struct stored_stream *in)
{
    struct rtp_stream *n = room(s, in->call) ? slab_take(&s->slab) : NULL;
    struct binding b = {.call = in->call,
                        .dst = find_line(in, true),
                        .src = find_line(in, false),
                        .how = how_of(in->binding, in->call)};
    if (!n)
        return NULL;
    bool known = addr_parse(in->src, &n->src) && addr_parse(in->dst, &n->dst);
    n->ssrc = ssrc_of(in->ssrc);
    n->stored = known ? slab_take(&s->figures_slab) : NULL;
    set_format(s, n, in);
    n->id = in->id ? in->id : s->list.last + 1;
    if (!n->stored || !rows_add_at(&s->list, n, n->id)) {
        slab_give(&s->figures_slab, n->stored);
        slab_give(&s->slab, n);
        return NULL;
    }
    (void)stream_index_add(&s->index, n);
    struct rtp_format format = n->format;
    n->format.pt = NO_TYPE; /* nothing is to be worked out of it */
    streams_attach(s, n, &b);
    n->format = format;
    set_numbers(n, in->number);
    n->format.ms = format.ms;
    set_figures(n);
    set_digits(s, n, in->digits);
    set_pair(s, n, in);
    if (n->end > s->calls->now)
        s->calls->now = n->end;
    return n;
}

void restore_slice(struct streams *s, struct rtp_stream *n,
                   const struct stored_slice *in)
{
    uint32_t last = n->last_slice ? n->last_slice->n : 0;
    struct rtp_slice *l =
        in->n > last && in->n <= SLICES_MAX ? slab_take(&s->slices_slab) : NULL;
    if (!l)
        return;
    *l = (struct rtp_slice){
        .stream = n,
        .n = in->n,
        .packets = in->packets,
        .lost = in->lost,
        .expected = in->expected,
        .jitter_mean = (float)real(in->jitter_mean),
        .jitter_max = (float)real(in->jitter_max),
        .late50 = (float)real(in->late50),
        .late200 = (float)real(in->late200),
        .r = (float)real(in->r),
        .mos = (float)real(in->mos),
    };
    if (!(l->id = rows_add(&s->slices, l))) {
        slab_give(&s->slices_slab, l);
        return;
    }
    *(n->last_slice ? &n->last_slice->next : &n->slices) = l;
    n->last_slice = l;
    n->base.n = in->n + 1;
    n->slice_end = rtp_slice_start(l) + RTP_SLICE;
    if (s->calls->kpi)
        attempt_slice(s->calls->kpi, l);
}

/* ---- events ---- */

static uint8_t kind_of(struct slice name)
{
    unsigned i = EVENT_ICMP;
    const char *known;
    while (strcmp(known = event_kind_name(i), "?") != 0)
        if (slice_eq(name, slice_str(known)))
            return (uint8_t)i;
        else
            i++;
    return EVENT_CODEC;
}

/* "type 3 code 3 from 192.0.2.1" */
static void read_icmp(struct event *e, struct slice value)
{
    static const char *const WORDS[] = {"type ", "code ", "from "};
    struct slice part[3] = {{0}};
    for (unsigned i = 0; i < 3; i++) {
        const uint8_t *p = value.n ? memmem(value.p, value.n, WORDS[i], 5) : NULL;
        if (p)
            part[i] = slice_skip(value, (size_t)(p - value.p) + 5);
    }
    uint64_t type = 0, code = 0;
    slice_u64(part[0], &type);
    slice_u64(part[1], &code);
    (void)addr_parse(part[2], &e->from);
    e->type = (uint8_t)type;
    e->code = (uint8_t)code;
    e->version = e->from.family;
}

static struct hop *hop_of(struct calls *c, const struct stored_event *in)
{
    struct addr src, dst;
    if (!addr_parse(in->src, &src) || !addr_parse(in->dst, &dst))
        return NULL;
    for (unsigned i = 0; i < TRANSPORT_COUNT; i++)
        if (slice_eq(in->transport, slice_str(transport_name(i))))
            return hop_find(&c->hops, &src, &dst, i);
    return NULL;
}

void restore_event(struct calls *c, const struct stored_event *in)
{
    struct event e = {
        .time = in->time,
        .stream = in->stream,
        .frame = in->frame,
        .file = in->file,
        .kind = kind_of(in->kind),
    };
    char *value = NULL;
    if (e.kind == EVENT_ICMP) {
        read_icmp(&e, in->value);
        e.hop = hop_of(c, in);
    } else if (in->value.n) {
        value = strndup((const char *)in->value.p, in->value.n);
    }
    event_add(c, in->call, &e, value);
    free(value);
}
