#include "model/streams.h"

#include "dissect/udptl.h"
#include "model/attempt.h"
#include "model/event.h"
#include "model/related.h"

#include <stdio.h>
#include <stdlib.h>

enum { YOUNG = 100, NOTE_EVERY = 32, PAIR_CONFIDENCE = 96 };

/* SPEC: 1 KB a stream. A multiple of 64, so that each begins with a line of the cache.
 */
enum { STREAM_ROOM = 1024 };
_Static_assert(sizeof(struct rtp_stream) <= STREAM_ROOM, "a stream is too large");

/* ---- new and free ---- */

static void start(struct streams *s)
{
    bindings_init(&s->bindings);
    stream_index_init(&s->index);
    slab_init(&s->slab, STREAM_ROOM);
    slab_init(&s->slices_slab, sizeof(struct rtp_slice));
    slab_init(&s->early_slab, sizeof(struct rtp_early));
    slab_init(&s->figures_slab, sizeof(struct rtp_figures));
    slab_init(&s->remotes, sizeof(struct remote));
    slab_init(&s->pdvs, sizeof(struct pdv));
}

static void stop(struct streams *s)
{
    for (size_t i = 0; i < s->list.list.n; i++) {
        struct rtp_stream *stream = s->list.list.at[i];
        if (stream) {
            free(stream->digits);
            free(stream->notes);
        }
    }
    bindings_done(&s->bindings);
    slab_done(&s->slab);
    slab_done(&s->slices_slab);
    slab_done(&s->early_slab);
    slab_done(&s->figures_slab);
    for (size_t i = 0; i < s->names.n; i++)
        free(s->names.at[i]);
    vec_done(&s->names);
    slab_done(&s->remotes);
    slab_done(&s->pdvs);
    stream_index_done(&s->index);
    hash_done(&s->weak);
    rows_done(&s->list);
    rows_done(&s->slices);
    rows_done(&s->offers);
    trials_done(&s->trials);
    free(s->echoes);
    s->echoes = NULL;
    memset(&s->holes, 0, sizeof s->holes);
    memset(s->cnames, 0, sizeof s->cnames);
    s->orphan_oldest = s->orphan_newest = NULL;
    s->orphans = s->digit_bytes = 0;
}

void streams_free(struct streams *s)
{
    if (!s)
        return;
    stop(s);
    if (s->calls->streams == s)
        s->calls->streams = NULL;
    pairs_free(s->pairs);
    free(s->figures);
    free(s);
}

struct streams *streams_new(struct calls *calls, struct ledger *ledger)
{
    struct streams *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->calls = calls;
    s->ledger = ledger;
    start(s);
    s->pairs = pairs_new();
    s->figures = calloc(1, sizeof *s->figures);
    if (!s->pairs || !s->figures) {
        streams_free(s);
        return NULL;
    }
    calls->streams = s;
    return s;
}

void streams_clear(struct streams *s)
{
    struct pairs *fresh = pairs_new();
    for (size_t i = 0; i < s->calls->list.n; i++)
        if (s->calls->list.at[i])
            s->calls->list.at[i]->streams = NULL;
    stop(s);
    start(s);
    if (fresh) {
        pairs_free(s->pairs);
        s->pairs = fresh;
    }
}

size_t streams_memory(const struct streams *s)
{
    return s->slab.used * s->slab.size + s->slices_slab.used * s->slices_slab.size +
           s->early_slab.used * s->early_slab.size + s->remotes.used * s->remotes.size +
           s->pdvs.used * s->pdvs.size + s->figures_slab.used * s->figures_slab.size +
           s->bindings.slab.bytes + s->pairs->slab.bytes + s->pairs->rings.bytes +
           s->digit_bytes + rows_memory(&s->list) + rows_memory(&s->slices) +
           rows_memory(&s->offers) + stream_index_memory(&s->index) +
           trials_memory(&s->trials) +
           (s->weak.cap + s->bindings.ends.cap) * sizeof(struct hash_slot);
}

