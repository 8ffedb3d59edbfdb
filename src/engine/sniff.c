#include "engine/sniff.h"

#include "dissect/cursor.h"
#include "dissect/sip.h"

enum { STUN_HEADER = 20, RTP_HEADER = 12, RTCP_HEADER = 8, DTLS_HEADER = 13 };
static const uint32_t STUN_COOKIE = 0x2112a442;

struct slice sniff_skip_crlf(struct slice bytes)
{
    size_t i = 0;
    while (i < bytes.n && (bytes.p[i] == '\r' || bytes.p[i] == '\n'))
        i++;
    return slice_skip(bytes, i);
}

/* RFC 8489 section 5, or RFC 3489 (no cookie): then the length must fit the datagram.
 */
static enum sniff stun(struct slice d)
{
    struct cursor c = cursor_of(d);
    uint16_t type = cursor_u16(&c), length = cursor_u16(&c);
    uint32_t cookie = cursor_u32(&c);
    if (d.n < STUN_HEADER || type >> 14 || length % 4)
        return SNIFF_OTHER;
    return cookie == STUN_COOKIE || (size_t)length + STUN_HEADER == d.n ? SNIFF_STUN
                                                                        : SNIFF_OTHER;
}

/* Version 2; RTCP packet types are 192-223 (RFC 5761 section 4). */
static enum sniff rtp(struct slice d)
{
    if (d.n < RTCP_HEADER || d.p[0] >> 6 != 2)
        return SNIFF_OTHER;
    if (d.p[1] >= 192 && d.p[1] <= 223)
        return SNIFF_RTCP;
    return d.n >= RTP_HEADER ? SNIFF_RTP : SNIFF_OTHER;
}

static bool nuls(struct slice d)
{
    for (size_t i = 0; i < d.n; i++)
        if (d.p[i])
            return false;
    return true;
}

/* RFC 8656 section 12.4: number 0x4000-0x4fff, then the length of the data. */
static enum sniff channel(struct slice d)
{
    struct cursor c = cursor_of(d);
    cursor_skip(&c, 2);
    uint16_t length = cursor_u16(&c);
    return !c.cut && length <= cursor_left(&c) ? SNIFF_CHANNEL : SNIFF_OTHER;
}

/* A record with its version (RFC 6347 4.1); the short headers of RFC 9147 tell nothing.
 */
static enum sniff dtls(struct slice d)
{
    return d.n >= DTLS_HEADER && d.p[1] == 0xfe ? SNIFF_DTLS : SNIFF_OTHER;
}

enum sniff sniff_datagram(struct slice d, struct slice *text)
{
    if (!d.n)
        return SNIFF_KEEPALIVE;
    uint8_t first = d.p[0];
    if (first >= 128 && first < 192)
        return rtp(d);
    if (first == '\r' || first == '\n') {
        *text = sniff_skip_crlf(d);
        if (!text->n)
            return SNIFF_KEEPALIVE;
        return sip_sniff(*text) ? SNIFF_SIP : SNIFF_OTHER;
    }
    if (first < 4)
        return d.n <= 4 && nuls(d) ? SNIFF_KEEPALIVE : stun(d);
    *text = d;
    if (first > ' ' && first < 127 && sip_sniff(d))
        return SNIFF_SIP;
    if (first >= 20 && first < 64)
        return dtls(d);
    if (first >= 64 && first < 80)
        return channel(d);
    return SNIFF_OTHER;
}
