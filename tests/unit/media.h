/*
 * Calls with media for the tests of the model: scenario.h's messages, and RTP packets
 * in few words.
 */
#ifndef TESTS_MEDIA_H
#define TESTS_MEDIA_H

#include "scenario.h"

#include "model/streams.h"

#define CALLER_RTP "192.0.2.1:4000"
#define CALLEE_RTP "198.51.100.2:5000"
#define SDP_OF(ip, port, lines)                                                        \
    "v=0\r\no=- 1 1 IN IP4 " ip "\r\ns=-\r\nc=IN IP4 " ip "\r\nt=0 0\r\nm=audio " port \
    " RTP/AVP 0 96 101\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/"   \
    "8000\r\n" lines
#define SDP_TYPE "Content-Type: application/sdp\r\n"

struct media {
    struct fixture f;
    struct streams *s;
    const char *src, *dst; /* of the next packets */
    uint32_t ssrc, path;
    uint8_t pt;
    bool marker;
};

static inline void media_init(struct media *m)
{
    *m = (struct media){.src = CALLER_RTP, .dst = CALLEE_RTP, .ssrc = 0x11223344};
    fixture_init(&m->f);
    m->s = streams_new(m->f.calls, &m->f.ledger);
    assert_non_null(m->s);
}

static inline void media_done(struct media *m)
{
    streams_free(m->s);
    fixture_done(&m->f);
}

/* INVITE with the caller's address, 200 with the callee's, ACK: at 0, 50 and 60 ms. */
static inline void media_call(struct media *m)
{
    m->f.body = SDP_OF("192.0.2.1", "4000", "");
    FEED(&m->f, {0, ">", "INVITE", "1 INVITE", "a", NULL, SDP_TYPE});
    m->f.body = SDP_OF("198.51.100.2", "5000", "");
    FEED(&m->f, {50, "<", "200", "1 INVITE", "a", "bob", SDP_TYPE});
    m->f.body = NULL;
    FEED(&m->f, {60, ">", "ACK", "1 ACK", "b", "bob", NULL});
}

/* A datagram. us: microseconds after T0. */
static inline void media_feed(struct media *m, int64_t us, const uint8_t *p, size_t n,
                              void (*take)(struct streams *, const struct frame *,
                                           const struct packet *))
{
    struct frame frame = {.time = T0 + us * 1000, .number = ++m->f.frame};
    struct packet packet = {
        .kind = PACKET_UDP,
        .payload = slice_of(p, n),
        .whole = (uint32_t)n,
        .path = m->path,
    };
    assert_true(addr_parse(slice_str(m->src), &packet.src));
    assert_true(addr_parse(slice_str(m->dst), &packet.dst));
    if (take != streams_rtp || !streams_known(m->s, &frame, &packet))
        take(m->s, &frame, &packet);
}

/* An RTP packet of 160 bytes of payload, or of the payload given. */
static inline void rtp_payload(struct media *m, int64_t us, unsigned seq, uint32_t ts,
                               const void *payload, size_t n)
{
    uint8_t d[400] = {0x80, (uint8_t)(m->pt | (m->marker ? 0x80 : 0)),
                      (uint8_t)(seq >> 8), (uint8_t)seq};
    for (int i = 0; i < 4; i++) {
        d[4 + i] = (uint8_t)(ts >> (24 - 8 * i));
        d[8 + i] = (uint8_t)(m->ssrc >> (24 - 8 * i));
    }
    memcpy(d + 12, payload, n);
    media_feed(m, us, d, 12 + n, streams_rtp);
}

static inline void rtp(struct media *m, int64_t us, unsigned seq, uint32_t ts)
{
    uint8_t sound[160];
    memset(sound, 0x2a, sizeof sound);
    rtp_payload(m, us, seq, ts, sound, sizeof sound);
}

/* n packets of 20 ms from `us` on. */
static inline void rtp_run(struct media *m, int64_t us, unsigned seq, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        rtp(m, us + 20000 * i, (seq + i) & 0xffff, 160 * (seq + i));
}

/* The stream by its place in the table, from 0. */
static inline struct rtp_stream *stream_at(struct media *m, size_t i)
{
    assert_true(i < m->s->list.list.n);
    struct rtp_stream *s = m->s->list.list.at[i];
    assert_non_null(s);
    return s;
}

#endif
