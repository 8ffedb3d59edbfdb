#include "dissect/stun.h"

#include "dissect/cursor.h"

enum { HEADER = 20, IPV4 = 1, IPV6 = 2 };
static const uint32_t COOKIE = 0x2112a442;

enum {
    ATTR_MAPPED_ADDRESS = 0x0001,
    ATTR_USERNAME = 0x0006,
    ATTR_ERROR_CODE = 0x0009,
    ATTR_CHANNEL_NUMBER = 0x000c,
    ATTR_XOR_PEER_ADDRESS = 0x0012,
    ATTR_DATA = 0x0013,
    ATTR_XOR_RELAYED_ADDRESS = 0x0016,
    ATTR_XOR_MAPPED_ADDRESS = 0x0020,
    ATTR_PRIORITY = 0x0024,
    ATTR_USE_CANDIDATE = 0x0025,
    ATTR_XOR_MAPPED_ADDRESS_OLD = 0x8020, /* drafts of RFC 5389, still sent */
};

bool stun_sniff(struct slice d)
{
    struct cursor c = cursor_of(d);
    uint16_t type = cursor_u16(&c), length = cursor_u16(&c);
    uint32_t cookie = cursor_u32(&c);
    if (d.n < HEADER || type >> 14 || length % 4)
        return false;
    return cookie == COOKIE || (size_t)length + HEADER == d.n;
}

int stun_parse(struct slice d, struct stun *out)
{
    if (!stun_sniff(d))
        return -REASON_STUN_BAD;
    struct cursor c = cursor_of(d);
    struct stun m = {0};
    uint16_t type = cursor_u16(&c), length = cursor_u16(&c);
    /* RFC 8489 5: the two class bits stand between those of the method. */
    m.method = (uint16_t)((type & 0xf) | (type & 0xe0) >> 1 | (type & 0x3e00) >> 2);
    m.class = (enum stun_class)((type >> 4 & 1) | (type >> 7 & 2));
    struct slice id = slice_sub(d, 4, 16);
    m.classic = cursor_u32(&c) != COOKIE;
    if (!m.classic)
        id = slice_skip(id, 4);
    memcpy(m.id, id.p, id.n);
    m.attributes = slice_sub(d, HEADER, length);
    *out = m;
    return 0;
}

bool stun_attribute_next(struct slice *attributes, struct stun_attribute *out)
{
    if (!attributes->n)
        return false;
    struct cursor c = cursor_of(*attributes);
    uint16_t type = cursor_u16(&c), length = cursor_u16(&c);
    struct slice value = cursor_take(&c, length);
    *attributes = slice_sub(*attributes, 0, 0);
    if (c.cut)
        return false;
    *out = (struct stun_attribute){value, type};
    *attributes = slice_skip(cursor_rest(&c), -length & 3u);
    return true;
}

/* RFC 8489 14.1, 14.2: family, port, address; xored with cookie and transaction id. */
static void read_address(const struct stun *m, struct slice v, bool xored,
                         struct addr *out)
{
    struct cursor c = cursor_of(v);
    uint8_t mask[16] = {COOKIE >> 24, COOKIE >> 16 & 255, COOKIE >> 8 & 255,
                        COOKIE & 255};
    struct addr a = {0};
    cursor_skip(&c, 1);
    uint8_t family = cursor_u8(&c);
    a.port = cursor_u16(&c);
    struct slice ip = cursor_take(&c, family == IPV6 ? 16 : 4);
    if (c.cut || out->family || (family != IPV4 && family != IPV6))
        return;
    memcpy(mask + 4, m->id, 12);
    a.family = family == IPV6 ? 6 : 4;
    memcpy(a.ip, ip.p, ip.n);
    if (xored)
        a.port ^= COOKIE >> 16;
    for (size_t i = 0; xored && i < ip.n; i++)
        a.ip[i] ^= mask[i];
    *out = a;
}

static void read_attribute(const struct stun *m, const struct stun_attribute *a,
                           struct stun_facts *f, struct addr *plain)
{
    struct cursor c = cursor_of(a->value);
    switch (a->type) {
    case ATTR_MAPPED_ADDRESS: read_address(m, a->value, false, plain); break;
    case ATTR_XOR_MAPPED_ADDRESS:
    case ATTR_XOR_MAPPED_ADDRESS_OLD:
        read_address(m, a->value, true, &f->mapped);
        break;
    case ATTR_XOR_PEER_ADDRESS: read_address(m, a->value, true, &f->peer); break;
    case ATTR_XOR_RELAYED_ADDRESS: read_address(m, a->value, true, &f->relayed); break;
    case ATTR_DATA: f->data = f->data.n ? f->data : a->value; break;
    case ATTR_USERNAME: f->user = f->user.n ? f->user : a->value; break;
    case ATTR_CHANNEL_NUMBER:
        f->channel = f->channel ? f->channel : cursor_u16(&c);
        break;
    case ATTR_PRIORITY: f->priority = f->priority ? f->priority : cursor_u32(&c); break;
    case ATTR_USE_CANDIDATE: f->use_candidate = true; break;
    case ATTR_ERROR_CODE: /* 14.8: hundreds in three bits, then the rest */
        if (a->value.n >= 4 && !f->error)
            f->error = (uint16_t)((a->value.p[2] & 7) * 100 + a->value.p[3] % 100);
        break;
    default: break;
    }
}

void stun_facts(const struct stun *m, struct stun_facts *out)
{
    struct slice rest = m->attributes;
    struct stun_attribute a;
    struct stun_facts f = {0};
    struct addr plain = {0};
    while (stun_attribute_next(&rest, &a))
        read_attribute(m, &a, &f, &plain);
    if (!f.mapped.family)
        f.mapped = plain;
    *out = f;
}

bool stun_carries(const struct stun *m, const struct stun_facts *facts)
{
    return m->class == STUN_INDICATION &&
           (m->method == STUN_SEND || m->method == STUN_DATA) && facts->data.n &&
           facts->peer.family;
}

bool stun_channel(struct slice d, uint16_t *number, struct slice *data)
{
    struct cursor c = cursor_of(d);
    uint16_t n = cursor_u16(&c), length = cursor_u16(&c);
    struct slice s = cursor_take(&c, length);
    if (c.cut || n >> 14 != 1 || cursor_left(&c) > 3)
        return false;
    *number = n;
    *data = s;
    return true;
}
