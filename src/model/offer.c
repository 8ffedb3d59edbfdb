#include "model/offer.h"

#include "base/hash.h"

unsigned offer_side(const struct call *call, const struct msg *m)
{
    bool callers = call->caller_tag ? m->from_tag == call->caller_tag
                                    : !call->hop || call->hop == m->hop;
    return callers == msg_is_request(m) ? CALL_CALLER : CALL_CALLEE;
}

const struct offer_codec *offer_codec_of(const struct offer_media *m, uint8_t pt)
{
    for (unsigned i = 0; i < m->codecs; i++)
        if (m->codec[i].pt == pt)
            return &m->codec[i];
    return NULL;
}

const struct offer *offer_newest(const struct call *call, unsigned side,
                                 const struct str *tag)
{
    const struct offer *found = NULL;
    for (const struct offer *o = call->offers; o; o = o->next)
        if (o->side == side && !o->refused && (!tag || o->tag == tag))
            found = o;
    return found;
}

/* ---- reading ---- */

static void read_codecs(struct call *call, const struct sdp_media *in,
                        struct offer_media *out)
{
    struct sdp_codec list[OFFER_CODECS];
    size_t n = sdp_codecs(in, list, OFFER_CODECS);
    struct offer_codec *codec = n ? arena_alloc(&call->arena, n * sizeof *codec) : NULL;
    if (!codec)
        return;
    for (size_t i = 0; i < n; i++)
        codec[i] = (struct offer_codec){
            .name = call_tag(call, list[i].name, true),
            .fmtp = call_tag(call, list[i].fmtp, true),
            .rate = list[i].rate,
            .pt = list[i].pt,
            .channels = list[i].channels,
        };
    out->codec = codec;
    out->codecs = (uint8_t)n;
}

static struct slice word(struct slice *rest)
{
    *rest = slice_trim(*rest);
    struct slice w = slice_sub(*rest, 0, slice_find(*rest, ' '));
    *rest = slice_skip(*rest, w.n);
    return w;
}

/* a=candidate:1 1 UDP 2130706431 192.0.2.1 49170 typ host (RFC 8839 5.1) */
static bool read_candidate(struct slice value, struct addr *out)
{
    uint64_t component = 0, port = 0;
    word(&value);
    slice_u64(word(&value), &component);
    struct slice transport = word(&value);
    word(&value);
    struct slice ip = word(&value);
    slice_u64(word(&value), &port);
    if (component != 1 || !slice_ieq(transport, SLICE("udp")) || !port ||
        port > UINT16_MAX || !addr_parse(ip, out))
        return false;
    out->port = (uint16_t)port;
    return true;
}

static void read_candidates(struct call *call, const struct sdp_media *in,
                            struct offer_media *out)
{
    struct slice lines = in->lines, value;
    struct addr list[OFFER_EXTRA];
    uint8_t n = 0;
    while (n < OFFER_EXTRA && sdp_attribute_next(&lines, SLICE("candidate"), &value))
        n += read_candidate(value, &list[n]);
    struct addr *kept = n ? arena_alloc(&call->arena, n * sizeof *kept) : NULL;
    if (!kept)
        return;
    memcpy(kept, list, n * sizeof *kept);
    out->candidate = kept;
    out->candidates = n;
}

static void read_ssrcs(struct call *call, const struct sdp_media *in,
                       struct offer_media *out)
{
    struct slice lines = in->lines, value;
    uint32_t list[OFFER_EXTRA];
    uint8_t n = 0;
    while (n < OFFER_EXTRA && sdp_attribute_next(&lines, SLICE("ssrc"), &value)) {
        uint64_t ssrc = UINT64_MAX;
        slice_u64(value, &ssrc);
        if (ssrc <= UINT32_MAX && (!n || list[n - 1] != ssrc))
            list[n++] = (uint32_t)ssrc;
    }
    uint32_t *kept = n ? arena_alloc(&call->arena, n * sizeof *kept) : NULL;
    if (!kept)
        return;
    memcpy(kept, list, n * sizeof *kept);
    out->ssrc = kept;
    out->ssrcs = n;
}

