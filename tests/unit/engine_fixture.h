/*
 * An engine on top of a model that only writes down what arrives. Linking a test with
 * these functions keeps the real model out of it.
 */
#ifndef TESTS_ENGINE_FIXTURE_H
#define TESTS_ENGINE_FIXTURE_H

#include "engine/engine.h"
#include "model/streams.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "packets.h"

enum { ARRIVED_MAX = 512, FRAMES_SHOWN = 8 };
static const int64_t SEC = 1000000000, MS = 1000000;

struct arrived {
    char text[80]; /* its first line */
    char call_id[40];
    size_t size;
    struct addr src, dst;
    uint64_t frame, frames[FRAMES_SHOWN];
    int64_t time;
    uint32_t nframes;
    unsigned transport, malformed, flags;
    bool reassembled, in_frame;
};

struct fixture {
    struct engine *engine;
    struct ledger ledger;
    struct limits limits;
    struct text text;
    struct arrived at[ARRIVED_MAX];
    size_t n;         /* all, also those over ARRIVED_MAX */
    unsigned touched; /* bits of calls_touch */
    unsigned touches, icmp;
    uint64_t number; /* of the last frame fed */
    int64_t now;
};

static struct fixture fixture;

static inline void arrived_line(char *out, size_t room, struct slice s)
{
    size_t n = slice_find(s, '\r');
    if (n >= room)
        n = room - 1;
    if (n)
        memcpy(out, s.p, n);
    out[n] = 0;
}

/* Media is left alone. */
void streams_look(const struct streams *s, const struct packet *p,
                  struct streams_ahead *out)
{
    (void)s, (void)p;
    out->media = false;
}

void streams_fetch(const struct streams *s, const struct streams_ahead *ahead)
{
    (void)s, (void)ahead;
}

bool streams_take(struct streams *s, const struct frame *f, const struct packet *p,
                  const struct streams_ahead *ahead)
{
    (void)s, (void)f, (void)p, (void)ahead;
    return false;
}

bool streams_known(struct streams *s, const struct frame *f, const struct packet *p)
{
    (void)s, (void)f, (void)p;
    return false;
}

void streams_rtp(struct streams *s, const struct frame *f, const struct packet *p)
{
    (void)s, (void)f, (void)p;
}

void streams_rtcp(struct streams *s, const struct frame *f, const struct packet *p)
{
    (void)s, (void)f, (void)p;
}

void streams_stun(struct streams *s, const struct frame *f, const struct packet *p)
{
    (void)s, (void)f, (void)p;
}

bool streams_fax(struct streams *s, const struct frame *f, const struct packet *p)
{
    (void)s, (void)f, (void)p;
    return false;
}

void streams_end(struct streams *s)
{
    (void)s;
}

struct msg *calls_feed(struct calls *c, const struct arrival *a)
{
    static struct msg kept;
    (void)c;
    if (fixture.n < ARRIVED_MAX) {
        struct arrived *r = &fixture.at[fixture.n];
        *r = (struct arrived){
            .size = a->text.n,
            .src = a->src,
            .dst = a->dst,
            .frame = a->frame->number,
            .time = a->time,
            .nframes = a->nframes,
            .transport = a->transport,
            .malformed = a->malformed,
            .flags = a->sip->flags,
            .reassembled = a->reassembled,
            .in_frame = a->span.file == 0,
        };
        arrived_line(r->text, sizeof r->text, a->text);
        arrived_line(r->call_id, sizeof r->call_id, a->sip->header[SIP_H_CALL_ID]);
        for (unsigned i = 0; i < a->nframes && i < FRAMES_SHOWN; i++)
            r->frames[i] = a->frames[i];
    }
    fixture.n++;
    return &kept;
}

void calls_advance(struct calls *c, int64_t now)
{
    (void)c, (void)now;
}

void calls_set_back(struct calls *c, int64_t now)
{
    (void)c, (void)now;
}

void calls_end(struct calls *c)
{
    (void)c;
}

struct call *calls_icmp(struct calls *c, const struct frame *f, const struct packet *p)
{
    (void)c, (void)f, (void)p;
    fixture.icmp++;
    return NULL;
}

void calls_touch(struct calls *c, const struct addr *src, const struct addr *dst,
                 unsigned transport, unsigned incomplete)
{
    (void)c, (void)src, (void)dst, (void)transport;
    fixture.touched |= incomplete;
    fixture.touches++;
}

struct expected calls_expect(const struct calls *c, struct slice call_id,
                             struct slice text)
{
    (void)c, (void)call_id, (void)text;
    return (struct expected){0};
}

void calls_fetch(const struct calls *c, const struct expected *e)
{
    (void)c, (void)e;
}

void calls_fetch_parts(const struct calls *c, const struct expected *e)
{
    (void)c, (void)e;
}

struct call *calls_find(const struct calls *c, struct slice call_id)
{
    static struct call known;
    (void)c;
    for (size_t i = 0; i < fixture.n && i < ARRIVED_MAX; i++)
        if (slice_eq(slice_str(fixture.at[i].call_id), call_id))
            return &known;
    return NULL;
}

