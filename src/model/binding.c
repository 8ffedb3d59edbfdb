#include "model/binding.h"

static const int64_t LINGER = 2000000000; /* media under way when a claim ends */
static const int64_t NEAR = 5000000000;   /* a port alone says something that long */
static const int64_t EARLY = 1000000000;  /* media may overtake its description */

/* An address and port; of CLAIM_PRIVATE the port alone, of CLAIM_SSRC the source, of
 * CLAIM_ICE what a name hashes to. */
struct endpoint {
    struct addr addr;
    uint32_t ssrc;
    uint32_t kind;
    struct claim *newest;
    uint64_t hash;
};

const char *binding_name(enum binding_how how)
{
    static const char *const NAMES[] = {
#define HOW(id, name, confidence) name,
        BINDING_TABLE(HOW)
#undef HOW
    };
    return NAMES[how];
}

unsigned binding_confidence(enum binding_how how)
{
    static const uint8_t CONFIDENCE[] = {
#define HOW(id, name, confidence) confidence,
        BINDING_TABLE(HOW)
#undef HOW
    };
    return CONFIDENCE[how];
}

void bindings_init(struct bindings *b)
{
    *b = (struct bindings){0};
    slab_init(&b->slab, sizeof(struct endpoint));
}

void bindings_done(struct bindings *b)
{
    hash_done(&b->ends);
    slab_done(&b->slab);
}

/* ---- endpoints ---- */

static uint64_t hash_of(const struct endpoint *e)
{
    return hash_more((uint64_t)e->kind << 32 | e->ssrc, &e->addr, sizeof e->addr);
}

static bool same(const void *value, const void *key)
{
    const struct endpoint *a = value, *b = key;
    return a->kind == b->kind && a->ssrc == b->ssrc && addr_eq(&a->addr, &b->addr);
}

static struct endpoint *end_find(const struct bindings *b, enum claim_kind kind,
                                 const struct addr *addr, uint32_t ssrc)
{
    struct endpoint key = {.kind = kind, .ssrc = ssrc};
    if (kind == CLAIM_PRIVATE)
        key.addr.port = addr->port;
    else if (addr && kind != CLAIM_SSRC)
        key.addr = *addr;
    return b->ends.n ? hash_find(&b->ends, hash_of(&key), same, &key) : NULL;
}

static struct endpoint *end_get(struct bindings *b, enum claim_kind kind,
                                const struct addr *addr, uint32_t ssrc)
{
    struct endpoint *e = end_find(b, kind, addr, ssrc);
    if (e || !(e = slab_take(&b->slab)))
        return e;
    e->kind = kind;
    e->ssrc = ssrc;
    if (kind == CLAIM_PRIVATE)
        e->addr.port = addr->port;
    else if (addr && kind != CLAIM_SSRC)
        e->addr = *addr;
    e->hash = hash_of(e);
    if (!hash_add(&b->ends, e->hash, e))
        return e;
    slab_give(&b->slab, e);
    return NULL;
}

static uint32_t name_hash(struct slice name)
{
    return (uint32_t)hash_bytes(name.p, name.n);
}

/* ---- claims ---- */

static struct claim *claim_same(const struct call *call, const struct claim *c)
{
    for (struct claim *k = call->claims; k; k = k->next)
        if (k->end == c->end && k->side == c->side && k->tag == c->tag &&
            k->line == c->line)
            return k;
    return NULL;
}

static void claim_add(struct bindings *b, struct claim draft, const struct addr *addr,
                      uint32_t ssrc)
{
    draft.end = end_get(b, draft.kind, addr, ssrc);
    if (!draft.end)
        return;
    struct claim *c = claim_same(draft.call, &draft);
    if (c) {
        c->media = draft.media;
        c->cseq = draft.cseq;
        if (c->until < draft.from)
            c->from = draft.from;
        c->until = INT64_MAX;
        return;
    }
    c = arena_alloc(&draft.call->arena, sizeof *c);
    if (!c) {
        if (!draft.end->newest) {
            hash_remove(&b->ends, draft.end->hash, draft.end);
            slab_give(&b->slab, draft.end);
        }
        return;
    }
    *c = draft;
    c->older = c->end->newest;
    if (c->older)
        c->older->newer = c;
    c->end->newest = c;
    c->next = c->call->claims;
    c->call->claims = c;
}

