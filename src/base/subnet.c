#include "base/subnet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t MAPPED[12] = {[10] = 0xff, [11] = 0xff};

void subnets_done(struct subnets *s)
{
    vec_done(s);
}

/* One word, which is cut at its slash. */
static bool read_one(char *word, struct subnet *out)
{
    char *slash = strchr(word, '/'), *end;
    struct subnet n = {.bits = 128};
    if (slash)
        *slash = 0;
    unsigned most = 128;
    if (inet_pton(AF_INET, word, n.ip + 12) == 1) {
        memcpy(n.ip, MAPPED, sizeof MAPPED);
        most = 32;
    } else if (inet_pton(AF_INET6, word, n.ip) != 1) {
        return false;
    }
    if (slash) {
        unsigned long bits = strtoul(slash + 1, &end, 10);
        if (slash[1] < '0' || slash[1] > '9' || *end || bits > most)
            return false;
        n.bits = (uint8_t)(bits + 128 - most);
    }
    *out = n;
    return true;
}

int subnets_add(struct subnets *s, const char *list, struct errmsg *why)
{
    static const char BLANKS[] = " \t,";
    for (const char *p = list + strspn(list, BLANKS); *p; p += strspn(p, BLANKS)) {
        char word[INET6_ADDRSTRLEN + 8];
        struct subnet one;
        size_t n = strcspn(p, BLANKS);
        snprintf(word, sizeof word, "%.*s", (int)(n < 1000 ? n : 1000), p);
        if (n >= sizeof word || !read_one(word, &one))
            return errmsg_set(why, -ERR_USAGE,
                              "%.*s: neither an address nor a network (192.0.2.0/24)",
                              (int)(n < 100 ? n : 100), p);
        if (!vec_push(s, one))
            return errmsg_set(why, -ERR_NOMEM, "out of memory");
        p += n;
    }
    return 0;
}

static bool holds(const struct subnet *n, const uint8_t ip[16])
{
    size_t whole = n->bits / 8;
    unsigned rest = n->bits % 8;
    if (memcmp(n->ip, ip, whole) != 0)
        return false;
    return !rest || !((n->ip[whole] ^ ip[whole]) >> (8 - rest));
}

bool subnets_hold(const struct subnets *s, const struct sockaddr *a)
{
    uint8_t ip[16];
    if (a->sa_family == AF_INET) {
        memcpy(ip, MAPPED, sizeof MAPPED);
        memcpy(ip + 12, &((const struct sockaddr_in *)(const void *)a)->sin_addr, 4);
    } else if (a->sa_family == AF_INET6) {
        memcpy(ip, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, 16);
    } else {
        return false;
    }
    for (size_t i = 0; i < s->n; i++)
        if (holds(&s->at[i], ip))
            return true;
    return false;
}
