/* Verdicts as text: the `diagnose` command. */
#ifndef OUT_VERDICT_TEXT_H
#define OUT_VERDICT_TEXT_H

#include "view/verdict.h"

struct verdict_text_options {
    unsigned width; /* terminal columns */
    bool color;
    bool ascii;
};

/* Adds the summary and all groups, worst first. */
void verdict_groups_text(const struct view *v, const struct verdict_groups *g,
                         const struct verdict_text_options *options,
                         struct strbuf *out);

/* Adds what is said of one call. */
void verdict_panel_text(const struct view *v, const struct verdict_panel *p,
                        const struct verdict_text_options *options, struct strbuf *out);

#endif
