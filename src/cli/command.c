#include "cli/command.h"

#include "cli/cli.h"
#include "service/config.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { SLICE_US = 20000, IDLE_MS = 200, POLL_FDS = 64 };

static volatile sig_atomic_t stopped;

void command_stop(void)
{
    stopped = 1;
}

/* The width that was asked for, or that the terminal has; 0: nothing bounds it. */
static unsigned asked_width(const struct options *o)
{
    struct winsize ws;
    const char *columns = getenv("COLUMNS");
    if (o->width)
        return (unsigned)o->width;
    if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_col)
        return ws.ws_col;
    int n = columns ? atoi(columns) : 0;
    return n >= 20 && n <= 10000 ? (unsigned)n : 0;
}

unsigned command_width(const struct options *o)
{
    unsigned n = asked_width(o);
    return n ? n : LISTING_WIDTH;
}

bool command_color(void)
{
    const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

struct listing_options command_listing(const struct options *o)
{
    return (struct listing_options){.format = (enum listing_format)o->format,
                                    .width = command_width(o),
                                    .open = !asked_width(o) && !isatty(STDOUT_FILENO),
                                    .color = command_color(),
                                    .ascii = o->ascii};
}

struct listing_options command_table(struct cli *c, const struct table *t)
{
    struct listing_options lo = command_listing(c->o);
    size_t n = c->o->format == FORMAT_TABLE
                   ? config_columns(c->o->settings, t, c->columns, LISTING_COLUMNS)
                   : 0;
    lo.columns = n ? c->columns : NULL;
    lo.ncolumns = n;
    return lo;
}

const struct call *command_call(struct cli *c)
{
    const char *text = c->o->call;
    char *end;
    unsigned long id = strtoul(text, &end, 10);
    const struct call *call = *text && !*end && id <= UINT32_MAX
                                  ? calls_by_id(c->trace->calls, (uint32_t)id)
                                  : NULL;
    if (!call)
        call = calls_find(c->trace->calls, slice_str(text));
    if (!call) {
        struct errmsg m;
        errmsg_set(&m, 0, "no call %.200s (ids and Call-IDs: sipglass calls FILE)",
                   text);
        cli_error(m.text);
    }
    return call;
}

bool command_passes(struct cli *c, const void *object)
{
    return object && (!c->filter || filter_match(c->filter, object));
}

int command_filter_failed(struct cli *c)
{
    int err = 0;
    const char *text = c->filter ? filter_error(c->filter, &err) : NULL;
    struct errmsg line;
    if (text) {
        errmsg_set(&line, 0, "--where: %.480s", text);
        cli_error(line.text);
    }
    return err;
}

static void progress(struct cli *c, bool last)
{
    struct timespec now;
    if (!c->o->progress)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!last && now.tv_sec == c->progressed)
        return;
    c->progressed = now.tv_sec;
    struct writer w;
    int percent = last ? 100 : pump_progress(c->trace);
    writer_init(&w, STDERR_FILENO);
    strbuf_printf(&w.buf, "\r%llu frames, %llu messages",
                  (unsigned long long)engine_counts(c->trace->engine)->frames,
                  (unsigned long long)c->trace->calls->msgs_seen);
    if (percent >= 0)
        strbuf_printf(&w.buf, ", %d %%", percent);
    strbuf_str(&w.buf, last ? "   \n" : "   ");
    writer_done(&w);
}

static void wait_for_input(struct cli *c)
{
    int fds[POLL_FDS];
    struct pollfd polled[POLL_FDS];
    size_t n = pump_fds(c->trace, fds, POLL_FDS);
    for (size_t i = 0; i < n; i++)
        polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    poll(polled, (nfds_t)n, IDLE_MS);
}

int command_read(struct cli *c, int (*each)(struct cli *c, void *ctx), void *ctx)
{
    enum pump_result r = PUMP_MORE;
    int err = 0;
    while (r != PUMP_END && !err && !stopped) {
        r = pump_run(c->trace, SLICE_US);
        err = each ? each(c, ctx) : 0;
        progress(c, false);
        if (r == PUMP_IDLE && !err && !stopped && !(err = writer_flush(&c->out)))
            wait_for_input(c);
    }
    pump_end(c->trace);
    if (each && !err)
        err = each(c, ctx);
    progress(c, true);
    return err;
}