static bool has_attribute(struct slice lines, struct slice name)
{
    struct sdp_line line;
    while (sdp_line_next(&lines, &line))
        if (line.type == 'a' && slice_istarts(line.value, name) &&
            (line.value.n == name.n || line.value.p[name.n] == ':'))
            return true;
    return false;
}

/* RFC 2543 puts a call on hold with the address 0.0.0.0; nothing else changes. */
static bool is_nowhere(const struct addr *a)
{
    static const uint8_t ZERO[16];
    return a->family && !memcmp(a->ip, ZERO, sizeof ZERO);
}

static uint8_t held(uint8_t direction)
{
    return direction == SDP_SENDRECV || direction == SDP_SENDONLY ? SDP_SENDONLY
                                                                  : SDP_INACTIVE;
}

static uint8_t crypto_of(const struct sdp *sdp, const struct sdp_media *in)
{
    if (in->crypto.p)
        return OFFER_SDES;
    return has_attribute(in->lines, SLICE("fingerprint")) ||
                   has_attribute(sdp->session, SLICE("fingerprint"))
               ? OFFER_DTLS
               : OFFER_CLEAR;
}

static bool names_srtp(struct slice proto)
{
    for (; proto.n >= 4; proto = slice_skip(proto, 1))
        if (slice_istarts(proto, SLICE("SAVP")))
            return true;
    return false;
}

/* Of the line, else of the session (RFC 8839 5.4). */
static const struct str *ufrag_of(struct call *call, const struct sdp *sdp,
                                  const struct sdp_media *in)
{
    struct slice lines = in->lines, session = sdp->session, value;
    if (sdp_attribute_next(&lines, SLICE("ice-ufrag"), &value) ||
        sdp_attribute_next(&session, SLICE("ice-ufrag"), &value))
        return call_tag(call, value, true);
    return NULL;
}

static void read_media(struct call *call, const struct sdp *sdp,
                       const struct sdp_media *in, struct offer_media *out)
{
    *out = (struct offer_media){
        .type = call_tag(call, in->type, true),
        .host = call_tag(call, in->address, true),
        .ufrag = ufrag_of(call, sdp, in),
        .ptime = (uint16_t)in->ptime,
        .direction = (uint8_t)in->direction,
        .crypto = crypto_of(sdp, in),
        .rtcp_mux = has_attribute(in->lines, SLICE("rtcp-mux")),
        .bundled = has_attribute(sdp->session, SLICE("group")) &&
                   has_attribute(in->lines, SLICE("mid")),
        .fax = slice_ieq(in->proto, SLICE("udptl")),
        .secure = names_srtp(in->proto),
    };
    addr_parse(in->address, &out->addr);
    out->addr.port = in->port;
    if (is_nowhere(&out->addr))
        out->direction = held(out->direction);
    out->rtcp = out->addr;
    out->rtcp.port = in->rtcp_port   ? in->rtcp_port
                     : out->rtcp_mux ? in->port
                                     : (uint16_t)(in->port + 1);
    if (!out->fax)
        read_codecs(call, in, out);
    read_candidates(call, in, out);
    read_ssrcs(call, in, out);
}

static unsigned count_lines(const struct sdp *sdp)
{
    struct slice rest = sdp->media;
    struct sdp_media m;
    unsigned n = 0;
    while (n <= OFFER_MEDIA && sdp_media_next(sdp, &rest, &m))
        n++;
    return n;
}

