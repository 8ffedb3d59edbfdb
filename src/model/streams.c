#include "model/streams.h"

#include "dissect/udptl.h"
#include "model/event.h"
#include "model/related.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TRIALS = 512,
    TRIAL_RUN = 5,
    TRIAL_PACKETS = 16,
    YOUNG = 100,
    NOTE_EVERY = 16,
    PAIR_CONFIDENCE = 96
};

/* Packets of a series that nobody announced. */
struct trial {
    uint64_t hash;
    struct rtp_mark mark;
    unsigned n;   /* packets kept, also from before the run */
    unsigned run; /* packets that follow each other */
    struct rtp_packet packet[TRIAL_PACKETS];
    struct frame frame[TRIAL_PACKETS];
};

struct figures_cache {
    uint32_t id, packets;
    struct rtp_figures figures;
};

/* ---- new and free ---- */

static void start(struct streams *s)
{
    bindings_init(&s->bindings);
    slab_init(&s->slab, sizeof(struct rtp_stream));
    slab_init(&s->slices_slab, sizeof(struct rtp_slice));
    slab_init(&s->early_slab, sizeof(struct rtp_early));
}

static void stop(struct streams *s)
{
    for (size_t i = 0; i < s->list.list.n; i++) {
        struct rtp_stream *stream = s->list.list.at[i];
        if (stream)
            free(stream->digits);
    }
    bindings_done(&s->bindings);
    slab_done(&s->slab);
    slab_done(&s->slices_slab);
    slab_done(&s->early_slab);
    hash_done(&s->by_key);
    hash_done(&s->by_ssrc);
    hash_done(&s->by_flow);
    hash_done(&s->weak);
    rows_done(&s->list);
    rows_done(&s->slices);
    rows_done(&s->offers);
    free(s->trials);
    s->trials = NULL;
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
    s->key[0] = hash_bytes("media", 5) | 1;
    s->key[1] = hash_bytes("streams", 7) | 1;
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
           s->early_slab.used * s->early_slab.size + s->bindings.slab.bytes +
           s->pairs->slab.bytes + s->pairs->rings.bytes + s->digit_bytes +
           rows_memory(&s->list) + rows_memory(&s->slices) + rows_memory(&s->offers) +
           (s->by_key.cap + s->by_ssrc.cap + s->by_flow.cap + s->weak.cap +
            s->bindings.ends.cap) *
               sizeof(struct hash_slot);
}

/* ---- keys ---- */

struct key {
    const struct addr *src, *dst;
    uint32_t ssrc;
    bool fax;
};

static uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 m = (unsigned __int128)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t word_of(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* One keyed multiplication for each 16 bytes: this runs for every packet. */
static uint64_t hash_key(const struct streams *s, const struct key *k)
{
    uint64_t a = word_of(k->src->ip) ^ s->key[0], b = word_of(k->dst->ip) ^ s->key[1];
    uint64_t ports =
        (uint64_t)k->src->port << 48 | (uint64_t)k->dst->port << 32 | k->ssrc;
    uint64_t h = fold(a, b) ^ k->fax;
    if (k->src->family == 6)
        h = fold(h ^ word_of(k->src->ip + 8), word_of(k->dst->ip + 8) ^ s->key[1]);
    return fold(h ^ ports ^ s->key[1], s->key[0] ^ ports);
}

/* A stream that is found is used: its lines are loaded while its key is compared. */
static bool same_key(const void *value, const void *wanted)
{
    const struct rtp_stream *s = value;
    const struct key *k = wanted;
    for (size_t at = 64; at < offsetof(struct rtp_stream, digits); at += 64)
        __builtin_prefetch((const char *)s + at, 1);
    return s->ssrc == k->ssrc && s->fax == k->fax && addr_eq(&s->src, k->src) &&
           addr_eq(&s->dst, k->dst);
}

static uint64_t hash_flow(const struct addr *src, const struct addr *dst)
{
    return hash_more(hash_bytes(src, sizeof *src), dst, sizeof *dst);
}

static bool same_flow(const void *value, const void *wanted)
{
    const struct rtp_stream *s = value;
    const struct key *k = wanted;
    return addr_eq(&s->src, k->src) && addr_eq(&s->dst, k->dst);
}

static bool same_ssrc(const void *value, const void *wanted)
{
    return ((const struct rtp_stream *)value)->ssrc == *(const uint32_t *)wanted;
}

static uint64_t hash_ssrc(uint32_t ssrc)
{
    return hash_bytes(&ssrc, sizeof ssrc);
}

struct rtp_stream *streams_by_ssrc(const struct streams *s, uint32_t ssrc)
{
    return hash_find(&s->by_ssrc, hash_ssrc(ssrc), same_ssrc, &ssrc);
}

struct rtp_stream *streams_by_flow(const struct streams *s, const struct addr *src,
                                   const struct addr *dst)
{
    struct key k = {.src = src, .dst = dst};
    return hash_find(&s->by_flow, hash_flow(src, dst), same_flow, &k);
}

/* ---- indices ---- */

/* A chain of streams in a hash: the newest is its value. */
static bool chain_push(struct hash *h, uint64_t hash, struct rtp_stream *newest,
                       struct rtp_stream *s)
{
    if (newest)
        hash_remove(h, hash, newest);
    return !hash_add(h, hash, s);
}

static bool index_add(struct streams *s, struct rtp_stream *n, uint64_t hash)
{
    uint64_t ssrc = hash_ssrc(n->ssrc), flow = hash_flow(&n->src, &n->dst);
    struct rtp_stream *alike = n->fax ? NULL : streams_by_ssrc(s, n->ssrc);
    struct rtp_stream *beside = streams_by_flow(s, &n->src, &n->dst);
    if (hash_add(&s->by_key, hash, n))
        return false;
    if (!chain_push(&s->by_flow, flow, beside, n) ||
        (!n->fax && !chain_push(&s->by_ssrc, ssrc, alike, n)))
        return true; /* found less well */
    n->ssrc_older = alike;
    n->flow_older = beside;
    if (alike)
        alike->ssrc_newer = n;
    if (beside)
        beside->flow_newer = n;
    return true;
}

static void index_remove(struct streams *s, struct rtp_stream *n)
{
    struct key k = {&n->src, &n->dst, n->ssrc, n->fax};
    uint64_t ssrc = hash_ssrc(n->ssrc), flow = hash_flow(&n->src, &n->dst);
    hash_remove(&s->by_key, hash_key(s, &k), n);
    if (hash_remove(&s->by_ssrc, ssrc, n) && n->ssrc_older)
        hash_add(&s->by_ssrc, ssrc, n->ssrc_older);
    if (hash_remove(&s->by_flow, flow, n) && n->flow_older)
        hash_add(&s->by_flow, flow, n->flow_older);
    if (n->ssrc_older)
        n->ssrc_older->ssrc_newer = n->ssrc_newer;
    if (n->ssrc_newer)
        n->ssrc_newer->ssrc_older = n->ssrc_older;
    if (n->flow_older)
        n->flow_older->flow_newer = n->flow_newer;
    if (n->flow_newer)
        n->flow_newer->flow_older = n->flow_older;
}

void streams_remove(struct streams *s, struct rtp_stream *n)
{
    pairs_drop(s->pairs, n);
    index_remove(s, n);
    for (struct rtp_slice *l = n->slices, *next; l; l = next) {
        next = l->next;
        rows_remove(&s->slices, l->id);
        slab_give(&s->slices_slab, l);
    }
    slab_give(&s->early_slab, n->early);
    if (n->digits)
        s->digit_bytes -= STREAMS_DIGITS + 1;
    free(n->digits);
    rows_remove(&s->list, n->id);
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
    } else {
        slab_give(&s->slices_slab, l);
    }
    rtp_stream_next_slice(n, time);
}

