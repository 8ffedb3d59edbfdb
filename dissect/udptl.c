#include "dissect/udptl.h"

#include "dissect/cursor.h"

enum { SECONDARY_MOST = 32 };

/* X.691 10.9: a length of one or two bytes; fragments (from 16384) have no place here.
 */
static size_t read_length(struct cursor *c)
{
    uint8_t first = cursor_u8(c);
    if (first < 128)
        return first;
    if (first >= 192)
        c->cut = true;
    return (size_t)(first & 63) << 8 | cursor_u8(c);
}

static struct slice read_open(struct cursor *c)
{
    size_t n = read_length(c);
    return cursor_take(c, n);
}

/* A list of open types or octet strings. Each takes a byte at least, so the count is
 * bounded by what is left. */
static uint16_t read_list(struct cursor *c)
{
    size_t count = read_length(c), i;
    for (i = 0; i < count && !c->cut; i++)
        read_open(c);
    return (uint16_t)i;
}

/* T.38 annex A: the choice is the first bit of a byte. */
static void read_recovery(struct cursor *c, struct udptl *u)
{
    u->recovery = cursor_u8(c) & 0x80 ? UDPTL_FEC : UDPTL_REDUNDANCY;
    if (u->recovery == UDPTL_FEC) {
        struct slice span = read_open(c); /* an INTEGER without bounds */
        if (span.n != 1)
            c->cut = true;
        else
            u->span = span.p[0];
    }
    u->packets = read_list(c);
}

/* Type of message: one bit says whether a field follows, one which choice, then its
 * value: four bits, or an extension bit and four. */
static void read_ifp(struct udptl *u)
{
    struct slice p = u->primary;
    u->ifp = UDPTL_IFP_NONE;
    if (!p.n)
        return;
    u->ifp = p.p[0] & 0x40 ? UDPTL_IFP_DATA : UDPTL_IFP_INDICATOR;
    if (!(p.p[0] & 0x20))
        u->value = p.p[0] >> 1 & 15;
    else if (p.n > 1) /* later editions: six bits, counted from where four ended */
        u->value = (uint8_t)(((p.p[0] & 15) << 2 | p.p[1] >> 6) +
                             (u->ifp == UDPTL_IFP_DATA ? 9 : 16));
}

int udptl_parse(struct slice d, struct udptl *out)
{
    struct cursor c = cursor_of(d);
    struct udptl u = {.seq = cursor_u16(&c)};
    u.primary = read_open(&c);
    read_recovery(&c, &u);
    if (c.cut)
        return -REASON_UDPTL_BAD;
    read_ifp(&u);
    *out = u;
    return (int)(c.p - d.p);
}

bool udptl_plausible(struct slice d)
{
    struct udptl u;
    int used = udptl_parse(d, &u);
    return used > 0 && (size_t)used == d.n && u.primary.n &&
           u.packets <= SECONDARY_MOST;
}
