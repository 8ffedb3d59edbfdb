/* What is wrong with a call, in one sign and a few words; until findings say it. */
#ifndef TUI_SIGN_H
#define TUI_SIGN_H

#include "tui/canvas.h"

/* The sign of a call: "●" failed, "▲" suspicious, "·" ended as a person wanted, "✓"
 * fine, "?" not to be known, " " still going on. Sets its tone. */
const char *sign_call(const struct call *call, enum tone *tone);

/* True for what n and N go to. */
bool sign_failed(const struct call *call);

/* Adds a few words on what happened; raw bytes. Nothing where all is well. */
void sign_remark(const struct call *call, struct strbuf *out);

#endif
