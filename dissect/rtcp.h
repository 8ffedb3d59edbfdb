/*
 * RTCP (RFC 3550 section 6) and its extended reports (RFC 3611): walkers over compound
 * packets, their reports and blocks. Tolerant of packets that end early: what is whole
 * is read. With SRTCP only the first packet's header and sender are in clear.
 */
#ifndef DISSECT_RTCP_H
#define DISSECT_RTCP_H

#include "dissect/reason.h"
#include "dissect/slice.h"

enum { RTCP_LEAST = 8 }; /* header and sender: less is no RTCP packet worth a look */

enum rtcp_type {
    RTCP_SR = 200,
    RTCP_RR = 201,
    RTCP_SDES = 202,
    RTCP_BYE = 203,
    RTCP_APP = 204,
    RTCP_RTPFB = 205, /* transport feedback (RFC 4585): NACK, congestion control */
    RTCP_PSFB = 206,  /* payload feedback: PLI, FIR, REMB */
    RTCP_XR = 207,
};

/* Whether a datagram is RTCP: version 2, first packet type 192-213, and its length
 * within the datagram. A capture that cut the datagram may hide one. */
bool rtcp_sniff(struct slice d);

/* One packet of a compound. */
struct rtcp {
    struct slice body; /* behind the four header bytes, without padding */
    uint8_t type;      /* enum rtcp_type, or another */
    uint8_t count;     /* reports, sources, or the feedback's format: five bits */
    bool cut;          /* its length is beyond the datagram: body is what there is */
};

/*
 * The next packet of *rest, which moves behind it. Returns 1 and sets *out, 0 at the
 * end, -REASON_RTCP_CUT (less than a header left) or -REASON_RTCP_VERSION (also what
 * follows the first packet of SRTCP); the walk is then over.
 */
int rtcp_next(struct slice *rest, struct rtcp *out);

/* Sender of an SR, RR, feedback or XR packet (for SDES and BYE the first source);
 * false where the packet is too short. */
bool rtcp_sender(const struct rtcp *p, uint32_t *ssrc);

/* The sender's own part of an SR (6.4.1). */
struct rtcp_sr {
    uint64_t ntp; /* wall clock: seconds since 1900 in the upper half */
    uint32_t ssrc;
    uint32_t ts; /* the same instant in RTP clock ticks */
    uint32_t packets, octets;
};

/* Reads it; false where the packet is no SR or too short. */
bool rtcp_sr(const struct rtcp *p, struct rtcp_sr *out);

/* One report block (6.4.1). */
struct rtcp_report {
    uint32_t ssrc;    /* the stream that is reported on */
    int32_t lost;     /* cumulative; 24 bits, signed: duplicates make it negative */
    uint32_t highest; /* extended sequence number: cycles in the upper half */
    uint32_t jitter;  /* RTP clock ticks */
    uint32_t lsr;     /* middle 32 bits of the NTP time of the last SR; 0: none seen */
    uint32_t dlsr;    /* delay since then, 1/65536 s */
    uint8_t fraction; /* lost since the last report, 1/256 */
};

/* The report blocks of an SR or RR, no more than its count; empty for other packets. */
struct slice rtcp_reports(const struct rtcp *p);

/* The next block; false at the end. Start with rtcp_reports(). */
bool rtcp_report_next(struct slice *blocks, struct rtcp_report *out);

/* One source of an SDES packet (6.5); slices of absent items are empty. */
struct rtcp_source {
    uint32_t ssrc;
    struct slice cname, name, tool;
};

/* The next source; start with *chunks = p->body of an SDES packet. */
bool rtcp_source_next(struct slice *chunks, struct rtcp_source *out);

/* A BYE packet (6.6): its sources, four bytes each, and the text; both may be empty. */
void rtcp_bye(const struct rtcp *p, struct slice *sources, struct slice *reason);

/* Block types of an extended report (RFC 3611 section 4). */
enum rtcp_xr_type {
    RTCP_XR_RRT = 4,
    RTCP_XR_DLRR = 5,
    RTCP_XR_STATS = 6,
    RTCP_XR_VOIP = 7,
};

