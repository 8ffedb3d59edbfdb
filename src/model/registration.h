/*
 * Registrations: what each address of record asked for and got (RFC 3261 10), one for
 * each AOR and Contact, with its history. Sources that only try out users are scanners,
 * and have one each.
 */
#ifndef MODEL_REGISTRATION_H
#define MODEL_REGISTRATION_H

#include "base/hash.h"
#include "base/slab.h"
#include "model/calls.h"
#include "model/rows.h"

/* STATE(id, name) */
#define REGISTRATION_STATE_TABLE(STATE)                                      \
    STATE(TRYING, "trying")         /* no final response yet */              \
    STATE(ACTIVE, "active")         /* granted, with time left */            \
    STATE(EXPIRED, "expired")       /* it ran out, and nothing renewed it */ \
    STATE(REMOVED, "removed")       /* taken back: expires 0 */              \
    STATE(CHALLENGED, "challenged") /* 401 or 407, and no answer to that */  \
    STATE(REJECTED, "rejected")     /* 4xx, 6xx */                           \
    STATE(FAILED, "failed")         /* 5xx */                                \
    STATE(TIMEOUT, "timeout")                                                \
    STATE(SCANNER, "scanner")

enum registration_state {
#define STATE(id, name) REGISTRATION_##id,
    REGISTRATION_STATE_TABLE(STATE)
#undef STATE
        REGISTRATION_STATES
};
/* Their names; "?" out of range. */
const char *registration_state_name(unsigned state);

/* What happened, newest last. */
enum registration_event {
    REGISTRATION_BEGUN,   /* first success, or again after it had run out */
    REGISTRATION_RENEWED, /* in time */
    REGISTRATION_LAPSED,  /* renewed after it had run out */
    REGISTRATION_MOVED,   /* the same Contact from another address */
    REGISTRATION_TAKEN,   /* taken back */
    REGISTRATION_REFUSED, /* status; 0: no answer */
    REGISTRATION_EVENTS
};
/* Their names; "?" out of range. */
const char *registration_event_name(unsigned event);

enum { REGISTRATION_HISTORY = 12 };

struct registration {
    uint32_t id;                      /* from 1 */
    uint32_t attempts, failures;      /* REGISTERs without repeats */
    const char *aor;                  /* "sip:alice@example.com" */
    const char *contact, *user_agent; /* NULL: none */
    struct addr src;                  /* where the newest REGISTER came from */
    int64_t asked;                    /* ns, of the newest REGISTER */
    int64_t registered, refreshed;    /* first and newest success; 0: none */
    int64_t interval;                 /* between the last two; 0: not known */
    int64_t until;                    /* when it runs out; 0: never granted */
    uint32_t expires;                 /* seconds granted last */
    uint32_t call;                    /* id of the newest call */
    uint32_t cseq;                    /* of the newest REGISTER */
    uint32_t refreshes, lapses, moves;
    uint16_t status;    /* newest final response; 0: none */
    bool waits;         /* no final response to the newest REGISTER yet */
    bool taken;         /* the newest success took it back */
    bool wants_nothing; /* the newest REGISTER asks for that */
    bool timed_out;     /* nobody answered the newest REGISTER */
    bool nat, scanner;
    uint8_t events; /* in history, from the oldest */
    struct {
        int64_t time;
        uint16_t status;
        uint8_t event;
    } history[REGISTRATION_HISTORY];
    uint64_t hash;                      /* of the AOR */
    struct registration *same;          /* next of the same AOR */
    struct registration *newer, *older; /* by their newest REGISTER */
    struct register_source *source;
    struct registration *source_prev, *source_next;
};

/* Who sends REGISTERs. */
struct register_source {
    struct addr addr; /* port 0 */
    struct registration *first;
    uint32_t users; /* registrations that never succeeded */
    uint32_t successes;
    bool scanner;
    struct registration *row; /* of a scanner: the one that stands for all */
};

struct registrations {
    struct rows list;
    struct hash by_aor;    /* the first of each */
    struct hash by_source; /* struct register_source */
    struct registration *newest, *oldest;
    struct slab slab, sources;
    size_t bytes; /* of texts */
    uint32_t limit;
    uint64_t version;
    struct ledger *ledger;
};

/* NULL when memory is short. free accepts NULL. */
struct registrations *registrations_new(struct ledger *ledger);
void registrations_free(struct registrations *r);

/* Forgets all. */
void registrations_clear(struct registrations *r);

/* A message of a REGISTER transaction that repeats none, and is no copy. */
void registrations_message(struct registrations *r, const struct call *call,
                           const struct msg *m, const struct sip *sip);

/* Nobody answered the call's REGISTER. */
void registrations_timeout(struct registrations *r, const struct call *call);

/* The state at capture time `now`. */
enum registration_state registration_state(const struct registration *g, int64_t now);

/* How many there are in each state. */
void registrations_count(const struct registrations *r, int64_t now,
                         uint32_t out[REGISTRATION_STATES]);

/* Bytes in use. */
size_t registrations_memory(const struct registrations *r);

/* ---- between the files of this part ---- */

/* The first of an AOR, the others by ->same; and the one of a Contact. NULL: none. */
struct registration *registrations_of(const struct registrations *r, struct slice aor);
struct registration *registration_find(const struct registrations *r, struct slice aor,
                                       struct slice contact);

/* A new one, or that of the scanner that asks. NULL when memory is short. */
struct registration *registration_new(struct registrations *r, struct slice aor,
                                      struct slice contact, const struct addr *src);

/* A REGISTER came for it: it leaves last. */
void registration_touch(struct registrations *r, struct registration *g);

/* Adds to its history. */
void registration_note(struct registration *g, int64_t time,
                       enum registration_event event, unsigned status);

/* The source; NULL: unknown. */
struct register_source *registration_source(const struct registrations *r,
                                            const struct addr *src);

/* Is it a scanner that asks? Of its rows one stays. agent: its User-Agent, or empty. */
void registration_suspect(struct registrations *r, struct registration *g,
                          struct slice agent);

/* A copy of a text that registrations own; NULL: empty, or memory is short. */
const char *registration_text(struct registrations *r, struct slice s);
void registration_text_free(struct registrations *r, const char *text);

#endif
