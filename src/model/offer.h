/*
 * Session descriptions of a call: who offered and answered what, and when (RFC 3264,
 * 6337). A description that comes again word for word is kept once.
 */
#ifndef MODEL_OFFER_H
#define MODEL_OFFER_H

#include "dissect/sdp.h"
#include "model/call.h"

enum { OFFER_MAX = 500, OFFER_MEDIA = 64, OFFER_CODECS = 32, OFFER_EXTRA = 16 };

struct offer_codec {
    const struct str *name; /* encoding name; NULL: not known */
    const struct str *fmtp; /* NULL: none */
    uint32_t rate;          /* Hz; 0: not known */
    uint8_t pt, channels;
};

/* struct offer_media.crypto */
enum { OFFER_CLEAR, OFFER_SDES, OFFER_DTLS };

/* One m= line of a description. */
struct offer_media {
    struct addr addr;        /* where media is to be sent; family 0: a host name */
    struct addr rtcp;        /* where RTCP is to be sent */
    const struct str *type;  /* "audio" */
    const struct str *host;  /* the c= address as text; NULL: none */
    const struct str *ufrag; /* a=ice-ufrag; NULL: none */
    const struct offer_codec *codec;
    const struct addr *candidate; /* of ICE, UDP, the component of RTP */
    const uint32_t *ssrc;         /* of a=ssrc */
    uint16_t ptime;               /* ms; 0: none */
    uint8_t codecs, candidates, ssrcs;
    uint8_t direction; /* enum sdp_direction, what c=0.0.0.0 means included */
    uint8_t crypto;
    bool rtcp_mux, bundled, fax; /* fax: T.38 over UDPTL */
    bool secure;                 /* its profile is that of SRTP: RTP/SAVP ... */
};

struct offer_text {
    struct offer_text *next;
    uint64_t digest;
    uint8_t lines;
    bool cut;  /* more m= lines than are kept */
    bool held; /* every audio line: nothing is to be sent to this side */
    struct offer_media line[];
};

struct offer;

/* A row of the table: one m= line of one offer or answer. */
struct offer_line {
    const struct offer *offer;
    const struct offer_media *media;
    uint32_t id; /* of the row */
};

struct offer {
    struct offer *next; /* of the same call, oldest first */
    const struct call *call;
    const struct msg *msg;
    const struct offer_text *text;
    const struct str *tag; /* of the sender: tells forks apart; NULL: none */
    int64_t time;
    uint64_t frame;
    uint8_t side; /* CALL_CALLER or CALL_CALLEE: who sent it */
    bool answer;
    bool early;   /* in an unreliable provisional response: a preview */
    bool again;   /* the same description as the side's one before */
    bool refused; /* a later offer that failed: what was agreed before stays */
    struct offer_line line[];
};

/* Which side of its call sent a message. */
unsigned offer_side(const struct call *call, const struct msg *m);

/*
 * Takes the description of a message that is neither copy nor retransmission into the
 * call's timeline. Returns it; NULL: a proxy's copy, more than OFFER_MAX, or memory is
 * short.
 */
struct offer *offer_feed(struct call *call, const struct msg *m, struct slice sdp);

/*
 * A failure response to a later INVITE or an UPDATE: the session stays as it was
 * (RFC 3264 8, RFC 3261 14.1). Marks the offer refused and returns it; NULL: there is
 * none, or nothing was agreed before it.
 */
struct offer *offer_refuse(struct call *call, const struct msg *response);

/* The newest description that a side sent and that was not refused; tag NULL: any;
 * NULL: none. */
const struct offer *offer_newest(const struct call *call, unsigned side,
                                 const struct str *tag);

/* The codec of a payload type; NULL: the line has none. */
const struct offer_codec *offer_codec_of(const struct offer_media *m, uint8_t pt);

#endif
