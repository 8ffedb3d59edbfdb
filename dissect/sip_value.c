#include "dissect/sip_value.h"

/* Offset after the quoted string that begins at s[at]; s.n where it has no end. A
 * backslash takes the next byte with it (RFC 3261 25.1 quoted-pair). */
static size_t quoted_end(struct slice s, size_t at)
{
    for (size_t i = at + 1; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            return i + 1;
    }
    return s.n;
}

/* Offset of the first byte c outside quoted strings, or s.n. */
static size_t find_unquoted(struct slice s, uint8_t c)
{
    size_t at = slice_find(s, c);
    if (slice_find(slice_sub(s, 0, at), '"') == at)
        return at;
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] == c)
            return i;
        i = s.p[i] == '"' ? quoted_end(s, i) : i + 1;
    }
    return s.n;
}

/* Offset of the '<' that opens the address, or value.n for one without: a '<' after
 * "scheme:...;" belongs to a parameter. */
static size_t angle_find(struct slice value)
{
    size_t open = find_unquoted(value, '<');
    if (open == value.n)
        return open;
    struct slice before = slice_sub(value, 0, open);
    if (before.n && find_unquoted(before, ';') < before.n &&
        find_unquoted(before, ':') < before.n)
        return value.n;
    return open;
}

struct slice sip_address_params(struct slice value)
{
    size_t open = angle_find(value), from = 0;
    if (open < value.n) {
        struct slice inner = slice_skip(value, open);
        from = open + slice_find(inner, '>');
    }
    struct slice rest = slice_skip(value, from);
    return slice_skip(rest, find_unquoted(rest, ';'));
}

static struct slice unquote(struct slice s)
{
    s = slice_trim(s);
    if (!s.n || s.p[0] != '"')
        return s;
    size_t end = quoted_end(s, 0);
    bool closed = end >= 2 && s.p[end - 1] == '"';
    return slice_sub(s, 1, end - 1 - (closed ? 1 : 0));
}

bool sip_name_addr(struct slice value, struct sip_name_addr *out)
{
    struct sip_name_addr a = {.params = sip_address_params(value)};
    size_t open = angle_find(value);
    if (open < value.n) {
        struct slice inner = slice_skip(value, open + 1);
        a.display = unquote(slice_sub(value, 0, open));
        a.uri = slice_trim(slice_sub(inner, 0, slice_find(inner, '>')));
    } else {
        struct slice bare = slice_trim(slice_sub(value, 0, value.n - a.params.n));
        if (bare.n && bare.p[0] == '"') {
            a.display = unquote(bare);
            bare = slice_trim(slice_skip(bare, quoted_end(bare, 0)));
        }
        a.uri = bare;
    }
    if (slice_find(a.uri, ':') == a.uri.n)
        a = (struct sip_name_addr){0};
    *out = a;
    return a.uri.n > 0;
}

/* "host:port", "[v6]:port", also v6 without its brackets (RFC 5118 4.5). */
static void host_port(struct slice s, struct slice *host, uint16_t *port)
{
    s = slice_trim(s);
    size_t colon = slice_find(s, ':');
    if (s.n && s.p[0] == '[') {
        size_t close = slice_find(s, ']');
        colon = close + slice_find(slice_skip(s, close), ':');
    } else {
        struct slice after = slice_skip(s, colon + 1);
        if (slice_find(after, ':') < after.n)
            colon = s.n;
    }
    uint64_t n = 0;
    slice_u64(slice_trim(slice_skip(s, colon + 1)), &n);
    *host = slice_trim(slice_sub(s, 0, colon));
    *port = n <= UINT16_MAX ? (uint16_t)n : 0;
}

static bool is_scheme(struct slice s)
{
    if (!s.n || slice_lower(s.p[0]) < 'a' || slice_lower(s.p[0]) > 'z')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = slice_lower(s.p[i]);
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '+' &&
            c != '-' && c != '.')
            return false;
    }
    return true;
}

/* What follows "sip:": user:password@host:port;params?headers */
static void sip_part(struct slice rest, struct sip_uri *u)
{
    size_t at = slice_find(rest, '@');
    if (at < rest.n) {
        struct slice info = slice_sub(rest, 0, at);
        u->user = slice_sub(info, 0, slice_find(info, ':'));
        rest = slice_skip(rest, at + 1);
    }
    size_t query = slice_find(rest, '?');
    u->headers = slice_skip(rest, query + 1);
    rest = slice_sub(rest, 0, query);
    size_t semi = slice_find(rest, ';');
    u->params = slice_skip(rest, semi);
    host_port(slice_sub(rest, 0, semi), &u->host, &u->port);
}

