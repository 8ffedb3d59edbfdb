#include "diagnose/peer.h"
#include "diagnose/say.h"
#include "dissect/sdp.h"

enum { CODECS = 32, LOOK_BACK = 200 };

static bool left_out(struct slice name)
{
    return slice_ieq(name, SLICE("telephone-event")) || slice_ieq(name, SLICE("CN"));
}

static void add_codecs(const struct sdp_media *m, struct strbuf *out)
{
    struct sdp_codec codec[CODECS];
    size_t n = sdp_codecs(m, codec, CODECS);
    for (size_t i = 0; i < n; i++) {
        if (left_out(codec[i].name))
            continue;
        if (out->n)
            strbuf_str(out, ", ");
        if (codec[i].name.n)
            say(out, "%S", &codec[i].name);
        else
            say(out, "PT %u", (unsigned)codec[i].pt);
    }
}

static void note_media(struct sdp_kind *kind, const struct sdp_media *m)
{
    kind->any = true;
    kind->secure |= slice_has(m->proto, "SAVP");
    if (!slice_ieq(m->type, SLICE("audio")) || kind->audio)
        return;
    kind->audio = true;
    if (host_addr(m->address, &kind->at)) {
        kind->at.port = m->port;
        kind->private_ip = addr_private(&kind->at);
    }
}

struct sdp_kind peer_codecs(struct exam *e, const struct msg *m, struct strbuf *out)
{
    struct sdp_kind kind = {0};
    const struct sip *sip = exam_sip(e, m);
    struct sdp sdp;
    struct sdp_media media;
    if (!sip || !sdp_parse(sdp_find(sip->header[SIP_H_CONTENT_TYPE], sip->body), &sdp))
        return kind;
    struct slice rest = sdp.media;
    while (sdp_media_next(&sdp, &rest, &media)) {
        note_media(&kind, &media);
        if (out)
            add_codecs(&media, out);
    }
    return kind;
}

/* Position of the call examined in the list; the calls before it lie below. */
static size_t position(const struct exam *e)
{
    size_t low = 0, high = e->calls->list.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (e->calls->list_ids.at[middle] < e->call->id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct call *peer_good_call(const struct exam *e)
{
    size_t i = position(e);
    for (unsigned looks = LOOK_BACK; i && looks; looks--) {
        const struct call *c = e->calls->list.at[--i];
        if (c && c->invite && c->answer && c->hop &&
            addr_eq(&c->hop->dst, &e->call->hop->dst))
            return c;
    }
    return NULL;
}

bool peer_accepts(struct exam *e, const struct addr *peer, struct strbuf *out)
{
    size_t i = position(e);
    for (unsigned looks = LOOK_BACK; i && looks; looks--) {
        const struct call *c = e->calls->list.at[--i];
        if (!c || !c->invite || !c->answer || !c->hop ||
            !addr_same_ip(&c->hop->dst, peer))
            continue;
        for (const struct txn *t = c->txns; t; t = t->next)
            if (t->initial && t->final && t->method == SIP_INVITE &&
                t->final->status / 100 == 2 && t->final->flags & MSG_SDP) {
                peer_codecs(e, t->final, out);
                return out->n > 0;
            }
    }
    return false;
}
