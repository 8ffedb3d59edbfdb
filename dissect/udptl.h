/*
 * UDPTL, the transport of fax over IP (ITU-T T.38 section 9.1 and annex A): packets
 * with a sequence number, one facsimile packet (IFP) and earlier ones again, or parity.
 */
#ifndef DISSECT_UDPTL_H
#define DISSECT_UDPTL_H

#include "dissect/reason.h"
#include "dissect/slice.h"

enum udptl_recovery { UDPTL_REDUNDANCY, UDPTL_FEC };

/* What the primary IFP packet is (T.38 7.1): the kind, and the value of its type. */
enum udptl_ifp {
    UDPTL_IFP_NONE,      /* empty */
    UDPTL_IFP_INDICATOR, /* T.30 indicator: 0 no signal, 1 CNG, 2 CED, ... */
    UDPTL_IFP_DATA,      /* T.30 data: 0 V.21, 1 V.27ter 2400, ... */
};

struct udptl {
    struct slice primary; /* the IFP packet */
    uint16_t seq;
    uint16_t packets; /* secondary ones: repeats, or parity packets */
    uint8_t span;     /* FEC: distance of the packets under one parity; else 0 */
    enum udptl_recovery recovery;
    enum udptl_ifp ifp;
    uint8_t value; /* of the indicator or the modulation */
};

/*
 * Reads one datagram. Returns the bytes used (> 0), which in a well-formed packet are
 * all, or -REASON_UDPTL_BAD.
 */
int udptl_parse(struct slice d, struct udptl *out);

/* Whether a datagram may be UDPTL: it reads, to its last byte, has a primary packet and
 * no more secondary ones than makes sense. RTP seldom does. */
bool udptl_plausible(struct slice d);

#endif
