#include "model/copies.h"

#include "base/hash.h"

/* ns; between agents less than T1, after which a message is repeated (RFC 3261
 * 17.1.1.1). */
enum { COPY_WINDOW = 5 * 1000 * 1000, AGENT_WINDOW = 400 * 1000 * 1000 };

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

uint32_t copies_digest(struct slice text)
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

static bool same_place(const struct copies_entry *e, const struct msg *draft,
                       uint32_t path)
{
    return e->path == path && e->interface == draft->interface &&
           e->file == draft->file;
}

const struct copies_entry *copies_find(const struct copies *r, const struct msg *draft,
                                       const struct copies_key *key)
{
    const struct copies_entry *e = r->entry[key->digest % COPIES_SETS];
    for (int i = 0; i < COPIES_WAYS; i++, e++) {
        int64_t d = draft->time - e->time;
        int64_t window = key->agent || e->agent ? AGENT_WINDOW : COPY_WINDOW;
        if (e->msg && e->digest == key->digest && d >= -window && d <= window &&
            !same_place(e, draft, key->path))
            return e;
    }
    return NULL;
}

void copies_add(struct copies *r, struct msg *m, const struct copies_key *key)
{
    unsigned set = key->digest % COPIES_SETS;
    r->entry[set][r->oldest[set]] = (struct copies_entry){.msg = m,
                                                          .time = m->time,
                                                          .id = m->id,
                                                          .digest = key->digest,
                                                          .path = key->path,
                                                          .agent = key->agent,
                                                          .file = m->file,
                                                          .interface = m->interface};
    r->oldest[set] = (uint8_t)((r->oldest[set] + 1) % COPIES_WAYS);
}
