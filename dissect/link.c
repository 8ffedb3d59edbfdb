#include "dissect/layer.h"

/* Kinds for layer_path(). */
enum { PATH_VLAN = 1, PATH_MPLS = 2, PATH_PPPOE = 3, PATH_ETAG = 4 };

static const struct {
    uint32_t link;
    enum layer layer;
} LINKS[] = {
    /* https://www.tcpdump.org/linktypes.html; 12, 14: raw IP as the BSDs number it */
    {1, LAYER_ETHERNET},
    {0, LAYER_LOOP},
    {108, LAYER_LOOP},
    {9, LAYER_PPP},
    {50, LAYER_PPP},
    {51, LAYER_PPPOE},
    {104, LAYER_CISCO_HDLC},
    {12, LAYER_RAW},
    {14, LAYER_RAW},
    {101, LAYER_RAW},
    {228, LAYER_IPV4},
    {229, LAYER_IPV6},
    {113, LAYER_SLL},
    {276, LAYER_SLL2},
    {197, LAYER_ERF},
    {105, LAYER_WLAN},
    {127, LAYER_RADIOTAP},
    {252, LAYER_EXPORTED},
    {LINKTYPE_SIPGLASS_HEP, LAYER_HEP},
};

enum layer link_layer(uint32_t link)
{
    for (size_t i = 0; i < sizeof LINKS / sizeof *LINKS; i++)
        if (LINKS[i].link == link)
            return LINKS[i].layer;
    return LAYER_DONE;
}

static int not_ip(struct walk *w, uint32_t detail)
{
    w->out->detail = detail;
    return -REASON_NOT_IP;
}

static bool carries_no_ip(uint32_t type)
{
    static const uint16_t TYPES[] = {
        0x0806, 0x8035, /* ARP, RARP */
        0x8863, 0x888e, /* PPPoE discovery, EAPOL */
        0x88cc, 0x8809, /* LLDP, link aggregation */
        0x8808, 0x88f7, /* pause, PTP */
        0x9000, 0x22f0, /* loop test, AVTP */
        0x88e5,         /* MACsec */
    };
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (TYPES[i] == type)
            return true;
    return false;
}

int link_ethertype(struct walk *w, uint32_t type)
{
    switch (type) {
    case 0x0800: return LAYER_IPV4;
    case 0x86dd: return LAYER_IPV6;
    case 0x8100:
    case 0x88a8:
    case 0x9100:
    case 0x9200: return LAYER_VLAN;
    case 0x893f: return LAYER_ETAG;
    case 0x8847:
    case 0x8848: return LAYER_MPLS;
    case 0x8864: return LAYER_PPPOE;
    case 0x880b: return LAYER_PPP;
    case 0x6558: return LAYER_ETHERNET; /* transparent Ethernet bridging */
    case 0x894f: return LAYER_NSH;
    case 0x8909: return LAYER_CMD;
    }
    if (carries_no_ip(type))
        return not_ip(w, type);
    if (type <= 1500) { /* IEEE 802.3: a length */
        if (type < w->whole)
            layer_length(w, type);
        return LAYER_LLC;
    }
    w->out->detail = type;
    return -REASON_ETHERTYPE_UNKNOWN;
}

/* Passes a header over whose EtherType stands `at` bytes from its start. */
static int typed_header(struct walk *w, size_t header, size_t at)
{
    if (w->at.n < header)
        return -REASON_LINK_CUT;
    uint32_t type = layer_be16(w->at.p + at);
    layer_pass(w, header);
    return link_ethertype(w, type);
}

int link_ethernet(struct walk *w)
{
    return typed_header(w, 14, 12);
}

int link_vlan(struct walk *w)
{
    if (w->at.n < 4)
        return -REASON_LINK_CUT;
    uint32_t id = layer_be16(w->at.p) & 0xfff;
    if (id) /* 0: only a priority */
        layer_path(w, PATH_VLAN, id);
    return typed_header(w, 4, 2);
}

int link_etag(struct walk *w)
{
    if (w->at.n < 8)
        return -REASON_LINK_CUT;
    layer_path(w, PATH_ETAG, layer_be16(w->at.p + 2) & 0x3fff);
    return typed_header(w, 8, 6);
}

int link_cmd(struct walk *w)
{
    return typed_header(w, 8, 6);
}

