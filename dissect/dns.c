#include "dissect/dns.h"

enum { HEADER = 12, POINTERS = 16, CLASS_IN = 1, ANSWERS = 64 };

const char *dns_type_name(unsigned type)
{
    return type == DNS_A       ? "A"
           : type == DNS_AAAA  ? "AAAA"
           : type == DNS_SRV   ? "SRV"
           : type == DNS_NAPTR ? "NAPTR"
                               : "?";
}

static char readable(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + 32);
    return c > ' ' && c < 127 ? (char)c : '?';
}

/* A name at the cursor, which goes behind it; pointers lead to earlier bytes only and
 * are followed a bounded number of times (RFC 1035 4.1.4). */
static bool read_name(const struct slice *whole, struct cursor *at, char *out)
{
    struct cursor c = *at;
    size_t n = 0;
    bool jumped = false;
    for (unsigned jumps = 0; jumps < POINTERS;) {
        uint8_t length = cursor_u8(&c);
        if (c.cut)
            return false;
        if (length >> 6 == 3) {
            size_t to = (size_t)(length & 63) << 8 | cursor_u8(&c);
            if (!jumped)
                *at = c;
            jumped = true;
            jumps++;
            if (c.cut || to >= (size_t)(c.p - whole->p))
                return false;
            c = cursor_of(slice_skip(*whole, to));
            continue;
        }
        struct slice label = cursor_take(&c, length);
        if (length >> 6 || c.cut || n + label.n + 2 > DNS_NAME)
            return false;
        if (n && label.n)
            out[n++] = '.';
        for (size_t i = 0; i < label.n; i++)
            out[n++] = readable(label.p[i]);
        if (!length) {
            out[n] = 0;
            if (!jumped)
                *at = c;
            return true;
        }
    }
    return false;
}

bool dns_parse(struct slice d, struct dns *out)
{
    struct cursor c = cursor_of(d);
    *out = (struct dns){.whole = d};
    out->id = cursor_u16(&c);
    uint16_t flags = cursor_u16(&c), questions = cursor_u16(&c);
    out->answers = cursor_u16(&c);
    cursor_skip(&c, 4);
    if (d.n < HEADER || questions != 1 || (flags >> 11 & 15) != 0 || flags & 0x40)
        return false;
    out->response = flags >> 15;
    out->cut = flags >> 9 & 1;
    out->code = flags & 15;
    if ((!out->response && out->answers) || !read_name(&d, &c, out->name))
        return false;
    out->type = cursor_u16(&c);
    uint16_t class = cursor_u16(&c);
    out->answers_at = c;
    return !c.cut && (class & 0x7fff) == CLASS_IN;
}

static void read_target(struct dns *d, struct cursor data, struct dns_answer *a)
{
    if (!read_name(&d->whole, &data, a->target))
        a->target[0] = 0;
}

/* RFC 3403 4.1: order, preference, three strings, the replacement. */
static void read_naptr(struct dns *d, struct cursor data, struct dns_answer *a)
{
    a->priority = cursor_u16(&data);
    a->weight = cursor_u16(&data);
    for (int i = 0; i < 3; i++)
        cursor_skip(&data, cursor_u8(&data));
    if (!data.cut)
        read_target(d, data, a);
}

bool dns_answer_next(struct dns *d, struct dns_answer *out)
{
    struct cursor *c = &d->answers_at;
    char owner[DNS_NAME];
    if (!d->answers || d->answers > ANSWERS || !read_name(&d->whole, c, owner))
        return false;
    d->answers--;
    *out = (struct dns_answer){.type = cursor_u16(c)};
    cursor_skip(c, 2);
    out->ttl = cursor_u32(c);
    struct slice rdata = cursor_take(c, cursor_u16(c));
    if (c->cut)
        return false;
    struct cursor data = cursor_of(rdata);
    if (out->type == DNS_SRV) {
        out->priority = cursor_u16(&data);
        out->weight = cursor_u16(&data);
        out->port = cursor_u16(&data);
        if (!data.cut)
            read_target(d, data, out);
    } else if (out->type == DNS_NAPTR) {
        read_naptr(d, data, out);
    } else if ((out->type == DNS_A && rdata.n == 4) ||
               (out->type == DNS_AAAA && rdata.n == 16)) {
        out->addr.family = rdata.n == 4 ? 4 : 6;
        memcpy(out->addr.ip, rdata.p, rdata.n);
    }
    return true;
}