/* One block. */
struct rtcp_xr {
    struct slice body; /* behind the four header bytes */
    uint8_t type;      /* enum rtcp_xr_type, or another */
    uint8_t specific;  /* the block's own byte of flags */
};

/* The blocks of an XR packet, for rtcp_xr_next(). */
struct slice rtcp_xr_blocks(const struct rtcp *p);

/* The next whole block; false at the end. */
bool rtcp_xr_next(struct slice *blocks, struct rtcp_xr *out);

/* VoIP metrics (4.7): as the endpoint has them, RTCP_XR_NONE in a field that has it:
 * not available. */
enum { RTCP_XR_NONE = 127 };
struct rtcp_voip {
    uint32_t ssrc;
    uint8_t loss, discard;               /* 1/256 */
    uint8_t burst_density, gap_density;  /* 1/256 */
    uint16_t burst_duration;             /* ms, mean */
    uint16_t gap_duration;               /* ms, mean */
    uint16_t round_trip, end_system;     /* ms; 0: not known */
    int8_t signal, noise;                /* dBm0; 127: none */
    uint8_t rerl;                        /* residual echo return loss, dB; 127: none */
    uint8_t gmin;                        /* received packets that end a burst */
    uint8_t r, ext_r;                    /* 0-100; 127: none */
    uint8_t mos_lq, mos_cq;              /* tenths, 10-50; 127: none */
    uint8_t plc;                         /* 1 disabled, 2 enhanced, 3 standard */
    uint8_t adaptive;                    /* jitter buffer: 2 fixed, 3 adaptive */
    uint8_t rate;                        /* of its adjustment, 0-15 */
    uint16_t jb_nominal, jb_max, jb_abs; /* ms */
};

/* Reads a VoIP metrics block; false where it is another or too short. */
bool rtcp_voip(const struct rtcp_xr *b, struct rtcp_voip *out);

/* Receiver reference time (4.4): an NTP time stamp. */
bool rtcp_rrt(const struct rtcp_xr *b, uint64_t *ntp);

/* Delay since the last receiver report (4.5), one of its sub-blocks: as LSR and DLSR.
 */
struct rtcp_dlrr {
    uint32_t ssrc, lrr, dlrr;
};

/* The next sub-block; start with *subs = b->body of a DLRR block. */
bool rtcp_dlrr_next(struct slice *subs, struct rtcp_dlrr *out);

/* Statistics summary (4.6). What its flags leave out is 0. */
struct rtcp_stats {
    uint32_t ssrc;
    uint16_t begin, end; /* sequence numbers: from begin up to, without, end */
    uint32_t lost, duplicates;
    uint32_t jitter_min, jitter_max, jitter_mean, jitter_dev; /* RTP clock ticks */
    uint8_t ttl_min, ttl_max, ttl_mean, ttl_dev;
};

/* Reads a statistics summary; false where it is another or too short. */
bool rtcp_stats(const struct rtcp_xr *b, struct rtcp_stats *out);

/* The middle 32 bits of an NTP time: what LSR repeats. 1/65536 s. */
static inline uint32_t rtcp_ntp_middle(uint64_t ntp)
{
    return (uint32_t)(ntp >> 16);
}

/* Nanoseconds of a time in 1/65536 s. */
static inline int64_t rtcp_ns(uint32_t units)
{
    return (int64_t)((uint64_t)units * 1000000000u >> 16);
}

/*
 * Round trip as the sender of the SR works it out (6.4.1): `now` is the middle of its
 * NTP clock when the report came. ns; -1: no SR was seen (lsr 0), or the result is
 * negative (clocks that disagree).
 */
int64_t rtcp_rtt(uint32_t now, uint32_t lsr, uint32_t dlsr);

/*
 * Round trip between the point of capture and the reporter: `sent` is when the SR that
 * lsr names passed, `back` when the report did, both ns on the capture's clock. ns, or
 * -1 where it is negative.
 */
int64_t rtcp_rtt_tap(int64_t sent, int64_t back, uint32_t dlsr);

#endif
