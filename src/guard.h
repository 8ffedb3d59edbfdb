/*
 * How the program guards itself: live, a helper process has the interfaces and the rest
 * no rights; always, a filter on what may be asked of the kernel.
 */
#ifndef GUARD_H
#define GUARD_H

#include "base/err.h"

#include <stddef.h>

struct guard;
struct options;
struct tap;

/*
 * Call it with one thread, before anything of a stranger is read. Forks the helper
 * where interfaces or agents are listened to, and for a service; it alone runs
 * `commands` (may be NULL). Returns 0 and *out, or -ERR_*
 * and why: the program must then end.
 */
int guard_new(const struct options *o, const char *const *commands, struct guard **out,
              struct errmsg *why);

/* Ends the helper. NULL is fine. */
void guard_free(struct guard *g);

/* The capturing side of the options' i-th interface; NULL: there is no helper. */
struct tap *guard_tap(const struct guard *g, size_t i);

/* A descriptor that is hung up when the helper ended; -1: there is none. */
int guard_fd(const struct guard *g);

/* Has the helper run one of the commands: service/privilege.h. */
int guard_run(struct guard *g, const char *command, const char *const *environment);

#endif
