#include "diagnose/say.h"
#include "dissect/sip_value.h"

#include <stdarg.h>

#define SECOND INT64_C(1000000000)

static void say_span(struct strbuf *b, int64_t ns)
{
    if (ns < 0)
        ns = 0;
    if (ns < SECOND) {
        strbuf_i64(b, (ns + 500000) / 1000000);
        strbuf_str(b, " ms");
    } else if (ns < 100 * SECOND) {
        strbuf_fixed(b, (ns + 50000000) / 100000000, 1);
        strbuf_str(b, " s");
    } else if (ns < 7200 * SECOND) {
        strbuf_i64(b, (ns + SECOND / 2) / SECOND);
        strbuf_str(b, " s");
    } else {
        strbuf_fixed(b, ns / (360 * SECOND), 1);
        strbuf_str(b, " h");
    }
}

static void say_addr(struct strbuf *b, const struct addr *a, bool port)
{
    char text[ADDR_TEXT];
    size_t n = port ? addr_format(a, text) : addr_format_ip(a, text);
    strbuf_add(b, text, n);
}

static void say_msg(struct strbuf *b, const struct msg *m)
{
    if (!m->status) {
        strbuf_str(b, msg_method_name(m));
        return;
    }
    const char *phrase = sip_status_phrase(m->status);
    strbuf_u64(b, m->status);
    strbuf_str(b, *phrase ? " " : "");
    strbuf_str(b, phrase);
}

static void say_one(struct strbuf *b, char kind, va_list *args)
{
    struct slice s;
    const char *text;
    switch (kind) {
    case 'a': say_addr(b, va_arg(*args, const struct addr *), true); break;
    case 'i': say_addr(b, va_arg(*args, const struct addr *), false); break;
    case 't': say_span(b, va_arg(*args, int64_t)); break;
    case 'u': strbuf_u64(b, va_arg(*args, unsigned)); break;
    case 'm': say_msg(b, va_arg(*args, const struct msg *)); break;
    case 's':
        text = va_arg(*args, const char *);
        strbuf_str(b, text ? text : "?");
        break;
    case 'S':
        s = *va_arg(*args, const struct slice *);
        strbuf_add(b, s.p, s.n < 120 ? s.n : 120);
        break;
    default: strbuf_char(b, kind); break;
    }
}

void say(struct strbuf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    for (const char *p = format; *p; p++) {
        if (*p == '%' && p[1])
            say_one(b, *++p, &args);
        else
            strbuf_char(b, *p);
    }
    va_end(args);
}

bool addr_private(const struct addr *a)
{
    const uint8_t *ip = a->ip;
    if (a->family == 4)
        return ip[0] == 10 || ip[0] == 127 || (ip[0] == 172 && (ip[1] & 0xf0) == 16) ||
               (ip[0] == 192 && ip[1] == 168) || (ip[0] == 169 && ip[1] == 254) ||
               (ip[0] == 100 && (ip[1] & 0xc0) == 64);
    static const uint8_t LOOPBACK[16] = {[15] = 1};
    return a->family == 6 &&
           ((ip[0] & 0xfe) == 0xfc || (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80) ||
            !memcmp(ip, LOOPBACK, 16));
}

bool host_addr(struct slice host, struct addr *out)
{
    struct addr a;
    if (!host.n || !addr_parse(host, &a))
        return false;
    *out = a;
    return true;
}

bool host_private(struct slice host)
{
    struct addr a;
    return host_addr(host, &a) && addr_private(&a);
}

bool uri_of(struct slice value, struct slice *uri, struct slice *host, uint16_t *port)
{
    struct sip_name_addr na;
    struct sip_uri u;
    struct slice one, rest = value;
    if (!sip_value_next(&rest, &one) || !sip_name_addr(one, &na) ||
        !sip_uri(na.uri, &u) || !u.host.n)
        return false;
    *uri = na.uri;
    *host = u.host;
    *port = u.port;
    return true;
}

bool addr_same_ip(const struct addr *a, const struct addr *b)
{
    return a->family == b->family && !memcmp(a->ip, b->ip, sizeof a->ip);
}

bool slice_has(struct slice text, const char *word)
{
    struct slice w = slice_str(word);
    for (size_t i = 0; i + w.n <= text.n; i++)
        if (slice_ieq(slice_sub(text, i, w.n), w))
            return true;
    return false;
}