void streams_remove(struct streams *s, struct rtp_stream *n)
{
    pairs_drop(s->pairs, n);
    stream_index_remove(&s->index, n);
    for (struct rtp_slice *l = n->slices, *next; l; l = next) {
        next = l->next;
        rows_remove(&s->slices, l->id);
        slab_give(&s->slices_slab, l);
    }
    slab_give(&s->early_slab, n->early);
    slab_give(&s->figures_slab, n->stored);
    slab_give(&s->remotes, n->remote);
    slab_give(&s->pdvs, n->pdv);
    if (n->digits)
        s->digit_bytes -= STREAMS_DIGITS + 1;
    free(n->digits);
    free(n->notes);
    rows_remove(&s->list, n->id);
    s->calls->layout++;
    slab_give(&s->slab, n);
}

/* ---- slices and digits ---- */

static void slice_close(struct streams *s, struct rtp_stream *n, int64_t time)
{
    struct rtp_slice *l = slab_take(&s->slices_slab);
    if (l && rtp_stream_slice(n, l) && (l->id = rows_add(&s->slices, l))) {
        *(n->last_slice ? &n->last_slice->next : &n->slices) = l;
        n->last_slice = l;
        if (l->mos > 0 && (!(n->mos_min > 0) || l->mos < n->mos_min))
            n->mos_min = l->mos;
        if (s->calls->kpi)
            attempt_slice(s->calls->kpi, l);
    } else {
        slab_give(&s->slices_slab, l);
    }
    rtp_stream_next_slice(n, time);
}

/* Not counted for the lowest MOS where it is short: it stays as it is. */
void streams_end(struct streams *s)
{
    streams_holes_end(s);
    for (size_t i = 0; i < s->list.list.n; i++) {
        struct rtp_stream *n = s->list.list.at[i];
        if (!n || n->packets == n->base.packets)
            continue;
        struct rtp_figures f;
        rtp_stream_figures(n, &f);
        slice_close(s, n, n->slice_end);
        n->mos_min = f.has_mos_min ? (float)f.mos_min : 0;
    }
}

static void digit_add(struct streams *s, struct rtp_stream *n, char digit,
                      const struct rtp_packet *p)
{
    char text[2] = {digit, 0};
    if (!n->digits && !(n->digits = calloc(1, STREAMS_DIGITS + 1)))
        return;
    s->digit_bytes += n->digit_count ? 0 : STREAMS_DIGITS + 1;
    if (n->digit_count < STREAMS_DIGITS)
        n->digits[n->digit_count++] = digit;
    streams_event(s, n, EVENT_DTMF, p->frame, p->time, text);
}

void streams_event(struct streams *s, const struct rtp_stream *stream,
                   enum event_kind kind, const struct frame *frame, int64_t time,
                   const char *value)
{
    struct event e = {
        .time = time,
        .stream = stream->id,
        .frame = frame->number,
        .file = frame->file,
        .kind = (uint8_t)kind,
    };
    if (stream->call)
        event_add(s->calls, stream->call, &e, value);
}

/* ---- pairs ---- */

/* The two are the same media on the same way, one before and one behind a box. */
static bool may_pair(const struct rtp_stream *up, const struct rtp_stream *down,
                     const struct rtp_packet *p)
{
    uint64_t n = sequence_extend(&up->sequence, p->seq);
    int32_t behind = (int32_t)(up->last_ts - p->ts);
    if (up->fax || up == down || !up->call || !down->call)
        return false;
    if (up->call == down->call &&
        (up->to != down->to ||
         (addr_eq(&up->src, &down->src) && addr_eq(&up->dst, &down->dst))))
        return false;
    return sequence_has(&up->sequence, n) && behind > -90000 * 4 && behind < 90000 * 4;
}

void streams_pair(struct streams *s, struct rtp_stream *up, struct rtp_stream *down,
                  const struct pair_proof *proof)
{
    if (pairs_join(s->pairs, up, down, proof) && up->call != down->call)
        related_join(s->calls->related, s->calls, up->call, down->call, "same media",
                     PAIR_CONFIDENCE);
}

static void pair_try(struct streams *s, struct rtp_stream *n,
                     const struct rtp_packet *p)
{
    int64_t time;
    uint32_t id = pairs_look(s->pairs, n, p, &time);
    struct rtp_stream *up = id && !n->pair ? rows_find(&s->list, id) : NULL;
    if (!up || !may_pair(up, n, p))
        return;
    struct pair_proof proof = {sequence_extend(&up->sequence, p->seq),
                               sequence_extend(&n->sequence, p->seq), time, p->time,
                               false};
    streams_pair(s, up, n, &proof);
}

/* Streams look for others while they are young; old ones only show what they have, now
 * and then. */
