/*
 * Every reason for which bytes were not decoded, or decoded with a doubt: one row
 * makes the enum, the short name (which appears in `messages.malformed` and in the
 * ledger) and the sentence a person reads.
 */
#ifndef DISSECT_REASON_H
#define DISSECT_REASON_H

/* REASON(enum suffix, short name, sentence). New rows go before the last comment. */
#define REASON_TABLE(REASON)                                                           \
    REASON(NONE, "none", "nothing wrong")                                              \
    /* links and network layers */                                                     \
    REASON(LINK_UNKNOWN, "link_unknown", "link type that is not decoded")              \
    REASON(ETHERTYPE_UNKNOWN, "ethertype_unknown", "EtherType that is not decoded")    \
    REASON(IP_PROTO_UNKNOWN, "ip_proto_unknown", "IP protocol that is not decoded")    \
    REASON(LINK_CUT, "link_cut", "frame ends inside its link header")                  \
    REASON(IP_CUT, "ip_cut", "frame ends inside an IP header")                         \
    REASON(IP_BAD, "ip_bad", "IP header with impossible lengths or version")           \
    REASON(TRANSPORT_CUT, "transport_cut", "frame ends inside a transport header")     \
    REASON(TRANSPORT_BAD, "transport_bad", "transport header with impossible lengths") \
    REASON(TUNNEL_CUT, "tunnel_cut", "frame ends inside a tunnel header")              \
    REASON(TUNNEL_BAD, "tunnel_bad", "tunnel header that contradicts itself")          \
    REASON(NESTING, "nesting", "more layers inside each other than are followed")      \
    REASON(ESP, "esp", "encrypted IPsec payload")                                      \
    REASON(NOT_IP, "not_ip", "frame without IP (ARP, spanning tree, ...)")             \
    REASON(HEP_BAD, "hep_bad", "HEP envelope that contradicts itself")                 \
    /* SIP */                                                                          \
    REASON(SIP_START_LINE, "start_line",                                               \
           "start line is neither a request nor a status line")                        \
    REASON(SIP_VERSION, "version", "SIP version is not 2.0")                           \
    REASON(SIP_STATUS, "status_code", "status code is not 100 to 699")                 \
    REASON(SIP_NO_END, "headers_end", "headers do not end with an empty line")         \
    REASON(SIP_NO_CALL_ID, "no_call_id", "no Call-ID")                                 \
    REASON(SIP_NO_CSEQ, "no_cseq", "no CSeq")                                          \
    REASON(SIP_BAD_CSEQ, "bad_cseq", "CSeq without a number and a method")             \
    REASON(SIP_NO_FROM, "no_from", "no From")                                          \
    REASON(SIP_NO_TO, "no_to", "no To")                                                \
    REASON(SIP_NO_VIA, "no_via", "no Via")                                             \
    REASON(SIP_BAD_LENGTH, "bad_length", "Content-Length is not a number that fits")   \
    REASON(SIP_TOO_LONG, "too_long", "longer than a SIP message is read")              \
    REASON(SIP_HEADERS, "too_many_headers", "more headers than are read")              \
    /* WebSocket */                                                                    \
    REASON(WS_BAD, "ws_bad", "WebSocket frame that contradicts itself")                \
    REASON(WS_TOO_LONG, "ws_too_long", "WebSocket message over the size limit")        \
    /* media */                                                                        \
    REASON(RTP_CUT, "rtp_cut", "RTP packet shorter than its header")                   \
    REASON(RTP_VERSION, "rtp_version", "RTP version is not 2")                         \
    REASON(RTP_BAD, "rtp_bad", "RTP header with lengths beyond its packet")            \
    REASON(RTCP_CUT, "rtcp_cut", "RTCP packet shorter than its header")                \
    REASON(RTCP_VERSION, "rtcp_version", "RTCP version is not 2")                      \
    REASON(STUN_BAD, "stun_bad", "STUN header that contradicts itself")                \
    REASON(UDPTL_BAD, "udptl_bad", "T.38 packet with lengths beyond its datagram")     \
    REASON(VQ_BAD, "vq_bad", "voice quality report without its first line")            \
    REASON(DTMF_BAD, "dtmf_bad", "body that should name a digit and does not")

enum reason {
#define REASON(id, name, text) REASON_##id,
    REASON_TABLE(REASON)
#undef REASON
        REASON_COUNT
};

/* Short name of a reason ("no_call_id"); "unknown" for a number out of range. */
const char *reason_name(int reason);

/* Sentence for a person, without a full stop. */
const char *reason_text(int reason);

#endif
