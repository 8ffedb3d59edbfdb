/* The headless face: one command, read to the end, printed. */
#ifndef CLI_H
#define CLI_H

#include "options.h"

/* Exit statuses (SPEC: 0 done, 1 an input was bad, 2 usage). */
enum { EXIT_DONE = 0, EXIT_INPUT = 1, EXIT_USAGE = 2, EXIT_FINDINGS = 3 };

/* Prints "sipglass: LINE" on standard error, sanitised. */
void cli_error(const char *line);

struct trace;

/* Opens the sources of the options. Returns EXIT_DONE and *out; else what was wrong is
 * said, and the exit status returned. */
int cli_open(const struct options *o, struct trace **out);

/* Runs the command of the options and returns the exit status. Interrupt and terminate
 * signals end the reading; what was read is printed. */
int cli_run(const struct options *o);

#endif
