#include "model/streams.h"
#include "diagnose/diagnose.h"
#include "view/value.h"

static const struct call *call_of(const struct row *row)
{
    return row->object;
}

/* The host without its port: "192.0.2.1:5060", "[2001:db8::1]:5060". */
static void set_host(struct value *out, const char *host)
{
    value_set_str(out, host);
    if (!host)
        return;
    const char *from = host[0] == '[' ? strchr(host, ']') : host;
    const char *colon = strchr(from ? from : host, ':');
    if (colon)
        out->n = (size_t)(colon - host);
}

/* Getters of what a call holds as it is. */
#define GET(field, set, ...)                                    \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        const struct call *c = call_of(row);                    \
        set(out, __VA_ARGS__);                                  \
    }

GET(id, value_set_int, c->id)
GET(call_id, value_set_text, c->call_id->p, c->call_id->n)
GET(session, value_set_int, c->session ? c->session->id : c->id)
GET(method, value_set_str, c->method_name)
GET(state, value_set_str, call_state_name(c->state))
GET(status, value_set_int, c->status)
GET(reason, value_set_str, c->reason)
GET(from_user, value_set_str, c->from.user)
GET(from_host, set_host, c->from.host)
GET(from_uri, value_set_str, c->from.uri)
GET(to_user, value_set_str, c->to.user)
GET(to_host, set_host, c->to.host)
GET(to_uri, value_set_str, c->to.uri)
GET(ruri, value_set_str, c->ruri)
GET(src, value_set_addr, row, c->hop ? &c->hop->src : NULL)
GET(dst, value_set_addr, row, c->hop ? &c->hop->dst : NULL)
GET(transport, value_set_str, c->hop ? transport_name(c->hop->transport) : NULL)
GET(user_agent, value_set_str, c->user_agent)
GET(start, value_set_time, c->start)
GET(ring, value_set_time, c->ring)
GET(answer, value_set_time, c->answer)
GET(end, value_set_time, c->end)
GET(messages, value_set_int, c->messages)
GET(retransmissions, value_set_int, c->retransmissions)
GET(legs, value_set_int, c->session ? c->session->legs : 1)
GET(link, value_set_str, c->link)
GET(start_ns, value_set_int, c->start)

#define GET_SPAN(field)                                         \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        int64_t ns;                                             \
        if (call_##field(call_of(row), &ns))                    \
            value_set_duration(out, ns);                        \
    }

GET_SPAN(pdd)
GET_SPAN(setup)
GET_SPAN(duration)

static void get_streams(struct row *row, struct value *out)
{
    if (row->view->streams)
        value_set_int(out, call_of(row)->stream_count);
}

static const struct rtp_stream *worst(const struct row *row)
{
    const struct streams *s = row->view->streams;
    return s ? streams_worst(s, call_of(row)) : NULL;
}

static void get_codec(struct row *row, struct value *out)
{
    const struct rtp_stream *s = worst(row);
    value_set_str(out, s ? rtp_stream_codec(s) : NULL);
}

/* A figure of the worst stream, where it has one. */
#define GET_WORST(field, has, figure)                           \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        const struct rtp_stream *s = worst(row);                \
        const struct rtp_figures *f =                           \
            s ? streams_figures(row->view->streams, s) : NULL;  \
        if (f && (has)) {                                       \
            out->type = VALUE_REAL;                             \
            out->r = figure;                                    \
        }                                                       \
    }

GET_WORST(loss, true, f->loss)
GET_WORST(jitter, !s->fax, f->jitter_mean)
GET_WORST(mos, f->has_mos, f->mos)

static enum tone tone_mos(struct row *row)
{
    struct value v = {VALUE_NULL, {0}};
    get_mos(row, &v);
    return v.type == VALUE_REAL ? tone_of_mos(v.r) : TONE_PLAIN;
}

static void get_ended_by(struct row *row, struct value *out)
{
    unsigned who = call_of(row)->ended_by;
    value_set_str(out, who == CALL_CALLER   ? "caller"
                       : who == CALL_CALLEE ? "callee"
                                            : NULL);
}

static void get_link_confidence(struct row *row, struct value *out)
{
    const struct call *c = call_of(row);
    if (c->link)
        value_set_int(out, c->link_confidence);
}

