#include "base/endpoint.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_port(const char *text, uint16_t *out)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (end == text || *end || *text < '0' || *text > '9' || !n || n > UINT16_MAX)
        return false;
    *out = (uint16_t)n;
    return true;
}

/* Host and port stand apart by the last colon; an IPv6 address has brackets. */
static bool read_place(const char *text, struct endpoint *e)
{
    const char *colon = strrchr(text, ':'), *host = text;
    if (!read_port(colon ? colon + 1 : text, &e->port))
        return false;
    size_t n = colon ? (size_t)(colon - text) : 0;
    if (!n) {
        host = "127.0.0.1";
        n = strlen(host);
    } else if (*host == '[') {
        if (n < 3 || host[n - 1] != ']')
            return false;
        host++;
        n -= 2;
    } else if (memchr(host, ':', n)) {
        return false;
    }
    if (n >= sizeof e->host)
        return false;
    memcpy(e->host, host, n);
    e->host[n] = 0;
    return true;
}

int endpoint_parse(const char *text, struct endpoint *out, struct errmsg *why)
{
    struct endpoint e = {.tcp = !strncmp(text, "tcp:", 4)};
    bool named = e.tcp || !strncmp(text, "udp:", 4);
    if (!read_place(text + (named ? 4 : 0), &e))
        return errmsg_set(why, -ERR_USAGE,
                          "%.200s: it is ADDRESS:PORT, with udp: or tcp: before it; "
                          "IPv6 in brackets",
                          text);
    *out = e;
    return 0;
}

int endpoint_resolve(const struct endpoint *e, bool numeric,
                     struct sockaddr_storage *out, socklen_t *n, struct errmsg *why)
{
    struct addrinfo hints = {.ai_socktype = e->tcp ? SOCK_STREAM : SOCK_DGRAM,
                             .ai_flags =
                                 AI_NUMERICSERV | (numeric ? AI_NUMERICHOST : 0)};
    struct addrinfo *list = NULL;
    char port[8];
    snprintf(port, sizeof port, "%u", e->port);
    int bad = getaddrinfo(e->host, port, &hints, &list);
    if (bad || !list || list->ai_addrlen > sizeof *out)
        return errmsg_set(why, -ERR_NOENT, "%.200s: %s", e->host,
                          numeric ? "is no address" : gai_strerror(bad));
    memset(out, 0, sizeof *out);
    memcpy(out, list->ai_addr, list->ai_addrlen);
    *n = list->ai_addrlen;
    freeaddrinfo(list);
    return 0;
}
