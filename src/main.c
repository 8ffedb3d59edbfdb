#include "cli.h"
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
    else
        status = run(&o);
    options_done(&o);
    return status;
}
