/*
 * What an endpoint says of a stream that it receives: VoIP metrics of RTCP XR (RFC 3611
 * 4.7) or a voice quality report (RFC 6035). The newest figures stand.
 */
#ifndef MODEL_REMOTE_H
#define MODEL_REMOTE_H

#include "base/strbuf.h"
#include "dissect/rtcp.h"
#include "dissect/vqreport.h"

/* WHAT(id, name, unit) */
#define REMOTE_TABLE(WHAT)                                          \
    WHAT(MOS_LQ, "MOS-LQ", "")                                      \
    WHAT(LOSS, "lost", " %")         /* on the way to it */         \
    WHAT(DISCARD, "discarded", " %") /* by its jitter buffer */     \
    WHAT(RTT, "round trip", " ms")                                  \
    WHAT(JITTER, "jitter", " ms") /* interarrival */                \
    WHAT(BUFFER, "buffer", " ms") /* nominal delay of its buffer */ \
    WHAT(SYSTEM, "end system", " ms")                               \
    WHAT(BURST, "in bursts", " %")  /* of packets in bursts, bad */ \
    WHAT(GAP, "between them", " %") /* of the others, bad */        \
    WHAT(R, "R", "")                                                \
    WHAT(MOS_CQ, "MOS-CQ", "")

enum remote_what {
#define WHAT(id, name, unit) REMOTE_##id,
    REMOTE_TABLE(WHAT)
#undef WHAT
        REMOTE_COUNT
};

enum remote_by { REMOTE_XR, REMOTE_VQ };

/* Zero it to start. */
struct remote {
    float value[REMOTE_COUNT]; /* in the unit; where `has` */
    float told;                /* MOS-LQ that was told last; 0: none */
    uint32_t reports;
    uint16_t has; /* bit 1 << enum remote_what */
    uint8_t by;   /* enum remote_by, of the newest */
};

/* "xr", "vq". */
const char *remote_by_name(unsigned by);

/* Takes a block of VoIP metrics; a report's metrics. What they do not have stays as it
 * was. */
void remote_take_voip(struct remote *r, const struct rtcp_voip *v);
void remote_take_vq(struct remote *r, const struct vq_metrics *m);

/* One of the figures; false: it was never reported. */
bool remote_value(const struct remote *r, enum remote_what what, double *out);

/* True for the first report, and for one whose MOS is lower by 0.3 or more than that of
 * the one for which it was true last. */
bool remote_news(struct remote *r);

/* "endpoint reports MOS-LQ 4.1, lost 0.4 %, discarded 1.2 %" */
void remote_text(const struct remote *r, struct strbuf *out);

#endif
