#include "diagnose/media.h"

const char *side_name(unsigned side)
{
    return side == CALL_CALLER ? "caller" : "called side";
}

static bool is_type(const struct offer_media *m, const char *type)
{
    return m->type && m->type->n == strlen(type) &&
           !memcmp(m->type->p, type, m->type->n);
}

const struct offer_media *media_audio(const struct offer *o)
{
    for (unsigned i = 0; o && i < o->text->lines; i++)
        if (is_type(&o->text->line[i], "audio") && o->text->line[i].addr.port)
            return &o->text->line[i];
    return NULL;
}

bool media_is_audio(const struct rtp_stream *s)
{
    const struct offer_media *m = s->dst_media ? s->dst_media : s->src_media;
    return !s->fax && (!m || is_type(m, "audio"));
}

void draft_stream(struct draft *d, const struct rtp_stream *s)
{
    if (!s || d->nevidence == EXAM_EVIDENCE)
        return;
    d->evidence[d->nevidence++] =
        (struct evidence){.frame = s->frame,
                          .file = s->call && s->call->first ? s->call->first->file : 0,
                          .stream = s->id,
                          .time = s->start};
}

void draft_offer(struct draft *d, const struct offer *o)
{
    if (o)
        draft_msg(d, o->msg);
}

static void take_streams(const struct exam *e, struct media *m)
{
    for (const struct rtp_stream *s = e->call->streams; s; s = s->call_next) {
        m->fax |= s->fax;
        if (!media_is_audio(s) || (s->to != CALL_CALLER && s->to != CALL_CALLEE))
            continue;
        struct flow *f = &m->flow[s->to];
        f->packets += s->packets;
        f->streams++;
        if (!f->first || s->start < f->first)
            f->first = s->start;
        if (s->end > f->last)
            f->last = s->end;
        if (!f->stream || s->packets > f->stream->packets)
            f->stream = s;
    }
}

/* What a side says of itself: may it send, will it receive? */
struct side {
    bool known, sends, receives;
};

static struct side read_side(const struct offer *o)
{
    const struct offer_media *m = media_audio(o);
    struct side s = {.known = true};
    if (!m)
        return s;
    s.sends = m->direction == SDP_SENDRECV || m->direction == SDP_SENDONLY;
    s.receives = m->direction == SDP_SENDRECV || m->direction == SDP_RECVONLY;
    return s;
}

static bool allowed(const struct side *sides, unsigned receiver)
{
    const struct side *r = &sides[receiver], *s = &sides[side_other(receiver)];
    return r->known && s->known && r->receives && s->sends;
}

static void pass_time(struct media *m, const struct side *sides, int64_t from,
                      int64_t until)
{
    from = from < m->from ? m->from : from;
    for (unsigned side = CALL_CALLER; side <= CALL_CALLEE; side++) {
        struct flow *f = &m->flow[side];
        if (!allowed(sides, side)) {
            if (until > from && sides[CALL_CALLER].known && sides[CALL_CALLEE].known)
                m->held = true;
            f->since = 0;
            continue;
        }
        if (until <= from)
            continue;
        f->allowed += until - from;
        f->since = f->since ? f->since : from;
    }
}

static void walk_offers(const struct exam *e, struct media *m)
{
    struct side sides[3] = {{.known = false}};
    int64_t at = m->from;
    for (const struct offer *o = e->call->offers; o; o = o->next) {
        if (o->side != CALL_CALLER && o->side != CALL_CALLEE)
            continue;
        for (unsigned i = 0; i < o->text->lines; i++)
            m->fax |= o->text->line[i].fax;
        pass_time(m, sides, at, o->time < m->until ? o->time : m->until);
        at = o->time > at ? o->time : at;
        sides[o->side] = read_side(o);
        m->flow[o->side].to = media_audio(o);
        m->flow[o->side].said = o;
        m->offers = true;
    }
    pass_time(m, sides, at, m->until);
}

bool media_of(const struct exam *e, struct media *out)
{
    const struct call *c = e->call;
    if (!c->answer || !e->streams || !c->offers)
        return false;
    *out = (struct media){.from = c->answer};
    out->until = c->end ? c->end : e->scope->last;
    for (unsigned side = CALL_CALLER; side <= CALL_CALLEE; side++) {
        out->flow[side].side = side;
        if (c->hop)
            out->flow[side].sender = side == CALL_CALLER ? c->hop->dst : c->hop->src;
    }
    take_streams(e, out);
    walk_offers(e, out);
    return true;
}
