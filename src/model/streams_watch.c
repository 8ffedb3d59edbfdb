/* What only many packets together show: payloads that come back from the other side or
 * go on in another call, and gaps that most streams have at the same time. */
#include "model/streams.h"

#include <stdlib.h>

static const int64_t TENTH = 100000000, SECOND = 1000000000; /* ns */

enum {
    ECHOES = 4096,
    LIVE = 1024, /* streams looked at */
    HOLED = 5,   /* streams at least, for a tenth of a second to be looked at */
};

/* ---- echoes, and media that a box rewrites ---- */

enum { TWINS = 3 }; /* payloads that prove a pair */

struct echo {
    uint64_t hash;
    int64_t time;
    uint64_t number; /* extended, in its stream */
    uint32_t stream; /* id; 0: none */
    bool again;      /* the stream had it twice: a tone says nothing of when */
};

static uint64_t word_of(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static uint64_t hash_payload(struct slice d)
{
    uint64_t h = d.n;
    for (size_t i = 0; i + 8 <= d.n; i += 8)
        h = mix(h, word_of(d.p + i));
    return mix(h, word_of(d.p + d.n - 8));
}

/* It leaves the host that the other stream goes to, or the session of its call is known
 * to go on there. */
static bool goes_through(const struct rtp_stream *up, const struct rtp_stream *down)
{
    return (up->dst.family == down->src.family &&
            !memcmp(up->dst.ip, down->src.ip, sizeof up->dst.ip)) ||
           (up->call->session && up->call->session == down->call->session);
}

/* The payload came in another call before: some of them, equally far from each other in
 * both streams, are the same media with other numbers. */
static void twin(struct streams *s, struct rtp_stream *up, struct rtp_stream *n,
                 const struct rtp_packet *p, const struct echo *e)
{
    struct rtp_notes *notes = rtp_stream_note(n);
    uint64_t number = sequence_extend(&n->sequence, p->seq), shift = e->number - number;
    if (!notes || notes->twin.hash == e->hash)
        return;
    bool goes_on = notes->twin.up == up->id && notes->twin.shift == shift;
    notes->twin.n = goes_on ? notes->twin.n + 1 : 1;
    notes->twin.up = up->id;
    notes->twin.shift = shift;
    notes->twin.hash = e->hash;
    if (notes->twin.n < TWINS)
        return;
    struct pair_proof proof = {e->number, number, e->time, p->time, true};
    streams_pair(s, up, n, &proof);
}

static void remember(struct streams *s, struct rtp_stream *n,
                     const struct rtp_packet *p)
{
    if (!s->echoes && !(s->echoes = calloc(ECHOES, sizeof *s->echoes)))
        return;
    uint64_t hash = hash_payload(p->payload);
    struct echo *e = &s->echoes[hash >> 32 & (ECHOES - 1)];
    bool known = e->hash == hash && p->time - e->time <= SECOND;
    struct rtp_stream *other =
        known && e->stream != n->id ? rows_find(&s->list, e->stream) : NULL;
    if (other && n->call && other->call == n->call && other->to != n->to) {
        struct rtp_notes *notes = rtp_stream_note(n);
        if (notes) {
            notes->echoes += notes->echoes < UINT16_MAX;
            notes->echo_of = e->stream;
        }
        return;
    }
    if (other && n->call && other->call && other->call != n->call && !n->pair &&
        !e->again && goes_through(other, n)) {
        twin(s, other, n, p, e);
        return;
    }
    *e = (struct echo){hash, p->time, sequence_extend(&n->sequence, p->seq), n->id,
                       known && e->stream == n->id};
}

void streams_echo(struct streams *s, struct rtp_stream *n, const struct rtp_packet *p)
{
    uint64_t word = word_of(p->payload.p);
    /* One byte over and over is silence, the same everywhere. */
    if (!n->srtp && word != (word << 8 | word >> 56))
        remember(s, n, p);
}

/* ---- gaps ---- */

/* How many of the newest streams are live, and came back from a gap in this tenth. */
static void count_live(const struct streams *s, uint32_t *live, uint32_t *holed)
{
    size_t n = s->list.list.n, from = n > LIVE ? n - LIVE : 0;
    *live = *holed = 0;
    for (size_t i = from; i < n; i++) {
        const struct rtp_stream *stream = s->list.list.at[i];
        if (!stream || stream->closed || stream->end < s->holes.since - SECOND)
            continue;
        ++*live;
        *holed += rtp_stream_notes(stream)->hole == s->holes.since;
    }
}

/* Four of five streams, and five at least, miss packets at once: not the network of
 * one of them. */
static void judge_tenth(struct streams *s, int64_t now)
{
    uint32_t live, holed;
    if (s->holes.streams < HOLED || now - s->holes.looked < SECOND)
        return;
    s->holes.looked = now;
    count_live(s, &live, &holed);
    if (holed < HOLED || holed * 5 < live * 4)
        return;
    if (!s->holes.n++) {
        s->holes.first = s->holes.since;
        s->holes.frame = s->holes.begun;
        s->holes.file = s->holes.begun_file;
        s->holes.missing = holed;
        s->holes.live = live;
    }
}

void streams_hole(struct streams *s, struct rtp_stream *n, const struct rtp_packet *p)
{
    struct rtp_notes *notes = rtp_stream_note(n);
    if (!notes || n->place != p->place || p->time < s->holes.since)
        return;
    if (p->time - s->holes.since > TENTH) {
        judge_tenth(s, p->time);
        s->holes.since = p->time;
        s->holes.streams = 0;
        s->holes.begun = p->frame->number;
        s->holes.begun_file = p->frame->file;
    }
    s->holes.streams += notes->hole != s->holes.since;
    notes->hole = s->holes.since;
}

void streams_holes_end(struct streams *s)
{
    judge_tenth(s, s->holes.since + SECOND);
}
