/*
 * A rule: one row that says what is wrong, when that is concluded, when it is not, and
 * what to do. The families are tables of such rows; docs and --explain are made of
 * them.
 */
#ifndef DIAGNOSE_RULE_H
#define DIAGNOSE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum severity { SEVERITY_INFO, SEVERITY_WARN, SEVERITY_CRIT, SEVERITY_COUNT };

/* "info", "warn", "crit". */
const char *severity_name(unsigned severity);

/* Which calls a rule looks at. */
enum {
    RULE_INVITE = 1,   /* those of an INVITE dialog */
    RULE_REGISTER = 2, /* those that begin with REGISTER */
    RULE_OTHER = 4,    /* all others */
    RULE_CALLS = 7,
    RULE_CAPTURE = 8, /* many calls, or the capture: run once over everything */
    RULE_KINDS = 4,   /* bits above */
};

/* What must hold before something is concluded from what was not seen; else UNKNOWN. */
enum {
    NEED_START = 1,  /* the call's first request is in the capture */
    NEED_WHOLE = 2,  /* no drops, holes, cut or missing fragments during the call */
    NEED_BOTH = 4,   /* the capture shows both directions */
    NEED_MEDIA = 8,  /* RTP is captured at all */
    NEED_ANSWER = 16 /* the call was answered */
};

/* Facts of a call without which a rule has nothing to say of it: told from the call and
 * its transactions at once, so that most rules need not look at most calls. */
enum {
    WHEN_MEDIA = 1,    /* media is read */
    WHEN_STREAMS = 2,  /* the call has streams */
    WHEN_REFUSED = 4,  /* a request got a final response of 300 and more */
    WHEN_REPEATED = 8, /* a request or final response was retransmitted */
    WHEN_BYE = 16      /* it ended with BYE */
};

struct exam;

struct rule {
    const char *id, *name; /* "C01", "MISSING_ACK_2XX" */
    uint8_t severity;      /* the highest it gives */
    uint8_t about;         /* RULE_* */
    uint8_t needs;         /* NEED_* */
    const char *reference; /* "RFC 3261 13.3.1.4"; "": none */
    const char *meaning;   /* what it says is wrong */
    const char *fires;     /* the condition */
    const char *silent;    /* near misses: when nothing is said */
    const char *remedy;    /* what to do */
    void (*look)(struct exam *e, const struct rule *r);
    uint8_t when; /* WHEN_*: all of them; not for the capture as a whole */
};

struct rule_family {
    const char *title;
    const struct rule *rule;
    size_t n;
};

enum { RULE_MAX = 128 };

extern const struct rule_family FAMILY_SETUP, FAMILY_REFUSED, FAMILY_FLOW, FAMILY_MEDIA,
    FAMILY_QUALITY, FAMILY_CODEC, FAMILY_REGISTRATION, FAMILY_DIALOG, FAMILY_RELEASE,
    FAMILY_NAT, FAMILY_CAPTURE, FAMILY_SECURE, FAMILY_DIGITS, FAMILY_ODD,
    FAMILY_TRANSPORT;

/* All families in the order of the documentation, NULL at the end. */
extern const struct rule_family *const RULE_FAMILIES[];

/* Rule by id or name, in any case; NULL: none. */
const struct rule *rule_find(const char *id);

/* Place of a rule among all, below RULE_MAX. */
unsigned rule_index(const struct rule *r);

/* Does finding `cause` explain `effect` in the same call (rule ids)? Then the second is
 * a consequence. */
bool rule_explains(const char *cause, const char *effect);

#endif
