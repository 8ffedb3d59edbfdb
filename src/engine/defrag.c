#include "engine/defrag.h"

#include "base/hash.h"
#include "engine/pieces.h"

#include <stdlib.h>

enum { WHOLE_MAX = 65535 };
static const int64_t TIMEOUT = 30 * (int64_t)1000000000;
/* Parts that come this soon after their packet was whole are repetitions of it. */
static const int64_t REPEATED = 2 * (int64_t)1000000000;

/* No padding: hashed and compared as bytes. */
struct key {
    struct addr src, dst;
    uint32_t id, path;
    uint16_t file, interface;
    uint8_t proto; /* 0 for IPv6: RFC 8200 has it in the first fragment alone */
    uint8_t depth;
    uint8_t zero[2];
};

struct group {
    struct key key;
    uint64_t hash;
    struct group *older, *newer;
    struct packet packet; /* of the fragment with offset 0, else of any */
    struct pieces pieces;
    size_t counted; /* bytes that `memory` has for it */
    int64_t since;
    uint64_t first_frame;
    uint32_t total; /* 0: the last fragment has not come */
    bool done;      /* was whole: no pieces, remembered for what is repeated */
    bool again; /* began right after it was whole: no loss if it is not whole again */
};

struct defrag {
    struct hash groups;
    struct group *oldest, *newest;
    struct ledger *ledger;
    defrag_lost *lost;
    void *ctx;
    size_t limit, memory;
    int64_t now;
    VEC(uint8_t) whole; /* what defrag_packet points to */
    VEC(uint64_t) frames;
};

static void list_out(struct defrag *d, struct group *g)
{
    *(g->older ? &g->older->newer : &d->oldest) = g->newer;
    *(g->newer ? &g->newer->older : &d->newest) = g->older;
}

static void list_in(struct defrag *d, struct group *g, int64_t now)
{
    g->since = now > d->now ? now : d->now;
    g->older = d->newest;
    g->newer = NULL;
    *(d->newest ? &d->newest->newer : &d->oldest) = g;
    d->newest = g;
}

static void group_free(struct defrag *d, struct group *g)
{
    hash_remove(&d->groups, g->hash, g);
    list_out(d, g);
    d->memory -= g->counted;
    pieces_done(&g->pieces);
    free(g);
}

void defrag_free(struct defrag *d)
{
    if (!d)
        return;
    while (d->oldest)
        group_free(d, d->oldest);
    hash_done(&d->groups);
    vec_done(&d->whole);
    vec_done(&d->frames);
    free(d);
}

struct defrag *defrag_new(size_t limit, struct ledger *ledger, defrag_lost *lost,
                          void *ctx)
{
    struct defrag *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->limit = limit;
    d->ledger = ledger;
    d->lost = lost;
    d->ctx = ctx;
    return d;
}

size_t defrag_memory(const struct defrag *d)
{
    return d->memory;
}

/* Joins the pieces from the start of the packet up to the first hole. */
static bool join(struct defrag *d, const struct group *g, struct defrag_packet *out)
{
    d->whole.n = d->frames.n = 0;
    *out = (struct defrag_packet){.packet = g->packet};
    out->frame = (struct frame){
        .file = g->key.file, .interface = g->key.interface, .offset = FRAME_NOWHERE};
    for (size_t i = g->pieces.head; i < g->pieces.list.n; i++) {
        const struct piece *piece = g->pieces.list.at[i];
        if (piece->from != d->whole.n)
            break;
        if (!vec_reserve(&d->whole, piece->n))
            return false;
        memcpy(d->whole.at + d->whole.n, piece->data, piece->n);
        d->whole.n += piece->n;
        if (!d->frames.n || d->frames.at[d->frames.n - 1] != piece->frame)
            if (!vec_push(&d->frames, piece->frame))
                return false;
        if (piece->time >= out->frame.time) {
            out->frame.time = piece->time;
            out->frame.number = piece->frame;
        }
    }
    out->data = slice_of(d->whole.at, d->whole.n);
    out->frames = d->frames.at;
    out->nframes = (uint16_t)d->frames.n; /* PIECES_MAX at most */
    return true;
}

static void give_up(struct defrag *d, struct group *g, uint32_t reason)
{
    struct defrag_packet lost;
    if (g->done || g->again) {
        group_free(d, g);
        return;
    }
    ledger_count(d->ledger, reason, 0, pieces_payload(&g->pieces), g->key.file,
                 g->first_frame);
    if (join(d, g, &lost) && lost.data.n)
        d->lost(d->ctx, &lost);
    group_free(d, g);
}

void defrag_expire(struct defrag *d, int64_t now)
{
    d->now = now;
    while (d->oldest && now - d->oldest->since > TIMEOUT)
        give_up(d, d->oldest, LEDGER_FRAGMENT_LOST);
}

