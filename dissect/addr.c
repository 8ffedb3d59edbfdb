#include "dissect/addr.h"

static char *put_decimal(char *q, uint32_t v)
{
    char digits[10];
    int n = 0;
    do {
        digits[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    while (n)
        *q++ = digits[--n];
    return q;
}

static char *put_v4(char *q, const uint8_t *ip)
{
    for (int i = 0; i < 4; i++) {
        if (i)
            *q++ = '.';
        q = put_decimal(q, ip[i]);
    }
    return q;
}

static char *put_hex(char *q, uint32_t v)
{
    int shift = v >> 12 ? 12 : v >> 8 ? 8 : v >> 4 ? 4 : 0;
    for (; shift >= 0; shift -= 4)
        *q++ = "0123456789abcdef"[v >> shift & 15];
    return q;
}

static uint32_t group(const uint8_t *ip, int i)
{
    return (uint32_t)ip[2 * i] << 8 | ip[2 * i + 1];
}

/* The longest run of two or more zero groups, the first of equals (RFC 5952 4.2). */
static int zero_run(const uint8_t *ip, int *start)
{
    int best = 1, at = -1;
    for (int i = 0; i < 8; i++) {
        int n = 0;
        while (i + n < 8 && !group(ip, i + n))
            n++;
        if (n > best)
            best = n, at = i;
        if (n)
            i += n - 1;
    }
    *start = at;
    return at < 0 ? 0 : best;
}

static char *put_v6(char *q, const uint8_t *ip)
{
    static const uint8_t MAPPED[12] = {[10] = 0xff, [11] = 0xff};
    if (!memcmp(ip, MAPPED, sizeof MAPPED)) {
        memcpy(q, "::ffff:", 7);
        return put_v4(q + 7, ip + 12);
    }
    int start, run = zero_run(ip, &start);
    for (int i = 0; i < 8; i++) {
        if (i == start) {
            *q++ = ':';
            *q++ = ':';
            i += run - 1;
            continue;
        }
        if (i && i != start + run)
            *q++ = ':';
        q = put_hex(q, group(ip, i));
    }
    return q;
}

static char *put_ip(char *q, const struct addr *a)
{
    if (a->family == 4)
        return put_v4(q, a->ip);
    return a->family == 6 ? put_v6(q, a->ip) : q;
}

size_t addr_format_ip(const struct addr *a, char out[ADDR_TEXT])
{
    char *q = put_ip(out, a);
    *q = '\0';
    return (size_t)(q - out);
}

size_t addr_format(const struct addr *a, char out[ADDR_TEXT])
{
    if (!a->port)
        return addr_format_ip(a, out);
    char *q = out;
    if (a->family == 6)
        *q++ = '[';
    q = put_ip(q, a);
    if (a->family == 6)
        *q++ = ']';
    *q++ = ':';
    q = put_decimal(q, a->port);
    *q = '\0';
    return (size_t)(q - out);
}

/* Four decimal octets; leading zeros are refused, since readers disagree on them. */
static bool parse_v4(struct slice s, uint8_t ip[4])
{
    for (int i = 0; i < 4; i++) {
        uint64_t v;
        size_t n = slice_u64(s, &v);
        if (!n || n > 3 || v > 255 || (n > 1 && s.p[0] == '0'))
            return false;
        ip[i] = (uint8_t)v;
        s = slice_skip(s, n);
        if (i < 3 && (!s.n || s.p[0] != '.'))
            return false;
        if (i < 3)
            s = slice_skip(s, 1);
    }
    return s.n == 0;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = slice_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One to four hexadecimal digits; returns how many, 0 where there are none. */
static size_t parse_group(struct slice s, uint8_t out[2])
{
    uint32_t v = 0;
    size_t n = 0;
    for (; n < s.n && n < 4 && hex_digit(s.p[n]) >= 0; n++)
        v = v << 4 | (uint32_t)hex_digit(s.p[n]);
    out[0] = (uint8_t)(v >> 8);
    out[1] = (uint8_t)v;
    return n;
}

/* Groups up to "::" or the end. Returns bytes written, or -1; *s is what is left. */
static int parse_groups(struct slice *s, uint8_t *ip, int room)
{
    int used = 0;
    while (s->n && s->p[0] != ':') {
        if (used + 4 <= room && parse_v4(*s, ip + used)) {
            *s = slice_sub(*s, s->n, 0);
            return used + 4;
        }
        size_t n = used + 2 <= room ? parse_group(*s, ip + used) : 0;
        if (!n)
            return -1;
        used += 2;
        *s = slice_skip(*s, n);
        if (!s->n || (s->n >= 2 && s->p[0] == ':' && s->p[1] == ':'))
            break;
        if (s->p[0] != ':' || s->n == 1)
            return -1;
        *s = slice_skip(*s, 1);
    }
    return used;
}

static bool parse_v6(struct slice s, uint8_t ip[16])
{
    uint8_t tail[16];
    memset(ip, 0, 16);
    int head = parse_groups(&s, ip, 16);
    if (head < 0)
        return false;
    if (!s.n)
        return head == 16;
    if (head > 14 || s.n < 2 || s.p[0] != ':' || s.p[1] != ':')
        return false;
    s = slice_skip(s, 2);
    int n = parse_groups(&s, tail, 14 - head);
    if (n < 0 || s.n)
        return false;
    memset(ip + head, 0, (size_t)(16 - head));
    memcpy(ip + 16 - n, tail, (size_t)n);
    return true;
}

static bool parse_port(struct slice s, uint16_t *port)
{
    uint64_t v;
    size_t n = slice_u64(s, &v);
    if (!n || n != s.n || n > 5 || v > UINT16_MAX)
        return false;
    *port = (uint16_t)v;
    return true;
}

/* "[2001:db8::1]:5060", or the same without the port. */
static bool parse_bracketed(struct slice s, struct addr *a)
{
    size_t end = slice_find(s, ']');
    struct slice port = slice_skip(s, end + 1);
    a->family = 6;
    if (end == s.n || !parse_v6(slice_sub(s, 1, end - 1), a->ip))
        return false;
    return !port.n || (port.p[0] == ':' && parse_port(slice_skip(port, 1), &a->port));
}

bool addr_parse(struct slice text, struct addr *out)
{
    struct addr a = {.family = 4};
    size_t colon = slice_find(text, ':');
    struct slice port = slice_skip(text, colon + 1);
    bool good;
    if (text.n && text.p[0] == '[') {
        good = parse_bracketed(text, &a);
    } else if (slice_find(port, ':') < port.n) {
        a.family = 6;
        good = parse_v6(text, a.ip);
    } else {
        good = parse_v4(slice_sub(text, 0, colon), a.ip) &&
               (colon == text.n || parse_port(port, &a.port));
    }
    if (good)
        *out = a;
    return good;
}
