#include "dissect/demux.h"

#include "dissect/cursor.h"
#include "dissect/rtcp.h"
#include "dissect/rtp.h"
#include "dissect/stun.h"

enum { DTLS_HEADER = 13, ZRTP_HEADER = 12 };
static const uint32_t ZRTP_COOKIE = 0x5a525450; /* "ZRTP" */

enum demux_kind demux_first_byte(uint8_t first, uint8_t second)
{
    if (first >= 128)
        return first >= 192                     ? DEMUX_OTHER
               : second >= 192 && second <= 223 ? DEMUX_RTCP
                                                : DEMUX_RTP;
    if (first < 4)
        return DEMUX_STUN;
    if (first >= 64)
        return first < 80 ? DEMUX_CHANNEL : DEMUX_OTHER;
    if (first >= 20)
        return DEMUX_DTLS;
    return first >= 16 ? DEMUX_ZRTP : DEMUX_OTHER;
}

/* RFC 6189 5: the cookie stands where RTP has its timestamp. */
static bool is_zrtp(struct slice d)
{
    struct cursor c = cursor_of(d);
    cursor_skip(&c, 4);
    return d.n >= ZRTP_HEADER && cursor_u32(&c) == ZRTP_COOKIE;
}

/* A record with its version (RFC 6347 4.1); the short headers of RFC 9147 tell nothing.
 */
static bool is_dtls(struct slice d)
{
    return d.n >= DTLS_HEADER && d.p[1] == 0xfe;
}

/* Says whether the header behind the first bytes is of that kind. */
static bool agrees(enum demux_kind kind, struct slice d)
{
    struct slice data;
    uint16_t number;
    switch (kind) {
    case DEMUX_RTP: return d.n >= RTP_HEADER;
    case DEMUX_RTCP: return d.n >= RTCP_LEAST;
    case DEMUX_STUN: return stun_sniff(d);
    case DEMUX_CHANNEL: return stun_channel(d, &number, &data);
    case DEMUX_DTLS: return is_dtls(d);
    case DEMUX_ZRTP: return is_zrtp(d);
    case DEMUX_OTHER: break;
    }
    return false;
}

enum demux_kind demux_datagram(struct slice d)
{
    if (d.n < 2)
        return DEMUX_OTHER;
    enum demux_kind kind = demux_first_byte(d.p[0], d.p[1]);
    return agrees(kind, d) ? kind : DEMUX_OTHER;
}
