/*
 * One RTP stream: what was seen of one source (SSRC) from one address to another, with
 * all its figures (SPEC's table of streams). T.38 over UDPTL is one too, without SSRC.
 * Nothing is stored per packet.
 */
#ifndef MODEL_RTP_STREAM_H
#define MODEL_RTP_STREAM_H

#include "dissect/rtp.h"
#include "model/binding.h"
#include "model/remote.h"
#include "quality/drift.h"
#include "quality/emodel.h"
#include "quality/jitter.h"
#include "quality/pdv.h"
#include "quality/playout.h"
#include "quality/sequence.h"

#define RTP_SLICE INT64_C(10000000000) /* ns */

enum rtp_kind { RTP_AUDIO, RTP_TONE, RTP_NOISE }; /* media, telephone events, CN */

/* What a payload type means in a stream. */
struct rtp_format {
    const char *name; /* encoding name, not the stream's; NULL: not known */
    double ms;        /* of a timestamp unit; 0: the clock is not known */
    uint32_t rate;    /* Hz; 0: not known */
    uint8_t pt;       /* 255: none */
    uint8_t kind;     /* enum rtp_kind */
    bool assumed;     /* the clock was estimated from the packets */
    bool g711, ulaw;
};

/* Ten seconds of a stream. */
struct rtp_slice {
    struct rtp_slice *next;
    const struct rtp_stream *stream;
    uint32_t n; /* from 1 */
    uint32_t packets, lost, expected;
    float jitter_mean, jitter_max; /* ms */
    float late50, late200;         /* % */
    float r, mos;
    uint32_t id; /* of the row */
};

/* Counters where the slice under way began. */
struct rtp_slice_base {
    double jitter_sum;
    uint32_t n, packets, unique, expected;
    uint32_t updates, played, late50, late200;
    struct sequence_bad unplayed;
};

/* Packets from before the codec was known. */
enum { RTP_EARLY = 64 };
struct rtp_early {
    struct {
        int64_t arrival;
        uint32_t ts;
        uint16_t seq;
        uint8_t pt;
        bool fresh; /* no duplicate */
    } at[RTP_EARLY];
    unsigned n;
};

struct pair;
struct pair_ring;
struct rtp_figures;

/* What few streams have. */
struct rtp_notes {
    /* Oddities, with the first frame of each. */
    uint64_t pause_frame, jump_frame, step_frame;
    uint16_t pauses;    /* over a second without a packet, and none lost */
    uint16_t unmarked;  /* of these, those that no marker ends */
    uint16_t jumps;     /* timestamps went on by another time than passed, >1 s */
    uint16_t steps;     /* timestamp step unlike the packet time, packets on time */
    uint16_t echoes;    /* packets that the other direction had within a second */
    uint32_t echo_of;   /* id of that stream */
    struct {            /* payloads that another call had just before */
        uint64_t hash;  /* of the last one */
        uint64_t shift; /* its number there less its number here */
        uint32_t up;    /* id of that stream */
        uint32_t n;     /* so many in a row with this shift */
    } twin;
    int64_t hole; /* the tenth of a second of its newest gap: streams.h */

    uint32_t event_ts[4];   /* of the newest telephone events */
    struct rtp_tones {      /* how they were sent */
        uint64_t frame;     /* first packet of the event now */
        uint64_t odd_frame; /* of the first odd one */
        uint32_t ts, begun; /* of the segment now, and of its event */
        uint32_t ended_ts;  /* where the event before ended */
        uint32_t duration;  /* of the event now, so far, ticks */
        uint32_t segment;   /* where its segment now began, in these */
        uint8_t event;
        bool ended;          /* its end was marked */
        uint8_t brief, open; /* events under 40 ms; events whose end was never marked */
        uint8_t close;       /* pauses under 40 ms between two events */
        uint8_t twice;       /* of these, the same key again */
        uint8_t resets;      /* durations that fell within one event */
    } tones;
};

/* What each packet uses comes first, in as few lines of 64 bytes as it goes. */
struct rtp_stream {
    struct addr src, dst;
    uint32_t ssrc;
    uint32_t place; /* file, interface and path of the first packet */
    bool fax;
    bool mixed; /* seen at more than one place */
    bool srtp;
    bool closed; /* no packet of the stream is expected any more */
    uint8_t dscp;
    uint8_t to;  /* side of the call that receives */
    uint8_t how; /* enum binding_how */
    uint32_t last_ts;
    uint32_t packets; /* duplicates in, copies out */

    struct rtp_format format; /* of the packets now */
    int64_t end;
    int64_t slice_end; /* of the slice under way */
    int64_t delta_max;
    int64_t drift_units; /* timestamps since the first, unwrapped */

    uint64_t bytes;    /* of RTP, headers included */
    uint32_t ticks;    /* timestamp units of a packet, as most packets have */
    uint32_t repeated; /* how often that was so in a row */
    int64_t quiet_since;
    struct rtp_early *early; /* NULL: the clock is known, or was given up */
    struct pair *pair;       /* what carries this media into the box; NULL */
    struct pair_ring *ring;  /* arrivals, where it is such a one; NULL */
    struct pdv *pdv;         /* NULL: memory was short, or stored */
    struct jitter jitter;
    struct playout playout;
    struct sequence sequence;

