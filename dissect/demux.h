/*
 * The protocols that share a media port, told apart by their first bytes (RFC 7983;
 * RTP and RTCP by RFC 5761 section 4).
 */
#ifndef DISSECT_DEMUX_H
#define DISSECT_DEMUX_H

#include "dissect/slice.h"

enum demux_kind {
    DEMUX_OTHER,
    DEMUX_STUN,
    DEMUX_ZRTP,
    DEMUX_DTLS,
    DEMUX_CHANNEL, /* TURN ChannelData */
    DEMUX_RTP,
    DEMUX_RTCP,
};

/* The class that the first two bytes name, without a look at the rest: for a port that
 * is known to carry media. */
enum demux_kind demux_first_byte(uint8_t first, uint8_t second);

/* The same, and the header behind them must agree: for a port nobody announced.
 * Constant time. */
enum demux_kind demux_datagram(struct slice d);

#endif
