/* Small builders of frames for tests: raw IPv4 and IPv6 (LINKTYPE_RAW), no checksums.
 */
#ifndef TESTS_PACKETS_H
#define TESTS_PACKETS_H

#include "base/frame.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { LINK_RAW = 101, PACKET_ROOM = 70000 };

struct bytes {
    uint8_t at[PACKET_ROOM];
    size_t n;
};

static inline void bytes_be(struct bytes *b, unsigned n, uint64_t v)
{
    assert(b->n + n <= sizeof b->at);
    for (unsigned i = 0; i < n; i++)
        b->at[b->n++] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

static inline void bytes_add(struct bytes *b, const void *p, size_t n)
{
    assert(b->n + n <= sizeof b->at);
    if (n)
        memcpy(b->at + b->n, p, n);
    b->n += n;
}

/* 192.0.2.HOST; flags_offset: the 16 bits with MF (0x2000) and the offset in 8 bytes.
 */
static inline void packet_ipv4(struct bytes *b, unsigned proto, unsigned src,
                               unsigned dst, unsigned id, unsigned flags_offset,
                               size_t payload)
{
    bytes_be(b, 2, 0x4500);
    bytes_be(b, 2, 20 + payload);
    bytes_be(b, 2, id);
    bytes_be(b, 2, flags_offset);
    bytes_be(b, 2, 64 << 8 | proto);
    bytes_be(b, 2, 0);
    bytes_be(b, 4, 0xc0000200 | src);
    bytes_be(b, 4, 0xc0000200 | dst);
}

/* 2001:db8::HOST */
static inline void packet_ipv6(struct bytes *b, unsigned next, unsigned src,
                               unsigned dst, size_t payload)
{
    bytes_be(b, 4, 0x60000000);
    bytes_be(b, 2, payload);
    bytes_be(b, 2, next << 8 | 64);
    bytes_be(b, 8, 0x20010db800000000);
    bytes_be(b, 8, src);
    bytes_be(b, 8, 0x20010db800000000);
    bytes_be(b, 8, dst);
}

static inline void packet_udp(struct bytes *b, unsigned sport, unsigned dport,
                              size_t payload)
{
    bytes_be(b, 2, sport);
    bytes_be(b, 2, dport);
    bytes_be(b, 2, 8 + payload);
    bytes_be(b, 2, 0);
}

static inline void packet_tcp(struct bytes *b, unsigned sport, unsigned dport,
                              uint32_t seq, unsigned flags)
{
    bytes_be(b, 2, sport);
    bytes_be(b, 2, dport);
    bytes_be(b, 4, seq);
    bytes_be(b, 4, 0);
    bytes_be(b, 2, 5 << 12 | flags);
    bytes_be(b, 2, 65535);
    bytes_be(b, 4, 0);
}

#endif
