/* One SIP message: facts that lists and rules need; its text lies in a file or the
 * spool. */
#ifndef MODEL_MSG_H
#define MODEL_MSG_H

#include "base/text.h"
#include "dissect/addr.h"
#include "dissect/sip_table.h"

struct call;
struct txn;

/* TRANSPORT(id, name) */
#define TRANSPORT_TABLE(TRANSPORT) \
    TRANSPORT(UDP, "udp")          \
    TRANSPORT(TCP, "tcp")          \
    TRANSPORT(TLS, "tls")          \
    TRANSPORT(WS, "ws")            \
    TRANSPORT(WSS, "wss")          \
    TRANSPORT(SCTP, "sctp")

enum transport {
#define TRANSPORT(id, name) TRANSPORT_##id,
    TRANSPORT_TABLE(TRANSPORT)
#undef TRANSPORT
        TRANSPORT_COUNT
};

/* "udp"; "?" out of range. */
const char *transport_name(unsigned transport);

/* Source, destination and transport: interned, so hops compare by pointer. */
struct hop {
    struct addr src, dst;
    uint8_t transport;
    uint32_t kpi[2];  /* who calls on it and who is called: kpi_by_handle() */
    uint32_t refs;    /* messages and transactions that use it; at 0 it is forgotten */
    struct msg *last; /* newest message on it; NULL when that was given up */
    /* the same hop the other way: always there, maybe without messages */
    struct hop *back;
};

/* A string in a call's arena (with a NUL behind it), interned per call: tags compare by
 * pointer. */
struct str {
    struct str *next;
    uint32_t n;
    char p[];
};

enum {
    MSG_RETRANSMISSION = 1, /* `same` is the message repeated */
    MSG_COPY = 2, /* the same bytes seen elsewhere; `same` is the message copied */
    MSG_SDP = 4,  /* has an SDP body */
    MSG_CUT = 8,  /* the snap length or a hole cut it */
    MSG_REASSEMBLED = 16, /* of several frames or segments */
    MSG_EARLY = 32,       /* response 101-199 */
    MSG_EXTRA = 64,       /* a struct msg_extra stands behind it */
    MSG_REASON = 128,     /* BYE with a Reason (RFC 3326) that is no normal clearing */
    MSG_TIMER = 256,      /* has Session-Expires (RFC 4028) */
};

/* What few messages have: it lies behind the message, where MSG_EXTRA is set. */
struct msg_extra {
    const struct str *method_name; /* for SIP_OTHER; else NULL */
    uint32_t nframes;
    uint64_t frames[]; /* of a reassembled message: numbers of all its frames */
};

/* A capture has millions of them: every byte counts, in time as well, since memory that
 * is touched first is what costs most. */
struct msg {
    struct msg *next;  /* of the same call, in order of id */
    struct call *call; /* NULL: malformed, without a usable Call-ID */
    struct txn *txn;   /* NULL: malformed */
    struct hop *hop;
    union {
        struct msg *same; /* of a repetition or copy: see flags, msg_same() */
        /* else: the one before in its transaction that repeats none */
        struct msg *distinct;
    };
    const struct str *from_tag, *to_tag; /* NULL: none */

    int64_t time;   /* ns */
    uint64_t frame; /* number in its file, from 1: the frame that completes it */
    /* text.length is the message's size also where no text is kept */
    struct span text;

    uint32_t id; /* from 1, in order of arrival */
    uint32_t cseq;
    uint32_t repeated; /* ms from `time` to its newest repetition; 0: none */
    uint16_t rseq;     /* low 16 bits of RSeq; 0: none */
    uint16_t file;
    uint16_t interface;
    uint16_t status;   /* 0: a request */
    uint8_t method;    /* enum sip_method; CSeq's for a response */
    uint8_t malformed; /* enum reason; REASON_NONE: usable */
    uint16_t flags;    /* MSG_* */
};

/* What stands behind the message; NULL: nothing. */
static inline const struct msg_extra *msg_extra(const struct msg *m)
{
    return m->flags & MSG_EXTRA ? (const struct msg_extra *)(m + 1) : NULL;
}

/* The message that this one repeats or copies; NULL: none. */
static inline struct msg *msg_same(const struct msg *m)
{
    return m->flags & (MSG_RETRANSMISSION | MSG_COPY) ? m->same : NULL;
}

/* Numbers of all frames of a reassembled message, *n of them; NULL and 0 for others. */
static inline const uint64_t *msg_frames(const struct msg *m, size_t *n)
{
    const struct msg_extra *extra = msg_extra(m);
    *n = extra ? extra->nframes : 0;
    return *n ? extra->frames : NULL;
}

static inline bool msg_is_request(const struct msg *m)
{
    return !m->status;
}

struct sip;

/*
 * Method of a message's transaction (RFC 3261 17.1.3): that of the request line, but
 * the CSeq's where only that is a known one: its responses can say nothing else.
 */
unsigned msg_method(const struct sip *sip);

/* Method as text: the table's name, or the message's own for SIP_OTHER ("?" for
 * malformed). */
const char *msg_method_name(const struct msg *m);

#endif