void defrag_end(struct defrag *d)
{
    while (d->oldest)
        give_up(d, d->oldest, LEDGER_FRAGMENT_LOST);
}

static bool same(const void *value, const void *key)
{
    return !memcmp(&((const struct group *)value)->key, key, sizeof(struct key));
}

static struct group *group_new(struct defrag *d, const struct key *key, uint64_t hash,
                               const struct frame *frame, const struct packet *p)
{
    struct group *g = calloc(1, sizeof *g);
    if (!g || hash_add(&d->groups, hash, g)) {
        free(g);
        return NULL;
    }
    g->key = *key;
    g->hash = hash;
    g->packet = *p;
    g->first_frame = frame->number;
    list_in(d, g, frame->time);
    return g;
}

/* The packet is whole: the group stays for a while, without its bytes. */
static void group_done(struct defrag *d, struct group *g)
{
    pieces_done(&g->pieces);
    g->done = true;
    g->again = false;
    g->total = 0;
    d->memory -= g->counted - sizeof *g;
    g->counted = sizeof *g;
}

static void group_again(struct defrag *d, struct group *g, const struct frame *frame,
                        const struct packet *p)
{
    g->done = false;
    g->again = frame->time - g->since < REPEATED;
    g->packet = *p;
    g->first_frame = frame->number;
    list_out(d, g);
    list_in(d, g, frame->time);
}

static struct group *group_get(struct defrag *d, const struct frame *frame,
                               const struct packet *p)
{
    struct key key = {
        .src = p->src,
        .dst = p->dst,
        .id = p->frag.id,
        .path = p->path,
        .file = frame->file,
        .interface = frame->interface,
        .proto = p->src.family == 4 ? p->frag.proto : 0,
        .depth = p->depth,
    };
    uint64_t hash = hash_bytes(&key, sizeof key);
    struct group *g = hash_find(&d->groups, hash, same, &key);
    /* An id that comes again after the time is another packet, not a late part. */
    if (g && frame->time - g->since > TIMEOUT) {
        give_up(d, g, LEDGER_FRAGMENT_LOST);
        g = NULL;
    }
    if (g && g->done)
        group_again(d, g, frame, p);
    return g ? g : group_new(d, &key, hash, frame, p);
}

/* RFC 791: all but the last are multiples of 8 bytes, and the whole fits 16 bits. */
static bool plausible(const struct packet *p, const struct group *g)
{
    uint64_t end = (uint64_t)p->frag.offset + p->whole;
    if (!p->whole || end > WHOLE_MAX || (p->frag.more && p->whole % 8))
        return false;
    if (!p->frag.more)
        return g->total ? end == g->total : end >= pieces_end(&g->pieces);
    return !g->total || end <= g->total;
}

static void account(struct defrag *d, struct group *g)
{
    size_t now = sizeof *g + g->pieces.bytes;
    d->memory += now - g->counted;
    g->counted = now;
    while (d->memory > d->limit && d->oldest != g)
        give_up(d, d->oldest, LEDGER_FRAGMENT_LIMIT);
}

int defrag_feed(struct defrag *d, const struct frame *frame, const struct packet *p,
                struct defrag_packet *out)
{
    struct group *g = group_get(d, frame, p);
    if (!g || !plausible(p, g)) {
        uint32_t why = g ? LEDGER_FRAGMENT_BAD : LEDGER_NO_MEMORY;
        ledger_count(d->ledger, why, 0, p->payload.n, frame->file, frame->number);
        if (g && !pieces_count(&g->pieces))
            group_free(d, g);
        return 0;
    }
    int r =
        pieces_add(&g->pieces, p->frag.offset, p->payload, frame->number, frame->time);
    if (r < 0) {
        give_up(d, g, LEDGER_FRAGMENT_LIMIT);
        return 0;
    }
    if ((r & PIECES_DIFFER) || (r & PIECES_KNOWN && r & PIECES_NEW))
        ledger_count(d->ledger, LEDGER_FRAGMENT_OVERLAP, 0, p->payload.n, frame->file,
                     frame->number);
    if (!p->frag.offset && r & PIECES_NEW)
        g->packet = *p;
    if (!p->frag.more)
        g->total = p->frag.offset + p->whole;
    account(d, g);
    if (!g->total || pieces_payload(&g->pieces) < g->total)
        return 0;
    bool whole = join(d, g, out) && out->data.n == g->total;
    if (!whole)
        ledger_count(d->ledger, LEDGER_NO_MEMORY, 0, g->total, frame->file,
                     frame->number);
    out->frame = *frame;
    group_done(d, g);
    return whole;
}
