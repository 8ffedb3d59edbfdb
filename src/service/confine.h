/* What this process may not ask of the kernel any more: a seccomp filter. */
#ifndef SERVICE_CONFINE_H
#define SERVICE_CONFINE_H

#include "base/err.h"

#include <stdbool.h>

/*
 * From here on: no other program is run, nothing is mounted, no process is traced, no
 * keystroke is faked, and (unless `network`) no socket of the internet is made. Asking
 * for the former ends the process. Threads made later are held to it too. Returns 0,
 * -ERR_UNSUPPORTED where it is not built in or the kernel knows none, or -ERR_ACCESS
 * and why.
 */
int confine(bool network, struct errmsg *why);

/* True where it is built in. */
bool confine_built(void);

#endif
