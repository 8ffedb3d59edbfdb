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
    uint32_t refs;    /* messages and transactions that use it; at 0 it is forgotten */
    struct msg *last; /* newest message on it; NULL when that was given up */
    struct hop *back; /* the same hop the other way; NULL: nothing was seen there */
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
};

struct msg {
    struct msg *next; /* of the same call, in order of id */
    struct msg *prev;
    struct call *call; /* NULL: malformed, without a usable Call-ID */
    struct txn *txn;   /* NULL: malformed */
    struct hop *hop;
    struct msg *same; /* see flags; NULL */
    struct msg
        *distinct; /* the one before in its transaction that repeats none; NULL */
    const struct str *from_tag, *to_tag; /* NULL: none */
    const struct str *method_name;       /* for SIP_OTHER; else NULL */
    const uint64_t
        *frames;    /* of a reassembled message: numbers of all its frames, `nframes` */
    int64_t time;   /* ns */
    int64_t seen;   /* when it was repeated last, else `time` */
    uint64_t frame; /* number in its file, from 1: the frame that completes it */
    struct span text; /* text.length is the message's size also where no text is kept */
    uint32_t id;      /* from 1, in order of arrival */
    uint32_t cseq;
    uint32_t rseq;   /* of a reliable provisional response; 0: none */
    uint32_t path;   /* struct packet.path and depth mixed: tells copies apart */
    uint32_t digest; /* of all its bytes */
    uint16_t nframes;
    uint16_t file, interface;
    uint16_t status;   /* 0: a request */
    uint8_t method;    /* enum sip_method; CSeq's for a response */
    uint8_t malformed; /* enum reason; REASON_NONE: usable */
    uint8_t flags;
};

static inline bool msg_is_request(const struct msg *m)
{
    return !m->status;
}

/* A 32-bit hash of all bytes of a text, keyed: equal texts within one run are told by
 * it. */
uint32_t msg_digest(struct slice text);

/*
 * The message of which `draft` is a copy: the same bytes within 5 ms at another place
 * (file, interface, path). Looks back from `last` along `prev`. NULL: it is none.
 */
struct msg *msg_copied(struct msg *last, const struct msg *draft);

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
