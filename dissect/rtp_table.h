/*
 * The tables of RTP: static payload types (RFC 3551 section 6), codecs whose payload
 * tells its duration, and named telephone events (RFC 4733 section 3).
 */
#ifndef DISSECT_RTP_TABLE_H
#define DISSECT_RTP_TABLE_H

#include "dissect/slice.h"

/* STATIC(payload type, encoding name, clock rate in Hz, channels) */
#define RTP_STATIC_TABLE(STATIC) \
    STATIC(0, "PCMU", 8000, 1)   \
    STATIC(3, "GSM", 8000, 1)    \
    STATIC(4, "G723", 8000, 1)   \
    STATIC(5, "DVI4", 8000, 1)   \
    STATIC(6, "DVI4", 16000, 1)  \
    STATIC(7, "LPC", 8000, 1)    \
    STATIC(8, "PCMA", 8000, 1)   \
    STATIC(9, "G722", 8000, 1)   \
    STATIC(10, "L16", 44100, 2)  \
    STATIC(11, "L16", 44100, 1)  \
    STATIC(12, "QCELP", 8000, 1) \
    STATIC(13, "CN", 8000, 1)    \
    STATIC(14, "MPA", 90000, 1)  \
    STATIC(15, "G728", 8000, 1)  \
    STATIC(16, "DVI4", 11025, 1) \
    STATIC(17, "DVI4", 22050, 1) \
    STATIC(18, "G729", 8000, 1)  \
    STATIC(25, "CelB", 90000, 1) \
    STATIC(26, "JPEG", 90000, 1) \
    STATIC(28, "nv", 90000, 1)   \
    STATIC(31, "H261", 90000, 1) \
    STATIC(32, "MPV", 90000, 1)  \
    STATIC(33, "MP2T", 90000, 1) \
    STATIC(34, "H263", 90000, 1)

/*
 * FRAME(encoding name, frame bytes, frame ticks of the RTP clock, least silence
 * frame bytes or 0): a payload is whole frames, the last of which may be a shorter
 * silence frame that lasts as long. Per channel. iLBC is not here: its frame has two
 * lengths (see rtp_ticks), nor G723, which tells a frame's length in its first bits.
 */
#define RTP_FRAME_TABLE(FRAME)     \
    FRAME("PCMU", 1, 1, 0)         \
    FRAME("PCMA", 1, 1, 0)         \
    FRAME("G722", 1, 1, 0)         \
    FRAME("L8", 1, 1, 0)           \
    FRAME("L16", 2, 1, 0)          \
    FRAME("G726-40", 5, 8, 0)      \
    FRAME("G726-32", 4, 8, 0)      \
    FRAME("G726-24", 3, 8, 0)      \
    FRAME("G726-16", 2, 8, 0)      \
    FRAME("AAL2-G726-40", 5, 8, 0) \
    FRAME("AAL2-G726-32", 4, 8, 0) \
    FRAME("AAL2-G726-24", 3, 8, 0) \
    FRAME("AAL2-G726-16", 2, 8, 0) \
    FRAME("G728", 5, 20, 0)        \
    FRAME("G729", 10, 80, 2)       \
    FRAME("G729D", 8, 80, 2)       \
    FRAME("GSM", 33, 160, 0)       \
    FRAME("GSM-EFR", 31, 160, 0)

/* A static payload type. */
struct rtp_static {
    const char *name;
    uint32_t rate; /* Hz */
    uint8_t channels;
};

/* What RFC 3551 section 6 gives a payload type, or NULL where it gives nothing. */
const struct rtp_static *rtp_static(uint8_t pt);

/*
 * Ticks of the RTP clock that a payload lasts, for codecs of a fixed rate by their
 * encoding name (any case). 0: not known, or no whole number of frames.
 */
uint32_t rtp_ticks(struct slice name, uint8_t channels, struct slice payload);

/* The same for `bytes` of payload of a static type, without looking into them; 0 also
 * for G723, and for types that have no fixed rate. */
uint32_t rtp_static_ticks(uint8_t pt, size_t bytes);

/* The key of a telephone event: '0'-'9', '*', '#', 'A'-'D', '!' for flash (RFC 4733
 * section 3.2); 0 for events that are no key. */
char rtp_event_key(uint8_t event);

#endif
