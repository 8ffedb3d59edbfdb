#include "model/kpi.h"

#include "model/kpi_rows.h"

#include <stdio.h>
#include <stdlib.h>

enum { GROUPS = 4096, BUCKETS = 16384, GENERATION = 0x10000 };

static const int64_t KEEP[KPI_PERIODS] = {120, 6 * 3600, 8 * 86400};

const char *kpi_kind_name(unsigned kind)
{
    static const char *const NAMES[] = {"all", "peer", "trunk", "prefix", "codec"};
    return kind < KPI_KINDS ? NAMES[kind] : "?";
}

const char *kpi_way_name(unsigned way)
{
    static const char *const NAMES[] = {"both", "from", "to"};
    return way < KPI_WAYS ? NAMES[way] : "?";
}

const char *kpi_period_name(unsigned period)
{
    static const char *const NAMES[] = {"second", "minute", "hour"};
    return period < KPI_PERIODS ? NAMES[period] : "?";
}

int64_t kpi_begin(int64_t second, enum kpi_period p)
{
    int64_t length = kpi_length(p), in = second % length;
    return second - (in < 0 ? in + length : in);
}

/* ---- groups ---- */

struct key {
    uint8_t kind, way;
    const struct addr *addr;
    const char *name;
    size_t n;
};

static uint64_t hash_of(const struct key *key)
{
    uint8_t bytes[2 + sizeof *key->addr] = {key->kind, key->way};
    if (!key->addr)
        return hash_more(hash_bytes(bytes, 2), key->name, key->n);
    memcpy(bytes + 2, key->addr, sizeof *key->addr);
    return hash_bytes(bytes, sizeof bytes);
}

static const char *name_of(const struct kpi_group *g)
{
    return g->trunk ? g->trunk : g->name;
}

static bool same_group(const void *value, const void *wanted)
{
    const struct kpi_group *g = value;
    const struct key *key = wanted;
    if (g->kind != key->kind || g->way != key->way)
        return false;
    if (key->addr)
        return addr_eq(&g->addr, key->addr);
    return strlen(name_of(g)) == key->n && !memcmp(name_of(g), key->name, key->n);
}

static void unlink_group(struct kpi *k, struct kpi_group *g)
{
    *(g->older ? &g->older->newer : &k->oldest) = g->newer;
    *(g->newer ? &g->newer->older : &k->newest) = g->older;
}

static void link_group(struct kpi *k, struct kpi_group *g)
{
    g->newer = NULL;
    g->older = k->newest;
    *(k->newest ? &k->newest->newer : &k->oldest) = g;
    k->newest = g;
}

static void use_group(struct kpi *k, struct kpi_group *g)
{
    g->used = k->second;
    if (k->newest == g)
        return;
    unlink_group(k, g);
    link_group(k, g);
}

static void group_free(struct kpi *k, struct kpi_group *g)
{
    for (unsigned p = 0; p < KPI_PERIODS; p++) {
        struct kpi_series *s = &g->series[p];
        for (uint32_t i = 0; i < s->n; i++) {
            kpi_queue_remove(&k->queue[p], s->at[s->first + i]);
            kpi_bucket_free(k, s->at[s->first + i]);
        }
        free(s->at);
    }
    kpi_bucket_free(k, g->past);
    unlink_group(k, g);
    hash_remove(&k->by_name, g->hash, g);
    slab_give(&k->group_slab, g);
    k->kept--;
}

/* At the limit the group leaves that was used longest ago; everything never does. */
static void group_leave(struct kpi *k)
{
    struct kpi_group *g = k->oldest;
    if (g == k->all) {
        use_group(k, g);
        g = k->oldest;
    }
    uint32_t i = g->handle & (GENERATION - 1);
    if (g == k->all || !vec_reserve(&k->spare, 1))
        return;
    /* The next in its place has another handle. */
    k->spare.at[k->spare.n++] = g->handle;
    group_free(k, g);
    k->groups.at[i] = NULL;
    if (k->options.ledger)
        ledger_count(k->options.ledger, LEDGER_PEERS_LIMIT, 0, 0, 0, 0);
}

/* A place and its handle; 0: memory is short. */
static uint32_t handle_new(struct kpi *k)
{
    if (k->spare.n) {
        uint32_t handle = k->spare.at[--k->spare.n] + GENERATION;
        return handle < GENERATION ? handle + GENERATION : handle;
    }
    if (!vec_push(&k->groups, NULL))
        return 0;
    return (uint32_t)(k->groups.n - 1) | GENERATION;
}

static struct kpi_group *group_new(struct kpi *k, const struct key *key, uint64_t hash)
{
    if (k->kept >= k->options.groups)
        group_leave(k);
    struct kpi_group *g = slab_take(&k->group_slab);
    uint32_t handle = g ? handle_new(k) : 0;
    if (!handle || hash_add(&k->by_name, hash, g)) {
        if (handle && vec_reserve(&k->spare, 1))
            k->spare.at[k->spare.n++] = handle;
        slab_give(&k->group_slab, g);
        return NULL;
    }
    g->handle = handle;
    g->kind = key->kind;
    g->way = key->way;
    g->hash = hash;
    if (key->addr)
        g->addr = *key->addr;
    else if (key->kind == KPI_TRUNK)
        g->trunk = key->name;
    else
        memcpy(g->name, key->name, key->n);
    k->groups.at[handle & (GENERATION - 1)] = g;
    link_group(k, g);
    k->kept++;
    return g;
}

