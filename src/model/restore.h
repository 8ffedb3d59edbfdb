/*
 * The model built again from stored rows: messages are taken in as they were at
 * first, in their order, and then calls get the values that were stored of them;
 * streams, slices and events are made of what was stored. Findings as stored are plain
 * data here: diagnose/diagnose.h takes them.
 */
#ifndef MODEL_RESTORE_H
#define MODEL_RESTORE_H

#include "base/strbuf.h"
#include "model/calls.h"

struct rtp_stream;
struct streams;

struct stored_message {
    uint32_t id, call; /* the ids to have; 0: the next free ones */
    int64_t time;
    uint64_t frame;
    uint16_t file, interface;
    struct slice src, dst, transport; /* as text */
    struct slice malformed;           /* name of the reason; empty: usable */
    bool reassembled, cut, sdp, copy;
    struct slice text; /* the message, or what is known of it */
    uint32_t size;     /* its length as it was seen */
    struct span span;  /* where the text lies */
    const uint64_t *frames;
    uint16_t nframes;
};

/* Takes a message in. NULL where it was counted and not kept. */
struct msg *restore_message(struct calls *c, const struct stored_message *s);

struct stored_call {
    uint32_t session; /* 0: unknown */
    struct slice state, reason, ended_by, incomplete, link;
    uint16_t status;
    uint8_t link_confidence;
    uint32_t messages, retransmissions;
    int64_t start, ring, answer, end; /* ns; 0: null */
};

/* Gives a call the values stored of it, and takes the events out that its messages
 * made: they are stored as well. */
void restore_call(struct calls *c, struct call *call, const struct stored_call *s);

/* The session description of a message, its keys left out (a=crypto, RFC 4568), into
 * `out` (replaced): kept where texts are not. Returns false where it has none. */
bool stored_sdp(struct slice text, struct strbuf *out);

/* ---- streams ---- */

/* All rows of one kind; NULL: no media. */
enum stored_rows { STORED_STREAMS, STORED_SLICES, STORED_OFFERS };
const struct rows *stored_rows(const struct streams *s, enum stored_rows what);

/* The streams of a call, one after the other; NULL: the first, and at the end. */
const struct rtp_stream *stored_next(const struct call *call,
                                     const struct rtp_stream *stream);

/* Its id, and the call that it belongs to (NULL: none); the call of a row. */
uint32_t stored_id(const struct rtp_stream *stream);
const struct call *stored_call_of(const struct rtp_stream *stream);
const struct call *stored_row_call(enum stored_rows what, const void *row);

/* Differs where what is stored of a stream has changed. */
uint64_t stored_mark(const struct rtp_stream *stream);

/* What a stream has beside its row: numbers by name, the same in every file. */
size_t stored_numbers(void);
const char *stored_number_name(size_t i);
bool stored_number_real(size_t i); /* else an integer */

union stored_number {
    int64_t i;
    double r;
};

/* The number of a stream as it is now. */
union stored_number stored_number_of(const struct streams *s,
                                     const struct rtp_stream *stream, size_t i);

/* The m= line that a stream was bound by: message, and index of the line. */
struct stored_line {
    uint64_t message; /* 0: none */
    uint8_t line;
};

/* The line that the stream's receiver (or sender) said; message: id in the model. */
struct stored_line stored_line_of(const struct rtp_stream *stream, bool receiver);

struct stored_stream {
    uint32_t id;       /* to have; 0: the next */
    struct call *call; /* NULL: orphan */
    struct slice src, dst, ssrc, codec, binding, digits;
    uint8_t pt;                 /* 255: none */
    uint32_t rate;              /* Hz; 0: unknown */
    struct stored_line line[2]; /* of receiver and sender; message: its span's offset */
    uint16_t file, files;       /* whose messages have these file indices */
    const union stored_number *number; /* stored_numbers() of them */
    struct {
        uint32_t id; /* 0: none */
        uint64_t lost;
        double delay, jitter;
        bool timed;
        struct slice basis; /* words of pair_basis */
    } pair;
};

/* Makes a stream. NULL where memory is short, or the row makes none. */
struct rtp_stream *restore_stream(struct streams *s, const struct stored_stream *in);

struct stored_slice {
    uint32_t n, packets, lost, expected;
    double jitter_mean, jitter_max, late50, late200, r, mos; /* mos 0: none */
};

/* Adds a slice to a stream, in order of their numbers. */
void restore_slice(struct streams *s, struct rtp_stream *stream,
                   const struct stored_slice *in);

/* ---- events ---- */

/* The flow whose packet was refused, as text for struct stored_event; false: of another
 * kind of event, or unknown. Addresses of ADDR_TEXT bytes. */
bool stored_flow(const struct event *e, char *src, char *dst, const char **transport);

struct stored_event {
    struct call *call;
    uint32_t stream; /* id; 0: none */
    int64_t time;
    uint64_t frame;
    uint16_t file;
    struct slice kind, value;         /* ICMP: "type 3 code 3 from 192.0.2.1" */
    struct slice src, dst, transport; /* ICMP: the flow; empty: unknown */
};

/* Adds an event to its call. */
void restore_event(struct calls *c, const struct stored_event *in);

/* ---- findings ---- */

struct stored_finding {
    uint32_t id, cause;
    const struct call *call; /* NULL: the capture as a whole */
    struct slice rule, severity, headline, detail, remedy, peer, group;
    uint8_t confidence;
    const struct stored_frame {
        uint16_t file;
        uint64_t frame;
    } * frames;
    size_t nframes;
};

#endif
