#include "model/registration.h"

#include "dissect/sip_value.h"

#include <stdlib.h>

#define SECOND INT64_C(1000000000)

enum {
    LIMIT = 100000,
    CONTACTS = 16,
    CONTACTS_KEPT = 64,
    SCAN_USERS = 8,
    DEFAULT_EXPIRES = 3600,
    TEXT_MAX = 512
};

/* User-Agents of tools that look for open doors. */
static const char *const SCANNERS[] = {
    "friendly-scanner", "friendly-request",
    "sipvicious",       "sipcli",
    "sip-scan",         "sundayddr",
    "vaxsipuseragent",  "pplsip",
    "sipsak",           "iwar",
    "sipptk",           "smap",
    "eyebeam_ro",       "siparmyknife",
};

const char *registration_state_name(unsigned state)
{
    static const char *const NAMES[] = {
#define STATE(id, name) name,
        REGISTRATION_STATE_TABLE(STATE)
#undef STATE
    };
    return state < REGISTRATION_STATES ? NAMES[state] : "?";
}

const char *registration_event_name(unsigned event)
{
    static const char *const NAMES[] = {"registered", "renewed", "lapsed, renewed",
                                        "moved",      "removed", "refused"};
    return event < REGISTRATION_EVENTS ? NAMES[event] : "?";
}

/* ---- new and free ---- */

static void start(struct registrations *r)
{
    slab_init(&r->slab, sizeof(struct registration));
    slab_init(&r->sources, sizeof(struct register_source));
}

struct registrations *registrations_new(struct ledger *ledger)
{
    struct registrations *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->limit = LIMIT;
    r->ledger = ledger;
    start(r);
    return r;
}

void registration_text_free(struct registrations *r, const char *text)
{
    r->bytes -= text ? strlen(text) + 1 : 0;
    free((char *)(uintptr_t)text);
}

static void free_texts(struct registrations *r, struct registration *g)
{
    registration_text_free(r, g->aor);
    registration_text_free(r, g->contact);
    registration_text_free(r, g->user_agent);
}

void registrations_clear(struct registrations *r)
{
    for (struct registration *g = r->newest; g; g = g->older)
        free_texts(r, g);
    slab_done(&r->slab);
    slab_done(&r->sources);
    hash_done(&r->by_aor);
    hash_done(&r->by_source);
    rows_done(&r->list);
    r->newest = r->oldest = NULL;
    r->version++;
    start(r);
}

void registrations_free(struct registrations *r)
{
    if (!r)
        return;
    registrations_clear(r);
    free(r);
}

size_t registrations_memory(const struct registrations *r)
{
    return sizeof *r + r->slab.bytes + r->sources.bytes + r->bytes +
           rows_memory(&r->list) +
           (r->by_aor.cap + r->by_source.cap) * sizeof(struct hash_slot);
}

/* ---- lists ---- */

static void queue_remove(struct registrations *r, struct registration *g)
{
    *(g->older ? &g->older->newer : &r->oldest) = g->newer;
    *(g->newer ? &g->newer->older : &r->newest) = g->older;
}

static void queue_add(struct registrations *r, struct registration *g)
{
    g->newer = NULL;
    g->older = r->newest;
    *(r->newest ? &r->newest->newer : &r->oldest) = g;
    r->newest = g;
}

static bool same_aor(const void *value, const void *key)
{
    const struct slice *aor = key;
    const char *text = ((const struct registration *)value)->aor;
    return strlen(text) == aor->n && !memcmp(text, aor->p, aor->n);
}

struct registration *registrations_of(const struct registrations *r, struct slice aor)
{
    return hash_find(&r->by_aor, hash_bytes(aor.p, aor.n), same_aor, &aor);
}

