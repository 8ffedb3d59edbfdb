/*
 * Messages with session descriptions and datagrams of media, through the real model.
 * Records: kind, time step (ms), ends (four bits each), length (two bytes), bytes.
 */
#include "base/ledger.h"
#include "dissect/cursor.h"
#include "dissect/demux.h"
#include "model/streams.h"

#include <stdlib.h>

enum { RECORD_MESSAGE, RECORD_DATAGRAM, RECORD_RUN, RECORD_KINDS };
enum { RUN = 40, ENDS = 16 };

struct fuzz {
    struct calls *calls;
    struct streams *streams;
    struct frame frame;
};

static struct addr end_of(unsigned n)
{
    struct addr a = {.family = 4, .port = (uint16_t)(4000 + n)};
    a.ip[0] = n % 3 ? 192 : 10;
    a.ip[3] = (uint8_t)(n / 2);
    return a;
}

static void message(struct fuzz *f, uint8_t ends, struct slice text)
{
    struct sip sip;
    int bad = sip_parse(text, &sip);
    struct arrival a = {
        .frame = &f->frame,
        .sip = &sip,
        .text = text,
        .span = {.length = (uint32_t)text.n, .file = SPAN_NONE},
        .src = end_of(ends >> 4),
        .dst = end_of(ends & 15),
        .malformed = (uint8_t)(bad < 0 ? -bad : REASON_NONE),
        .time = f->frame.time,
    };
    calls_feed(f->calls, &a);
}

static void datagram(struct fuzz *f, uint8_t ends, struct slice d)
{
    struct packet p = {
        .kind = PACKET_UDP,
        .src = end_of(ends >> 4),
        .dst = end_of(ends & 15),
        .payload = d,
        .whole = (uint32_t)d.n,
    };
    if (streams_known(f->streams, &f->frame, &p))
        return;
    enum demux_kind kind = demux_datagram(d);
    if (streams_fax(f->streams, &f->frame, &p))
        return;
    if (kind == DEMUX_RTP)
        streams_rtp(f->streams, &f->frame, &p);
    else if (kind == DEMUX_RTCP)
        streams_rtcp(f->streams, &f->frame, &p);
    else if (kind == DEMUX_STUN)
        streams_stun(f->streams, &f->frame, &p);
}

/* The same packet again and again, its number and timestamp going on. */
static void run(struct fuzz *f, uint8_t ends, struct slice d)
{
    uint8_t copy[64];
    size_t n = d.n < sizeof copy ? d.n : sizeof copy;
    if (n < RTP_HEADER)
        return;
    memcpy(copy, d.p, n);
    for (int i = 0; i < RUN; i++) {
        datagram(f, ends, slice_of(copy, n));
        f->frame.time += 20000000;
        f->frame.number++;
        copy[3]++;
        copy[6] = (uint8_t)(copy[6] + (copy[7] + 160 > 255));
        copy[7] = (uint8_t)(copy[7] + 160);
    }
}

static void figures(const struct fuzz *f)
{
    const struct rows *r = &f->streams->list;
    for (size_t i = 0; i < r->list.n; i++) {
        const struct rtp_stream *s = r->list.at[i];
        struct rtp_figures g;
        struct pair_figures p;
        if (!s)
            continue;
        rtp_stream_figures(s, &g);
        pair_figures(s, &p);
        if (g.sequence.lost > g.sequence.expected || (g.has_mos && !(g.mos >= 1)))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ledger ledger;
    struct limits limits = LIMITS_DEFAULT;
    struct fuzz f = {.frame = {.time = INT64_C(1700000000000000000)}};
    struct cursor c = cursor_of(slice_of(data, size));
    limits.max_calls = 4;
    ledger_init(&ledger);
    f.calls = calls_new(&limits, &ledger);
    f.streams = f.calls ? streams_new(f.calls, &ledger) : NULL;
    while (f.streams && cursor_left(&c)) {
        uint8_t kind = cursor_u8(&c), step = cursor_u8(&c), ends = cursor_u8(&c);
        size_t n = cursor_u16(&c);
        struct slice d = cursor_take(&c, n < cursor_left(&c) ? n : cursor_left(&c));
        f.frame.time += step * INT64_C(1000000);
        f.frame.number++;
        f.frame.interface = kind >> 7;
        switch (kind % RECORD_KINDS) {
        case RECORD_MESSAGE: message(&f, ends, d); break;
        case RECORD_DATAGRAM: datagram(&f, ends, d); break;
        case RECORD_RUN: run(&f, ends, d); break;
        }
    }
    if (f.streams) {
        figures(&f);
        streams_end(f.streams);
        figures(&f);
    }
    streams_free(f.streams);
    calls_free(f.calls);
    return 0;
}
