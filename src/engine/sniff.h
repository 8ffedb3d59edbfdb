/*
 * What a UDP datagram is, by its first bytes: SIP by its start line, everything else by
 * the ranges that RFC 7983 gives to the protocols that share a media port.
 */
#ifndef ENGINE_SNIFF_H
#define ENGINE_SNIFF_H

#include "dissect/slice.h"

enum sniff {
    SNIFF_OTHER,
    SNIFF_KEEPALIVE, /* empty, CRLFs alone (RFC 5626 3.5.1), or a few NULs */
    SNIFF_SIP,
    SNIFF_RTP,
    SNIFF_RTCP,
    SNIFF_STUN,
    SNIFF_ZRTP,
    SNIFF_DTLS,
    SNIFF_CHANNEL, /* TURN ChannelData */
};

/*
 * Tells what a datagram is. For SNIFF_SIP *text is the message: the datagram without
 * the CRLFs that may stand before a start line (RFC 3261 7.5). Constant time but for
 * those.
 */
enum sniff sniff_datagram(struct slice datagram, struct slice *text);

/* bytes without the CRs and LFs at their start. */
struct slice sniff_skip_crlf(struct slice bytes);

#endif
