/*
 * RTP packets (RFC 3550 section 5.1): the header, and whether bytes that nobody
 * announced look like RTP. It runs for every media packet: no loop, no table.
 */
#ifndef DISSECT_RTP_H
#define DISSECT_RTP_H

#include "dissect/reason.h"
#include "dissect/slice.h"

enum { RTP_HEADER = 12 };

struct rtp {
    struct slice payload;   /* without padding; may be shorter than `bytes` */
    struct slice csrc;      /* contributing sources, four bytes each */
    struct slice extension; /* data of the header extension (RFC 8285); empty: none */
    uint32_t ts, ssrc;
    uint32_t bytes; /* payload on the wire, without padding */
    uint16_t seq;
    uint16_t profile; /* of the extension: 0xbede = one-byte headers; 0: none */
    uint8_t pt;
    bool marker;
    uint8_t padding;  /* bytes taken off the end */
    bool odd_padding; /* padding bit with an impossible count: nothing was taken off.
                         SRTP encrypts the count, so this is no fault of its own */
};

/*
 * Reads one datagram. `whole` is its length on the wire: more than d.n where the
 * capture cut it; then what lies beyond is left empty. Returns 0, or -REASON_RTP_CUT
 * (no whole header), _VERSION (not 2), _BAD (sources or extension beyond `whole`;
 * the fields of the first twelve bytes are then set).
 */
int rtp_parse(struct slice d, uint32_t whole, struct rtp *out);

/*
 * Whether a packet that no SDP announced may be the first of a stream: both ports over
 * 1023, lengths that agree, a payload type of RFC 3551 or a dynamic one (96-127), some
 * payload. One such packet proves nothing; ask rtp_follows() for the next ones.
 */
bool rtp_plausible(struct slice d, uint32_t whole, uint16_t sport, uint16_t dport);

/* What is to be kept of a packet to judge the next one. */
struct rtp_mark {
    uint32_t ssrc, ts;
    uint32_t bytes; /* payload on the wire */
    uint16_t seq;
    uint8_t pt;
};

/* The mark of a packet. */
struct rtp_mark rtp_mark(const struct rtp *p);

/*
 * Whether p may come right after the packet of the mark: same SSRC and payload type,
 * sequence number 1 to 5 further, and a timestamp that moved as the payload says: for
 * static types of a fixed rate by exactly that much (more after a pause, with the
 * marker), for others by no more than a second of 90 kHz a packet, back or forth
 * (telephone events stand still, some with the marker on each; video may go back). The
 * same packet again does not follow itself.
 */
bool rtp_follows(const struct rtp_mark *before, const struct rtp *p);

/* A named telephone event (RFC 4733 section 2.3). */
struct rtp_event {
    uint16_t duration; /* so far, ticks of the RTP clock */
    uint8_t event;     /* rtp_event_key() gives the key */
    uint8_t volume;    /* dBm0 below zero, 0-63 */
    bool end;
};

/* Reads a telephone-event payload; false where it is shorter than four bytes. */
bool rtp_event_parse(struct slice payload, struct rtp_event *out);

#endif
