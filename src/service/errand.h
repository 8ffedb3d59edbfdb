/*
 * Commands that one process has another run: which of a list that both know, with what
 * environment. The words of the list never travel.
 */
#ifndef SERVICE_ERRAND_H
#define SERVICE_ERRAND_H

/* Asks for a command, without waiting; returns as privilege_run() does. */
int errand_send(int fd, const char *const *commands, const char *command,
                const char *const *environment);

/* Runs what is asked for until the other end is closed. Bounded: ERRAND_RUNNING at a
 * time (more are left out), each for ERRAND_SECONDS at most. */
void errand_serve(int fd, const char *const *commands);

enum { ERRAND_RUNNING = 8, ERRAND_SECONDS = 30 };

#endif
