#include "model/party.h"

#include "dissect/sip_value.h"

static const char *text_of(struct arena *arena, struct slice s)
{
    return s.n ? arena_copy(arena, s.p, s.n) : NULL;
}

/* The host with its port: as far as the URI's parameters. */
static struct slice host_port(const struct sip_uri *u, struct slice uri)
{
    if (!u->port || !u->host.n)
        return u->host;
    const uint8_t *end = uri.p + uri.n;
    const uint8_t *p = u->host.p + u->host.n;
    while (p < end && *p != ';' && *p != '?')
        p++;
    return (struct slice){u->host.p, (size_t)(p - u->host.p)};
}

/* What comes before the '@' but for the user goes. */
const char *party_uri(struct arena *arena, struct slice uri)
{
    struct sip_uri u;
    size_t at = slice_find(uri, '@');
    struct slice before = slice_sub(uri, 0, at);
    size_t colon = slice_find(before, ':') + 1;
    colon += slice_find(slice_skip(before, colon), ':');
    if (at == uri.n || colon >= at || !sip_uri(uri, &u) || !u.user.n)
        return text_of(arena, uri);
    size_t keep = (size_t)(u.user.p + u.user.n - uri.p);
    char *p = keep < at ? arena_alloc(arena, uri.n - (at - keep) + 1) : NULL;
    if (!p)
        return text_of(arena, uri);
    memcpy(p, uri.p, keep);
    memcpy(p + keep, uri.p + at, uri.n - at);
    p[keep + uri.n - at] = 0;
    return p;
}

struct party party_of(struct arena *arena, struct slice value)
{
    struct sip_name_addr na;
    struct sip_uri u;
    struct party p = {0};
    if (!value.n || !sip_name_addr(value, &na))
        return p;
    p.uri = party_uri(arena, na.uri);
    p.display = text_of(arena, na.display);
    if (!sip_uri(na.uri, &u))
        return p;
    p.user = text_of(arena, u.user);
    struct slice host = host_port(&u, na.uri), kept = slice_str(p.uri);
    struct slice tail = slice_skip(kept, kept.n > host.n ? kept.n - host.n : kept.n);
    if (host.n && slice_eq(tail, host)) /* as a rule the URI ends with it */
        p.host = (const char *)tail.p;
    else
        p.host = text_of(arena, host);
    return p;
}
