#include "engine/sniff.h"

#include "dissect/demux.h"
#include "dissect/sip_sniff.h"

struct slice sniff_skip_crlf(struct slice bytes)
{
    size_t i = 0;
    while (i < bytes.n && (bytes.p[i] == '\r' || bytes.p[i] == '\n'))
        i++;
    return slice_skip(bytes, i);
}

static bool nuls(struct slice d)
{
    for (size_t i = 0; i < d.n; i++)
        if (d.p[i])
            return false;
    return true;
}

static enum sniff media(struct slice d)
{
    static const enum sniff KINDS[] = {
        [DEMUX_OTHER] = SNIFF_OTHER,     [DEMUX_STUN] = SNIFF_STUN,
        [DEMUX_ZRTP] = SNIFF_ZRTP,       [DEMUX_DTLS] = SNIFF_DTLS,
        [DEMUX_RTP] = SNIFF_RTP,         [DEMUX_RTCP] = SNIFF_RTCP,
        [DEMUX_CHANNEL] = SNIFF_CHANNEL,
    };
    return KINDS[demux_datagram(d)];
}

/* The last eight bytes are ASCII, as a message's are: one RTP packet in 256 by chance.
 */
static bool maybe_text(struct slice d)
{
    struct slice end = slice_skip(d, d.n > 8 ? d.n - 8 : 0);
    for (size_t i = 0; i < end.n; i++)
        if (end.p[i] & 0x80)
            return false;
    return true;
}

static enum sniff by_first_byte(struct slice d, struct slice *text)
{
    uint8_t first = d.p[0];
    if (first >= 128)
        return media(d);
    if (first == '\r' || first == '\n') {
        *text = sniff_skip_crlf(d);
        if (!text->n)
            return SNIFF_KEEPALIVE;
        return sip_sniff(*text) ? SNIFF_SIP : SNIFF_OTHER;
    }
    if (first < 4)
        return d.n <= 4 && nuls(d) ? SNIFF_KEEPALIVE : media(d);
    *text = d;
    if (first > ' ' && first < 127 && sip_sniff(d))
        return SNIFF_SIP;
    return media(d);
}

enum sniff sniff_datagram(struct slice d, struct slice *text)
{
    if (!d.n)
        return SNIFF_KEEPALIVE;
    enum sniff kind = by_first_byte(d, text);
    bool doubtful = kind == SNIFF_OTHER || (kind == SNIFF_RTP && maybe_text(d));
    if (!doubtful || !sip_resembles(d))
        return kind;
    *text = d;
    return SNIFF_SIP;
}
