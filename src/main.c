#include "cli/cli.h"
#include "guard.h"
#include "service/config.h"
#ifdef HAVE_TUI
#include "tui/tui.h"
#endif

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#ifdef HAVE_TUI
static int screen(const struct options *o)
{
    struct trace *t;
    int status = cli_open(o, &t);
    if (status != EXIT_DONE)
        return status;
    status = tui_run(t, o);
    trace_free(t);
    return status;
}
#endif

static int run(const struct options *o)
{
    if (o->help) {
        fputs(options_help(), stdout);
        return EXIT_DONE;
    }
    if (o->version) {
        puts("sipglass " SIPGLASS_VERSION);
        return EXIT_DONE;
    }
#ifdef HAVE_TUI
    if (o->command == COMMAND_SCREEN && !o->no_screen && !o->quiet &&
        o->format == FORMAT_TABLE && isatty(STDOUT_FILENO))
        return screen(o);
#endif
    return cli_run(o);
}

/* What strangers sent is read without rights only. */
static int guarded(struct options *o)
{
    struct errmsg why = {""};
    const char *commands[] = {config_alarm_command(o->settings), NULL};
    int err = guard_new(o, commands[0] ? commands : NULL, &o->guard, &why);
    if (err) {
        cli_error(why.text[0] ? why.text : err_text(err));
        return err == -ERR_USAGE ? EXIT_USAGE : EXIT_INPUT;
    }
    int status = run(o);
    guard_free(o->guard);
    return status;
}

struct reading {
    const char *path;
    bool wrong;
};

static void line_wrong(void *ctx, unsigned line, const char *what)
{
    struct reading *r = ctx;
    struct errmsg m;
    errmsg_set(&m, 0, "%.200s: line %u: %.250s", r->path, line, what);
    cli_error(m.text);
    r->wrong = true;
}

/* What is wrong in the configuration costs settings, and the exit status. */
static struct config *configure(struct options *o, bool *wrong)
{
    char path[4096];
    struct reading r = {.path = o->config ? o->config : path};
    struct config *c = NULL;
    if (!o->config && !config_path(path, sizeof path))
        return NULL;
    int err = config_read(r.path, line_wrong, &r, &c);
    /* The usual file may be another user's: sudo keeps HOME. */
    bool absent = err == -ERR_NOENT || err == -ERR_ACCESS;
    if (err && (o->config || !absent)) {
        struct errmsg m;
        errmsg_set(&m, 0, "%.300s: %s", r.path, err_text(err));
        cli_error(m.text);
        r.wrong = true;
    }
    *wrong = r.wrong;
    o->settings = c;
    return c;
}

int main(int argc, char **argv)
{
    struct options o;
    struct errmsg why = {""};
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    int status = EXIT_USAGE;
    if (options_parse(&o, argc, argv, &why))
        cli_error(why.text);
    else {
        bool wrong = false;
        struct config *c = o.help || o.version ? NULL : configure(&o, &wrong);
        status = guarded(&o);
        if (wrong && status == EXIT_DONE)
            status = EXIT_INPUT;
        config_free(c);
    }
    options_done(&o);
    return status;
}
