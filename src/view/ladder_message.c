#include "dissect/sip_value.h"
#include "model/offer.h"
#include "view/ladder_work.h"

#include <stdlib.h>

/* User-Agent or Server of the sender, from the first of its messages that has one. */
static void note_role(struct ladder_work *b, struct ladder_column *c,
                      const struct sip *sip)
{
    struct slice role = sip->header[SIP_H_USER_AGENT];
    if (!role.n)
        role = sip->header[SIP_H_SERVER];
    if (!c->role && role.n)
        c->role = ladder_work_copy(b, role.p, role.n);
}

/* The address of a URI in a header: "bob@example.com". */
static void add_address(struct strbuf *out, struct slice value)
{
    struct sip_name_addr na;
    struct sip_uri uri;
    if (!sip_name_addr(value, &na) || !sip_uri(na.uri, &uri))
        return;
    strbuf_char(out, ' ');
    strbuf_add(out, uri.user.p, uri.user.n);
    strbuf_str(out, uri.user.n ? "@" : "");
    strbuf_add(out, uri.host.p, uri.host.n);
}

/* Where a call is sent to, and how that went (RFC 3515, 3891, 3261 21.3); and that a
 * 200 answers the CANCEL, not the call. */
static void transfer_text(const struct msg *m, const struct sip *sip,
                          struct strbuf *line, struct ladder_row *row)
{
    struct slice body = sip->body;
    if (!m->status && m->method == SIP_REFER) {
        row->mark = "transfer";
        add_address(line, sip->header[SIP_H_REFER_TO]);
    } else if (!m->status && sip->header[SIP_H_REPLACES].n) {
        row->mark = row->mark ? "sdp replaces" : "replaces";
    } else if (m->status >= 300 && m->status < 400) {
        add_address(line, sip->header[SIP_H_CONTACT]);
    } else if (m->status && m->method == SIP_CANCEL && !row->mark) {
        row->mark = "cancel";
    } else if (!m->status && m->method == SIP_NOTIFY &&
               slice_istarts(body, SLICE("SIP/2.0 "))) {
        struct slice first = slice_trim(slice_sub(body, 8, slice_find(body, '\n') - 8));
        row->mark = "transfer";
        strbuf_char(line, ' ');
        strbuf_add(line, first.p, first.n < 40 ? first.n : 40);
    }
}

static void message_text(struct ladder_work *b, const struct msg *m,
                         struct ladder_row *row)
{
    struct sip sip = {0};
    struct strbuf line = {0};
    if (!view_text(b->view, m, &b->text))
        (void)sip_parse(slice_of(b->text.p, b->text.n), &sip);
    note_role(b, &b->ladder->column[row->from], &sip);
    if (m->malformed) {
        strbuf_printf(&line, "malformed: %s", reason_name(m->malformed));
    } else if (m->status) {
        struct slice phrase =
            sip.phrase.n ? sip.phrase : slice_str(sip_status_phrase(m->status));
        strbuf_u64(&line, m->status);
        strbuf_str(&line, phrase.n ? " " : "");
        strbuf_add(&line, phrase.p, phrase.n);
    } else {
        strbuf_str(&line, msg_method_name(m));
    }
    transfer_text(m, &sip, &line, row);
    b->failed |= line.failed;
    row->text = ladder_work_copy(b, line.p, line.n);
    strbuf_done(&line);
}

/* Which repetition of its message this is: one more than the row that repeated it last.
 */
static unsigned repetition(const struct ladder_work *b, const struct msg *m)
{
    for (size_t i = b->rows.n; i--;) {
        const struct msg *before = b->rows.at[i].msg;
        if (before && (before == msg_same(m) || msg_same(before) == msg_same(m)))
            return b->rows.at[i].repeats + 1;
    }
    return 1;
}

static enum tone message_tone(const struct msg *m)
{
    if (m->flags & (MSG_RETRANSMISSION | MSG_COPY))
        return TONE_DIM;
    if (m->malformed)
        return TONE_BAD;
    return m->status ? tone_of_status(m->status) : TONE_REQUEST;
}

/* An encoding name that is worth its room: no digits, no comfort noise. */
static bool is_sound(const struct str *name)
{
    return name && !slice_ieq(slice_of(name->p, name->n), SLICE("telephone-event")) &&
           !slice_ieq(slice_of(name->p, name->n), SLICE("CN"));
}

/* "(PCMA opus 192.0.2.1:4000 sendonly)": of each line of a description. */
static void sdp_text(struct ladder_work *b, const struct msg *m, struct ladder_row *row)
{
    char address[ADDR_TEXT];
    const struct offer *o = m->call ? m->call->offers : NULL;
    while (o && o->msg != m)
        o = o->next;
    for (unsigned i = 0; o && i < o->text->lines && !b->failed; i++) {
        const struct offer_media *line = &o->text->line[i];
        b->text.n = 0;
        strbuf_char(&b->text, '(');
        for (unsigned k = 0; k < line->codecs; k++)
            if (is_sound(line->codec[k].name)) {
                strbuf_add(&b->text, line->codec[k].name->p, line->codec[k].name->n);
                strbuf_char(&b->text, ' ');
            }
        addr_format(&line->addr, address);
        strbuf_str(&b->text, line->addr.port ? address : "refused");
        if (line->direction != SDP_SENDRECV)
            strbuf_printf(&b->text, " %s", sdp_direction_name(line->direction));
        strbuf_char(&b->text, ')');
        ladder_work_append(b, row, strbuf_cstr(&b->text));
    }
}

void ladder_work_message(struct ladder_work *b, const struct msg *m,
                         struct ladder_row *row)
{
    row->kind = LADDER_MESSAGE;
    row->msg = m;
    row->from = participants_column(&b->parties, &m->hop->src);
    row->to = participants_column(&b->parties, &m->hop->dst);
    row->mark = m->flags & MSG_SDP ? "sdp" : NULL;
    row->tone = message_tone(m);
    if (m->flags & MSG_RETRANSMISSION)
        row->repeats = repetition(b, m);
    message_text(b, m, row);
    if (b->options->sdp && !b->failed)
        sdp_text(b, m, row);
}
