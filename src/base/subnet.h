/* Sets of addresses: "192.0.2.0/24, 2001:db8::/32, 198.51.100.7". */
#ifndef BASE_SUBNET_H
#define BASE_SUBNET_H

#include "base/err.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* IPv4 as ::ffff:a.b.c.d, so that one comparison does for both. */
struct subnet {
    uint8_t ip[16];
    uint8_t bits;
};

struct subnets {
    struct subnet *at;
    size_t n, cap;
};

/* Adds the networks and addresses of a list, cut by commas or blanks. Returns 0,
 * -ERR_USAGE and why (what stands before the wrong one is added), or -ERR_NOMEM. */
int subnets_add(struct subnets *s, const char *list, struct errmsg *why);
void subnets_done(struct subnets *s);

/* Whether the address of a socket is in one of them; the empty set holds none. */
bool subnets_hold(const struct subnets *s, const struct sockaddr *a);

#endif
