/* Where something listens, or is sent to: "udp:192.0.2.1:9060",
 * "tcp:[2001:db8::1]:9060", "127.0.0.1:9100". */
#ifndef BASE_ENDPOINT_H
#define BASE_ENDPOINT_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct endpoint {
    char host[256]; /* a name or an address without brackets; never empty */
    uint16_t port;
    bool tcp;
};

/* Reads "[udp:|tcp:][HOST:]PORT"; loopback where no host is named, UDP where no
 * transport is. Returns 0, or -ERR_USAGE and why. */
int endpoint_parse(const char *text, struct endpoint *out, struct errmsg *why);

/* The first socket address of it; `numeric`: no name is looked up (else this may take
 * seconds). Returns 0, or -ERR_NOENT and why. */
int endpoint_resolve(const struct endpoint *e, bool numeric,
                     struct sockaddr_storage *out, socklen_t *n, struct errmsg *why);

#endif
