/*
 * Which call a media address belongs to, and when: claims of calls on endpoints, by
 * their session descriptions. Ports are used again, so each endpoint has a list of
 * claims with their time.
 */
#ifndef MODEL_BINDING_H
#define MODEL_BINDING_H

#include "base/hash.h"
#include "base/slab.h"
#include "model/offer.h"

/* HOW(id, name, confidence): how a stream was bound, the best first. */
#define BINDING_TABLE(HOW)            \
    HOW(SDP_BOTH, "sdp-both", 100)    \
    HOW(SDP_DST, "sdp-dst", 95)       \
    HOW(SSRC, "ssrc", 90)             \
    HOW(SDP_SRC, "sdp-src", 85)       \
    HOW(CONTINUITY, "continuity", 85) \
    HOW(SIP_SRC, "sip-src", 80)       \
    HOW(REVERSE, "reverse", 80)       \
    HOW(PRIVATE, "private", 60)       \
    HOW(ORPHAN, "orphan", 0)

enum binding_how {
#define HOW(id, name, confidence) BINDING_##id,
    BINDING_TABLE(HOW)
#undef HOW
        BINDING_COUNT
};

/* "sdp-both"; and its confidence, 0-100. */
const char *binding_name(enum binding_how how);
unsigned binding_confidence(enum binding_how how);

/* What a claim is on. */
enum claim_kind {
    CLAIM_SDP,     /* the address that the description names */
    CLAIM_SIP,     /* its port on the host that its SIP came from */
    CLAIM_PRIVATE, /* its port alone: the address is of no use outside */
    CLAIM_SSRC,    /* a source that a=ssrc names */
    CLAIM_ICE,     /* its name in checks of ICE, a=ice-ufrag */
};

struct endpoint;

struct claim {
    struct claim *older, *newer; /* of the same endpoint */
    struct claim *next;          /* of the same call */
    struct endpoint *end;
    struct call *call;
    const struct offer_media *media;
    const struct str *tag; /* of the side */
    int64_t from, until;   /* ns; until INT64_MAX: in force */
    uint32_t cseq;         /* of the exchange that named it last */
    uint8_t side;          /* CALL_CALLER or CALL_CALLEE: whose endpoint it is */
    uint8_t kind;
    uint8_t line; /* index of the m= line */
    bool learned; /* of an address that checks of ICE showed */
};

struct bindings {
    struct hash ends;
    struct slab slab; /* endpoints */
    uint64_t faxes;   /* claims of T.38 made so far */
};

/* An empty index. */
void bindings_init(struct bindings *b);

/* Frees it; calls must not use their claims any more. */
void bindings_done(struct bindings *b);

/*
 * Claims what a description names, at its time; claims of the same side and tag from an
 * earlier exchange that it does not repeat end 2 s later. (In one exchange a relay's
 * address may stand beside the side's own.) `host`: where its SIP came from.
 */
void binding_claim(struct bindings *b, struct call *call, const struct offer *o,
                   const struct addr *host);

/* What `refused` described never came into force: its claims end 2 s after `now`, those
 * of the side's description before it, and its host, go on. */
void binding_refuse(struct bindings *b, struct call *call, const struct offer *refused,
                    const struct addr *host, int64_t now);

/* The call is over at `now`: its claims end 2 s later. */
void binding_close(struct call *call, int64_t now);

/* Takes all claims of a call out. */
void binding_drop(struct bindings *b, struct call *call);

struct binding {
    struct call *call;
    const struct offer_media *dst, *src; /* what receiver and sender said; NULL */
    enum binding_how how;
    uint8_t to; /* side that receives */
};

/* The packet to be bound. */
struct binding_key {
    struct addr src, dst;
    int64_t time;
    uint32_t ssrc;
    uint8_t pt;
    bool fax;
};

/*
 * A check of ICE from `src` to `dst`, whose user is "theirs:ours" by a=ice-ufrag: both
 * addresses are candidates, though no description may name them (RFC 8445 7.3.1.3). A
 * pair that is chosen for media puts an end to the line's other candidates. Returns the
 * call that now claims an address more; NULL: none does.
 */
struct binding_check {
    struct addr src, dst;
    struct slice user;
    int64_t time;
    bool chosen;
};
struct call *binding_check(struct bindings *b, const struct binding_check *check);

/* The best binding by claims alone (not REVERSE and CONTINUITY). `only`: no other call;
 * NULL: any. False: none. */
bool binding_find(const struct bindings *b, const struct binding_key *key,
                  const struct call *only, struct binding *out);

/* An address of no use to others: private, 0.0.0.0, or a host name. */
bool binding_is_private(const struct addr *a);

/* True where some call claims the address now, for T.38. */
bool binding_fax(const struct bindings *b, const struct addr *dst, int64_t time);

#endif
