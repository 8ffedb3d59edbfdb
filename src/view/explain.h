/* What rules and response codes mean, in words, made of their tables. */
#ifndef VIEW_EXPLAIN_H
#define VIEW_EXPLAIN_H

#include "base/strbuf.h"

#include <stdbool.h>

struct code_help {
    unsigned status;
    const char *meaning; /* what it says */
    const char *sender;  /* who usually sends it */
    const char *look;    /* what to look at next */
};

/* Help for a response code; NULL: none of its own. */
const struct code_help *explain_code(unsigned status);

/* Adds the explanation of a rule (id or name) or a response code ("488"). Returns false
 * where there is none. */
bool explain(const char *what, struct strbuf *out);

/* What is wrong with a setting of the diagnosis in a configuration (diagnose/tuning.h);
 * NULL: nothing. */
const char *explain_setting(const char *name, const char *value);

/* Adds all rules, thresholds and codes as a Markdown document: docs/rules.md. */
void explain_all(struct strbuf *out);

#endif
