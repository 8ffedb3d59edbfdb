#include "view/ladder_event.h"
#include "model/streams.h"

static const char *icmp_text(const struct event *e)
{
    static const char *const V4[] = {"net unreachable", "host unreachable",
                                     "protocol unreachable", "port unreachable",
                                     "fragmentation needed"};
    static const char *const V6[] = {"no route", "prohibited", "beyond scope",
                                     "address unreachable", "port unreachable"};
    bool v6 = e->version == 6;
    if (e->type == (v6 ? 1 : 3))
        return e->code < 5                              ? (v6 ? V6 : V4)[e->code]
               : !v6 && (e->code == 9 || e->code == 10) ? "prohibited"
               : !v6 && e->code == 13                   ? "filtered"
                                                        : "unreachable";
    if (e->type == (v6 ? 3 : 11))
        return "time exceeded";
    return v6 && e->type == 2 ? "packet too big" : "error";
}

static void add_icmp(const struct event *e, struct strbuf *out)
{
    char from[ADDR_TEXT];
    strbuf_printf(out, "ICMP %s", icmp_text(e));
    if (e->hop && memcmp(e->from.ip, e->hop->dst.ip, sizeof e->from.ip) != 0) {
        addr_format_ip(&e->from, from);
        strbuf_printf(out, " from %s", from);
    }
}

void ladder_event_text(const struct view *v, const struct event *e, struct strbuf *out)
{
    const char *value = e->value ? e->value : "?";
    switch (e->kind) {
    case EVENT_ICMP: add_icmp(e, out); break;
    case EVENT_DTMF:
        strbuf_str(out, "DTMF ");
        strbuf_str(out, v->redact ? "*" : value);
        break;
    case EVENT_CODEC:
        strbuf_str(out, "codec is now ");
        strbuf_str(out, value);
        break;
    default: strbuf_str(out, value); break;
    }
}

bool ladder_event_of_message(const struct event *e)
{
    return e->kind == EVENT_HOLD || e->kind == EVENT_RESUME ||
           (e->kind == EVENT_DTMF && !e->stream);
}

const struct rtp_stream *ladder_event_stream(const struct event *e)
{
    const struct rtp_stream *s = e->stream ? e->call->streams : NULL;
    while (s && s->id != e->stream)
        s = s->call_next;
    return s;
}
