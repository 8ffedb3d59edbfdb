/* A view over a scenario, with the texts of its messages kept in memory. */
#ifndef TESTS_SHELF_H
#define TESTS_SHELF_H

#include "scenario.h"

#include "base/strbuf.h"
#include "view/field.h"

struct shelf {
    struct text text; /* first: put and get are given its address */
    struct strbuf bytes;
    struct fixture f;
    struct view view;
};

static inline int shelf_put(struct text *self, const struct frame *frame,
                            const uint8_t *bytes, size_t n, struct span *out)
{
    struct shelf *s = (struct shelf *)self;
    (void)frame;
    *out = (struct span){.offset = s->bytes.n, .length = (uint32_t)n};
    strbuf_add(&s->bytes, bytes, n);
    return 0;
}

static inline int shelf_get(struct text *self, struct span span, uint8_t *buffer)
{
    struct shelf *s = (struct shelf *)self;
    memcpy(buffer, s->bytes.p + span.offset, span.length);
    return 0;
}

static inline const char *shelf_file(void *ctx, uint16_t file)
{
    (void)ctx;
    (void)file;
    return "trunk.pcap";
}

static inline void shelf_init(struct shelf *s)
{
    *s = (struct shelf){.text = {.put = shelf_put, .get = shelf_get}};
    fixture_init(&s->f);
    s->f.keep = &s->text;
    s->view = (struct view){
        .calls = s->f.calls,
        .ledger = &s->f.ledger,
        .text = &s->text,
        .file_name = shelf_file,
        .utc = true,
    };
}

static inline void shelf_done(struct shelf *s)
{
    fixture_done(&s->f);
    strbuf_done(&s->bytes);
}

/* A call of two minutes: INVITE with SDP, 100, 180, 200, ACK, BYE, 200. */
static inline void shelf_call(struct shelf *s)
{
    static const struct step STEPS[] = {
        {0, ">", "INVITE", "1 INVITE", "a", NULL,
         "User-Agent: Softphone 1.0\r\nContent-Type: application/sdp\r\n"},
        {5, "<", "100", "1 INVITE", "a", NULL, NULL},
        {1500, "<", "180", "1 INVITE", "a", "bob", "Server: Gate\r\n"},
        {4000, "<", "200", "1 INVITE", "a", "bob", NULL},
        {4010, ">", "ACK", "1 ACK", "b", "bob", NULL},
        {124000, "<", "BYE", "7 BYE", "c", "bob", NULL},
        {124020, ">", "200", "7 BYE", "c", "bob", NULL},
    };
    s->f.body = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"
                "c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 8\r\n";
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        feed(&s->f, &STEPS[i]);
        s->f.body = NULL;
    }
    calls_end(s->f.calls);
}

static inline const struct call *shelf_first(const struct shelf *s)
{
    return s->f.calls->list.n ? s->f.calls->list.at[0] : NULL;
}

#endif