static void chain_remove(struct registrations *r, struct registration *g)
{
    struct slice aor = slice_str(g->aor);
    struct registration *first = registrations_of(r, aor);
    if (first == g) {
        hash_remove(&r->by_aor, g->hash, g);
        if (g->same)
            hash_add(&r->by_aor, g->hash, g->same);
        return;
    }
    while (first && first->same != g)
        first = first->same;
    if (first)
        first->same = g->same;
}

static void source_drop(struct registrations *r, struct registration *g)
{
    struct register_source *s = g->source;
    if (!s)
        return;
    if (!g->registered)
        s->users--;
    if (s->row == g)
        s->row = NULL;
    *(g->source_prev ? &g->source_prev->source_next : &s->first) = g->source_next;
    if (g->source_next)
        g->source_next->source_prev = g->source_prev;
    if (s->first)
        return;
    hash_remove(&r->by_source, hash_bytes(&s->addr, sizeof s->addr), s);
    slab_give(&r->sources, s);
}

static void leave(struct registrations *r, struct registration *g)
{
    chain_remove(r, g);
    source_drop(r, g);
    queue_remove(r, g);
    rows_remove(&r->list, g->id);
    free_texts(r, g);
    slab_give(&r->slab, g);
}

/* ---- sources ---- */

static bool same_source(const void *value, const void *key)
{
    return addr_eq(&((const struct register_source *)value)->addr, key);
}

struct register_source *registration_source(const struct registrations *r,
                                            const struct addr *src)
{
    struct addr host = *src;
    host.port = 0;
    return hash_find(&r->by_source, hash_bytes(&host, sizeof host), same_source, &host);
}

static struct register_source *source_get(struct registrations *r,
                                          const struct addr *src)
{
    struct addr host = *src;
    host.port = 0;
    uint64_t hash = hash_bytes(&host, sizeof host);
    struct register_source *s = registration_source(r, src);
    if (s || !(s = slab_take(&r->sources)))
        return s;
    s->addr = host;
    if (hash_add(&r->by_source, hash, s)) {
        slab_give(&r->sources, s);
        return NULL;
    }
    return s;
}

static bool has_word(struct slice text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.n; i++)
        if (slice_ieq(slice_sub(text, i, n), slice_str(word)))
            return true;
    return false;
}

static bool scanner_agent(struct slice agent)
{
    for (size_t i = 0; agent.n && i < sizeof SCANNERS / sizeof *SCANNERS; i++)
        if (has_word(slice_sub(agent, 0, 200), SCANNERS[i]))
            return true;
    return false;
}

/* One row stands for all that the source tried in vain: it has tried all of that. */
static void now_a_scanner(struct registrations *r, struct registration *g)
{
    struct register_source *s = g->source;
    s->scanner = true;
    s->row = g;
    g->scanner = true;
    for (struct registration *o = s->first, *next; o; o = next) {
        next = o->source_next;
        if (o == g || o->registered)
            continue;
        g->attempts += o->attempts;
        g->failures += o->failures;
        leave(r, o);
    }
}

void registration_suspect(struct registrations *r, struct registration *g,
                          struct slice agent)
{
    struct register_source *s = g->source;
    if (!s || s->scanner || g->registered)
        return;
    if ((s->users >= SCAN_USERS && !s->successes && g->failures) ||
        scanner_agent(agent))
        now_a_scanner(r, g);
}

/* ---- one registration ---- */

const char *registration_text(struct registrations *r, struct slice s)
{
    s = slice_sub(s, 0, TEXT_MAX);
    char *p = s.n ? malloc(s.n + 1) : NULL;
    if (!p)
        return NULL;
    memcpy(p, s.p, s.n);
    p[s.n] = 0;
    size_t nul = strlen(p); /* one inside ends it */
    r->bytes += nul + 1;
    return p;
}

static bool same_contact(const struct registration *g, struct slice contact)
{
    return slice_eq(slice_str(g->contact), contact);
}

struct registration *registration_find(const struct registrations *r, struct slice aor,
                                       struct slice contact)
{
    struct registration *g = registrations_of(r, aor);
    while (g && !same_contact(g, contact))
        g = g->same;
    return g;
}