static struct offer_text *read_text(struct call *call, struct slice text,
                                    uint64_t digest)
{
    struct sdp sdp;
    struct sdp_media in;
    if (!sdp_parse(text, &sdp))
        return NULL;
    unsigned found = count_lines(&sdp), n = found > OFFER_MEDIA ? OFFER_MEDIA : found;
    struct offer_text *t = arena_zalloc(&call->arena, sizeof *t + n * sizeof *t->line);
    if (!t)
        return NULL;
    t->digest = digest;
    t->cut = found > n;
    struct slice rest = sdp.media;
    bool open = false;
    while (t->lines < n && sdp_media_next(&sdp, &rest, &in)) {
        struct offer_media *m = &t->line[t->lines++];
        read_media(call, &sdp, &in, m);
        open |= m->addr.port &&
                (m->direction == SDP_SENDRECV || m->direction == SDP_RECVONLY);
    }
    t->held = n && !open;
    return t;
}

/* The description, which the call may have already. */
static const struct offer_text *text_of(struct call *call, struct slice text)
{
    uint64_t digest = hash_bytes(text.p, text.n);
    for (const struct offer *o = call->offers; o; o = o->next)
        if (o->text->digest == digest)
            return o->text;
    return read_text(call, text, digest);
}

/* ---- the timeline ---- */

static bool carried_sdp(const struct msg *m)
{
    return m && m->flags & MSG_SDP;
}

/* RFC 6337 section 2: which of the two a description in this message is. */
static bool is_answer(const struct call *call, const struct msg *m, unsigned side)
{
    if (!msg_is_request(m))
        return !m->txn || !m->txn->request || carried_sdp(m->txn->request);
    if (m->method == SIP_ACK)
        return true;
    if (m->method != SIP_PRACK)
        return false;
    const struct offer *last = NULL;
    for (const struct offer *o = call->offers; o; o = o->next)
        last = o;
    return last && !last->answer && last->side != side;
}

/* A proxy's copy of a message says nothing new. */
static bool is_known(const struct call *call, const struct msg *m,
                     const struct offer_text *text, const struct str *tag)
{
    for (const struct offer *o = call->offers; o; o = o->next)
        if (o->text == text && o->tag == tag && o->msg->cseq == m->cseq &&
            o->msg->method == m->method && o->msg->status == m->status)
            return true;
    return false;
}

static struct offer **end_of(struct call *call)
{
    struct offer **p = &call->offers;
    unsigned n = 0;
    for (; *p && n < OFFER_MAX; p = &(*p)->next)
        n++;
    return n < OFFER_MAX ? p : NULL;
}

struct offer *offer_feed(struct call *call, const struct msg *m, struct slice sdp)
{
    struct offer **end = end_of(call);
    const struct offer_text *text = end ? text_of(call, sdp) : NULL;
    unsigned side = offer_side(call, m);
    const struct str *tag = msg_is_request(m) ? m->from_tag : m->to_tag;
    if (!text || is_known(call, m, text, tag))
        return NULL;
    struct offer *o =
        arena_alloc(&call->arena, sizeof *o + text->lines * sizeof *o->line);
    if (!o)
        return NULL;
    const struct offer *before = offer_newest(call, side, tag);
    *o = (struct offer){
        .call = call,
        .msg = m,
        .text = text,
        .tag = tag,
        .time = m->time,
        .frame = m->frame,
        .side = (uint8_t)side,
        .answer = is_answer(call, m, side),
        .early = m->flags & MSG_EARLY && !m->rseq,
        .again = before && before->text == text,
    };
    for (unsigned i = 0; i < text->lines; i++)
        o->line[i] = (struct offer_line){o, &text->line[i], 0};
    return *end = o;
}

struct offer *offer_refuse(struct call *call, const struct msg *response)
{
    unsigned side =
        offer_side(call, response) == CALL_CALLER ? CALL_CALLEE : CALL_CALLER;
    const struct offer *before = NULL;
    for (struct offer *o = call->offers; o; o = o->next) {
        if (o->side != side || o->refused)
            continue;
        if (before && before->tag == o->tag && msg_is_request(o->msg) &&
            o->msg->cseq == response->cseq && o->msg->method == response->method) {
            o->refused = true;
            return o;
        }
        before = o;
    }
    return NULL;
}
