#include "guard.h"

#include "capture/tap.h"
#include "options.h"
#include "service/confine.h"
#include "service/privilege.h"

#include <pthread.h>
#include <stdlib.h>

struct guard {
    struct privilege *privilege; /* NULL: no helper */
    struct tap **taps;
    size_t n;
};

void guard_free(struct guard *g)
{
    if (!g)
        return;
    privilege_free(g->privilege);
    for (size_t i = 0; i < g->n; i++)
        tap_free(g->taps[i]);
    free(g->taps);
    free(g);
}

static void *run_tap(void *tap)
{
    tap_run(tap);
    return NULL;
}

/* In the helper. A thread that cannot be made leaves its interface unopened, which the
 * reader is told by the clock. */
static void begin(void *ctx)
{
    struct guard *g = ctx;
    pthread_t thread;
    for (size_t i = 0; i < g->n; i++)
        if (!pthread_create(&thread, NULL, run_tap, g->taps[i]))
            pthread_detach(thread);
}

static int make_taps(struct guard *g, const struct options *o)
{
    if (!(g->taps = calloc(o->ninterfaces + 1, sizeof(struct tap *))))
        return -ERR_NOMEM;
    for (size_t i = 0; i < o->ninterfaces; i++) {
        struct tap_options to = {.interface = o->interfaces[i],
                                 .bpf = o->bpf,
                                 .buffer_mb = o->buffer_mb,
                                 .snaplen = o->snaplen};
        if (!(g->taps[i] = tap_new(&to)))
            return -ERR_NOMEM;
        g->n++;
    }
    return 0;
}

/* A capture filter may name hosts; the others listen or send. */
static bool wants_network(const struct options *o)
{
    return o->bpf || o->nhep_listen || o->hep_send || o->metrics;
}

/* Whatever goes on for long gives its rights up; a file is read as who asked for it. */
static bool goes_on(const struct options *o)
{
    return o->ninterfaces || o->nhep_listen || o->command == COMMAND_WATCH;
}

int guard_new(const struct options *o, const char *const *commands, struct guard **out,
              struct errmsg *why)
{
    struct guard *g = calloc(1, sizeof *g);
    struct privilege_options po = {
        .user = o->user, .commands = commands, .begin = begin, .ctx = g};
    int err = g ? 0 : -ERR_NOMEM;
    if (!err && goes_on(o)) {
        err = make_taps(g, o);
        if (!err)
            err = privilege_split(&po, &g->privilege, why);
    }
    if (!err)
        err = confine(wants_network(o), why);
    if (err == -ERR_UNSUPPORTED)
        err = 0;
    if (err) {
        guard_free(g);
        return err;
    }
    *out = g;
    return 0;
}

struct tap *guard_tap(const struct guard *g, size_t i)
{
    return g && i < g->n ? g->taps[i] : NULL;
}

int guard_fd(const struct guard *g)
{
    return g && g->privilege ? privilege_fd(g->privilege) : -1;
}

int guard_run(struct guard *g, const char *command, const char *const *environment)
{
    return g ? privilege_run(g->privilege, command, environment) : -ERR_GONE;
}