/* Says whether the bytes lie in the frame (file 0) or had to be kept elsewhere. */
static int fixture_put(struct text *self, const struct frame *f, const uint8_t *bytes,
                       size_t n, struct span *out)
{
    (void)self;
    uintptr_t a = f ? (uintptr_t)f->data : 0, b = (uintptr_t)bytes;
    bool inside = f && f->data && b >= a && b + n <= a + f->caplen;
    *out = (struct span){.file = inside ? 0 : SPAN_SPOOL, .length = (uint32_t)n};
    return 0;
}

static inline void fixture_new(bool invite_only)
{
    memset(&fixture, 0, sizeof fixture);
    fixture.limits = (struct limits)LIMITS_DEFAULT;
    fixture.text.put = fixture_put;
    fixture.now = 1700000000 * SEC;
    ledger_init(&fixture.ledger);
    struct engine_options o = {
        .limits = &fixture.limits,
        .ledger = &fixture.ledger,
        .text = &fixture.text,
        .invite_only = invite_only,
    };
    fixture.engine = engine_new(&o);
    assert_non_null(fixture.engine);
}

static int fixture_setup(void **state)
{
    (void)state;
    fixture_new(false);
    return 0;
}

static int fixture_teardown(void **state)
{
    (void)state;
    engine_free(fixture.engine);
    fixture.engine = NULL;
    return 0;
}

/* Ends the input: what arrives then is still recorded. */
static inline void fixture_end(void)
{
    engine_end(fixture.engine);
}

static inline uint64_t counted(uint32_t reason)
{
    return ledger_total(&fixture.ledger, reason);
}

/* Feeds a frame whose last `cut` bytes were not captured. A copy of its own size, so
 * that a read past the end is found by the address sanitizer. */
static inline void feed_cut(const struct bytes *b, size_t cut)
{
    uint8_t *copy = malloc(b->n - cut + 1);
    assert_non_null(copy);
    memcpy(copy, b->at, b->n - cut);
    struct frame f = {
        .data = copy,
        .caplen = (uint32_t)(b->n - cut),
        .len = (uint32_t)b->n,
        .time = fixture.now,
        .link = LINK_RAW,
        .number = ++fixture.number,
        .offset = 1000 * fixture.number,
    };
    engine_feed(fixture.engine, &f);
    free(copy);
}

static inline void feed(const struct bytes *b)
{
    feed_cut(b, 0);
}

/* A message with a body of `body` bytes. length false: without Content-Length. */
static inline size_t sip_text(char *out, size_t room, const char *call_id, size_t body,
                              bool length)
{
    char line[48] = "";
    if (length)
        snprintf(line, sizeof line, "Content-Length: %zu\r\n", body);
    int n =
        snprintf(out, room,
                 "MESSAGE sip:bob@example.com SIP/2.0\r\n"
                 "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\n"
                 "From: <sip:alice@example.com>;tag=1\r\nTo: <sip:bob@example.com>\r\n"
                 "Call-ID: %s\r\nCSeq: 1 MESSAGE\r\n%s%s\r\n",
                 call_id, body ? "Content-Type: text/plain\r\n" : "", line);
    assert_true(n > 0 && (size_t)n + body < room);
    memset(out + n, 'x', body);
    return (size_t)n + body;
}

static inline void feed_udp(const void *payload, size_t n)
{
    static struct bytes b;
    b.n = 0;
    packet_ipv4(&b, 17, 1, 2, 7, 0, 8 + n);
    packet_udp(&b, 5060, 5060, n);
    bytes_add(&b, payload, n);
    feed(&b);
}

static inline void feed_tcp_cut(uint32_t seq, unsigned flags, const void *data,
                                size_t n, size_t cut)
{
    static struct bytes b;
    b.n = 0;
    packet_ipv4(&b, 6, 1, 2, 7, 0, 20 + n);
    packet_tcp(&b, 40000, 5060, seq, flags);
    bytes_add(&b, data, n);
    feed_cut(&b, cut);
}

static inline void feed_tcp(uint32_t seq, unsigned flags, const void *data, size_t n)
{
    feed_tcp_cut(seq, flags, data, n, 0);
}

static char three[3][PACKET_ROOM];
static size_t three_size[3];

/* Three messages with the Call-IDs one, two and three. */
static inline void messages(size_t body)
{
    static const char *const IDS[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++)
        three_size[i] = sip_text(three[i], sizeof three[i], IDS[i], body, true);
}

/* The Call-IDs of what arrived, in order. */
static inline void expect_ids(const char *ids)
{
    char got[256] = "";
    for (size_t i = 0; i < fixture.n && i < ARRIVED_MAX; i++) {
        strncat(got, i ? " " : "", sizeof got - strlen(got) - 1);
        strncat(got, fixture.at[i].call_id, sizeof got - strlen(got) - 1);
    }
    assert_string_equal(got, ids);
}

#endif
