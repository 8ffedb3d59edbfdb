/*
 * Voice quality reports of endpoints (RFC 6035, application/vq-rtcpxr), which come in
 * PUBLISH or NOTIFY. Figures are as the endpoint has them.
 */
#ifndef DISSECT_VQREPORT_H
#define DISSECT_VQREPORT_H

#include "dissect/addr.h"
#include "dissect/reason.h"

/* METRIC(id, line, key): the numbers of a block of metrics (RFC 6035 section 4.6). */
#define VQ_METRIC_TABLE(METRIC)                                                  \
    METRIC(PT, "SessionDesc", "PT")      /* payload type */                      \
    METRIC(SR, "SessionDesc", "SR")      /* sample rate, Hz */                   \
    METRIC(FD, "SessionDesc", "FD")      /* frame duration, ms */                \
    METRIC(FPP, "SessionDesc", "FPP")    /* frames a packet */                   \
    METRIC(PPS, "SessionDesc", "PPS")    /* packets a second */                  \
    METRIC(PLC, "SessionDesc", "PLC")    /* 1 disabled 2 enhanced 3 standard */  \
    METRIC(JBA, "JitterBuffer", "JBA")   /* 2 fixed, 3 adaptive */               \
    METRIC(JBN, "JitterBuffer", "JBN")   /* nominal, ms */                       \
    METRIC(JBM, "JitterBuffer", "JBM")   /* maximum, ms */                       \
    METRIC(JBX, "JitterBuffer", "JBX")   /* absolute maximum, ms */              \
    METRIC(NLR, "PacketLoss", "NLR")     /* lost in the network, % */            \
    METRIC(JDR, "PacketLoss", "JDR")     /* discarded by the buffer, % */        \
    METRIC(BLD, "BurstGapLoss", "BLD")   /* loss within bursts, % */             \
    METRIC(BD, "BurstGapLoss", "BD")     /* mean burst, ms */                    \
    METRIC(GLD, "BurstGapLoss", "GLD")   /* loss within gaps, % */               \
    METRIC(GD, "BurstGapLoss", "GD")     /* mean gap, ms */                      \
    METRIC(GMIN, "BurstGapLoss", "GMIN") /* received packets that end a burst */ \
    METRIC(RTD, "Delay", "RTD")          /* round trip, ms */                    \
    METRIC(ESD, "Delay", "ESD")          /* end system, ms */                    \
    METRIC(OWD, "Delay", "OWD")          /* one way, ms */                       \
    METRIC(SOWD, "Delay", "SOWD")        /* symmetric one way, ms */             \
    METRIC(IAJ, "Delay", "IAJ")          /* interarrival jitter, ms */           \
    METRIC(MAJ, "Delay", "MAJ")          /* mean absolute jitter, ms */          \
    METRIC(SL, "Signal", "SL")           /* signal level, dBm0 */                \
    METRIC(NL, "Signal", "NL")           /* noise level, dBm0 */                 \
    METRIC(RERL, "Signal", "RERL")       /* echo return loss, dB */              \
    METRIC(RLQ, "QualityEst", "RLQ")     /* R, listening */                      \
    METRIC(RCQ, "QualityEst", "RCQ")     /* R, conversational */                 \
    METRIC(EXTRI, "QualityEst", "EXTRI") /* R of what is before, in */           \
    METRIC(EXTRO, "QualityEst", "EXTRO") /* R of what is behind, out */          \
    METRIC(MOSLQ, "QualityEst", "MOSLQ") /* MOS, listening */                    \
    METRIC(MOSCQ, "QualityEst", "MOSCQ") /* MOS, conversational */

enum vq_metric {
#define METRIC(id, line, key) VQ_##id,
    VQ_METRIC_TABLE(METRIC)
#undef METRIC
        VQ_METRIC_COUNT
};

/* Key of a metric as the report has it ("MOSLQ"); "" out of range. */
const char *vq_metric_name(enum vq_metric m);

/* What one end heard. */
struct vq_metrics {
    struct slice start, stop;       /* RFC 3339 times */
    struct slice codec;             /* SessionDesc PD: encoding name */
    int32_t value[VQ_METRIC_COUNT]; /* thousandths of the unit; only where `has` */
    uint64_t has;                   /* bit 1 << enum vq_metric */
};

enum vq_kind { VQ_SESSION, VQ_INTERVAL, VQ_ALERT };

struct vqreport {
    enum vq_kind kind;
    bool end_of_call;      /* "CallTerm" */
    struct slice alert;    /* of VQ_ALERT: the metric that crossed its limit */
    struct slice severity; /* of VQ_ALERT */
    struct slice call_id, local_id, remote_id, orig_id, local_group, remote_group;
    struct slice local_mac, dialog;   /* DialogID: Call-ID and tags */
    struct addr local, remote;        /* media addresses; family 0: none */
    uint32_t local_ssrc, remote_ssrc; /* 0: none */
    struct vq_metrics heard;          /* LocalMetrics: what the reporter received */
    struct vq_metrics sent;           /* RemoteMetrics: what its peer told it */
};

/* Whether a Content-Type is application/vq-rtcpxr, parameters aside. */
bool vqreport_is(struct slice content_type);

/* Reads a body; lines and keys it does not know are passed over. Returns 0, or
 * -REASON_VQ_BAD where the first line names no report. */
int vqreport_parse(struct slice body, struct vqreport *out);

/* A metric in its unit; false where the report does not have it. */
bool vq_value(const struct vq_metrics *m, enum vq_metric which, double *out);

#endif
