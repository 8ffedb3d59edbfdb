#include "outlet_alarm.h"

#include "base/utf8.h"
#include "guard.h"
#include "options.h"
#include "service/config.h"

#include <stdlib.h>
#include <syslog.h>
#include <time.h>

/* Seconds between two looks, and a bound on commands in a minute. */
enum { EVERY = 5, COMMANDS_MOST = 10, MINUTE = 60 };

struct outlet_alarm {
    struct alarms *alarms;
    char *command; /* NULL: none */
    bool to_log;
    int64_t looked;
    int64_t minute; /* when the commands counted here began to be */
    unsigned commands;
    struct strbuf text;
    /* while it looks */
    struct trace *trace;
    alarm_each *each;
    void *ctx;
};

void outlet_alarm_free(struct outlet_alarm *a)
{
    if (!a)
        return;
    alarms_free(a->alarms);
    strbuf_done(&a->text);
    free(a->command);
    free(a);
}

struct outlet_alarm *outlet_alarm_new(const struct config *c)
{
    struct outlet_alarm *a = calloc(1, sizeof *a);
    if (a && !(a->alarms = alarms_new(NULL, 0))) {
        free(a);
        return NULL;
    }
    if (a)
        outlet_alarm_configure(a, c);
    return a;
}

void outlet_alarm_configure(struct outlet_alarm *a, const struct config *c)
{
    size_t n;
    const struct alarm_rule *rules = config_alarms(c, &n);
    const char *command = config_alarm_command(c);
    alarms_replace(a->alarms, rules, n);
    free(a->command);
    a->command = command ? strdup(command) : NULL;
    a->to_log = config_alarm_syslog(c);
}

static bool may_run(struct outlet_alarm *a, int64_t now)
{
    if (now - a->minute >= MINUTE || now < a->minute) {
        a->minute = now;
        a->commands = 0;
    }
    return a->commands++ < COMMANDS_MOST;
}

/* The command learns of the alarm by its environment; nothing of it is in its words. */
static void run_command(struct outlet_alarm *a, const struct alarm_event *e,
                        const char *text)
{
    const char *names[] = {
        "SIPGLASS_ALARM=", "SIPGLASS_STATE=", "SIPGLASS_KPI=",      "SIPGLASS_GROUP=",
        "SIPGLASS_TEXT=",  "SIPGLASS_VALUE=", "SIPGLASS_THRESHOLD="};
    enum { N = sizeof names / sizeof *names };
    struct strbuf value[N] = {{0}};
    const char *environment[N + 1] = {NULL};
    const char *words[] = {e->rule->name, e->raised ? "raised" : "over",
                           alarm_value_name(e->rule->value), e->group, text};
    for (int i = 0; i < N; i++) {
        strbuf_str(&value[i], names[i]);
        if (i < 5)
            utf8_clean(&value[i], words[i], strlen(words[i]));
        else
            strbuf_printf(&value[i], "%.6g", i == 5 ? e->value : e->rule->threshold);
        environment[i] = strbuf_cstr(&value[i]);
    }
    int err = may_run(a, e->time)
                  ? guard_run(a->trace->options->guard, a->command, environment)
                  : -ERR_LIMIT;
    if (err == -ERR_ACCESS)
        trace_say(a->trace, "the command of alarms has changed: it is run after a "
                            "restart");
    else if (err)
        ledger_count(&a->trace->ledger, LEDGER_ALARM_COMMAND, 0, 0, 0, 0);
    for (int i = 0; i < N; i++)
        strbuf_done(&value[i]);
}

static void on_event(void *ctx, const struct alarm_event *e)
{
    struct outlet_alarm *a = ctx;
    struct strbuf clean = {0};
    a->text.n = 0;
    alarm_text(e, &a->text);
    utf8_clean(&clean, a->text.p, a->text.n);
    const char *text = strbuf_cstr(&clean);
    struct errmsg line;
    errmsg_set(&line, 0, "%s: %.400s", e->raised ? "alarm" : "alarm over", text);
    trace_say(a->trace, line.text);
    if (a->to_log)
        syslog(e->raised ? LOG_WARNING : LOG_NOTICE, "%s", line.text);
    if (a->command)
        run_command(a, e, text);
    strbuf_done(&clean);
    if (a->each)
        a->each(a->ctx, e);
}

void outlet_alarm_update(struct outlet_alarm *a, struct trace *t, alarm_each *each,
                         void *ctx)
{
    struct timespec now;
    if (!t->kpi || !t->live)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec - a->looked < EVERY)
        return;
    a->looked = now.tv_sec;
    a->trace = t;
    a->each = each;
    a->ctx = ctx;
    /* By a clock that is never set back; the capture's may be. */
    alarms_update(a->alarms, &t->view, now.tv_sec, on_event, a);
}

const struct alarms *outlet_alarm_states(const struct outlet_alarm *a)
{
    return a->alarms;
}
