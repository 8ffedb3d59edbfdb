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
 * of memory; four lanes keep the multiplier busy. */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide x = (wide)a * b;
    return (uint64_t)x ^ (uint64_t)(x >> 64);
}

static const uint64_t K[] = {0xa0761d6478bd642fu, 0xe7037ed1a0b428dbu,
                             0x8ebc6af09c88c6e3u, 0x589965cc75374cc3u};

/* Takes 64 bytes in. */
static inline void fold_block(uint64_t lane[4], const uint8_t *p)
{
    lane[0] = fold(load64(p) ^ K[0], load64(p + 8) ^ lane[0]);
    lane[1] = fold(load64(p + 16) ^ K[1], load64(p + 24) ^ lane[1]);
    lane[2] = fold(load64(p + 32) ^ K[2], load64(p + 40) ^ lane[2]);
    lane[3] = fold(load64(p + 48) ^ K[3], load64(p + 56) ^ lane[3]);
}

uint32_t copies_digest(struct slice text)
{
    static uint64_t seed;
    if (!seed)
        seed = hash_bytes("digest", 6) | 1;
    const uint8_t *p = text.p;
    size_t n = text.n;
    uint64_t lane[4] = {seed, seed ^ n, seed ^ K[0], seed ^ K[1]};
    for (; n >= 64; n -= 64, p += 64)
        fold_block(lane, p);
    if (n && text.n >= 64) {
        fold_block(lane, p + n - 64); /* takes some in again, which does no harm */
    } else if (n) {
        uint8_t tail[64] = {0};
        memcpy(tail, p, n);
        fold_block(lane, tail);
    }
    uint64_t all = fold(fold(lane[0] ^ K[0], lane[1] ^ K[1]),
                        fold(lane[2] ^ K[2], lane[3] ^ K[3]));
    return (uint32_t)(all ^ all >> 32);
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