/* Not counted for the lowest MOS where it is short: it stays as it is. */
void streams_end(struct streams *s)
{
    for (size_t i = 0; i < s->list.list.n; i++) {
        struct rtp_stream *n = s->list.list.at[i];
        if (!n || n->packets == n->base.packets)
            continue;
        struct rtp_figures f;
        rtp_stream_figures(n, &f);
        slice_close(s, n, n->base.end);
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

static void pair_try(struct streams *s, struct rtp_stream *n,
                     const struct rtp_packet *p)
{
    int64_t time;
    uint32_t id = pairs_look(s->pairs, n, p, &time);
    struct rtp_stream *up = id && !n->pair ? rows_find(&s->list, id) : NULL;
    if (!up || !may_pair(up, n, p) ||
        !pairs_join(s->pairs, up, n, p->seq, time, p->time))
        return;
    if (up->call != n->call)
        related_join(s->calls->related, s->calls, up->call, n->call, "same media",
                     PAIR_CONFIDENCE);
}

/* Streams look for others while they are young; old ones only show what they have, now
 * and then. */
static void pair_up(struct streams *s, struct rtp_stream *n, const struct rtp_packet *p,
                    bool fresh)
{
    bool young = n->packets < YOUNG;
    if (n->pair || n->ring)
        pairs_take(s->pairs, n, p, fresh);
    if (fresh && !n->ring && (young || p->seq % NOTE_EVERY == 0))
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

bool streams_known(struct streams *s, const struct frame *frame,
                   const struct packet *packet)
{
    struct rtp r;
    if (!rtp_first_bytes(packet->payload) ||
        rtp_parse(packet->payload, packet->whole, &r))
        return false;
    struct key k = {&packet->src, &packet->dst, r.ssrc, false};
    struct rtp_stream *n = hash_find(&s->by_key, hash_key(s, &k), same_key, &k);
    if (!n)
        return false;
    struct rtp_packet p = packet_of(frame, packet, &r);
    take(s, n, &p);
    return true;
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

static struct rtp_stream *stream_new(struct streams *s, const struct key *k,
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
    struct rtp_stream *before = streams_by_flow(s, k->src, k->dst);
    if (!(n->id = rows_add(&s->list, n)) || !index_add(s, n, hash_key(s, k))) {
        rows_remove(&s->list, n->id);
        slab_give(&s->slab, n);
        return NULL;
    }
    if (!n->fax)
        n->early = slab_take(&s->early_slab);
    streams_attach(s, n, b);
    if (before && before->call == n->call && !n->fax && !before->fax) {
        char value[16];
        snprintf(value, sizeof value, "0x%08x", n->ssrc);
        streams_event(s, n, EVENT_SSRC, p->frame, p->time, value);
    }
    return n;
}

static struct trial *trial_of(struct streams *s, uint64_t hash)
{
    if (!s->trials && !(s->trials = calloc(TRIALS, sizeof *s->trials)))
        return NULL;
    return &s->trials[hash % TRIALS];
}

/* The packets that came before are the stream's too. */
static void trial_replay(struct streams *s, struct trial *t, uint64_t hash,
                         struct rtp_stream *n)
{
    if (t->hash != hash)
        return;
    for (unsigned i = 0; i < t->n; i++) {
        t->packet[i].frame = &t->frame[i];
        take(s, n, &t->packet[i]);
    }
    t->n = t->run = 0;
    t->hash = 0;
}

static void trial_clear(struct streams *s, struct trial *t)
{
    for (unsigned i = 0; i < t->n; i++)
        ledger_count(s->ledger, LEDGER_RTP_STRAY, 0, t->packet[i].bytes,
                     t->frame[i].file, t->frame[i].number);
    t->n = t->run = 0;
    t->hash = 0;
}

/* The oldest gives way to the newest. */
static void trial_keep(struct streams *s, struct trial *t, const struct rtp_packet *p)
{
    if (t->n == TRIAL_PACKETS) {
        ledger_count(s->ledger, LEDGER_RTP_STRAY, 0, t->packet[0].bytes,
                     t->frame[0].file, t->frame[0].number);
        memmove(t->packet, t->packet + 1, (TRIAL_PACKETS - 1) * sizeof *t->packet);
        memmove(t->frame, t->frame + 1, (TRIAL_PACKETS - 1) * sizeof *t->frame);
        t->n--;
    }
    t->packet[t->n] = *p;
    t->packet[t->n].payload = (struct slice){0};
    t->frame[t->n] = *p->frame;
    t->frame[t->n++].data = NULL;
}

/* True with the fifth packet in a row; until then it waits. */
static bool trial_passed(struct streams *s, struct trial *t, uint64_t hash,
                         const struct packet *packet, const struct rtp *r,
                         const struct rtp_packet *p)
{
    if (t->hash != hash)
        trial_clear(s, t);
    bool again = t->n && r->seq == t->mark.seq && r->ts == t->mark.ts;
    bool goes_on = again || (t->n && rtp_follows(&t->mark, r));
    if (!goes_on && !rtp_plausible(packet->payload, packet->whole, packet->src.port,
                                   packet->dst.port)) {
        trial_clear(s, t);
        ledger_count(s->ledger, LEDGER_RTP_STRAY, 0, p->bytes, p->frame->file,
                     p->frame->number);
        return false;
    }
    t->hash = hash;
    t->mark = rtp_mark(r);
    t->run = goes_on ? t->run + !again : 1;
    if (t->run >= TRIAL_RUN)
        return true;
    trial_keep(s, t, p);
    return false;
}

void streams_rtp(struct streams *s, const struct frame *frame,
                 const struct packet *packet)
{
    struct rtp r;
    struct binding b = {.how = BINDING_ORPHAN};
    if (!rtp_first_bytes(packet->payload) ||
        rtp_parse(packet->payload, packet->whole, &r))
        return;
    struct key k = {&packet->src, &packet->dst, r.ssrc, false};
    struct rtp_packet p = packet_of(frame, packet, &r);
    uint64_t hash = hash_key(s, &k);
    struct trial *t = trial_of(s, hash);
    struct binding_key bk = {packet->src, packet->dst, p.time, r.ssrc, r.pt, false};
    if (!streams_bind(s, &bk, &p, &b) &&
        (!t || !trial_passed(s, t, hash, packet, &r, &p)))
        return;
    if (!b.call)
        streams_bind_pending(s, &bk, &b);
    if (t && t->hash == hash && t->n) {
        struct rtp_packet first = t->packet[0];
        first.frame = &t->frame[0];
        struct rtp_stream *n = stream_new(s, &k, &first, &b);
        if (n) {
            trial_replay(s, t, hash, n);
            take(s, n, &p);
        }
        return;
    }
    struct rtp_stream *n = stream_new(s, &k, &p, &b);
    if (n)
        take(s, n, &p);
}

bool streams_fax(struct streams *s, const struct frame *frame,
                 const struct packet *packet)
{
    struct slice d = packet->payload;
    struct binding b;
    if (!s->bindings.faxes || !udptl_plausible(d))
        return false;
    struct key k = {&packet->src, &packet->dst, 0, true};
    struct rtp_packet p = {
        .frame = frame,
        .payload = d,
        .time = time_of(frame, packet),
        .bytes = packet->whole,
        .place = place_of(frame, packet),
        .seq = (uint16_t)(d.p[0] << 8 | d.p[1]),
        .dscp = packet->dscp,
    };
    struct rtp_stream *n = hash_find(&s->by_key, hash_key(s, &k), same_key, &k);
    if (!n) {
        struct binding_key bk = {packet->src, packet->dst, p.time, 0, 0, true};
        if (!binding_find(&s->bindings, &bk, NULL, &b) ||
            !(n = stream_new(s, &k, &p, &b)))
            return false;
    }
    take(s, n, &p);
    return true;
}

/* ---- figures ---- */

const struct rtp_figures *streams_figures(const struct streams *s,
                                          const struct rtp_stream *stream)
{
    struct figures_cache *c = s->figures;
    if (c->id != stream->id || c->packets != stream->packets) {
        rtp_stream_figures(stream, &c->figures);
        c->id = stream->id;
        c->packets = stream->packets;
    }
    return &c->figures;
}

const struct rtp_stream *streams_worst(const struct streams *s, const struct call *call)
{
    const struct rtp_stream *worst = NULL;
    double least = 0;
    for (const struct rtp_stream *n = call->streams; n; n = n->call_next) {
        const struct rtp_figures *f = streams_figures(s, n);
        if (!worst || (f->has_mos && (!(least > 0) || f->mos < least))) {
            worst = n;
            least = f->has_mos ? f->mos : 0;
        }
    }
    return worst;
}
