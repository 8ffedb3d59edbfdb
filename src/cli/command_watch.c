#include "base/utf8.h"
#include "base/vec.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "diagnose/diagnose.h"
#include "outlet.h"
#include "service/alarm.h"
#include "service/config.h"

#include <signal.h>
#include <string.h>

/* A finding of the capture as a whole: it is made anew with each look, and told once.
 */
struct told {
    const struct rule *rule;
    uint64_t group;
};

enum { TOLD_MOST = 1000 };

/* What `watch` writes: a line for each call that ended and each finding of it. */
struct watch {
    struct cli *c;
    struct writer line; /* a row, before it goes to the output */
    struct listing calls, findings;
    struct config *reloaded; /* in use; NULL: that of the start */
    VEC(struct told) told;   /* findings of the capture as a whole */
    int err;                 /* of the output */
};

static volatile sig_atomic_t reload_asked;

static void on_reload(int signal_number)
{
    (void)signal_number;
    reload_asked = 1;
}

/* The row that was written joins the output, with a word of what it is. */
static void hand_over(struct watch *w, const char *event)
{
    struct strbuf *out = &w->c->out.buf;
    if (w->line.buf.n > 1 && !w->err) {
        strbuf_printf(out, "{\"event\":\"%s\",", event);
        strbuf_add(out, w->line.buf.p + 1, w->line.buf.n - 1);
        w->err = writer_check(&w->c->out);
    }
    w->line.buf.n = 0;
}

static void tell_finding(struct watch *w, const struct finding *f)
{
    listing_row(&w->findings, f);
    hand_over(w, "finding");
}

static bool is_told(const struct watch *w, const struct finding *f)
{
    for (size_t i = 0; i < w->told.n; i++)
        if (w->told.at[i].rule == f->rule && w->told.at[i].group == f->group)
            return true;
    return false;
}

/* Findings of the capture as a whole come at any time. */
static void tell_capture(struct watch *w)
{
    const struct finding *f = diagnose_of(w->c->trace->diagnosis, 0);
    for (; f; f = f->next) {
        struct told one = {f->rule, f->group};
        if (w->told.n < TOLD_MOST && !is_told(w, f) && vec_push(&w->told, one))
            tell_finding(w, f);
    }
}

static void on_ended(void *ctx, const struct call *call)
{
    struct watch *w = ctx;
    if (w->c->o->quiet || w->err || !command_passes(w->c, call))
        return;
    listing_row(&w->calls, call);
    hand_over(w, "call");
    const struct finding *f = diagnose_of(w->c->trace->diagnosis, call->id);
    for (; f; f = f->next)
        tell_finding(w, f);
}

static void add_text(struct strbuf *b, const char *key, const char *text)
{
    strbuf_printf(b, ",\"%s\":\"", key);
    utf8_json(b, text, strlen(text));
    strbuf_char(b, '"');
}

static void on_alarm(void *ctx, const struct alarm_event *e)
{
    struct watch *w = ctx;
    struct strbuf *b = &w->c->out.buf;
    struct timespec now;
    if (w->c->o->quiet || w->err)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    strbuf_str(b, "{\"event\":\"alarm\"");
    add_text(b, "name", e->rule->name);
    add_text(b, "state", e->raised ? "raised" : "over");
    add_text(b, "kpi", alarm_value_name(e->rule->value));
    add_text(b, "group", e->group);
    strbuf_printf(b, ",\"value\":%.6g,\"threshold\":%.6g,\"time\":%lld}\n", e->value,
                  e->rule->threshold, (long long)now.tv_sec);
    w->err = writer_check(&w->c->out);
}

/* ---- reloading ---- */

static void line_wrong(void *ctx, unsigned line, const char *what)
{
    struct errmsg m;
    errmsg_set(&m, 0, "%.200s: line %u: %.250s", (const char *)ctx, line, what);
    cli_error(m.text);
}

/* A file that cannot be read leaves all as it was. */
static void reload(struct watch *w)
{
    char usual[4096];
    const char *path = w->c->o->config;
    struct config *fresh = NULL;
    struct errmsg m;
    if (!path && config_path(usual, sizeof usual))
        path = usual;
    int err = path ? config_read(path, line_wrong, (void *)(uintptr_t)path, &fresh) : 0;
    if (err) {
        errmsg_set(&m, 0, "%.300s: not reloaded: %s", path, err_text(err));
        cli_error(m.text);
        return;
    }
    trace_configure(w->c->trace, fresh);
    config_free(w->reloaded);
    w->reloaded = fresh;
    cli_error("the configuration was read again");
}

/* ---- the command ---- */

static int each(struct cli *c, void *ctx)
{
    struct watch *w = ctx;
    if (reload_asked) {
        reload_asked = 0;
        reload(w);
    }
    if (!c->o->quiet)
        tell_capture(w);
    if (!w->err && c->out.buf.n)
        w->err = writer_flush(&c->out);
    return w->err;
}

int command_watch(struct cli *c)
{
    struct watch w = {.c = c};
    struct listing_options lo = {.format = LISTING_JSON};
    struct sigaction again = {.sa_handler = on_reload};
    sigaction(SIGHUP, &again, NULL);
    writer_init(&w.line, -1);
    const struct view *v = &c->trace->view;
    int err = listing_begin(&w.calls, &w.line, v, &TABLE_CALLS, &lo);
    if (!err)
        err = listing_begin(&w.findings, &w.line, v, &TABLE_FINDINGS, &lo);
    outlet_tell(c->trace, on_ended, on_alarm, &w);
    if (!err)
        err = command_read(c, each, &w);
    outlet_tell(c->trace, NULL, NULL, NULL);
    listing_end(&w.calls, 0);
    listing_end(&w.findings, 0);
    w.line.buf.n = 0;
    writer_done(&w.line);
    vec_done(&w.told);
    config_free(w.reloaded);
    return err ? err : w.err;
}