static void get_incomplete(struct row *row, struct value *out)
{
    unsigned bits = call_of(row)->incomplete;
    if (!bits)
        return;
    row->scratch->n = 0;
    for (unsigned i = 0; i < CALL_INCOMPLETE_BITS; i++) {
        if (!(bits >> i & 1))
            continue;
        if (row->scratch->n)
            strbuf_str(row->scratch, "; ");
        strbuf_str(row->scratch, call_incomplete_text(i));
    }
    value_set_scratch(out, row);
}

static void get_verdict(struct row *row, struct value *out)
{
    const struct diagnose *d = row->view->diagnosis;
    if (d)
        value_set_str(out, verdict_name(diagnose_verdict(d, call_of(row)->id)));
}

static void get_headline(struct row *row, struct value *out)
{
    const struct diagnose *d = row->view->diagnosis;
    const struct finding *f = d ? diagnose_headline(d, call_of(row)->id) : NULL;
    value_set_str(out, f ? f->headline : NULL);
}

static void get_findings(struct row *row, struct value *out)
{
    const struct diagnose *d = row->view->diagnosis;
    int64_t n = 0;
    if (!d)
        return;
    for (const struct finding *f = diagnose_of(d, call_of(row)->id); f; f = f->next)
        n++;
    value_set_int(out, n);
}

static enum tone tone_verdict(struct row *row)
{
    static const enum tone TONES[] = {TONE_DIM, TONE_GOOD, TONE_PLAIN, TONE_WARN,
                                      TONE_BAD};
    const struct diagnose *d = row->view->diagnosis;
    return d ? TONES[diagnose_verdict(d, call_of(row)->id)] : TONE_PLAIN;
}

static enum tone tone_state(struct row *row)
{
    switch (call_of(row)->state) {
    case CALL_REJECTED:
    case CALL_FAILED:
    case CALL_TIMEOUT: return TONE_BAD;
    case CALL_TRYING:
    case CALL_RINGING:
    case CALL_CHALLENGED:
    case CALL_BUSY: return TONE_WARN;
    case CALL_ANSWERED:
    case CALL_COMPLETED:
    case CALL_ACTIVE:
    case CALL_DONE: return TONE_GOOD;
    default: return TONE_PLAIN;
    }
}

static enum tone tone_status(struct row *row)
{
    return tone_of_status(call_of(row)->status);
}

