/*
 * What is wrong, as data for screens and text: the causes over all calls, worst first,
 * and the findings of one call with evidence, reason, remedy and consequences.
 */
#ifndef VIEW_VERDICT_H
#define VIEW_VERDICT_H

#include "diagnose/diagnose.h"
#include "view/field.h"

struct ladder_row;

enum { VERDICT_CALLS = 12 }; /* calls named of a group */

/* Findings of the same cause. Consequences are not in groups. */
struct verdict_group {
    const struct finding *worst;  /* stands for all */
    unsigned calls;               /* how many calls it is found in; 0: the capture */
    uint32_t call[VERDICT_CALLS]; /* ids of the first of them */
    int64_t since;                /* begin of the first; 0: none */
};

struct verdict_groups {
    struct verdict_group *group; /* worst first: severity, calls, confidence */
    size_t n;
    uint64_t calls, failed; /* INVITE calls, those that ended badly */
    unsigned worst;         /* enum verdict over everything */
};

/* The groups of all findings. NULL when memory is short; free accepts NULL. */
struct verdict_groups *verdict_groups(const struct view *v);
void verdict_groups_free(struct verdict_groups *g);

/* Adds "412 calls, 31 failed: 19 codec mismatch (198.51.100.7), ..." in one line. */
void verdict_summary(const struct view *v, const struct verdict_groups *g,
                     struct strbuf *out);

enum verdict_kind {
    VERDICT_HEADLINE, /* of a finding: rule, severity and confidence are the finding's
                       */
    VERDICT_EVIDENCE, /* the frames that prove it */
    VERDICT_WHY,
    VERDICT_DO,
    VERDICT_THEN, /* a consequence of the finding */
    VERDICT_SAME, /* the same cause in other calls */
};

struct verdict_line {
    enum verdict_kind kind;
    const struct finding *finding; /* of a consequence: that one */
    char *text;                    /* raw, sanitise when drawing; owned */
};

struct verdict_panel {
    struct verdict_line *line;
    size_t n;
};

/* All that is to be said of a call (NULL: of the capture). NULL when memory is short;
 * free accepts NULL. Findings are valid until the next run of the diagnosis. */
struct verdict_panel *verdict_panel(const struct view *v, const struct call *call);
void verdict_panel_free(struct verdict_panel *p);

/* "Evidence", "Why", "Do", "Then", "Same"; "" for headlines. */
const char *verdict_kind_name(enum verdict_kind kind);

/* Adds what a frame of evidence is, in one line of raw text: "200 OK from 192.0.2.1,
 * frame 12". The time is not in it. */
void verdict_evidence(const struct view *v, const struct evidence *e,
                      struct strbuf *out);

/* Tone of a severity. */
enum tone verdict_tone(unsigned severity);

/* All findings, worst first, consequences last: an array that the caller frees; NULL
 * when there is none, or memory is short. call: only its findings; NULL: all. */
const struct finding **verdict_sorted(const struct view *v, const struct call *call,
                                      size_t *n);

/* The finding that a row of a ladder (message, event or stream) proves, worst first;
 * NULL: none. */
const struct finding *verdict_of_row(const struct view *v,
                                     const struct ladder_row *row);

/* Id of the next call (from the finding's own on, round the end) that has a finding of
 * the same cause; 0: there is none but its own. */
uint32_t verdict_next_same(const struct view *v, const struct finding *f);

/* The worst finding of a call that a stream proves; NULL: none. */
const struct finding *verdict_of_stream(const struct view *v, uint32_t call,
                                        uint32_t stream);

/* The finding that stands for a call; NULL: none. */
const struct finding *verdict_headline(const struct view *v, const struct call *call);

#endif
