/*
 * Processor time of filters over the calls of a capture: the first evaluation of all,
 * and again after a hundredth of them changed.
 *
 *     bench_query CAPTURE
 */
#include "diagnose/diagnose.h"
#include "options.h"
#include "pump.h"
#include "query/filter.h"
#include "trace.h"
#include "view/list.h"

#include <stdio.h>
#include <time.h>

static const char *const FILTERS[] = {
    "status >= 400 AND method = 'INVITE'",
    "pdd > 0.2 AND from_user LIKE '%1%'",
    "dst LIKE '203.0.113.%' OR to_user = 'alice'",
    "verdict = 'crit'",
    "example 486",
};

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void say(const char *line)
{
    fprintf(stderr, "%s\n", line);
}

static void measure(struct trace *t, struct connection *c, const char *text)
{
    struct filter *f = NULL;
    struct errmsg why = {""};
    struct list *l = list_new(&t->view, &TABLE_CALLS);
    if (!l || filter_new(c, &TABLE_CALLS, text, &f, &why)) {
        say(why.text);
        return;
    }
    double start = cpu();
    list_filter(l, filter_pass, f);
    list_refresh(l);
    double first = cpu() - start;
    size_t shown = list_count(l);
    for (size_t i = 0; i < t->calls->list.n; i += 100)
        if (t->calls->list.at[i])
            t->calls->list.at[i]->version = ++t->calls->version;
    start = cpu();
    list_refresh(l);
    printf("%7.1f ms first, %6.1f ms after 1 in 100 changed, %zu of %zu: %s\n", first,
           cpu() - start, shown, list_total(l), text);
    list_free(l);
    filter_free(f);
}

int main(int argc, char **argv)
{
    struct options o;
    struct trace *t = NULL;
    struct connection *c = NULL;
    struct errmsg why = {""};
    char *list[] = {argv[0], "calls", "--no-media", argv[1], NULL};
    if (argc != 2 || options_parse(&o, 4, list, &why) || trace_new(&o, say, &t))
        return 2;
    while (pump_run(t, 0) != PUMP_END)
        ;
    (void)diagnose_version(t->diagnosis); /* verdicts are another matter */
    if (!connection_new(&t->view, 60, &c, &why))
        for (size_t i = 0; i < sizeof FILTERS / sizeof *FILTERS; i++)
            measure(t, c, FILTERS[i]);
    connection_free(c);
    trace_free(t);
    return 0;
}
