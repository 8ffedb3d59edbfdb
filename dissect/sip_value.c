#include "dissect/sip_value.h"

#include "dissect/scan.h"

/* Offset of the first byte a or b, or s.n. */
static inline size_t find_either(struct slice s, size_t from, uint8_t a, uint8_t b)
{
    return from < s.n ? (size_t)(scan_either(s.p + from, s.p + s.n, a, b) - s.p) : s.n;
}

/* Offset of the first byte c, or s.n: values are short. */
static inline size_t find(struct slice s, uint8_t c)
{
    return find_either(s, 0, c, c);
}

/* Offset after the quoted string that begins at s[at]; s.n where it has no end. A
 * backslash takes the next byte with it (RFC 3261 25.1 quoted-pair). */
static size_t quoted_end(struct slice s, size_t at)
{
    size_t i = find_either(s, at + 1, '"', '\\');
    while (i < s.n && s.p[i] == '\\')
        i = i + 2 < s.n ? find_either(s, i + 2, '"', '\\') : s.n;
    return i < s.n ? i + 1 : s.n;
}

/* Offset of the first byte c outside quoted strings, or s.n. */
static inline size_t find_unquoted(struct slice s, uint8_t c)
{
    size_t i = find_either(s, 0, c, '"');
    while (i < s.n && s.p[i] != c) {
        i = quoted_end(s, i);
        i = i < s.n ? find_either(s, i, c, '"') : s.n;
    }
    return i;
}

/* Offset of the '<' that opens the address, or value.n for one without: a '<' after
 * "scheme:...;" belongs to a parameter. */
static size_t angle_find(struct slice value)
{
    size_t open = find_unquoted(value, '<');
    struct slice before = slice_sub(value, 0, open);
    if (!before.n || open == value.n || find(before, ':') == before.n)
        return open;
    if (find_unquoted(before, ';') < before.n && find_unquoted(before, ':') < before.n)
        return value.n;
    return open;
}

struct slice sip_address_params(struct slice value)
{
    size_t open = angle_find(value), from = 0;
    if (open < value.n)
        from = open + find(slice_skip(value, open), '>') + 1;
    struct slice rest = slice_trim(slice_skip(value, from));
    return slice_skip(rest, rest.n && rest.p[0] == ';' ? 0 : find_unquoted(rest, ';'));
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
        a.uri = slice_trim(slice_sub(inner, 0, find(inner, '>')));
    } else {
        struct slice bare = slice_trim(slice_sub(value, 0, value.n - a.params.n));
        if (bare.n && bare.p[0] == '"') {
            a.display = unquote(bare);
            bare = slice_trim(slice_skip(bare, quoted_end(bare, 0)));
        }
        a.uri = bare;
    }
    if (find(a.uri, ':') == a.uri.n)
        a = (struct sip_name_addr){0};
    *out = a;
    return a.uri.n > 0;
}