/* RFC 1918, 6598, 4193, 3927 */
bool binding_is_private(const struct addr *a)
{
    const uint8_t *ip = a->ip;
    if (a->family == 6)
        return (ip[0] & 0xfe) == 0xfc || (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80);
    return !a->family || ip[0] == 10 || !ip[0] || (ip[0] == 172 && ip[1] >> 4 == 1) ||
           (ip[0] == 192 && ip[1] == 168) || (ip[0] == 100 && ip[1] >> 6 == 1) ||
           (ip[0] == 169 && ip[1] == 254);
}

static void claim_line(struct bindings *b, const struct claim *proto,
                       const struct addr *host)
{
    const struct offer_media *m = proto->media;
    struct claim draft = *proto;
    if (!m->addr.port)
        return;
    b->faxes += m->fax;
    if (m->addr.family) {
        draft.kind = CLAIM_SDP;
        claim_add(b, draft, &m->addr, 0);
        for (unsigned i = 0; i < m->candidates; i++)
            claim_add(b, draft, &m->candidate[i], 0);
    }
    if (memcmp(host->ip, m->addr.ip, sizeof host->ip) != 0) {
        struct addr at = *host;
        at.port = m->addr.port;
        draft.kind = CLAIM_SIP;
        claim_add(b, draft, &at, 0);
    }
    if (binding_is_private(&m->addr)) {
        draft.kind = CLAIM_PRIVATE;
        claim_add(b, draft, &m->addr, 0);
    }
    for (unsigned i = 0; i < m->ssrcs; i++) {
        draft.kind = CLAIM_SSRC;
        claim_add(b, draft, NULL, m->ssrc[i]);
    }
    if (m->ufrag && !m->fax) {
        draft.kind = CLAIM_ICE;
        claim_add(b, draft, NULL, name_hash(slice_of(m->ufrag->p, m->ufrag->n)));
    }
}

static void claim_lines(struct bindings *b, struct call *call, const struct offer *o,
                        const struct addr *host)
{
    for (unsigned i = 0; i < o->text->lines; i++) {
        struct claim proto = {
            .call = call,
            .media = &o->text->line[i],
            .tag = o->tag,
            .from = o->time,
            .until = INT64_MAX,
            .cseq = o->msg->cseq,
            .side = o->side,
            .line = (uint8_t)i,
        };
        claim_line(b, &proto, host);
    }
}

void binding_claim(struct bindings *b, struct call *call, const struct offer *o,
                   const struct addr *host)
{
    for (struct claim *c = call->claims; c; c = c->next)
        if (c->side == o->side && c->tag == o->tag && c->until == INT64_MAX &&
            c->cseq != o->msg->cseq)
            c->until = o->time + LINGER;
    claim_lines(b, call, o, host);
}

void binding_refuse(struct bindings *b, struct call *call, const struct offer *refused,
                    const struct addr *host, int64_t now)
{
    const struct offer *before = offer_newest(call, refused->side, refused->tag);
    for (struct claim *c = call->claims; c; c = c->next)
        if (c->side == refused->side && c->tag == refused->tag &&
            c->cseq == refused->msg->cseq && c->until == INT64_MAX)
            c->until = now + LINGER;
    if (before)
        claim_lines(b, call, before, host);
}

void binding_close(struct call *call, int64_t now)
{
    for (struct claim *c = call->claims; c; c = c->next)
        if (c->until == INT64_MAX)
            c->until = now + LINGER;
}

void binding_drop(struct bindings *b, struct call *call)
{
    for (struct claim *c = call->claims; c; c = c->next) {
        *(c->newer ? &c->newer->older : &c->end->newest) = c->older;
        if (c->older)
            c->older->newer = c->newer;
        if (!c->end->newest) {
            hash_remove(&b->ends, c->end->hash, c->end);
            slab_give(&b->slab, c->end);
        }
    }
    call->claims = NULL;
}

/* ---- look-up ---- */

/* How many claims of an endpoint are looked at, the newest first. */
enum { LOOKS = 32 };

static bool holds(const struct claim *c, const struct binding_key *k,
                  const struct call *only)
{
    return (!only || c->call == only) && k->time >= c->from - EARLY &&
           k->time <= c->until && c->media->fax == k->fax;
}

static const struct claim *
claim_at(const struct endpoint *e, const struct binding_key *k, const struct call *only)
{
    const struct claim *c = e ? e->newest : NULL;
    for (int i = 0; c && i < LOOKS; c = c->older, i++)
        if (holds(c, k, only))
            return c;
    return NULL;
}

