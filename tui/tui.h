/* The screen: the face on a terminal. */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "trace.h"

struct options;

/*
 * Shows the trace until the user leaves, the terminal goes away or a signal ends it;
 * reads it meanwhile. Returns the exit status.
 */
int tui_run(struct trace *t, const struct options *o);

#endif