int link_cisco_hdlc(struct walk *w)
{
    return typed_header(w, 4, 2);
}

int link_llc(struct walk *w)
{
    static const uint8_t CISCO[3] = {0, 0, 0x0c};
    if (w->at.n < 3)
        return -REASON_LINK_CUT;
    const uint8_t *p = w->at.p;
    if (p[0] == 0x06 && p[1] == 0x06) { /* IP straight on 802.2 */
        layer_pass(w, 3);
        return LAYER_IPV4;
    }
    if (p[0] != 0xaa || p[1] != 0xaa)
        return not_ip(w, p[0]); /* spanning tree, IS-IS, ... */
    if (w->at.n < 8)
        return -REASON_LINK_CUT;
    uint32_t type = layer_be16(p + 6);
    if (!memcmp(p + 3, CISCO, 3) || type <= 1500)
        return not_ip(w, type); /* CDP, ... */
    return typed_header(w, 8, 6);
}

/* What follows the last label is not named: RFC 4928 3 tells it by four bits. */
static int mpls_inside(struct walk *w)
{
    enum layer layer = ip_guess(w->at, w->whole);
    if (layer != LAYER_DONE)
        return (int)layer;
    if (!w->at.n)
        return -REASON_LINK_CUT;
    uint8_t nibble = w->at.p[0] >> 4;
    if (nibble == 1)
        return not_ip(w, 0x8847); /* associated channel, RFC 5586 */
    if (nibble == 0 && w->at.n >= 4)
        layer_pass(w, 4); /* control word, RFC 4448 4.6 */
    return LAYER_ETHERNET;
}

int link_mpls(struct walk *w)
{
    if (w->at.n < 4)
        return -REASON_LINK_CUT;
    uint32_t entry = layer_be32(w->at.p);
    layer_pass(w, 4);
    layer_path(w, PATH_MPLS, entry >> 12);
    return entry & 0x100 ? mpls_inside(w) : LAYER_MPLS;
}

int link_pppoe(struct walk *w)
{
    if (w->at.n < 6)
        return -REASON_LINK_CUT;
    const uint8_t *p = w->at.p;
    if (p[0] != 0x11)
        return -REASON_TUNNEL_BAD;
    if (p[1])
        return not_ip(w, 0x8863);
    layer_path(w, PATH_PPPOE, layer_be16(p + 2));
    uint32_t length = layer_be16(p + 4);
    layer_pass(w, 6);
    layer_length(w, length);
    return LAYER_PPP;
}

int link_ppp(struct walk *w)
{
    if (w->at.n < 2)
        return -REASON_LINK_CUT;
    if (w->at.p[0] == 0x0f || w->at.p[0] == 0x8f)
        return LAYER_CISCO_HDLC;
    if (w->at.p[0] == 0xff && w->at.p[1] == 0x03)
        layer_pass(w, 2); /* RFC 1662 3.1 address and control */
    if (!w->at.n)
        return -REASON_LINK_CUT;
    /* Protocol field compression: the odd byte is the last (RFC 1661 2). */
    size_t size = w->at.p[0] & 1 ? 1 : 2;
    if (w->at.n < size)
        return -REASON_LINK_CUT;
    uint32_t protocol = size == 1 ? w->at.p[0] : layer_be16(w->at.p);
    layer_pass(w, size);
    switch (protocol) {
    case 0x0021: return LAYER_IPV4;
    case 0x0057: return LAYER_IPV6;
    case 0x0281:
    case 0x0283: return LAYER_MPLS;
    case 0x0031: return LAYER_ETHERNET; /* bridging, without its two flag bytes */
    }
    return not_ip(w, protocol);
}

/* A cooked header's protocol means an EtherType only for some kinds of device. */
static int cooked(struct walk *w, uint32_t device, uint32_t protocol)
{
    enum { NETLINK = 824, CAN = 280, RADIOTAP = 803, WLAN = 801 };
    if (device == NETLINK || device == CAN)
        return not_ip(w, protocol);
    if (device == RADIOTAP)
        return LAYER_RADIOTAP;
    if (device == WLAN)
        return LAYER_WLAN;
    if (protocol == 4) /* LINUX_SLL_P_802_2 */
        return LAYER_LLC;
    if (protocol <= 1500)
        return not_ip(w, protocol);
    return link_ethertype(w, protocol);
}

