#include "service/errand.h"

#include "base/err.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A request is the command's number (4 bytes), then strings with a NUL each. */
enum { REQUEST = 8192, VARIABLES = 32, FILES = 64 };

static const char PREFIX[] = "SIPGLASS_";

static int find(const char *const *commands, const char *command)
{
    for (int i = 0; commands && commands[i]; i++)
        if (!strcmp(commands[i], command))
            return i;
    return -1;
}

int errand_send(int fd, const char *const *commands, const char *command,
                const char *const *environment)
{
    char request[REQUEST];
    int32_t index = find(commands, command);
    size_t n = sizeof index;
    if (index < 0)
        return -ERR_ACCESS;
    memcpy(request, &index, sizeof index);
    for (; environment && *environment; environment++) {
        size_t k = strlen(*environment) + 1;
        if (k > sizeof request - n)
            return -ERR_LIMIT;
        memcpy(request + n, *environment, k);
        n += k;
    }
    if (send(fd, request, n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n)
        return 0;
    return errno == EAGAIN || errno == EWOULDBLOCK ? -ERR_AGAIN : -ERR_GONE;
}

/* ---- the other end ---- */

struct errands {
    struct errand {
        pid_t pid; /* of its group, too; 0: none */
        time_t until;
    } running[ERRAND_RUNNING];
    const char *const *commands;
};

static time_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

/* SIPGLASS_NAME=...: nothing that a shell or a loader heeds. */
static bool harmless(const char *variable)
{
    size_t n = sizeof PREFIX - 1;
    if (strncmp(variable, PREFIX, n) != 0)
        return false;
    while (isupper((unsigned char)variable[n]) || isdigit((unsigned char)variable[n]) ||
           variable[n] == '_')
        n++;
    return variable[n] == '=';
}

/* The strings of a request; false where it is not well formed. */
static bool read_variables(char *p, size_t n, char *out[VARIABLES + 2])
{
    size_t k = 0;
    out[k++] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    while (n) {
        char *end = memchr(p, 0, n);
        if (!end || k > VARIABLES || !harmless(p))
            return false;
        out[k++] = p;
        n -= (size_t)(end - p) + 1;
        p = end + 1;
    }
    out[k] = NULL;
    return true;
}

__attribute__((noreturn)) static void be_command(const char *command, char **variables)
{
    struct rlimit none = {0, 0};
    char *argv[] = {"sh", "-c", (char *)command, NULL};
    setsid();
    for (int s = 1; s < 32; s++)
        signal(s, SIG_DFL);
    for (int fd = 3; fd < FILES; fd++)
        close(fd);
    setrlimit(RLIMIT_CORE, &none);
    execve("/bin/sh", argv, variables);
    _exit(127);
}

static void run(struct errands *e, char *request, size_t n)
{
    char *variables[VARIABLES + 2];
    int32_t index;
    int free = -1, count = 0;
    if (n < sizeof index)
        return;
    memcpy(&index, request, sizeof index);
    while (e->commands && e->commands[count])
        count++;
    for (int i = 0; i < ERRAND_RUNNING; i++)
        if (!e->running[i].pid)
            free = i;
    if (free < 0 || index < 0 || index >= count ||
        !read_variables(request + sizeof index, n - sizeof index, variables))
        return;
    pid_t pid = fork();
    if (!pid)
        be_command(e->commands[index], variables);
    if (pid > 0)
        e->running[free] = (struct errand){pid, now() + ERRAND_SECONDS};
}

/* Takes those away that ended, and ends those that take too long. Returns how many
 * there are. */
static int reap(struct errands *e)
{
    int n = 0;
    for (int i = 0; i < ERRAND_RUNNING; i++) {
        struct errand *one = &e->running[i];
        if (!one->pid)
            continue;
        if (now() >= one->until)
            kill(-one->pid, SIGKILL);
        if (waitpid(one->pid, NULL, WNOHANG) == one->pid)
            one->pid = 0;
        else
            n++;
    }
    return n;
}

void errand_serve(int fd, const char *const *commands)
{
    struct errands e = {.commands = commands};
    char request[REQUEST];
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int running = reap(&e);
        if (poll(&p, 1, running ? 200 : -1) <= 0)
            continue;
        ssize_t n = recv(fd, request, sizeof request, 0);
        if (n <= 0 && !(n < 0 && errno == EINTR))
            break;
        if (n > 0)
            run(&e, request, (size_t)n);
    }
    for (int i = 0; i < ERRAND_RUNNING; i++)
        if (e.running[i].pid)
            kill(-e.running[i].pid, SIGKILL);
}