static const struct field FIELDS[] = {
    {FIELD("id", "Id", "", INT, 5, 0, 1, "order of the first message, from 1"), get_id,
     NULL},
    {FIELD("call_id", "Call-ID", "", TEXT, 32, 0, 0, "Call-ID header"), get_call_id,
     NULL},
    {FIELD("session", "Session", "", INT, 7, 0, 0,
           "id of the session's first call: the calls joined across a B2BUA"),
     get_session, NULL},
    {FIELD("method", "Method", "", TEXT, 8, 0, 3, "method of the first request"),
     get_method, NULL},
    {FIELD("state", "State", "", TEXT, 10, 0, 6,
           "trying, ringing, answered, completed, cancelled, busy, redirected, "
           "challenged, timeout, rejected, failed; active, done, terminated"),
     get_state, tone_state},
    {FIELD("status", "Code", "", INT, 4, 1, 7,
           "last final response to the initial request; 0: none"),
     get_status, tone_status},
    {FIELD("reason", "Reason", "", TEXT, 20, 0, 0, "phrase of that response"),
     get_reason, tone_status},
    {FIELD("from_user", "From", "", TEXT, 13, 0, 4, "user part of the From URI"),
     get_from_user, NULL},
    {FIELD("from_host", "From host", "", TEXT, 20, 0, 0, "host of the From URI"),
     get_from_host, NULL},
    {FIELD("from_uri", "From URI", "", TEXT, 28, 0, 0, "URI of From"), get_from_uri,
     NULL},
    {FIELD("to_user", "To", "", TEXT, 13, 0, 5, "user part of the To URI"), get_to_user,
     NULL},
    {FIELD("to_host", "To host", "", TEXT, 20, 0, 0, "host of the To URI"), get_to_host,
     NULL},
    {FIELD("to_uri", "To URI", "", TEXT, 28, 0, 0, "URI of To"), get_to_uri, NULL},
    {FIELD("ruri", "Request-URI", "", TEXT, 28, 0, 0,
           "Request-URI of the first request"),
     get_ruri, NULL},
    {FIELD("src", "Source", "", TEXT, 21, 0, 12, "source of the first message"),
     get_src, NULL},
    {FIELD("dst", "Destination", "", TEXT, 21, 0, 13,
           "destination of the first message"),
     get_dst, NULL},
    {FIELD("transport", "Transp", "", TEXT, 6, 0, 0,
           "transport of the first message: udp, tcp, tls, ws, wss, sctp"),
     get_transport, NULL},
    {FIELD("user_agent", "User-Agent", "", TEXT, 24, 0, 0, "User-Agent of the caller"),
     get_user_agent, NULL},
    {FIELD("start", "Start", "", TIME, 12, 3, 2, "time of the first message"),
     get_start, NULL},
    {FIELD("ring", "Ring", "", TIME, 12, 3, 0, "first 18x"), get_ring, NULL},
    {FIELD("answer", "Answer", "", TIME, 12, 3, 0, "first 2xx of the initial INVITE"),
     get_answer, NULL},
    {FIELD("end", "End", "", TIME, 12, 3, 0,
           "first BYE of an answered call, else the last final response; null while a "
           "later attempt is pending"),
     get_end, NULL},
    {FIELD("pdd", "PDD", "s", DURATION, 5, 2, 9,
           "post-dial delay: ring (or answer) minus start"),
     get_pdd, NULL},
    {FIELD("setup", "Setup", "s", DURATION, 7, 2, 0, "answer minus start"), get_setup,
     NULL},
    {FIELD("duration", "Talk", "", DURATION, 6, 0, 10, "end minus answer"),
     get_duration, NULL},
    {FIELD("ended_by", "Ended by", "", TEXT, 8, 0, 0,
           "caller or callee: sender of the BYE, CANCEL or final response; null for a "
           "timeout"),
     get_ended_by, NULL},
    {FIELD("messages", "Msgs", "", INT, 5, 0, 14,
           "messages, retransmissions in, copies out"),
     get_messages, NULL},
    {FIELD("retransmissions", "Retr", "", INT, 5, 0, 0, "messages that repeat another"),
     get_retransmissions, NULL},
    {FIELD("legs", "Legs", "", INT, 4, 0, 0, "calls in its session"), get_legs, NULL},
    {FIELD("link", "Link", "", TEXT, 16, 0, 0, "why it was joined to its session"),
     get_link, NULL},
    {FIELD("link_confidence", "Conf", "", INT, 4, 0, 0, "confidence of that, 0 to 100"),
     get_link_confidence, NULL},
    {FIELD("streams", "Strms", "", INT, 5, 0, 0, "RTP streams"), get_streams, NULL},
    {FIELD("codec", "Codec", "", TEXT, 8, 0, 0,
           "RTP encoding name, without telephone-event"),
     get_codec, NULL},
    {FIELD("loss", "Loss", "%", REAL, 6, 1, 0,
           "packets lost, of the stream with the lowest MOS"),
     get_loss, NULL},
    {FIELD("jitter", "Jitter", "ms", REAL, 9, 1, 0,
           "mean jitter, of the stream with the lowest MOS"),
     get_jitter, NULL},
    {FIELD("mos", "MOS", "", REAL, 4, 1, 0, "lowest MOS of its streams"), get_mos,
     tone_mos},
    {FIELD("verdict", "Verdict", "", TEXT, 7, 0, 8, "ok, info, warn, crit or unknown"),
     get_verdict, tone_verdict},
    {FIELD("headline", "Headline", "", TEXT, 0, 24, 11,
           "headline of the first finding"),
     get_headline, tone_verdict},
    {FIELD("findings", "Finds", "", INT, 5, 0, 0, "number of findings"), get_findings,
     NULL},
    {FIELD("incomplete", "Incomplete", "", TEXT, 24, 0, 0,
           "why the capture does not show all of it"),
     get_incomplete, NULL},
    {FIELD("start_ns", "Start", "ns", INT, 20, 0, 0,
           "time of the first message, nanoseconds since 1970"),
     get_start_ns, NULL},
};

static size_t count(const struct view *v)
{
    return v->calls->list.n;
}

static const void *at(const struct view *v, size_t i)
{
    return i < v->calls->list.n ? v->calls->list.at[i] : NULL;
}

const struct table TABLE_CALLS = {TABLE_OF("calls", FIELDS), count, at};
