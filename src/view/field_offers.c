/* Columns of offers and answers, and of events. */
#include "model/event.h"
#include "model/streams.h"
#include "view/value.h"

static const struct offer_line *line_of(const struct row *row)
{
    return row->object;
}

#define GET(field, set, ...)                                    \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        const struct offer *o = line_of(row)->offer;            \
        const struct offer_media *m = line_of(row)->media;      \
        (void)o, (void)m;                                       \
        set(out, __VA_ARGS__);                                  \
    }

static void set_name(struct value *out, const struct str *s)
{
    value_set_text(out, s ? s->p : NULL, s ? s->n : 0);
}

GET(call, value_set_int, o->call->id)
GET(time, value_set_time, o->time)
GET(frame, value_set_int, (int64_t)o->frame)
GET(side, value_set_str, o->answer ? "answer" : "offer")
GET(media, set_name, m->type)
GET(addr, set_name, m->host)
GET(port, value_set_int, m->addr.port)
GET(direction, value_set_str, sdp_direction_name(m->direction))
GET(crypto, value_set_str,
    m->crypto == OFFER_SDES   ? "SDES"
    : m->crypto == OFFER_DTLS ? "DTLS"
                              : NULL)

static void get_ptime(struct row *row, struct value *out)
{
    if (line_of(row)->media->ptime)
        value_set_int(out, line_of(row)->media->ptime);
}

/* Names in order; a payload type that has none by its number. */
static void get_codecs(struct row *row, struct value *out)
{
    const struct offer_media *m = line_of(row)->media;
    struct strbuf *b = row->scratch;
    b->n = 0;
    for (unsigned i = 0; i < m->codecs; i++) {
        const struct str *name = m->codec[i].name;
        if (i)
            strbuf_char(b, ' ');
        if (name)
            strbuf_add(b, name->p, name->n);
        else
            strbuf_u64(b, m->codec[i].pt);
    }
    if (m->fax)
        strbuf_str(b, "t38");
    value_set_scratch(out, row);
}

static const struct field OFFERS[] = {
    {FIELD("call", "Call", "", INT, 5, 0, 1, "id of its call"), get_call, NULL},
    {FIELD("time", "Time", "", TIME, 12, 3, 2, "time of the message"), get_time, NULL},
    {FIELD("frame", "Frame", "", INT, 8, 0, 3, "its frame"), get_frame, NULL},
    {FIELD("side", "Side", "", TEXT, 6, 0, 4, "offer or answer"), get_side, NULL},
    {FIELD("media", "Media", "", TEXT, 8, 0, 5, "audio, video, image, ..."), get_media,
     NULL},
    {FIELD("addr", "Address", "", TEXT, 21, 0, 6, "where media is to be sent"),
     get_addr, NULL},
    {FIELD("port", "Port", "", INT, 5, 0, 7, "port of it; 0: refused"), get_port, NULL},
    {FIELD("codecs", "Codecs", "", TEXT, 0, 0, 8,
           "encoding names in order of preference"),
     get_codecs, NULL},
    {FIELD("direction", "Direction", "", TEXT, 9, 0, 9,
           "sendrecv, sendonly, recvonly or inactive"),
     get_direction, NULL},
    {FIELD("ptime", "Ptime", "ms", INT, 8, 0, 10, "packet time asked for"), get_ptime,
     NULL},
    {FIELD("crypto", "Crypto", "", TEXT, 12, 0, 11, "SDES or DTLS"), get_crypto, NULL},
};

#define GET_EVENT(field, set, ...)                                    \
    static void get_event_##field(struct row *row, struct value *out) \
    {                                                                 \
        const struct event *e = row->object;                          \
        set(out, __VA_ARGS__);                                        \
    }

GET_EVENT(call, value_set_int, e->call->id)
GET_EVENT(time, value_set_time, e->time)
GET_EVENT(frame, value_set_int, (int64_t)e->frame)
GET_EVENT(kind, value_set_str, event_kind_name(e->kind))

static void get_event_stream(struct row *row, struct value *out)
{
    const struct event *e = row->object;
    if (e->stream)
        value_set_int(out, e->stream);
}

static void get_event_value(struct row *row, struct value *out)
{
    const struct event *e = row->object;
    char from[ADDR_TEXT];
    if ((e->kind == EVENT_DTMF || e->kind == EVENT_LOG) && row->view->redact)
        return;
    if (e->kind != EVENT_ICMP) {
        value_set_str(out, e->value);
        return;
    }
    addr_format_ip(&e->from, from);
    row->scratch->n = 0;
    strbuf_printf(row->scratch, "type %u code %u from %s", e->type, e->code, from);
    value_set_scratch(out, row);
}

static const struct field EVENTS[] = {
    {FIELD("call", "Call", "", INT, 5, 0, 1, "id of its call"), get_event_call, NULL},
    {FIELD("stream", "Stream", "", INT, 6, 0, 2, "id of its stream; null: none"),
     get_event_stream, NULL},
    {FIELD("time", "Time", "", TIME, 12, 3, 3, "when"), get_event_time, NULL},
    {FIELD("frame", "Frame", "", INT, 8, 0, 4, "frame that shows it"), get_event_frame,
     NULL},
    {FIELD("kind", "Kind", "", TEXT, 8, 0, 5,
           "dtmf, icmp, hold, resume, ssrc, codec, log or report"),
     get_event_kind, NULL},
    {FIELD("value", "Value", "", TEXT, 0, 0, 6,
           "digit, ICMP type and sender, codec, ..."),
     get_event_value, NULL},
};

static size_t offers_count(const struct view *v)
{
    return v->streams ? v->streams->offers.list.n : 0;
}

static const void *offers_at(const struct view *v, size_t i)
{
    return i < offers_count(v) ? v->streams->offers.list.at[i] : NULL;
}

static size_t events_count(const struct view *v)
{
    return v->calls->events.list.n;
}

static const void *events_at(const struct view *v, size_t i)
{
    return i < events_count(v) ? v->calls->events.list.at[i] : NULL;
}

const struct table TABLE_OFFERS = {TABLE_OF("offers", OFFERS), offers_count, offers_at};
const struct table TABLE_EVENTS = {TABLE_OF("events", EVENTS), events_count, events_at};