/* The other side's line beside a claim's. */
static const struct offer_media *line_beside(const struct claim *c)
{
    unsigned other = c->side == CALL_CALLER ? CALL_CALLEE : CALL_CALLER;
    const struct offer *o = offer_newest(c->call, other, NULL);
    return o && c->line < o->text->lines ? &o->text->line[c->line] : NULL;
}

static bool names_source(const struct offer_media *m, uint32_t ssrc)
{
    for (unsigned i = 0; m && i < m->ssrcs; i++)
        if (m->ssrc[i] == ssrc)
            return true;
    return false;
}

/* How well a line suits a packet to (or `from`) its endpoint: the other side has not
 * refused it, it names the source, it names the payload type. */
static unsigned suits(const struct claim *c, const struct binding_key *k, bool from)
{
    const struct offer_media *beside = line_beside(c);
    return 4 * (!beside || beside->addr.port) +
           2 * names_source(from ? c->media : beside, k->ssrc) +
           (k->fax || offer_codec_of(c->media, k->pt));
}

/* Lines may share an endpoint: bundled ones (RFC 9143 9.2), or the same media offered
 * with and without encryption. `c` is the newest of them. */
static const struct claim *claim_line_of(const struct claim *c,
                                         const struct binding_key *k, bool from)
{
    const struct claim *best = c, *o = c ? c->older : NULL;
    for (int i = 0; o && i < LOOKS; o = o->older, i++)
        if (o->call == c->call && o->side == c->side && o->tag == c->tag &&
            holds(o, k, NULL) && suits(o, k, from) > suits(best, k, from))
            best = o;
    return best;
}

/* A claim on `e` by the other side of the same call as `of`, on the same line if it may
 * be. */
static const struct claim *claim_beside(const struct endpoint *e,
                                        const struct binding_key *k,
                                        const struct claim *of)
{
    const struct claim *c = e ? e->newest : NULL, *found = NULL;
    for (int i = 0; c && i < LOOKS; c = c->older, i++) {
        if (c->call != of->call || c->side == of->side || !holds(c, k, NULL))
            continue;
        if (c->line == of->line)
            return c;
        found = found ? found : c;
    }
    return found;
}

static bool bound(struct binding *out, enum binding_how how, const struct claim *dst,
                  const struct claim *src)
{
    const struct claim *any = dst ? dst : src;
    *out = (struct binding){
        .call = any->call,
        .dst = dst ? dst->media : line_beside(src),
        .src = src ? src->media : line_beside(dst),
        .how = how,
        .to = dst                        ? dst->side
              : src->side == CALL_CALLER ? CALL_CALLEE
                                         : CALL_CALLER,
    };
    return true;
}

/* Both ends are claimed by the two sides of one call. */
static bool find_both(const struct endpoint *d, const struct endpoint *s,
                      const struct binding_key *k, const struct call *only,
                      struct binding *out)
{
    const struct claim *c = d ? d->newest : NULL;
    for (int i = 0; s && c && i < LOOKS; c = c->older, i++) {
        const struct claim *other = holds(c, k, only) ? claim_beside(s, k, c) : NULL;
        if (!other)
            continue;
        c = claim_line_of(c, k, false);
        return bound(out, BINDING_SDP_BOTH, c, claim_beside(s, k, c));
    }
    return false;
}

static bool offers_type(const struct offer_media *m, const struct binding_key *k)
{
    return k->fax || offer_codec_of(m, k->pt);
}

static bool find_private(const struct bindings *b, const struct binding_key *k,
                         const struct call *only, struct binding *out)
{
    const struct claim *d = claim_at(end_find(b, CLAIM_PRIVATE, &k->dst, 0), k, only);
    const struct claim *s =
        d ? NULL : claim_at(end_find(b, CLAIM_PRIVATE, &k->src, 0), k, only);
    const struct claim *c = d ? d : s;
    if (!c || k->time - c->from > NEAR || !offers_type(c->media, k))
        return false;
    return bound(out, BINDING_PRIVATE, d, s);
}