static struct kpi_group *find(const struct kpi *k, const struct key *key)
{
    return hash_find(&k->by_name, hash_of(key), same_group, key);
}

static struct kpi_group *get(struct kpi *k, const struct key *key)
{
    uint64_t hash = hash_of(key);
    struct kpi_group *g = hash_find(&k->by_name, hash, same_group, key);
    if (!g)
        g = group_new(k, key, hash);
    if (g)
        use_group(k, g);
    return g;
}

struct kpi_group *kpi_peer_get(struct kpi *k, const struct addr *addr, enum kpi_way way)
{
    struct addr host = *addr;
    host.port = 0;
    struct key key = {.kind = KPI_PEER, .way = (uint8_t)way, .addr = &host};
    return get(k, &key);
}

struct kpi_group *kpi_named_get(struct kpi *k, enum kpi_kind kind, const char *name,
                                size_t n, enum kpi_way way)
{
    struct key key = {(uint8_t)kind, (uint8_t)way, NULL, name, n};
    if (kind != KPI_TRUNK && n >= sizeof((struct kpi_group *)0)->name)
        key.n = sizeof((struct kpi_group *)0)->name - 1;
    return get(k, &key);
}

const struct kpi_group *kpi_peer(const struct kpi *k, const struct addr *addr,
                                 enum kpi_way way)
{
    struct key key = {.kind = KPI_PEER, .way = (uint8_t)way, .addr = addr};
    return find(k, &key);
}

const struct kpi_group *kpi_named(const struct kpi *k, enum kpi_kind kind,
                                  const char *name, enum kpi_way way)
{
    struct key key = {(uint8_t)kind, (uint8_t)way, NULL, name, strlen(name)};
    return find(k, &key);
}

const struct kpi_group *kpi_other_way(const struct kpi *k, const struct kpi_group *g)
{
    enum kpi_way way = g->way == KPI_FROM ? KPI_TO : KPI_FROM;
    if (g->kind == KPI_PEER)
        return kpi_peer(k, &g->addr, way);
    return g->kind == KPI_TRUNK ? kpi_named(k, KPI_TRUNK, g->trunk, way) : NULL;
}

void kpi_group_name(const struct kpi_group *g, char out[64])
{
    if (g->kind == KPI_PEER)
        addr_format_ip(&g->addr, out);
    else
        snprintf(out, 64, "%s", name_of(g));
}

/* ---- reading ---- */

void kpi_read(const struct kpi_group *g, enum kpi_period longest, int64_t from,
              int64_t to, struct kpi_counts *out)
{
    for (unsigned p = longest + 1u; p--;) {
        const struct kpi_series *s = &g->series[p];
        uint32_t i = from == INT64_MIN ? 0 : kpi_series_find(s, p, from);
        for (; i < s->n && s->at[s->first + i]->start < to; i++)
            kpi_counts_add(out, &s->at[s->first + i]->counts);
    }
    if (from == INT64_MIN && longest == KPI_HOUR && g->past)
        kpi_counts_add(out, &g->past->counts);
}

const struct kpi_counts *kpi_second(const struct kpi_group *g, int64_t second)
{
    const struct kpi_series *s = &g->series[KPI_SECOND];
    uint32_t i = kpi_series_find(s, KPI_SECOND, second);
    bool there = i < s->n && s->at[s->first + i]->start == second;
    return there ? &s->at[s->first + i]->counts : NULL;
}

void kpi_day_before(const struct kpi_group *g, int64_t second, struct kpi_counts *out)
{
    int64_t hour = kpi_begin(second, KPI_HOUR) - 86400;
    kpi_read(g, KPI_HOUR, hour, hour + 3600, out);
}

/* ---- new and free ---- */

static bool start(struct kpi *k)
{
    struct key key = {.kind = KPI_ALL, .name = ""};
    slab_init(&k->group_slab, sizeof(struct kpi_group));
    slab_init(&k->bucket_slab, sizeof(struct kpi_bucket));
    k->turn = k->back = k->leap = INT64_MIN;
    k->first = INT64_MAX;
    k->second = 0;
    k->version++;
    k->all = get(k, &key);
    return k->all != NULL;
}

static void stop(struct kpi *k)
{
    while (k->oldest)
        group_free(k, k->oldest);
    k->all = NULL;
    slab_done(&k->group_slab);
    slab_done(&k->bucket_slab);
    hash_done(&k->by_name);
    vec_done(&k->groups);
    vec_done(&k->spare);
}

void kpi_free(struct kpi *k)
{
    if (!k)
        return;
    kpi_rows_free(k->rows);
    stop(k);
    free(k);
}

struct kpi *kpi_new(const struct kpi_options *options)
{
    struct kpi *k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    k->options = *options;
    for (unsigned p = 0; p < KPI_PERIODS; p++)
        if (!k->options.keep[p])
            k->options.keep[p] = KEEP[p];
    if (!k->options.buckets)
        k->options.buckets = BUCKETS;
    if (!k->options.groups || k->options.groups > GENERATION / 2)
        k->options.groups = GROUPS;
    if (!start(k)) {
        kpi_free(k);
        return NULL;
    }
    return k;
}

void kpi_clear(struct kpi *k)
{
    kpi_rows_free(k->rows);
    k->rows = NULL;
    stop(k);
    start(k);
}

size_t kpi_memory(const struct kpi *k)
{
    return sizeof *k + k->group_slab.bytes + k->bucket_slab.bytes +
           k->by_name.cap * sizeof(struct hash_slot) + k->groups.cap * sizeof(void *);
}