static bool shows(const struct rtp_stream *n, const struct rtp_packet *p)
{
    return !n->ring && (n->packets < YOUNG || p->seq % NOTE_EVERY == 0);
}

static void pair_up(struct streams *s, struct rtp_stream *n, const struct rtp_packet *p,
                    bool fresh)
{
    if (n->pair || n->ring)
        pairs_take(s->pairs, n, p, fresh);
    if (fresh && shows(n, p))
        pair_try(s, n, p);
}

/* ---- packets ---- */

static void early_done(struct streams *s, struct rtp_stream *n)
{
    if (n->early && (n->format.ms > 0 || n->format.assumed)) {
        slab_give(&s->early_slab, n->early);
        n->early = NULL;
    }
}

static void take(struct streams *s, struct rtp_stream *n, const struct rtp_packet *p)
{
    struct rtp_outcome out;
    if (rtp_stream_slice_over(n, p->time))
        slice_close(s, n, p->time);
    if (n->fax) {
        rtp_stream_take_fax(n, p);
        return;
    }
    if (shows(n, p))
        pairs_fetch(s->pairs, p->seq, p->ts);
    rtp_stream_take(n, p, &out);
    if (out.copy) {
        ledger_count(s->ledger, LEDGER_RTP_COPY, 0, p->bytes, p->frame->file,
                     p->frame->number);
        return;
    }
    if (n->early)
        early_done(s, n);
    if (out.digit)
        digit_add(s, n, out.digit, p);
    if (out.changed && n->format.name)
        streams_event(s, n, EVENT_CODEC, p->frame, p->time, n->format.name);
    if (out.gap)
        streams_hole(s, n, p);
    if (streams_echo_wanted(p))
        streams_echo(s, n, p);
    pair_up(s, n, p, out.fresh);
}

static int64_t time_of(const struct frame *f, const struct packet *p)
{
    return p->kind == PACKET_HEP && p->hep.time ? p->hep.time : f->time;
}

static uint32_t place_of(const struct frame *f, const struct packet *p)
{
    return p->path ^ (uint32_t)p->depth << 28 ^ (uint32_t)f->interface << 16 ^
           (uint32_t)f->file << 8;
}

static struct rtp_packet packet_of(const struct frame *f, const struct packet *p,
                                   const struct rtp *r)
{
    return (struct rtp_packet){
        .frame = f,
        .payload = r->payload,
        .time = time_of(f, p),
        .ts = r->ts,
        .ssrc = r->ssrc,
        .bytes = p->whole,
        .place = place_of(f, p),
        .seq = r->seq,
        .pt = r->pt,
        .dscp = p->dscp,
        .marker = r->marker,
    };
}

static bool rtp_first_bytes(struct slice d)
{
    return d.n >= RTP_HEADER && d.p[0] >> 6 == 2 && (d.p[1] < 192 || d.p[1] > 223);
}

void streams_look(const struct streams *s, const struct packet *packet,
                  struct streams_ahead *out)
{
    out->media = rtp_first_bytes(packet->payload) &&
                 !rtp_parse(packet->payload, packet->whole, &out->rtp);
    if (!out->media)
        return;
    struct stream_key k = {&packet->src, &packet->dst, out->rtp.ssrc, false};
    out->hash = stream_index_hash(&s->index, &k);
    hash_prefetch(&s->index.by_key, out->hash);
}

void streams_fetch(const struct streams *s, const struct streams_ahead *ahead)
{
    if (ahead->media)
        stream_index_fetch(&s->index, ahead->hash);
}

bool streams_take(struct streams *s, const struct frame *frame,
                  const struct packet *packet, const struct streams_ahead *ahead)
{
    struct stream_key k = {&packet->src, &packet->dst, ahead->rtp.ssrc, false};
    struct rtp_stream *n =
        ahead->media ? stream_index_find(&s->index, &k, ahead->hash) : NULL;
    if (!n)
        return false;
    struct rtp_packet p = packet_of(frame, packet, &ahead->rtp);
    take(s, n, &p);
    return true;
}

bool streams_known(struct streams *s, const struct frame *frame,
                   const struct packet *packet)
{
    struct streams_ahead ahead;
    streams_look(s, packet, &ahead);
    return streams_take(s, frame, packet, &ahead);
}

/* ---- new streams ---- */