bool sip_uri(struct slice text, struct sip_uri *out)
{
    struct sip_uri u = {0};
    text = slice_trim(text);
    size_t colon = slice_find(text, ':');
    if (colon < text.n && is_scheme(slice_sub(text, 0, colon))) {
        struct slice rest = slice_skip(text, colon + 1);
        u.scheme = slice_sub(text, 0, colon);
        if (slice_ieq(u.scheme, SLICE("sip")) || slice_ieq(u.scheme, SLICE("sips"))) {
            sip_part(rest, &u);
        } else {
            u.user = slice_sub(rest, 0, slice_find(rest, ';'));
            u.params = slice_skip(rest, u.user.n);
        }
    }
    *out = u;
    return u.scheme.n > 0;
}

struct slice sip_param(struct slice params, struct slice name)
{
    while (params.n) {
        size_t end = find_unquoted(params, ';');
        struct slice one = slice_sub(params, 0, end);
        params = slice_skip(params, end + 1);
        size_t eq = slice_find(one, '=');
        if (!slice_ieq(slice_trim(slice_sub(one, 0, eq)), name))
            continue;
        return eq < one.n ? unquote(slice_skip(one, eq + 1))
                          : slice_of(one.p + one.n, 0);
    }
    return (struct slice){0};
}

/* Length of the value that begins s: to a comma outside quotes and angle brackets. */
static size_t value_length(struct slice s)
{
    bool angle = false;
    size_t comma = slice_find(s, ',');
    if (comma == s.n)
        return comma;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c == '"' && !angle)
            i = quoted_end(s, i) - 1;
        else if (c == '<')
            angle = true;
        else if (c == '>')
            angle = false;
        else if (c == ',' && !angle)
            return i;
    }
    return s.n;
}

bool sip_value_next(struct slice *rest, struct slice *out)
{
    while (rest->n) {
        size_t n = value_length(*rest);
        struct slice one = slice_trim(slice_sub(*rest, 0, n));
        *rest = slice_skip(*rest, n + 1);
        if (one.n) {
            *out = one;
            return true;
        }
    }
    return false;
}

/* Length of what a blank, ';' or the end closes. */
static size_t word_length(struct slice s)
{
    size_t i = 0;
    while (i < s.n && s.p[i] != ';' && !slice_blank(s.p[i]))
        i++;
    return i;
}

bool sip_via(struct slice value, struct sip_via *out)
{
    struct sip_via v = {0};
    size_t first = slice_find(value, '/');
    size_t second = slice_find(slice_skip(value, first + 1), '/');
    struct slice rest = slice_trim(slice_skip(value, first + second + 2));
    uint64_t rport = 0;

    v.transport = slice_sub(rest, 0, word_length(rest));
    rest = slice_trim(slice_skip(rest, v.transport.n));
    size_t semi = slice_find(rest, ';');
    v.sent_by = slice_trim(slice_sub(rest, 0, semi));
    v.params = slice_skip(rest, semi);
    if (!v.transport.n) {
        *out = (struct sip_via){0};
        return false;
    }
    host_port(v.sent_by, &v.host, &v.port);
    v.branch = sip_param(v.params, SLICE("branch"));
    v.received = sip_param(v.params, SLICE("received"));
    slice_u64(sip_param(v.params, SLICE("rport")), &rport);
    v.rport = rport <= UINT16_MAX ? (uint16_t)rport : 0;
    *out = v;
    return true;
}

size_t sip_number(struct slice user, char *out, size_t cap)
{
    size_t n = 0, digits = 0;
    user = slice_sub(user, 0, slice_find(user, ';'));
    if (slice_istarts(user, SLICE("%2B"))) {
        if (n < cap)
            out[n++] = '+';
        user = slice_skip(user, 3);
    }
    for (size_t i = 0; i < user.n; i++) {
        uint8_t c = user.p[i];
        bool digit = c >= '0' && c <= '9';
        if (c == '-' || c == '.' || c == '(' || c == ')')
            continue;
        if ((!digit && !(c == '+' && !n)) || n >= cap)
            return 0;
        digits += digit;
        out[n++] = (char)c;
    }
    return digits ? n : 0;
}
