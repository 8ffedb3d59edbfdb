/*
 * The inside of packet_decode(): what the layer decoders (link, ip, transport,
 * tunnel) share. A decoder checks that its header is there, sets what it knows in the
 * packet, passes its header over and names the next layer; the loop over them is in
 * packet.c. None calls another, so nesting costs no stack.
 */
#ifndef DISSECT_LAYER_H
#define DISSECT_LAYER_H

#include "dissect/packet.h"

/*
 * LAYER(enum suffix, decoder). A decoder returns the next layer, LAYER_DONE where the
 * packet is complete, or -REASON_*.
 */
#define LAYER_TABLE(LAYER)                                                       \
    /* link.c */                                                                 \
    LAYER(ETHERNET, link_ethernet)     /* MAC addresses, EtherType or length */  \
    LAYER(VLAN, link_vlan)             /* 802.1Q, 802.1ad: tag, EtherType */     \
    LAYER(ETAG, link_etag)             /* 802.1BR */                             \
    LAYER(CMD, link_cmd)               /* Cisco metadata: security group tag */  \
    LAYER(LLC, link_llc)               /* 802.2, SNAP */                         \
    LAYER(MPLS, link_mpls)             /* one label, RFC 3032 */                 \
    LAYER(PPPOE, link_pppoe)           /* RFC 2516 session */                    \
    LAYER(PPP, link_ppp)               /* RFC 1661, HDLC-like framing or not */  \
    LAYER(CISCO_HDLC, link_cisco_hdlc) /* address, control, EtherType */         \
    LAYER(SLL, link_sll)               /* Linux cooked capture */                \
    LAYER(SLL2, link_sll2)             /* the same, version 2 */                 \
    LAYER(LOOP, link_loop)             /* BSD loopback: address family first */  \
    LAYER(ERF, link_erf)               /* Endace record */                       \
    LAYER(RADIOTAP, link_radiotap)     /* then 802.11 */                         \
    LAYER(WLAN, link_wlan)             /* 802.11 */                              \
    LAYER(RAW, link_raw)               /* IPv4 or IPv6 by its first four bits */ \
    LAYER(EXPORTED, exported_pdu)      /* exported.c */                          \
    /* ip.c */                                                                   \
    LAYER(IPV4, ip_v4)                                                           \
    LAYER(IPV6, ip_v6)                                                           \
    LAYER(IPV6_EXT, ip_v6_ext) /* options, routing, mobility, ... */             \
    LAYER(IPV6_FRAG, ip_v6_frag)                                                 \
    LAYER(AH, ip_ah)                                                             \
    LAYER(IP_OTHER, ip_other) /* a protocol that is not decoded */               \
    /* transport.c */                                                            \
    LAYER(UDP, transport_udp)                                                    \
    LAYER(TCP, transport_tcp)                                                    \
    LAYER(SCTP, transport_sctp)                                                  \
    LAYER(ICMP, transport_icmp)                                                  \
    LAYER(ICMP6, transport_icmp6)                                                \
    /* tunnel.c */                                                               \
    LAYER(GRE, tunnel_gre)                                                       \
    LAYER(ERSPAN, tunnel_erspan)   /* types II and III */                        \
    LAYER(ETHERIP, tunnel_etherip) /* RFC 3378 */                                \
    LAYER(ESP, tunnel_esp)         /* esp.c; NULL cipher only */                 \
    LAYER(VXLAN, tunnel_vxlan)                                                   \
    LAYER(VXLAN_GPE, tunnel_vxlan_gpe)                                           \
    LAYER(NSH, tunnel_nsh) /* RFC 8300 */                                        \
    LAYER(GENEVE, tunnel_geneve)                                                 \
    LAYER(GTPU, tunnel_gtpu)                                                     \
    LAYER(TZSP, tunnel_tzsp)                                                     \
    LAYER(L2TP, tunnel_l2tp)                                                     \
    LAYER(HEP, tunnel_hep)

enum layer {
    LAYER_DONE,
#define LAYER(id, decoder) LAYER_##id,
    LAYER_TABLE(LAYER)
#undef LAYER
        LAYER_COUNT
};

/* Where the walk stands. Always whole >= at.n. */
struct walk {
    struct slice at;  /* from the next header to the end of what was captured */
    uint32_t whole;   /* the same on the wire, as the headers so far have it */
    uint32_t ip_seen; /* IP headers passed */
    struct packet *out;
};

#define LAYER(id, decoder) int decoder(struct walk *w);
LAYER_TABLE(LAYER)
#undef LAYER

/* The layer of an EtherType, or -REASON_* with the detail set. */
int link_ethertype(struct walk *w, uint32_t type);

/* The first layer of a LINKTYPE_ number; LAYER_DONE where it is not known. */
enum layer link_layer(uint32_t link);

/* The layer of an IP protocol number; LAYER_IP_OTHER for one that is not decoded. */
enum layer ip_layer(uint8_t proto);

/* What is here begins like an IP packet whose lengths fit: LAYER_IPV4, LAYER_IPV6,
 * or LAYER_DONE where it does not. For headers that do not say what they carry. */
enum layer ip_guess(struct slice s, uint32_t whole);

/* Addresses, protocol and ports of the packet that an ICMP error quotes; what the
 * quote is too short for stays 0. Returns 0 or -REASON_*. */
int ip_quote(struct walk *w);

/*
 * The tunnel that the datagram at w is by its ports and its first bytes; LAYER_DONE
 * where it is a plain datagram. A port alone makes no tunnel: SIP may use any.
 */
enum layer tunnel_udp(const struct walk *w);

/* The cleartext protocol of an ESP packet at w, past its header and cut off before its
 * trailer (w moves on); LAYER_DONE, and w as it was, where it looks encrypted. */
enum layer esp_null(struct walk *w);

/* Big-endian fields at p, whose bytes the caller has checked to be there. */
static inline uint16_t layer_be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t layer_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Passes n <= w->at.n bytes over. */
static inline void layer_pass(struct walk *w, size_t n)
{
    w->at.p += n;
    w->at.n -= n;
    w->whole -= (uint32_t)n;
}

/* A header says that n bytes follow: later ones are padding, missing ones were cut. */
static inline void layer_length(struct walk *w, uint32_t n)
{
    w->whole = n;
    if (w->at.n > n)
        w->at.n = n;
}

/* Mixes a VLAN tag, label or tunnel id into the path; `kind` keeps equal numbers of
 * different layers apart. Never 0 afterwards. */
static inline void layer_path(struct walk *w, uint8_t kind, uint32_t id)
{
    uint32_t h = (w->out->path ^ id ^ (uint32_t)kind << 24) * 0x9e3779b1u;
    h ^= h >> 15;
    w->out->path = h ? h : 1;
}

#endif