static bool index_add(struct registrations *r, struct registration *g)
{
    struct registration *first = registrations_of(r, slice_str(g->aor));
    if (first) {
        g->same = first->same;
        first->same = g;
        return true;
    }
    return !hash_add(&r->by_aor, g->hash, g);
}

static void give_up(struct registrations *r, struct registration *g)
{
    leave(r, g);
    ledger_count(r->ledger, LEDGER_REGISTRATIONS_LIMIT, 0, 0, 0, 0);
}

/* All together are bounded, and the Contacts of one user. */
static void make_room(struct registrations *r, struct slice aor)
{
    struct registration *last = NULL;
    unsigned n = 0;
    while (r->list.kept >= r->limit && r->oldest)
        give_up(r, r->oldest);
    for (struct registration *g = registrations_of(r, aor); g; g = g->same, n++)
        if (!last || g->asked < last->asked)
            last = g;
    if (n >= CONTACTS_KEPT)
        give_up(r, last);
}

struct registration *registration_new(struct registrations *r, struct slice aor,
                                      struct slice contact, const struct addr *src)
{
    make_room(r, aor);
    struct register_source *s = source_get(r, src);
    if (s && s->scanner && s->row)
        return s->row;
    struct registration *g = slab_take(&r->slab);
    if (!g)
        return NULL;
    g->aor = registration_text(r, aor);
    g->contact = registration_text(r, contact);
    g->hash = g->aor ? hash_bytes(g->aor, strlen(g->aor)) : 0;
    g->id = g->aor ? rows_add(&r->list, g) : 0;
    if (!g->id || !index_add(r, g)) {
        if (g->id)
            rows_remove(&r->list, g->id);
        free_texts(r, g);
        slab_give(&r->slab, g);
        return NULL;
    }
    queue_add(r, g);
    if (!(g->source = s))
        return g;
    s->users++;
    g->source_next = s->first;
    if (s->first)
        s->first->source_prev = g;
    s->first = g;
    return g;
}

void registration_note(struct registration *g, int64_t time,
                       enum registration_event event, unsigned status)
{
    if (g->events == REGISTRATION_HISTORY) {
        memmove(g->history, g->history + 1, sizeof g->history - sizeof *g->history);
        g->events--;
    }
    g->history[g->events].time = time;
    g->history[g->events].event = (uint8_t)event;
    g->history[g->events++].status = (uint16_t)status;
}

void registration_touch(struct registrations *r, struct registration *g)
{
    queue_remove(r, g);
    queue_add(r, g);
}

/* ---- reading ---- */

enum registration_state registration_state(const struct registration *g, int64_t now)
{
    if (g->scanner)
        return REGISTRATION_SCANNER;
    if (g->registered && !g->taken && g->until > now)
        return REGISTRATION_ACTIVE;
    if (g->taken)
        return REGISTRATION_REMOVED;
    if (g->registered)
        return REGISTRATION_EXPIRED;
    if (g->timed_out)
        return REGISTRATION_TIMEOUT;
    if (!g->status)
        return REGISTRATION_TRYING;
    if (g->status < 300)
        return REGISTRATION_REMOVED; /* it only asked what there is */
    if (g->status == 401 || g->status == 407)
        return REGISTRATION_CHALLENGED;
    return g->status == 408   ? REGISTRATION_TIMEOUT
           : g->status >= 600 ? REGISTRATION_REJECTED
           : g->status >= 500 ? REGISTRATION_FAILED
                              : REGISTRATION_REJECTED;
}

void registrations_count(const struct registrations *r, int64_t now,
                         uint32_t out[REGISTRATION_STATES])
{
    memset(out, 0, REGISTRATION_STATES * sizeof *out);
    for (const struct registration *g = r->newest; g; g = g->older)
        out[registration_state(g, now)]++;
}
