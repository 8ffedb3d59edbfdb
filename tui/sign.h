/* What is wrong with a call, in one sign and a few words. */
#ifndef TUI_SIGN_H
#define TUI_SIGN_H

#include "tui/canvas.h"

/* The sign of a call: "●" failed, "▲" suspicious, "·" ended as a person wanted, "✓"
 * fine, "?" not to be known, " " still going on. Sets its tone. */
const char *sign_call(const struct call *call, enum tone *tone);

/* The same by the verdict, where there is one: "●" crit, "▲" warn, "·" info; ok: as
 * sign_call, but "▲" for what failed without a known reason, and "✓" for what goes on.
 */
const char *sign_verdict(const struct view *v, const struct call *call,
                         enum tone *tone);

/* Adds the headline of the verdict, or where there is none what sign_remark says. */
void sign_headline(const struct view *v, const struct call *call, struct strbuf *out);

/* True for what n and N go to. */
bool sign_failed(const struct call *call);

/* Adds a few words on what happened; raw bytes. Nothing where all is well. */
void sign_remark(const struct call *call, struct strbuf *out);

#endif
