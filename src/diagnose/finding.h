/* A finding: what a rule concluded of a call, with the frames that prove it. */
#ifndef DIAGNOSE_FINDING_H
#define DIAGNOSE_FINDING_H

#include "diagnose/rule.h"
#include "dissect/addr.h"

struct evidence {
    uint64_t frame;
    int64_t time;    /* ns */
    uint32_t msg;    /* id of the message; 0: something else (ICMP, media) */
    uint32_t stream; /* id of the stream; 0: none */
    uint16_t file;
};

struct finding {
    struct finding *next; /* of the same call, worst first */
    const struct rule *rule;
    const char *headline, *detail, *remedy; /* raw network text inside; never NULL */
    struct evidence *evidence;              /* in order of time */
    size_t nevidence;
    struct addr peer; /* whom it concerns, port 0 unless it matters; family 0: nobody */
    uint64_t group;   /* equal for findings of the same cause */
    uint32_t id;      /* from 1 */
    uint32_t call;    /* id; 0: the capture as a whole */
    uint32_t session; /* id of its session; 0: the capture as a whole */
    uint32_t cause;   /* id of the finding that it follows from; 0: none */
    uint8_t severity, confidence; /* enum severity; 0-100 */
};

/* Order of findings, worst first: no consequence before a cause, severity, confidence,
 * id. For qsort of struct finding pointers. */
int finding_compare(const void *a, const void *b);

/* The same for a list. */
struct finding *finding_sort(struct finding *list);

struct draft; /* diagnose/exam.h */

/* What a draft says, without ids; NULL when memory is short. free takes a list. */
struct finding *finding_new(const struct draft *d);
void finding_free(struct finding *list);

#endif
