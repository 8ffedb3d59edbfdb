/*
 * Two processes: a small helper that alone may open interfaces, and that runs the
 * commands of alarms; and the rest, which reads what strangers send, as a user without
 * rights. The helper is forked before anything is read or written.
 */
#ifndef SERVICE_PRIVILEGE_H
#define SERVICE_PRIVILEGE_H

#include "base/err.h"

#include <stdbool.h>

struct privilege;

struct privilege_options {
    /* who both run as where the program was started by root; NULL: who called sudo,
     * else nobody */
    const char *user;
    /* commands that may be run later, for sh -c; NULL ends them. May be NULL */
    const char *const *commands;
    /* the work of the helper: begins threads and returns; they go on until `end`, which
     * is called when the other process has ended. Both may be NULL */
    void (*begin)(void *ctx);
    void (*end)(void *ctx);
    void *ctx;
};

/*
 * Forks the helper and drops all rights of this process. Call it while there is one
 * thread. Returns 0 and *out, or -ERR_USAGE (no such user) or -ERR_ACCESS and why; the
 * program must then not go on.
 */
int privilege_split(const struct privilege_options *options, struct privilege **out,
                    struct errmsg *why);

/* Ends the helper. NULL is fine. */
void privilege_free(struct privilege *p);

/* A descriptor that is hung up when the helper has ended. */
int privilege_fd(const struct privilege *p);

/*
 * Has one of the commands run by the helper, as the same user, with nothing for its
 * input and output. `environment`: SIPGLASS_NAME=value strings, NULL ends them. Never
 * waits. Returns 0; -ERR_ACCESS: it is none of the commands given at the start;
 * -ERR_AGAIN: the helper is busy; -ERR_LIMIT: too long; -ERR_GONE: there is no helper.
 */
int privilege_run(struct privilege *p, const char *command,
                  const char *const *environment);

#endif