/* A call has room for another stream. */
static bool room(struct streams *s, const struct call *call, const struct rtp_packet *p)
{
    if (call && call->stream_count >= STREAMS_OF_CALL) {
        ledger_count(s->ledger, LEDGER_STREAMS_LIMIT, 0, p->bytes, p->frame->file,
                     p->frame->number);
        return false;
    }
    while (!call && s->orphans >= STREAMS_ORPHANS) {
        struct rtp_stream *oldest = s->orphan_oldest;
        ledger_count(s->ledger, LEDGER_STREAMS_LIMIT, 0, oldest->bytes, 0, 0);
        streams_detach(s, oldest);
        streams_remove(s, oldest);
    }
    return true;
}

static struct rtp_stream *stream_new(struct streams *s, const struct stream_key *k,
                                     const struct rtp_packet *p,
                                     const struct binding *b)
{
    struct rtp_stream *n = room(s, b->call, p) ? slab_take(&s->slab) : NULL;
    if (!n)
        return NULL;
    n->src = *k->src;
    n->dst = *k->dst;
    n->ssrc = k->ssrc;
    n->fax = k->fax;
    rtp_stream_begin(n, p);
    struct rtp_stream *before = stream_index_flow(&s->index, k->src, k->dst);
    if (!(n->id = rows_add(&s->list, n)) || !stream_index_add(&s->index, n)) {
        rows_remove(&s->list, n->id);
        slab_give(&s->slab, n);
        return NULL;
    }
    if (!n->fax) {
        n->early = slab_take(&s->early_slab);
        n->pdv = slab_take(&s->pdvs);
    }
    streams_attach(s, n, b);
    if (before && before->call == n->call && !n->fax && !before->fax) {
        char value[16];
        snprintf(value, sizeof value, "0x%08x", n->ssrc);
        streams_event(s, n, EVENT_SSRC, p->frame, p->time, value);
    }
    return n;
}

/* The stream of a series begins with what waited of it. */
static void stream_begin(struct streams *s, const struct stream_key *k,
                         const struct rtp_packet *p, const struct binding *b,
                         struct trial *t)
{
    struct rtp_packet first = t ? trial_packet(t, 0) : *p;
    struct rtp_stream *n = stream_new(s, k, &first, b);
    if (!n)
        return;
    for (unsigned i = 0; t && i < t->n; i++) {
        struct rtp_packet before = trial_packet(t, i);
        take(s, n, &before);
    }
    if (t)
        trial_reset(t);
    take(s, n, p);
}

void streams_rtp(struct streams *s, const struct frame *frame,
                 const struct packet *packet)
{
    struct streams_ahead a;
    struct binding b = {.how = BINDING_ORPHAN};
    streams_look(s, packet, &a);
    if (!a.media)
        return;
    struct stream_key k = {&packet->src, &packet->dst, a.rtp.ssrc, false};
    struct rtp_packet p = packet_of(frame, packet, &a.rtp);
    struct binding_key bk = {packet->src, packet->dst, p.time, p.ssrc, p.pt, false};
    struct trial *t;
    if (streams_bind(s, &bk, &p, &b)) {
        t = trial_find(&s->trials, a.hash);
    } else {
        t = trial_take(&s->trials, a.hash, packet, &a.rtp, &p, s->ledger);
        if (!t)
            return;
        streams_bind_pending(s, &bk, &b);
    }
    stream_begin(s, &k, &p, &b, t);
}

bool streams_fax(struct streams *s, const struct frame *frame,
                 const struct packet *packet)
{
    struct slice d = packet->payload;
    struct binding b;
    if (!s->bindings.faxes || !udptl_plausible(d))
        return false;
    struct stream_key k = {&packet->src, &packet->dst, 0, true};
    struct rtp_packet p = {
        .frame = frame,
        .payload = d,
        .time = time_of(frame, packet),
        .bytes = packet->whole,
        .place = place_of(frame, packet),
        .seq = (uint16_t)(d.p[0] << 8 | d.p[1]),
        .dscp = packet->dscp,
    };
    struct rtp_stream *n =
        stream_index_find(&s->index, &k, stream_index_hash(&s->index, &k));
    if (!n) {
        struct binding_key bk = {packet->src, packet->dst, p.time, 0, 0, true};
        if (!binding_find(&s->bindings, &bk, NULL, &b) ||
            !(n = stream_new(s, &k, &p, &b)))
            return false;
    }
    take(s, n, &p);
    return true;
}