    float slice_jitter; /* highest of the slice under way, ms */
    float mos_min;      /* of closed slices; 0: none */
    struct drift drift;
    struct rtp_format other; /* the payload type used beside it: telephone events */
    struct rtp_slice_base base;
    struct rtp_slice *slices, *last_slice;
    int64_t start;
    uint64_t frame; /* of the first packet */
    uint32_t id;    /* from 1, in order of the first packet */
    uint32_t copies;
    uint32_t codecs;        /* changes of the codec */
    uint32_t noise;         /* comfort noise packets */
    uint32_t quiet_longest; /* G.711 without sound, ms */
    uint16_t dscps;         /* changes of DSCP */
    uint8_t digit_count, event_count, events_at;
    char *digits;            /* NUL-terminated; NULL: none */
    struct rtp_notes *notes; /* NULL: nothing is odd, and there were no events */

    struct { /* of RTCP */
        int64_t sent[2];
        uint32_t middle[2];     /* of the NTP time of the last two SR */
        float loss, jitter;     /* last loss, mean jitter, ms */
        float rtt;              /* mean between here and the receiver, ms */
        uint16_t reports, rtts; /* at most UINT16_MAX */
    } rtcp;

    struct rtp_figures *stored; /* as a database has them; NULL: they are worked out */
    struct remote *remote;      /* what its receiver says of it; NULL: nothing */
    struct call *call;          /* NULL: orphan */
    const struct offer_media *dst_media, *src_media;
    union {                              /* it is of a call, or an orphan */
        struct rtp_stream *call_next;    /* of the same call */
        struct rtp_stream *orphan_older; /* by age */
    };
    struct rtp_stream *ssrc_older, *ssrc_newer;
    struct rtp_stream *flow_older, *flow_newer; /* of the same addresses */
    struct rtp_stream *weak_older, *weak_newer; /* to the same address, not SDP_BOTH */
    struct rtp_stream *orphan_newer;
    struct pair *pairs_down; /* streams that this one comes out as */
};

/* Bytes at the start of a stream that each of its packets uses. */
enum { RTP_STREAM_HOT = offsetof(struct rtp_stream, sequence.late) };

/* The notes, made where there are none; NULL when memory is short. Who frees the stream
 * frees them. */
struct rtp_notes *rtp_stream_note(struct rtp_stream *s);

/* The notes to read: empty ones where there are none. */
static inline const struct rtp_notes *rtp_stream_notes(const struct rtp_stream *s)
{
    static const struct rtp_notes NONE;
    return s->notes ? s->notes : &NONE;
}

/* The event under way was the last: counts what is odd about it into *out too. */
void rtp_stream_tones(const struct rtp_stream *s, struct rtp_tones *out);

/* A packet, as the stream takes it. */
struct rtp_packet {
    const struct frame *frame;
    struct slice payload;
    int64_t time;
    uint32_t ts, ssrc;
    uint32_t bytes; /* of RTP on the wire */
    uint32_t place;
    uint16_t seq;
    uint8_t pt, dscp;
    bool marker;
};

/* What a packet turned out to be, for who asked. */
struct rtp_outcome {
    bool copy;    /* the same packet seen at another place: counted in nothing */
    bool fresh;   /* a number not seen before */
    bool gap;     /* it ends a gap in the numbers */
    char digit;   /* a telephone event began; 0: none */
    bool changed; /* another codec */
};

/* Begins a stream with its first packet's time and place. */
void rtp_stream_begin(struct rtp_stream *s, const struct rtp_packet *p);

/* The slice under way is over at the packet's time. Call rtp_stream_slice() first. */
static inline bool rtp_stream_slice_over(const struct rtp_stream *s, int64_t time)
{
    return time >= s->slice_end;
}

/* Takes a packet. O(1). */
void rtp_stream_take(struct rtp_stream *s, const struct rtp_packet *p,
                     struct rtp_outcome *out);

/* The same for a datagram of UDPTL. */
void rtp_stream_take_fax(struct rtp_stream *s, const struct rtp_packet *p);

/* The figures of the slice under way. Returns false where it has no packet. */
bool rtp_stream_slice(const struct rtp_stream *s, struct rtp_slice *out);

/* The next slice begins; `time` lies in it. */
void rtp_stream_next_slice(struct rtp_stream *s, int64_t time);

/* What payload types mean may have changed: ask again with the next packet. Early
 * packets whose clock is known now are replayed; the pairs are then no longer needed
 * (returns true: give them back). */
bool rtp_stream_reformat(struct rtp_stream *s);

/* Everything of the table that has to be worked out. */
struct rtp_figures {
    struct sequence_figures sequence;
    double loss; /* % */
    double jitter_mean, jitter_max;
    double late50, late200;                /* % */
    double drift;                          /* ppm; valid where has_drift */
    double r, mos, mos_min, mos50, mos200; /* valid where has_mos */
    double ptime;                          /* ms; 0: not known */
    double pdv50, pdv95, pdv99;            /* ms; valid where has_pdv */
    bool has_drift, has_mos, has_mos_min, has_pdv;
    struct remote remote; /* without reports: none came */
    const struct emodel_codec *codec;
};
void rtp_stream_figures(const struct rtp_stream *s, struct rtp_figures *out);

/* Start of a slice, ns. */
static inline int64_t rtp_slice_start(const struct rtp_slice *l)
{
    return l->stream->start + (int64_t)(l->n - 1) * RTP_SLICE;
}

/* Parameters of the E-model for its codec; never NULL. */
const struct emodel_codec *rtp_stream_emodel(const struct rtp_stream *s);

/* Encoding name of the stream's media; NULL: not known. */
const char *rtp_stream_codec(const struct rtp_stream *s);

#endif