bool binding_find(const struct bindings *b, const struct binding_key *k,
                  const struct call *only, struct binding *out)
{
    const struct endpoint *dst = end_find(b, CLAIM_SDP, &k->dst, 0);
    const struct endpoint *src = end_find(b, CLAIM_SDP, &k->src, 0);
    const struct claim *c;
    if (!b->ends.n)
        return false;
    if (find_both(dst, src, k, only, out))
        return true;
    if ((c = claim_at(dst, k, only)))
        return bound(out, BINDING_SDP_DST, claim_line_of(c, k, false), NULL);
    if ((c = claim_at(end_find(b, CLAIM_SSRC, NULL, k->ssrc), k, only)) && !k->fax)
        return bound(out, BINDING_SSRC, NULL, c);
    if ((c = claim_at(src, k, only)))
        return bound(out, BINDING_SDP_SRC, NULL, claim_line_of(c, k, true));
    if ((c = claim_at(end_find(b, CLAIM_SIP, &k->dst, 0), k, only)))
        return bound(out, BINDING_SIP_SRC, claim_line_of(c, k, false), NULL);
    if ((c = claim_at(end_find(b, CLAIM_SIP, &k->src, 0), k, only)))
        return bound(out, BINDING_SIP_SRC, NULL, claim_line_of(c, k, true));
    return find_private(b, k, only, out);
}

/* ---- checks of ICE ---- */

enum { LEARNED = 64 }; /* addresses of a call */

static bool is_named(const struct claim *c, struct slice ufrag, int64_t time)
{
    return c->media->ufrag && c->until >= time && c->from <= time &&
           slice_eq(slice_of(c->media->ufrag->p, c->media->ufrag->n), ufrag);
}

/* The claim of the other side's line that bears a name. */
static const struct claim *named_beside(const struct endpoint *e, struct slice ufrag,
                                        const struct claim *of, int64_t time)
{
    const struct claim *c = e ? e->newest : NULL;
    for (int i = 0; c && i < LOOKS; c = c->older, i++)
        if (c->call == of->call && c->side != of->side && c->line == of->line &&
            is_named(c, ufrag, time))
            return c;
    return NULL;
}

/* The side of `c` has an address more. */
static bool learn(struct bindings *b, const struct claim *c, const struct addr *at,
                  int64_t time)
{
    struct claim draft = *c;
    unsigned learned = 0;
    for (const struct claim *k = c->call->claims; k; k = k->next) {
        if (k->kind == CLAIM_SDP && k->side == c->side && k->line == c->line &&
            k->until == INT64_MAX && addr_eq(&k->end->addr, at))
            return false;
        learned += k->learned;
    }
    if (learned >= LEARNED)
        return false;
    draft.kind = CLAIM_SDP;
    draft.learned = true;
    draft.from = time;
    claim_add(b, draft, at, 0);
    return true;
}

/* Candidates of a line but the pair that was chosen; its own address stays, as the
 * description names it. */
static void drop_others(const struct claim *of, const struct binding_check *check)
{
    for (struct claim *c = of->call->claims; c; c = c->next)
        if (c->kind == CLAIM_SDP && c->line == of->line && c->until == INT64_MAX &&
            !addr_eq(&c->end->addr, &c->media->addr) &&
            !addr_eq(&c->end->addr, &check->src) &&
            !addr_eq(&c->end->addr, &check->dst))
            c->until = check->time + LINGER;
}

struct call *binding_check(struct bindings *b, const struct binding_check *check)
{
    size_t colon = slice_find(check->user, ':');
    struct slice theirs = slice_sub(check->user, 0, colon);
    struct slice ours = slice_skip(check->user, colon + 1);
    const struct endpoint *from = end_find(b, CLAIM_ICE, NULL, name_hash(ours));
    const struct endpoint *to = end_find(b, CLAIM_ICE, NULL, name_hash(theirs));
    const struct claim *c = from && to ? to->newest : NULL;
    struct call *call = NULL;
    for (int i = 0; c && i < LOOKS; c = c->older, i++) {
        const struct claim *other = is_named(c, theirs, check->time)
                                        ? named_beside(from, ours, c, check->time)
                                        : NULL;
        if (!other || (call && call != c->call))
            continue;
        bool there = learn(b, c, &check->dst, check->time);
        if (learn(b, other, &check->src, check->time) || there)
            call = c->call;
        if (check->chosen)
            drop_others(c, check);
    }
    return call;
}

bool binding_fax(const struct bindings *b, const struct addr *dst, int64_t time)
{
    struct binding_key k = {.dst = *dst, .time = time, .fax = true};
    return b->faxes && claim_at(end_find(b, CLAIM_SDP, dst, 0), &k, NULL);
}
