#include "view/value.h"

enum { SUMMARY_MAX = 400 };

static const struct msg *msg_of(const struct row *row)
{
    return row->object;
}

/* The message's text, read and parsed once for all columns. Text that is gone is empty.
 */
static const struct sip *sip_of(struct row *row)
{
    const struct msg *m = msg_of(row);
    if (row->text_of == m)
        return &row->sip;
    row->text_of = m;
    memset(&row->sip, 0, sizeof row->sip);
    const struct view *v = row->view;
    row->text_kept = !view_text(v, m, row->text);
    if (!row->text_kept && (!v->facts || v->facts(v->ctx, m, row->text)))
        row->text->n = 0;
    else
        (void)sip_parse(slice_of(row->text->p, row->text->n), &row->sip);
    return &row->sip;
}

#define GET(field, set, ...)                                    \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        const struct msg *m = msg_of(row);                      \
        set(out, __VA_ARGS__);                                  \
    }

GET(id, value_set_int, m->id)
GET(frame, value_set_int, (int64_t)m->frame)
GET(time, value_set_time, m->time)
GET(time_ns, value_set_int, m->time)
GET(src, value_set_addr, row, m->hop ? &m->hop->src : NULL)
GET(dst, value_set_addr, row, m->hop ? &m->hop->dst : NULL)
GET(transport, value_set_str, m->hop ? transport_name(m->hop->transport) : NULL)
GET(size, value_set_int, m->text.length)
GET(sdp, value_set_bool, m->flags &MSG_SDP)
GET(retransmission, value_set_bool, m->flags &MSG_RETRANSMISSION)
GET(malformed, value_set_str, m->malformed ? reason_name(m->malformed) : NULL)
GET(from_tag, value_set_text, m->from_tag ? m->from_tag->p : NULL,
    m->from_tag ? m->from_tag->n : 0)
GET(to_tag, value_set_text, m->to_tag ? m->to_tag->p : NULL,
    m->to_tag ? m->to_tag->n : 0)
GET(call_id, value_set_text, m->call ? m->call->call_id->p : NULL,
    m->call ? m->call->call_id->n : 0)

static void get_call(struct row *row, struct value *out)
{
    if (msg_of(row)->call)
        value_set_int(out, msg_of(row)->call->id);
}

static void get_file(struct row *row, struct value *out)
{
    const struct view *v = row->view;
    if (v->file_name)
        value_set_str(out, v->file_name(v->ctx, msg_of(row)->file));
}

static void get_interface(struct row *row, struct value *out)
{
    const struct view *v = row->view;
    const struct msg *m = msg_of(row);
    const char *name =
        v->interface_name ? v->interface_name(v->ctx, m->file, m->interface) : NULL;
    if (name && *name)
        value_set_str(out, name);
}

/* Calls keep few messages (--max-messages at most), so the one before is looked for. */
static void get_delta(struct row *row, struct value *out)
{
    const struct msg *m = msg_of(row), *before = NULL;
    for (const struct msg *i = m->call ? m->call->first : NULL; i && i != m;
         i = i->next)
        before = i;
    if (before)
        value_set_duration(out, m->time - before->time);
}

static void get_method(struct row *row, struct value *out)
{
    const struct msg *m = msg_of(row);
    const struct sip *s = NULL;
    if (m->method || msg_extra(m))
        value_set_str(out, msg_method_name(m));
    else if ((s = sip_of(row))->method_name.n)
        value_set_slice(out, s->method_name);
}

static void get_status(struct row *row, struct value *out)
{
    if (!msg_is_request(msg_of(row)))
        value_set_int(out, msg_of(row)->status);
}

static void get_reason(struct row *row, struct value *out)
{
    if (!msg_is_request(msg_of(row)))
        value_set_slice(out, sip_of(row)->phrase);
}

static void get_cseq(struct row *row, struct value *out)
{
    const struct msg *m = msg_of(row);
    bool known =
        m->malformed != REASON_SIP_BAD_CSEQ && sip_of(row)->header[SIP_H_CSEQ].p;
    if (!m->malformed || m->cseq || known)
        value_set_int(out, m->cseq);
}

static void get_branch(struct row *row, struct value *out)
{
    struct slice branch = sip_of(row)->branch;
    if (branch.n)
        value_set_slice(out, branch);
}

static void get_content_type(struct row *row, struct value *out)
{
    value_set_slice(out, sip_of(row)->header[SIP_H_CONTENT_TYPE]);
}

static void get_copy_of(struct row *row, struct value *out)
{
    const struct msg *m = msg_of(row);
    if (m->flags & MSG_COPY && m->same)
        value_set_int(out, m->same->id);
}

/* First line of the text, for messages that could not be parsed. */
static struct slice first_line(struct slice text)
{
    text = slice_sub(slice_trim(text), 0, SUMMARY_MAX);
    return slice_trim(slice_sub(text, 0, slice_find(text, '\n')));
}

