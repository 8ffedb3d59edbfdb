/* What the engine of the verdicts keeps. Shared by diagnose.c, cause.c, recall.c and
 * scope.c. */
#ifndef DIAGNOSE_STATE_H
#define DIAGNOSE_STATE_H

#include "base/vec.h"
#include "diagnose/diagnose.h"
#include "diagnose/exam.h"

/* What is kept of a call. */
struct seen {
    uint64_t version; /* of the call when it was examined */
    int64_t at;       /* capture time then */
    struct finding *first;
    uint64_t shown; /* digest of what is said of the call; 0: nothing */
    uint32_t call;
    uint8_t verdict; /* of what was concluded here: enum verdict */
    bool open;       /* time alone may change what is said */
    bool examined;
};

struct diagnose {
    struct diagnose *self; /* readers may bring it up to date */
    struct exam exam;
    struct thresholds limits;
    struct scope scope;
    bool off[RULE_MAX];
    VEC(struct seen) seen; /* by id of the call */
    struct finding *capture;
    VEC(struct finding *) rows;
    uint64_t version, layout, looked; /* looked: calls->version at the last run */
    uint32_t next_id;
    size_t next;        /* of `seen`: the next to examine in this run */
    size_t next_call;   /* where its call is in the model's list, or before */
    size_t linked;      /* of `seen`: those whose causes are known in this run */
    bool looked_at_all; /* rules about the capture have been asked in this run */
    bool running;       /* a run is begun and not finished */
    bool due;           /* over, but not run yet: a reader does it */
    bool over, changed;
    struct asked {
        const struct rule *rule[RULE_MAX];
        size_t n;
    } asked[RULE_KINDS]; /* rules that look at a kind of call, in order */
    bool listed;         /* asked is filled in */
    void (*news)(void *ctx, uint32_t call); /* NULL: nobody listens */
    void *news_ctx;
};

/* What is kept of a call, by its id; NULL: nothing. */
struct seen *state_seen(const struct diagnose *d, uint32_t call);

/* Makes a place for every call of the model, in order of id; false: memory is short. */
bool state_take(struct diagnose *d);

/* Calls that were given up leave. */
void state_drop(struct diagnose *d);

/* FNV-1a, the same in every run: groups of several stored captures can be held against
 * each other. */
static inline uint64_t state_mix(uint64_t hash, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}

/* A digest of what is said of a call; 0: nothing. */
uint64_t state_digest(const struct diagnose *d, const struct seen *s);

/* Lists all findings anew: of the capture, then in order of their calls. */
void state_list(struct diagnose *d);

/* Notes what the capture as a whole allows to conclude now. */
void scope_note(struct diagnose *d);

/* Orders the findings of a call into causes and consequences. */
void cause_link(struct diagnose *d, struct seen *s);

#endif
