/*
 * One frame walked down to its transport payload. Pure: a frame in, views into it
 * out. What needs memory of earlier frames (fragments, TCP, SCTP reassembly) is told
 * apart here and put together in src/engine.
 */
#ifndef DISSECT_PACKET_H
#define DISSECT_PACKET_H

#include "dissect/addr.h"
#include "dissect/reason.h"

enum packet_kind {
    PACKET_UDP,      /* payload: the datagram */
    PACKET_TCP,      /* payload: the segment's data; tcp is set */
    PACKET_SCTP,     /* payload: the chunks, for sctp_data_next() */
    PACKET_FRAGMENT, /* payload: a part of an IP packet; frag is set; no ports */
    PACKET_ICMP,     /* an ICMP error; src and dst are the ICMP packet's, quote is set;
                        payload: what followed the quoted UDP header, if anything */
    PACKET_HEP,      /* payload: what a HEP envelope carried (SIP, RTCP, ...);
                        src/dst/ip_proto are those the envelope names; hep is set.
                        Also a PDU exported by Wireshark, whose envelope is the frame */
};

/* TCP flags. */
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };

struct packet {
    enum packet_kind kind;
    struct addr src, dst;
    struct slice payload;
    uint32_t whole;   /* payload length as the headers have it; > payload.n: cut by the
                         snap length */
    uint8_t ip_proto; /* of the innermost IP header: 6, 17, 132, 1, 58 */
    uint8_t depth;    /* IP headers passed before this one: 0 = not in a tunnel */
    uint8_t dscp, ttl;
    uint32_t path; /* mixes VLAN tags, MPLS labels and tunnel ids: the same frame seen
                      in another VLAN or tunnel has another path; 0: none of them */
    union {
        struct {
            uint32_t seq, ack;
            uint8_t flags;
        } tcp;
        struct {
            uint32_t id;     /* IPv4 16 bits, IPv6 32 bits */
            uint32_t offset; /* bytes */
            bool more;
            uint8_t proto; /* what the whole packet carries: IP protocol number */
        } frag;
        struct {
            struct addr src, dst; /* the quoted packet's */
            uint8_t ip_proto;     /* of the quoted packet */
            uint8_t type, code;
            uint8_t version; /* 4: ICMP, 6: ICMPv6 */
        } quote;
        struct {
            int64_t time;         /* the agent's time of capture, ns; 0: none given */
            uint32_t agent;       /* capture agent id */
            uint8_t payload_type; /* HEP3 chunk 11: 1 SIP, 5 RTCP, ...; 255: unknown */
            bool compressed;      /* the payload is deflated */
            struct slice call_id; /* that the payload belongs to; or empty */
            struct addr outer_src, outer_dst; /* who sent the envelope, to whom */
        } hep;
    };
    /* What the ledger should say beside a reason: the EtherType, IP protocol or link
     * type. */
    uint32_t detail;
};

/* Link types above the tcpdump.org registry that our own sources use. */
enum { LINKTYPE_SIPGLASS_HEP = 0x10000 }; /* the frame is one HEP envelope */

/*
 * Decodes the first n bytes of a frame of the given LINKTYPE_/DLT_ number. `wire` is
 * its length on the wire (>= n). Returns 0 and fills *out, or -REASON_* (out->detail
 * and what was decoded so far are then set too). A zero-length payload is no error.
 */
int packet_decode(uint32_t link, struct slice frame, uint32_t wire, struct packet *out);

/*
 * Decodes what follows an IP header: for a packet put together from fragments.
 * *out holds the fragment's packet on entry (addresses, depth, path, frag.proto) and
 * the decoded packet on return. Returns as packet_decode does.
 */
int packet_decode_transport(struct slice whole, struct packet *out);

/*
 * Next DATA chunk of an SCTP packet's chunks. Returns 1 and sets *out, 0 at the end,
 * or -REASON_*. *chunks moves on.
 */
struct sctp_data {
    struct slice data;
    uint32_t tsn;
    uint16_t stream, sequence;
    uint32_t protocol; /* payload protocol identifier */
    bool begin, end;   /* B and E bits; both: a whole message (RFC 4960 3.3.1) */
};
int sctp_data_next(struct slice *chunks, struct sctp_data *out);

#endif
