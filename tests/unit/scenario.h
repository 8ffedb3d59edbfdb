/*
 * Short scenarios for the tests of the model: each step is one SIP message, written in
 * few words, with its time. The fixture builds the text, parses it and feeds it.
 */
#ifndef TESTS_SCENARIO_H
#define TESTS_SCENARIO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "model/calls.h"

#define MS INT64_C(1000000)
#define T0 (INT64_C(1700000000) * 1000 * MS)

struct step {
    int ms; /* after T0 */
    const char
        *dir; /* ">" to the callee, "<" from it; a second character: other hops */
    const char *start; /* "INVITE" or "200" */
    const char *cseq;  /* "1 INVITE" */
    const char *branch;
    const char *to_tag; /* NULL: none */
    const char *extra;  /* more headers, each with its CRLF; may be NULL */
};

struct fixture {
    struct limits limits;
    struct ledger ledger;
    struct calls *calls;
    const char *call_id, *from, *to, *body;
    const char *src, *dst;
    uint64_t frame;
    uint32_t path;
    bool agent; /* a capture agent tells of it */
    unsigned vias;
    uint16_t interface;
    struct text *keep; /* keeps the texts; NULL: nobody */
    char text[4096];
};

static inline void fixture_init(struct fixture *f)
{
    *f = (struct fixture){
        .limits = LIMITS_DEFAULT,
        .call_id = "a1@example.com",
        .from = "sip:alice@example.com",
        .to = "sip:bob@example.net",
        .src = "192.0.2.1:5060",
        .dst = "198.51.100.2:5060",
        .vias = 1,
    };
    ledger_init(&f->ledger);
    f->calls = calls_new(&f->limits, &f->ledger);
    assert_non_null(f->calls);
}

static inline void fixture_done(struct fixture *f)
{
    calls_free(f->calls);
}

/* Feeds bytes as they are. `back`: from dst to src. */
static inline struct msg *feed_text(struct fixture *f, int ms, bool back,
                                    struct slice text)
{
    struct sip sip = {0};
    int bad = sip_parse(text, &sip);
    struct frame frame = {
        .data = text.p,
        .caplen = (uint32_t)text.n,
        .len = (uint32_t)text.n,
        .time = T0 + ms * MS,
        .number = ++f->frame,
        .interface = f->interface,
    };
    struct arrival a = {
        .frame = &frame,
        .sip = &sip,
        .text = text,
        .malformed = (uint8_t)(bad < 0 ? -bad : 0),
        .path = f->path,
        .agent = f->agent,
        .time = frame.time,
        .span = {.length = (uint32_t)text.n, .file = SPAN_NONE},
    };
    if (f->keep)
        assert_int_equal(f->keep->put(f->keep, &frame, text.p, text.n, &a.span), 0);
    assert_true(addr_parse(slice_str(back ? f->dst : f->src), &a.src));
    assert_true(addr_parse(slice_str(back ? f->src : f->dst), &a.dst));
    return calls_feed(f->calls, &a);
}

static inline struct msg *feed(struct fixture *f, const struct step *s)
{
    bool back = s->dir[0] == '<', response = s->start[0] >= '0' && s->start[0] <= '9';
    bool callee_asks = back != response; /* From is the callee */
    char start[200], from[200], to[200], vias[400] = "";
    if (response)
        snprintf(start, sizeof start, "SIP/2.0 %s %s", s->start,
                 sip_status_phrase((unsigned)atoi(s->start)));
    else
        snprintf(start, sizeof start, "%s %s SIP/2.0", s->start,
                 callee_asks ? f->from : f->to);
    snprintf(from, sizeof from, "<%s>;tag=alice", f->from);
    snprintf(to, sizeof to, "<%s>%s%s", f->to, s->to_tag ? ";tag=" : "",
             s->to_tag ? s->to_tag : "");
    for (unsigned i = 1; i < f->vias; i++)
        snprintf(vias + strlen(vias), sizeof vias - strlen(vias),
                 "Via: SIP/2.0/UDP 203.0.113.%u;branch=z9hG4bKv%u\r\n", i, i);
    int n = snprintf(f->text, sizeof f->text,
                     "%s\r\nVia: SIP/2.0/UDP 192.0.2.1%s%s\r\n%sFrom: %s\r\nTo: %s\r\n"
                     "Call-ID: %s\r\nCSeq: %s\r\n%sContent-Length: %zu\r\n\r\n%s",
                     start, s->branch[0] ? ";branch=z9hG4bK" : "", s->branch, vias,
                     callee_asks ? to : from, callee_asks ? from : to, f->call_id,
                     s->cseq, s->extra ? s->extra : "", f->body ? strlen(f->body) : 0,
                     f->body ? f->body : "");
    assert_in_range(n, 1, sizeof f->text - 1);
    return feed_text(f, s->ms, back, slice_of(f->text, (size_t)n));
}

static inline void feed_all(struct fixture *f, const struct step *s, size_t n)
{
    for (size_t i = 0; i < n && s[i].dir; i++)
        feed(f, &s[i]);
}

#define FEED(f, ...)                                           \
    do {                                                       \
        const struct step steps_[] = {__VA_ARGS__};            \
        feed_all((f), steps_, sizeof steps_ / sizeof *steps_); \
    } while (0)

static inline struct call *the_call(struct fixture *f)
{
    struct call *c = calls_find(f->calls, slice_str(f->call_id));
    assert_non_null(c);
    return c;
}

#endif