/* "host:port", "[v6]:port", also v6 without its brackets (RFC 5118 4.5). */
static void host_port(struct slice s, struct slice *host, uint16_t *port)
{
    s = slice_trim(s);
    size_t colon = find(s, ':');
    if (s.n && s.p[0] == '[') {
        size_t close = find(s, ']');
        colon = close + find(slice_skip(s, close), ':');
    } else {
        struct slice after = slice_skip(s, colon + 1);
        if (find(after, ':') < after.n)
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
    size_t at = find(rest, '@');
    if (at < rest.n) {
        struct slice info = slice_sub(rest, 0, at);
        u->user = slice_sub(info, 0, find(info, ':'));
        rest = slice_skip(rest, at + 1);
    }
    size_t query = find(rest, '?');
    u->headers = slice_skip(rest, query + 1);
    rest = slice_sub(rest, 0, query);
    size_t semi = find(rest, ';');
    u->params = slice_skip(rest, semi);
    host_port(slice_sub(rest, 0, semi), &u->host, &u->port);
}

bool sip_uri(struct slice text, struct sip_uri *out)
{
    struct sip_uri u = {0};
    text = slice_trim(text);
    size_t colon = find(text, ':');
    if (colon < text.n && is_scheme(slice_sub(text, 0, colon))) {
        struct slice rest = slice_skip(text, colon + 1);
        u.scheme = slice_sub(text, 0, colon);
        if (slice_ieq(u.scheme, SLICE("sip")) || slice_ieq(u.scheme, SLICE("sips"))) {
            sip_part(rest, &u);
        } else {
            u.user = slice_sub(rest, 0, find(rest, ';'));
            u.params = slice_skip(rest, u.user.n);
        }
    }
    *out = u;
    return u.scheme.n > 0;
}

/* Length of a parameter's name with its blanks: to '=', ';' or the end. */
static size_t name_length(struct slice s)
{
    size_t i = 0;
    while (i < s.n && s.p[i] != '=' && s.p[i] != ';' && s.p[i] != '"')
        i++;
    return i;
}

/* Cuts the first parameter off *params; its name may be empty. */
static inline void param_cut(struct slice *params, struct slice *name,
                             struct slice *value)
{
    size_t n = name_length(*params);
    struct slice rest = slice_skip(*params, n);
    bool valued = rest.n && rest.p[0] == '=';

    *name = slice_trim(slice_sub(*params, 0, n));
    *value = slice_sub(rest, valued, find_unquoted(rest, ';') - valued);
    *params = slice_skip(rest, valued + value->n + 1);
    if (!valued)
        value->p = NULL, value->n = 0;
}

/* A parameter in the form that nearly all have: ";name=value" without blanks or quotes.
 * False: it is not there, or not so. */
static inline bool param_plain(struct slice params, struct slice name,
                               struct slice *out)
{
    if (!params.n)
        return false;
    const uint8_t *p = params.p, *end = p + params.n;
    while (p < end && *p == ';') {
        const uint8_t *next = scan_either(++p, end, ';', '"');
        size_t n = (size_t)(next - p);
        if (next < end && *next == '"')
            return false;
        if (n > name.n + 1 && p[name.n] == '=' &&
            (!memcmp(p, name.p, name.n) || slice_ieq(slice_of(p, name.n), name))) {
            *out = slice_of(p + name.n + 1, n - name.n - 1);
            return out->p[0] > ' ' && out->p[out->n - 1] > ' ';
        }
        p = next;
    }
    return false;
}

struct slice sip_param(struct slice params, struct slice name)
{
    struct slice one, value;
    if (param_plain(params, name, &value))
        return value;
    while (params.n) {
        const uint8_t *flag = params.p;
        param_cut(&params, &one, &value);
        if (slice_ieq(one, name))
            return value.p ? unquote(value) : slice_of(flag, 0);
    }
    return (struct slice){0};
}

bool sip_param_next(struct slice *params, struct slice *name, struct slice *value)
{
    while (params->n) {
        param_cut(params, name, value);
        if (value->p)
            *value = unquote(*value);
        if (name->n)
            return true;
    }
    return false;
}

/* Length of the value that begins s: to a comma outside quotes and angle brackets. */
static size_t value_length(struct slice s)
{
    bool angle = false;
    size_t comma = find(s, ',');
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

/* The tag where From or To stands as nearly all write it: "name" <uri>;tag=value, the
 * name without escapes; empty: nothing follows the address. False: it does not, or
 * other parameters come first. */
static bool tag_plain(struct slice value, struct slice *out)
{
    const uint8_t *p = value.p, *end = p + value.n;
    if (*p == '"') {
        p = scan_either(p + 1, end, '"', '\\');
        if (p == end || *p++ == '\\')
            return false;
    }
    const uint8_t *open = scan_either(p, end, '<', '"');
    if (open == end || *open == '"' || scan_either(p, open, ':', ';') < open)
        return false;
    p = scan_byte(open, end, '>');
    if (end - p == 1) { /* the value ends with the address */
        *out = (struct slice){0};
        return true;
    }
    if (end - p < 7 || memcmp(p, ">;tag=", 6) != 0)
        return false;
    p += 6;
    *out = slice_of(p, (size_t)(scan_either(p, end, ';', '"') - p));
    return out->n && (p + out->n == end || p[out->n] == ';') && out->p[0] > ' ' &&
           out->p[out->n - 1] > ' ';
}

struct slice sip_address_tag(struct slice value)
{
    struct slice tag;
    if (!value.n)
        return (struct slice){0};
    return tag_plain(value, &tag) ? tag
                                  : sip_param(sip_address_params(value), SLICE("tag"));
}

/* Length of what a blank, ';' or the end closes. */
static size_t word_length(struct slice s)
{
    size_t i = 0;
    while (i < s.n && s.p[i] != ';' && !slice_blank(s.p[i]))
        i++;
    return i;
}

/* "SIP/2.0/UDP host;...": what nearly all write. */
static bool via_plain(struct slice value, struct sip_via *out)
{
    if (value.n < 16 || memcmp(value.p, "SIP/2.0/", 8) != 0)
        return false;
    const uint8_t *p = value.p + 8, *end = value.p + value.n, *blank = p;
    while (blank<end && * blank> ' ' && *blank != ';' && *blank != '/')
        blank++;
    const uint8_t *semi = scan_byte(blank, end, ';');
    if (semi - blank < 2 || blank == p || *blank != ' ' || blank[1] <= ' ' ||
        semi[-1] <= ' ')
        return false;
    *out = (struct sip_via){
        .transport = slice_of(p, (size_t)(blank - p)),
        .sent_by = slice_of(blank + 1, (size_t)(semi - blank - 1)),
        .params = slice_of(semi, (size_t)(end - semi)),
    };
    return true;
}

bool sip_via_split(struct slice value, struct sip_via *out)
{
    if (via_plain(value, out))
        return true;
    size_t first = find(value, '/');
    size_t second = find(slice_skip(value, first + 1), '/');
    struct slice rest = slice_trim(slice_skip(value, first + second + 2));

    *out = (struct sip_via){.transport = slice_sub(rest, 0, word_length(rest))};
    if (!out->transport.n) {
        out->transport = (struct slice){0};
        return false;
    }
    rest = slice_trim(slice_skip(rest, out->transport.n));
    size_t semi = find(rest, ';');
    out->sent_by = slice_trim(slice_sub(rest, 0, semi));
    out->params = slice_skip(rest, semi);
    return true;
}

bool sip_via(struct slice value, struct sip_via *out)
{
    uint64_t rport = 0;
    if (!sip_via_split(value, out))
        return false;
    host_port(out->sent_by, &out->host, &out->port);
    out->branch = sip_param(out->params, SLICE("branch"));
    out->received = sip_param(out->params, SLICE("received"));
    slice_u64(sip_param(out->params, SLICE("rport")), &rport);
    out->rport = rport <= UINT16_MAX ? (uint16_t)rport : 0;
    return true;
}

size_t sip_number(struct slice user, char *out, size_t cap)
{
    size_t n = 0, digits = 0;
    user = slice_sub(user, 0, find(user, ';'));
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
