#include "model/msg.h"

#include "base/hash.h"
#include "dissect/reason.h"
#include "dissect/sip.h"

enum { COPY_WINDOW = 5 * 1000 * 1000, COPY_LOOKS = 64 };

const char *transport_name(unsigned transport)
{
    static const char *const NAME[] = {
#define TRANSPORT(id, name) name,
        TRANSPORT_TABLE(TRANSPORT)
#undef TRANSPORT
    };
    return transport < TRANSPORT_COUNT ? NAME[transport] : "?";
}

unsigned msg_method(const struct sip *sip)
{
    return sip->method == SIP_OTHER ? sip->cseq_method : sip->method;
}

const char *msg_method_name(const struct msg *m)
{
    if (m->method != SIP_OTHER)
        return sip_method_name(m->method);
    return m->method_name ? m->method_name->p : "?";
}

static inline uint64_t load64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Multiply and fold, as wyhash does: every message passes here, so it runs at the speed
 * of memory; two lanes keep the multiplier busy. */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide x = (wide)a * b;
    return (uint64_t)x ^ (uint64_t)(x >> 64);
}

uint32_t msg_digest(struct slice text)
{
    static const uint64_t K[] = {0xa0761d6478bd642fu, 0xe7037ed1a0b428dbu,
                                 0x8ebc6af09c88c6e3u, 0x589965cc75374cc3u};
    static uint64_t seed;
    if (!seed)
        seed = hash_bytes("digest", 6) | 1;
    const uint8_t *p = text.p;
    size_t n = text.n;
    uint64_t a = seed, b = seed ^ n;
    for (; n >= 32; n -= 32, p += 32) {
        a = fold(load64(p) ^ K[0], load64(p + 8) ^ a);
        b = fold(load64(p + 16) ^ K[1], load64(p + 24) ^ b);
    }
    uint64_t tail[4] = {0};
    if (n)
        memcpy(tail, p, n);
    a = fold(tail[0] ^ K[2], tail[1] ^ a);
    b = fold(tail[2] ^ K[3], tail[3] ^ b);
    a = fold(a ^ K[0], b ^ K[1]);
    return (uint32_t)(a ^ a >> 32);
}

static bool same_place(const struct msg *a, const struct msg *b)
{
    return a->path == b->path && a->interface == b->interface && a->file == b->file;
}

struct msg *msg_copied(struct msg *last, const struct msg *draft)
{
    unsigned looks = COPY_LOOKS;
    for (struct msg *m = last; m && looks; m = m->prev, looks--) {
        int64_t d = draft->time - m->time;
        if (d > COPY_WINDOW)
            return NULL;
        if (d >= -COPY_WINDOW && !(m->flags & MSG_COPY) && !same_place(m, draft) &&
            m->digest == draft->digest && m->text.length == draft->text.length)
            return m;
    }
    return NULL;
}
