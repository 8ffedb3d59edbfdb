/*
 * One call under examination: its transactions in order, the texts of the messages that
 * a rule asks for, and the findings so far. Rules see the model through it.
 */
#ifndef DIAGNOSE_EXAM_H
#define DIAGNOSE_EXAM_H

#include "base/strbuf.h"
#include "base/text.h"
#include "base/vec.h"
#include "diagnose/finding.h"
#include "diagnose/threshold.h"
#include "dissect/sip_value.h"
#include "model/calls.h"

#define SECOND INT64_C(1000000000)

enum { EXAM_TXNS = 256, EXAM_TEXTS = 16, EXAM_DRAFTS = 48, EXAM_EVIDENCE = 32 };

/* A finding being written. */
struct draft {
    const struct rule *rule;
    struct strbuf headline, detail, remedy; /* remedy empty: the rule's */
    struct evidence evidence[EXAM_EVIDENCE];
    size_t nevidence;
    struct addr peer;
    uint64_t group; /* of the cause besides rule and peer; 0: those two alone */
    uint32_t call;  /* id; 0: the capture */
    uint8_t severity, confidence;
    bool alone; /* of no group: each is its own */
};

/* What the capture as a whole allows to conclude. */
struct scope {
    int64_t first, last;         /* capture time, ns */
    size_t hops, one_way;        /* pairs of addresses, those with traffic one way */
    uint64_t drops;              /* frames lost before us */
    bool media_usual;            /* most answered calls have RTP */
    bool one_sided, media, over; /* over: the input has ended */
};

struct streams;

struct exam {
    const struct calls *calls;
    const struct call *call;       /* NULL while rules look at the capture */
    const struct streams *streams; /* NULL: media was left alone */
    const struct ledger *ledger;
    struct text *text; /* NULL: no texts */
    const struct thresholds *limit;
    const struct scope *scope;
    const struct diagnose *all;       /* for rules that look at the capture */
    const struct txn *txn[EXAM_TXNS]; /* oldest first */
    size_t txns;
    const struct txn *first; /* newest initial request near the caller, of the call's
                                method; NULL: none */
    const struct txn *reinvited; /* newest re-INVITE; NULL */
    unsigned facts;              /* WHEN_* */
    unsigned challenges;         /* 401 and 407 to initial requests near the caller */
    bool unknown;                /* something could not be concluded */
    struct exam_text {
        const struct msg *msg;
        struct strbuf text;
        struct sip sip;
    } texts[EXAM_TEXTS];
    unsigned next_text;
    unsigned reads; /* texts read since the exam was made */
    struct draft draft[EXAM_DRAFTS];
    size_t drafts;
};

/* Begins with a call: gathers its transactions. */
void exam_begin(struct exam *e, const struct call *call);

/* Frees buffers. */
void exam_done(struct exam *e);

/* Does what a rule needs hold for this call? Where not, the exam notes UNKNOWN. */
bool exam_allows(struct exam *e, const struct rule *r);

/* The message parsed; NULL: its text is not there. Valid until EXAM_TEXTS others were
 * asked for. */
const struct sip *exam_sip(struct exam *e, const struct msg *m);

/* First value line of a header; empty: none, or no text. */
struct slice exam_header(struct exam *e, const struct msg *m, enum sip_header h);

/* A new finding of a rule with the severity given; NULL: no more room. */
struct draft *exam_find(struct exam *e, const struct rule *r, unsigned severity,
                        unsigned confidence);

/* Has the rule of this id found something in this call already? */
bool exam_found(const struct exam *e, const char *id);

/* Adds a message (NULL: none), or an event, to the evidence. */
void draft_msg(struct draft *d, const struct msg *m);
void draft_event(struct draft *d, const struct event *event);

/* Adds a frame by its number in its file, where time is not 0. */
void draft_frame(struct draft *d, uint16_t file, uint64_t frame, int64_t time);

/* Adds a message and what repeats it. */
void draft_repeats(struct draft *d, const struct msg *m);

/* Sets the peer: an address without its port. */
void draft_peer(struct draft *d, const struct addr *a);

/* Has `ns` passed in the capture since `time`? (guard G1) */
bool exam_passed(const struct exam *e, int64_t time, int64_t ns);

#endif