int link_sll(struct walk *w)
{
    if (w->at.n < 16)
        return -REASON_LINK_CUT;
    const uint8_t *p = w->at.p;
    layer_pass(w, 16);
    return cooked(w, layer_be16(p + 2), layer_be16(p + 14));
}

int link_sll2(struct walk *w)
{
    if (w->at.n < 20)
        return -REASON_LINK_CUT;
    const uint8_t *p = w->at.p;
    layer_pass(w, 20);
    return cooked(w, layer_be16(p + 8), layer_be16(p));
}

int link_loop(struct walk *w)
{
    if (w->at.n < 4)
        return -REASON_LINK_CUT;
    uint32_t family = layer_be32(w->at.p);
    if (family > 0xffff) /* in the order of the machine that wrote it */
        family = __builtin_bswap32(family);
    layer_pass(w, 4);
    switch (family) {
    case 2: return LAYER_IPV4;
    case 10:
    case 24:
    case 28:
    case 30: /* Linux, NetBSD and OpenBSD, FreeBSD, Darwin */ return LAYER_IPV6;
    }
    return not_ip(w, family);
}

int link_raw(struct walk *w)
{
    if (!w->at.n)
        return -REASON_LINK_CUT;
    switch (w->at.p[0] >> 4) {
    case 4: return LAYER_IPV4;
    case 6: return LAYER_IPV6;
    }
    return -REASON_IP_BAD;
}

/* What an ERF record's type holds; LAYER_DONE: nothing that we read. */
static enum layer erf_layer(uint8_t type)
{
    switch (type) {
    case 1:
    case 10:
    case 15:
    case 17: return LAYER_PPP; /* HDLC, coloured */
    case 2:
    case 11:
    case 16:
    case 20: return LAYER_ETHERNET;
    case 22: return LAYER_IPV4;
    case 23: return LAYER_IPV6;
    }
    return LAYER_DONE;
}

int link_erf(struct walk *w)
{
    if (w->at.n < 16)
        return -REASON_LINK_CUT;
    uint8_t type = w->at.p[8];
    enum layer layer = erf_layer(type & 0x7f);
    uint32_t wire = layer_be16(w->at.p + 14);
    layer_pass(w, 16);
    /* Extension headers; the first bit says that another follows. */
    for (bool more = type & 0x80; more;) {
        if (w->at.n < 8)
            return -REASON_LINK_CUT;
        more = w->at.p[0] & 0x80;
        layer_pass(w, 8);
    }
    if (layer == LAYER_ETHERNET) {
        if (w->at.n < 2)
            return -REASON_LINK_CUT;
        layer_pass(w, 2); /* offset and padding */
    }
    layer_length(w, wire);
    if (layer == LAYER_DONE)
        return not_ip(w, type & 0x7f);
    return (int)layer;
}

int link_radiotap(struct walk *w)
{
    if (w->at.n < 8)
        return -REASON_LINK_CUT;
    size_t header = (size_t)w->at.p[2] | (size_t)w->at.p[3] << 8; /* little-endian */
    if (header < 8)
        return -REASON_TUNNEL_BAD;
    if (w->at.n < header)
        return -REASON_LINK_CUT;
    layer_pass(w, header);
    return LAYER_WLAN;
}

/* IEEE 802.11-2016 9.2.4: only data frames that are not encrypted are read. */
int link_wlan(struct walk *w)
{
    if (w->at.n < 24)
        return -REASON_LINK_CUT;
    const uint8_t *p = w->at.p;
    uint32_t type = p[0] >> 2 & 3, subtype = p[0] >> 4;
    if (type != 2 || subtype & 4 || p[1] & 0x40)
        return not_ip(w, p[0]);
    size_t header = 24;
    if ((p[1] & 3) == 3) /* four addresses */
        header += 6;
    if (subtype & 8) { /* quality of service, and with it maybe HT control */
        bool aggregate = w->at.n > header && p[header] & 0x80;
        if (aggregate)
            return not_ip(w, p[0]);
        header += p[1] & 0x80 ? 6 : 2;
    }
    if (w->at.n < header)
        return -REASON_LINK_CUT;
    layer_pass(w, header);
    return LAYER_LLC;
}
