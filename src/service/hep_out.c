#include "service/hep_out.h"

#include "model/rtp_stream.h"
#include "model/streams.h"
#include "service/hep_report.h"
#include "service/hep_write.h"

#include <stdlib.h>
#include <string.h>

struct hep_out {
    const struct view *view;
    struct hep_out_options o;
    struct hep_sender *sender;
    char *key;
    uint32_t message; /* id of the newest that was sent */
    struct strbuf text, envelope;
};

static void hep_out_free(struct hep_out *h)
{
    strbuf_done(&h->text);
    strbuf_done(&h->envelope);
    free(h->key);
    free(h);
}

int hep_out_new(const struct view *v, const struct hep_out_options *options,
                struct hep_out **out, struct errmsg *why)
{
    struct hep_sender_options so = {0};
    struct hep_out *h = calloc(1, sizeof *h);
    int err = endpoint_parse(options->url, &so.to, why);
    if (!h)
        return -ERR_NOMEM;
    h->view = v;
    h->o = *options;
    h->key = strdup(options->key ? options->key : "");
    if (!err && !h->key)
        err = -ERR_NOMEM;
    if (!err)
        err = hep_sender_new(&so, &h->sender);
    if (err)
        hep_out_free(h);
    else
        *out = h;
    return err;
}

static void lost(struct hep_out *h, size_t n)
{
    ledger_count(h->o.ledger, LEDGER_HEP_UNSENT, 0, n, 0, 0);
}

static void send_item(struct hep_out *h, struct hep_item *item)
{
    item->agent = h->o.agent;
    item->key = slice_str(h->key);
    if (!hep_write(item, &h->envelope) ||
        !hep_sender_put(h->sender, slice_of(h->envelope.p, h->envelope.n), h->o.wait))
        lost(h, item->payload.n);
}

static struct slice call_id_of(const struct call *call)
{
    return call ? slice_of(call->call_id->p, call->call_id->n) : slice_of(NULL, 0);
}

static void send_message(struct hep_out *h, const struct msg *m)
{
    if (m->flags & MSG_COPY || !m->hop)
        return;
    if (view_text(h->view, m, &h->text)) {
        lost(h, m->text.length);
        return;
    }
    struct hep_item item = {.src = &m->hop->src,
                            .dst = &m->hop->dst,
                            .time = m->time,
                            .payload = slice_of(h->text.p, h->text.n),
                            .call_id = call_id_of(m->call),
                            .transport = m->hop->transport,
                            .payload_type = HEP_WRITE_SIP};
    send_item(h, &item);
}

void hep_out_update(struct hep_out *h)
{
    const struct calls *c = h->view->calls;
    size_t i = c->msgs.n;
    while (i && c->msg_ids.at[i - 1] > h->message)
        i--;
    for (; i < c->msgs.n; i++) {
        h->message = c->msg_ids.at[i];
        if (c->msgs.at[i])
            send_message(h, c->msgs.at[i]);
    }
}

void hep_out_rtcp(struct hep_out *h, const struct addr *src, const struct addr *dst,
                  int64_t time, struct slice datagram)
{
    const struct rtp_stream *s = NULL;
    uint32_t ssrc;
    if (!hep_report_rtcp(datagram, &h->text))
        return;
    if (h->view->streams && hep_report_about(datagram, &ssrc))
        s = stream_index_ssrc(&h->view->streams->index, ssrc);
    struct hep_item item = {.src = src,
                            .dst = dst,
                            .time = time,
                            .payload = slice_of(h->text.p, h->text.n),
                            .call_id = call_id_of(s ? s->call : NULL),
                            .transport = TRANSPORT_UDP,
                            .payload_type = HEP_WRITE_RTCP};
    send_item(h, &item);
}

void hep_out_ended(struct hep_out *h, const struct call *call)
{
    hep_out_update(h);
    for (const struct rtp_stream *s = call->streams; s; s = s->call_next) {
        if (!s->packets || s->fax)
            continue;
        hep_report_stream(s, &h->text);
        struct hep_item item = {.src = &s->src,
                                .dst = &s->dst,
                                .time = s->end,
                                .payload = slice_of(h->text.p, h->text.n),
                                .call_id = call_id_of(call),
                                .transport = TRANSPORT_UDP,
                                .payload_type = HEP_WRITE_REPORT};
        if (!h->text.failed)
            send_item(h, &item);
    }
}

void hep_out_state(const struct hep_out *h, struct hep_sender_state *out)
{
    hep_sender_state(h->sender, out);
}

void hep_out_end(struct hep_out *h)
{
    if (!h)
        return;
    hep_out_update(h);
    uint64_t left = hep_sender_end(h->sender);
    if (left)
        ledger_add(h->o.ledger, LEDGER_HEP_UNSENT, 0, left);
    hep_out_free(h);
}
