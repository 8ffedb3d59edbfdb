#include "capture/hep_packet.h"

#include <netinet/in.h>

static void put16(uint8_t *p, size_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

/* RFC 1071: the sum of 16-bit words, carries added again. */
static uint32_t sum_of(const uint8_t *p, size_t n, uint32_t sum)
{
    for (; n > 1; p += 2, n -= 2)
        sum += (uint32_t)p[0] << 8 | p[1];
    if (n)
        sum += (uint32_t)p[0] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* Port in network byte order, and the address. */
static const void *parts(const struct sockaddr_storage *a, uint16_t *port)
{
    if (a->ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)a;
        *port = ntohs(six->sin6_port);
        return &six->sin6_addr;
    }
    const struct sockaddr_in *four = (const struct sockaddr_in *)a;
    *port = ntohs(four->sin_port);
    return &four->sin_addr;
}

static size_t header_v4(const void *src, const void *dst, size_t n, uint8_t *out)
{
    size_t total = 20 + n;
    memset(out, 0, 20);
    out[0] = 0x45;
    put16(out + 2, total > 0xffff ? 0 : total);
    out[6] = 0x40; /* do not fragment */
    out[8] = 64;
    out[9] = IPPROTO_UDP;
    memcpy(out + 12, src, 4);
    memcpy(out + 16, dst, 4);
    put16(out + 10, ~sum_of(out, 20, 0) & 0xffff);
    return 20;
}

static size_t header_v6(const void *src, const void *dst, size_t n, uint8_t *out)
{
    memset(out, 0, 40);
    out[0] = 0x60;
    put16(out + 4, n > 0xffff ? 0 : n);
    out[6] = IPPROTO_UDP;
    out[7] = 64;
    memcpy(out + 8, src, 16);
    memcpy(out + 24, dst, 16);
    return 40;
}

size_t hep_packet_header(const struct sockaddr_storage *from,
                         const struct sockaddr_storage *to, struct slice envelope,
                         uint8_t out[HEP_PACKET_HEADER])
{
    uint16_t from_port, to_port;
    const uint8_t *src = parts(from, &from_port), *dst = parts(to, &to_port);
    size_t n = 8 + envelope.n;
    bool six = from->ss_family == AF_INET6;
    size_t at = six ? header_v6(src, dst, n, out) : header_v4(src, dst, n, out);
    uint8_t *udp = out + at;
    put16(udp, from_port);
    put16(udp + 2, to_port);
    put16(udp + 4, n > 0xffff ? 0 : n);
    put16(udp + 6, 0); /* none; over IPv6 it is needed, RFC 8200 8.1 */
    if (six) {
        uint32_t sum = sum_of(out + 8, 32, (uint32_t)(n + IPPROTO_UDP));
        sum = ~sum_of(envelope.p, envelope.n, sum_of(udp, 8, sum)) & 0xffff;
        put16(udp + 6, sum ? sum : 0xffff);
    }
    return at + 8;
}
