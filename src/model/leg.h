/* A session attempt on one hop: which groups count it, and what they count by now. */
#ifndef MODEL_LEG_H
#define MODEL_LEG_H

#include "model/kpi.h"
#include "model/outcome.h"

struct call;
struct msg;

/* Places in leg->near: peer and trunk of the source, everything, the number prefix. */
enum { LEG_ALL = 2, LEG_PREFIX = 3, LEG_NEARS = 4, LEG_TOS = 2 };

/* An attempt on one hop. */
struct leg {
    struct leg *next;
    const struct hop *hop; /* of its first INVITE; held by the call's messages */
    int64_t start;         /* its INVITE */
    int64_t ring, answer;  /* ns; 0: not yet */
    int64_t end;           /* BYE after an answer, else the final response */
    int64_t bye;           /* 2xx to the BYE */
    uint32_t cseq;
    uint32_t to[LEG_TOS];     /* handles: peer, trunk of the destination */
    uint32_t near[LEG_NEARS]; /* peer, trunk of the source; everything and prefix */
    uint16_t status;
    bool settled;   /* counted with `status` (0: none came) */
    bool timed_out; /* the outcome is that nobody answered */
    bool terminal;  /* Q.850 21 from the user: E.425's terminal reject */
    bool cancelled, up, by_callee, completed;
    bool has_near; /* it is counted at `near` */
};

struct attempt {
    struct attempt *next;  /* of the same call */
    const struct str *tag; /* From-tag; NULL: none */
    int64_t start;
    bool heard, heard_badly; /* media */
    struct leg *first_leg;   /* the others by leg->next */
};

/* The second that holds a time. */
static inline int64_t leg_second(int64_t ns)
{
    return ns / 1000000000 - (ns % 1000000000 < 0);
}

/* The leg of a hop, by its hosts; NULL: none. */
struct leg *leg_find(const struct attempt *t, const struct hop *hop);

/* A new one of an INVITE, counted as begun. NULL when memory is short. */
struct leg *leg_new(struct kpi *k, struct call *call, struct attempt *t,
                    const struct msg *m);

/* Counts its outcome: what leg->status, answer and so on say. */
void leg_settle(struct kpi *k, struct attempt *t, struct leg *leg);

/* Takes the outcome back: it is tried again. */
void leg_reopen(struct kpi *k, struct attempt *t, struct leg *leg);

/* Counts something at both ends of the leg, where the attempt began. */
void leg_count(struct kpi *k, const struct attempt *t, const struct leg *leg,
               outcome *what, int sign);

/* The same in a distribution. */
void leg_tally(struct kpi *k, const struct attempt *t, const struct leg *leg,
               enum spread_kind kind, unsigned bin);

/* One more call up (by 1), or one less (-1), now. */
void leg_up(struct kpi *k, struct leg *leg, int by);

#endif
