/* A transport address: IP version, IP, port. */
#ifndef DISSECT_ADDR_H
#define DISSECT_ADDR_H

#include "dissect/slice.h"

/* No padding and unused bytes zero, so addresses compare and hash as bytes. */
struct addr {
    uint8_t ip[16]; /* IPv4 in the first four bytes, the others zero */
    uint16_t port;  /* host byte order; 0 where there is none */
    uint8_t family; /* 4, 6, or 0: none */
    uint8_t zero;
};

/* Longest text of addr_format with its NUL. */
#define ADDR_TEXT 56

static inline bool addr_eq(const struct addr *a, const struct addr *b)
{
    return !memcmp(a, b, sizeof *a);
}

/*
 * Writes "192.0.2.1:5060" or "[2001:db8::1]:5060" (RFC 5952) and a NUL; without a
 * port (port 0) "192.0.2.1" or "2001:db8::1". Returns the length without the NUL.
 */
size_t addr_format(const struct addr *a, char out[ADDR_TEXT]);

/* The same without the port, whatever it is. */
size_t addr_format_ip(const struct addr *a, char out[ADDR_TEXT]);

/* Reads what addr_format writes, also an IPv6 address without brackets (then without
 * a port). Returns false, and leaves *out alone, where text is no address. */
bool addr_parse(struct slice text, struct addr *out);

#endif
