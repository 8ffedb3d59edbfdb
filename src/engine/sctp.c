#include "engine/sctp.h"

#include "base/hash.h"
#include "dissect/sip_sniff.h"
#include "engine/pieces.h"
#include "engine/sniff.h"

#include <stdlib.h>

static const int64_t TIMEOUT = 30 * (int64_t)1000000000;
/* A chunk's place among the pieces: its TSN, times more than a chunk is long. */
enum { TSN_SHIFT = 17 };

/* No padding: hashed and compared as bytes. */
struct key {
    struct addr src, dst;
    uint32_t path;
    uint16_t file, interface;
    uint16_t stream, sequence;
    uint8_t depth;
    uint8_t zero[3];
};

struct group {
    struct key key;
    uint64_t hash;
    struct group *older, *newer;
    struct pieces pieces;
    size_t counted;
    int64_t since;
    uint64_t first_frame;
    uint32_t base; /* TSN of the chunk seen first */
    uint64_t begin,
        end; /* places of the chunks with the B and the E bit; 0: not seen */
};

struct sctp {
    struct hash groups;
    struct group *oldest, *newest;
    struct intake *in;
    size_t limit, memory;
    int64_t now;
    VEC(uint8_t) whole;
    VEC(uint64_t) frames;
};

static void group_free(struct sctp *s, struct group *g)
{
    hash_remove(&s->groups, g->hash, g);
    *(g->older ? &g->older->newer : &s->oldest) = g->newer;
    *(g->newer ? &g->newer->older : &s->newest) = g->older;
    s->memory -= g->counted;
    pieces_done(&g->pieces);
    free(g);
}

void sctp_free(struct sctp *s)
{
    if (!s)
        return;
    while (s->oldest)
        group_free(s, s->oldest);
    hash_done(&s->groups);
    vec_done(&s->whole);
    vec_done(&s->frames);
    free(s);
}

struct sctp *sctp_new(size_t limit, struct intake *in)
{
    struct sctp *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->in = in;
    s->limit = limit;
    return s;
}

static void lose(struct sctp *s, struct group *g)
{
    ledger_count(s->in->ledger, LEDGER_SCTP_LOST, 0, pieces_payload(&g->pieces),
                 g->key.file, g->first_frame);
    group_free(s, g);
}

void sctp_expire(struct sctp *s, int64_t now)
{
    s->now = now;
    while (s->oldest && now - s->oldest->since > TIMEOUT)
        lose(s, s->oldest);
}

void sctp_end(struct sctp *s)
{
    while (s->oldest)
        lose(s, s->oldest);
}

static bool same(const void *value, const void *key)
{
    return !memcmp(&((const struct group *)value)->key, key, sizeof(struct key));
}

static struct group *group_get(struct sctp *s, const struct frame *frame,
                               const struct packet *p, const struct sctp_data *d)
{
    struct key key = {
        .src = p->src,
        .dst = p->dst,
        .path = p->path,
        .file = frame->file,
        .interface = frame->interface,
        .stream = d->stream,
        .sequence = d->sequence,
        .depth = p->depth,
    };
    uint64_t hash = hash_bytes(&key, sizeof key);
    struct group *g = hash_find(&s->groups, hash, same, &key);
    if (g)
        return g;
    g = calloc(1, sizeof *g);
    if (!g || hash_add(&s->groups, hash, g)) {
        free(g);
        return NULL;
    }
    g->key = key;
    g->hash = hash;
    g->since = s->now;
    g->first_frame = frame->number;
    g->base = d->tsn;
    g->older = s->newest;
    *(s->newest ? &s->newest->newer : &s->oldest) = g;
    s->newest = g;
    return g;
}

static uint64_t place_of(const struct group *g, uint32_t tsn)
{
    int64_t from_base = (int32_t)(tsn - g->base);
    return (uint64_t)(from_base + ((int64_t)1 << 32)) << TSN_SHIFT;
}

/* All chunks from the first to the last are there: joins them. */
static bool join(struct sctp *s, const struct group *g)
{
    uint64_t place = g->begin;
    size_t n = pieces_count(&g->pieces);
    if (!g->begin || !g->end || ((g->end - g->begin) >> TSN_SHIFT) + 1 != n)
        return false;
    s->whole.n = s->frames.n = 0;
    for (size_t i = g->pieces.head; i < g->pieces.list.n; i++) {
        const struct piece *piece = g->pieces.list.at[i];
        if (piece->from != place || !vec_reserve(&s->whole, piece->n))
            return false;
        memcpy(s->whole.at + s->whole.n, piece->data, piece->n);
        s->whole.n += piece->n;
        place += (uint64_t)1 << TSN_SHIFT;
        if (!s->frames.n || s->frames.at[s->frames.n - 1] != piece->frame)
            if (!vec_push(&s->frames, piece->frame))
                return false;
    }
    return true;
}

static void account(struct sctp *s, struct group *g)
{
    size_t now = sizeof *g + g->pieces.bytes;
    s->memory += now - g->counted;
    g->counted = now;
    while (s->memory > s->limit && s->oldest != g)
        lose(s, s->oldest);
}

static void message(struct sctp *s, const struct origin *o, struct slice bytes)
{
    struct slice text = sniff_skip_crlf(bytes);
    if (text.n && sip_sniff(text))
        intake_message(s->in, o, text);
}

/* A part of a user message: true when it makes it whole. */
static bool part(struct sctp *s, const struct frame *frame, const struct packet *p,
                 const struct sctp_data *d)
{
    struct group *g = group_get(s, frame, p, d);
    if (!g) {
        intake_count(s->in, frame, LEDGER_NO_MEMORY, 0, d->data.n);
        return false;
    }
    uint64_t place = place_of(g, d->tsn);
    if (d->begin)
        g->begin = place;
    if (d->end)
        g->end = place;
    int r = pieces_add(&g->pieces, place, d->data, frame->number, frame->time);
    account(s, g);
    if (r < 0 || pieces_payload(&g->pieces) > s->in->longest) {
        lose(s, g);
        return false;
    }
    if (!join(s, g))
        return false;
    group_free(s, g);
    return true;
}

void sctp_feed(struct sctp *s, const struct frame *frame, const struct packet *p)
{
    struct slice chunks = p->payload;
    struct sctp_data d;
    int r;
    while ((r = sctp_data_next(&chunks, &d)) > 0) {
        struct origin o = intake_origin(frame, p, TRANSPORT_SCTP);
        if (d.begin && d.end) {
            message(s, &o, d.data);
        } else if (d.data.n && part(s, frame, p, &d)) {
            o.reassembled = true;
            o.frames = s->frames.at;
            o.nframes = (uint16_t)s->frames.n;
            message(s, &o, slice_of(s->whole.at, s->whole.n));
        }
    }
    if (r < 0)
        intake_count(s->in, frame, (uint32_t)-r, 0, chunks.n);
}