static void get_summary(struct row *row, struct value *out)
{
    const struct msg *m = msg_of(row);
    const struct sip *s = sip_of(row);
    struct strbuf *b = row->scratch;
    b->n = 0;
    if (m->malformed) {
        value_set_slice(out, first_line(slice_of(row->text->p, row->text->n)));
        return;
    }
    if (m->status) {
        strbuf_u64(b, m->status);
        struct slice phrase = slice_sub(s->phrase, 0, SUMMARY_MAX);
        if (!s->phrase.p)
            phrase = slice_str(sip_status_phrase(m->status));
        if (phrase.n)
            strbuf_char(b, ' ');
        strbuf_add(b, phrase.p, phrase.n);
    } else {
        strbuf_str(b, msg_method_name(m));
        if (s->uri.n)
            strbuf_char(b, ' ');
        strbuf_add(b, s->uri.p, s->uri.n < SUMMARY_MAX ? s->uri.n : SUMMARY_MAX);
    }
    value_set_scratch(out, row);
}

static void mark(struct row *row, struct strbuf *out)
{
    const struct msg *m = msg_of(row);
    if (m->flags & MSG_COPY)
        strbuf_str(out, "(copy) ");
    else if (m->flags & MSG_RETRANSMISSION)
        strbuf_str(out, "(again) ");
    if (m->malformed)
        strbuf_printf(out, "(%s) ", reason_name(m->malformed));
}

static enum tone tone_summary(struct row *row)
{
    const struct msg *m = msg_of(row);
    if (m->flags & (MSG_RETRANSMISSION | MSG_COPY))
        return TONE_DIM;
    if (m->malformed)
        return TONE_BAD;
    return m->status ? tone_of_status(m->status) : TONE_REQUEST;
}

static const struct field FIELDS[] = {
    {FIELD("id", "Id", "", INT, 6, 0, 1, "order of arrival, from 1"), get_id, NULL},
    {FIELD("call", "Call", "", INT, 5, 0, 2, "id of its call"), get_call, NULL},
    {FIELD("call_id", "Call-ID", "", TEXT, 32, 0, 0, "Call-ID header"), get_call_id,
     NULL},
    {FIELD("frame", "Frame", "", INT, 8, 0, 0,
           "number in its file, from 1; of a reassembled message the frame that "
           "completes it"),
     get_frame, NULL},
    {FIELD("file", "File", "", TEXT, 20, 0, 0, "file or interface that it came from"),
     get_file, NULL},
    {FIELD("interface", "Interface", "", TEXT, 9, 0, 0, "interface it was seen on"),
     get_interface, NULL},
    {FIELD("time", "Time", "", TIME, 12, 3, 3, "time of that frame"), get_time, NULL},
    {FIELD("time_ns", "Time", "ns", INT, 20, 0, 0,
           "time of that frame, nanoseconds since 1970"),
     get_time_ns, NULL},
    {FIELD("delta", "Delta", "s", DURATION, 9, 3, 7,
           "since the message before of the same call"),
     get_delta, NULL},
    {FIELD("src", "Source", "", TEXT, 21, 0, 4, "source"), get_src, NULL},
    {FIELD("dst", "Destination", "", TEXT, 21, 0, 5, "destination"), get_dst, NULL},
    {FIELD("transport", "Transp", "", TEXT, 6, 0, 0, "udp, tcp, tls, ws, wss or sctp"),
     get_transport, NULL},
    {FIELD("method", "Method", "", TEXT, 9, 0, 0,
           "method; of a response the one in its CSeq"),
     get_method, NULL},
    {FIELD("status", "Code", "", INT, 4, 0, 0, "status code of a response"), get_status,
     tone_summary},
    {FIELD("reason", "Reason", "", TEXT, 20, 0, 0, "phrase of a response"), get_reason,
     tone_summary},
    {FIELD("cseq", "CSeq", "", INT, 6, 0, 0, "number in CSeq"), get_cseq, NULL},
    {FIELD("from_tag", "From tag", "", TEXT, 16, 0, 0, "tag of From"), get_from_tag,
     NULL},
    {FIELD("to_tag", "To tag", "", TEXT, 16, 0, 0, "tag of To"), get_to_tag, NULL},
    {FIELD("branch", "Branch", "", TEXT, 24, 0, 0, "branch of the top Via"), get_branch,
     NULL},
    {FIELD("size", "Size", "bytes", INT, 10, 0, 0, "length of the message"), get_size,
     NULL},
    {FIELD("content_type", "Content-Type", "", TEXT, 20, 0, 0, "Content-Type header"),
     get_content_type, NULL},
    {FIELD("sdp", "SDP", "", BOOL, 3, 0, 0, "has an SDP body"), get_sdp, NULL},
    {FIELD("retransmission", "Retr", "", BOOL, 4, 0, 0,
           "repeats an earlier message on the same hop"),
     get_retransmission, NULL},
    {FIELD("copy_of", "Copy of", "", INT, 7, 0, 0,
           "id of the message of which this is a copy, seen on another interface, VLAN "
           "or tunnel"),
     get_copy_of, NULL},
    {FIELD("malformed", "Malformed", "", TEXT, 14, 0, 0,
           "why it could not be used; null: it could"),
     get_malformed, NULL},
    {FIELD("summary", "Message", "", TEXT, 0, 0, 6,
           "method and Request-URI, or status and phrase"),
     get_summary, tone_summary},
};

static size_t count(const struct view *v)
{
    return v->calls->msgs.n;
}

static const void *at(const struct view *v, size_t i)
{
    return i < v->calls->msgs.n ? v->calls->msgs.at[i] : NULL;
}

const struct table TABLE_MESSAGES = {TABLE_MARKED("messages", FIELDS, mark), count, at};
