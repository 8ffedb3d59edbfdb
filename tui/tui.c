#include "tui/tui.h"

#include "options.h"
#include "pump.h"
#include "tui/curses.h"
#include "tui/theme.h"
#include "tui/ui.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
    SLICE_US = 10000, /* of reading between two looks at the keys */
    FRAME_MS = 100,   /* between two drawings that traffic causes */
    TICK_MS = 1000,   /* the clock and the rates of a live capture */
    POLL_MS = 50,     /* where a source has no descriptor to poll */
    FDS = 64
};

struct loop {
    struct ui ui;
    struct trace *trace;
    struct canvas canvas;
    bool ascii;
    bool dirty;               /* something changed since the last drawing */
    bool gone;                /* the terminal went away */
    int64_t drawn;            /* when, ms */
    int64_t ticked;           /* when the clock was looked at last, ms */
    unsigned sayings;         /* of the trace, that were shown */
    uint64_t packets, ledger; /* that the title shows */
    enum pump_result pumped;
};

/* ---- signals: a byte in a pipe wakes the loop */

static int wake[2] = {-1, -1};
static volatile sig_atomic_t ending, resized, stopping;

static void on_signal(int sig)
{
    int saved = errno;
    char byte = 0;
    ssize_t n;

    if (sig == SIGWINCH)
        resized = 1;
    else if (sig == SIGTSTP)
        stopping = 1;
    else if (sig != SIGCONT)
        ending = 1;
    n = write(wake[1], &byte, 1);
    (void)n;
    errno = saved;
}

/* Before ncurses: it leaves signals alone that have a handler. */
static int catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP};
    struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK))
        return -ERR_IO;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &sa, NULL);
    return 0;
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t wall_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- the look */

/* Takes the settings over. */
static void style(struct loop *l)
{
    static const enum colours colours[] = {COLOURS_TRUE, COLOURS_NONE, COLOURS_16,
                                           COLOURS_256, COLOURS_TRUE};
    const struct settings *s = &l->ui.settings;
    const struct options *o = l->trace->options;
    unsigned ground = settings_choice(s, SETTING_GROUND);
    unsigned characters = settings_choice(s, SETTING_CHARACTERS);
    struct theme theme = {
        .colours = colours[settings_choice(s, SETTING_COLOURS)],
        .ground = ground ? (enum ground)ground : theme_ground(),
        .safe = settings_choice(s, SETTING_PALETTE) == 1,
    };

    l->ascii = o->ascii || characters == 2 || (characters == 0 && theme_ascii());
    l->trace->view.utc = o->utc || settings_choice(s, SETTING_TIMES) == 1;
    curses_style(&theme);
    curses_mouse(settings_choice(s, SETTING_MOUSE) == 0);
    canvas_done(&l->canvas); /* made anew for its characters */
    l->ui.restyle = false;
}

/* ---- drawing */

static bool fit_canvas(struct loop *l)
{
    int w, h;

    curses_size(&w, &h);
    if (l->canvas.w == w && l->canvas.h == h)
        return true;
    canvas_done(&l->canvas);
    return !canvas_init(&l->canvas, w, h, l->ascii);
}

static void draw(struct loop *l)
{
    if (l->ui.restyle)
        style(l);
    if (!fit_canvas(l)) {
        l->ui.quit = true;
        return;
    }
    state_read(&l->ui.state, l->trace, wall_ns());
    l->packets = l->ui.state.packets;
    l->ledger = l->trace->ledger.version;
    ui_refresh(&l->ui);
    ui_draw(&l->ui, &l->canvas);
    curses_show(&l->canvas, l->ui.redraw);
    l->ui.redraw = false;
    l->dirty = false;
    l->drawn = now_ms();
}

/* ---- keys */

static void read_keys(struct loop *l)
{
    struct input in;

    /* What an event points at must be as it is now. */
    ui_refresh(&l->ui);
    for (;;) {
        if (!curses_key(&in))
            l->gone = true;
        if (in.key == INPUT_NONE || l->gone)
            return;
        if (in.key == INPUT_RESIZE)
            resized = 1;
        else
            ui_input(&l->ui, &in);
        l->drawn = 0;
        l->dirty = true;
        if (l->ui.quit)
            return;
    }
}

/* Long work asks here whether to go on: shows how far it is, takes Esc. */
static int busy(void *ctx, int percent)
{
    struct loop *l = ctx;
    struct input in;

    if (now_ms() - l->drawn >= FRAME_MS) {
        if (l->ui.of > 1)
            ui_say(&l->ui, TONE_WARN, "Saving %u of %u: %d %%   Esc stops", l->ui.part,
                   l->ui.of, percent);
        else
            ui_say(&l->ui, TONE_WARN, "Saving: %d %%   Esc stops", percent);
        ui_draw(&l->ui, &l->canvas);
        curses_show(&l->canvas, false);
        l->ui.said[0] = 0;
        l->drawn = now_ms();
    }
    if (!curses_key(&in))
        l->gone = true;
    return ending || l->gone || in.key == INPUT_ESC;
}

static void clip(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    curses_clip(bytes, n);
}

/* ---- the loop */

static void see_signals(struct loop *l)
{
    char bytes[64];

    while (read(wake[0], bytes, sizeof bytes) > 0)
        ;
    if (stopping) {
        stopping = 0;
        curses_suspend();
        l->ui.redraw = true;
        resized = 1;
    }
    if (resized) {
        resized = 0;
        curses_resize();
        l->dirty = true;
        l->drawn = 0;
    }
}

static int timeout(const struct loop *l, size_t sources)
{
    int64_t now = now_ms(), wait = -1;

    if (l->pumped == PUMP_MORE || l->ui.pending)
        return 0;
    if (l->pumped == PUMP_IDLE)
        wait = sources ? TICK_MS : POLL_MS;
    if (l->trace->live && !l->trace->ended && wait != POLL_MS)
        wait = TICK_MS - (now - l->ticked);
    if (l->dirty && (wait < 0 || l->drawn + FRAME_MS - now < wait))
        wait = l->drawn + FRAME_MS - now;
    return wait < -1 ? 0 : (int)wait;
}

/* Waits for keys, frames, signals or time. */
static void wait(struct loop *l)
{
    int fds[FDS];
    struct pollfd p[FDS + 2] = {{.fd = curses_fd(), .events = POLLIN},
                                {.fd = wake[0], .events = POLLIN}};
    size_t n = l->pumped == PUMP_IDLE ? pump_fds(l->trace, fds, FDS) : 0;

    for (size_t i = 0; i < n; i++)
        p[i + 2] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    if (poll(p, n + 2, timeout(l, n)) < 0 && errno != EINTR)
        l->gone = true;
    if (p[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        l->gone = true;
    if (p[0].revents & POLLIN)
        read_keys(l);
    see_signals(l);
}

/* Anything new that the screen shows? */
static void notice(struct loop *l)
{
    const struct trace *t = l->trace;
    int64_t now = now_ms();

    if (t->sayings != l->sayings) {
        l->sayings = t->sayings;
        ui_say(&l->ui, TONE_WARN, "%s", t->said.text);
        l->dirty = true;
    }
    if (t->calls->version != l->ui.version || t->ledger.version != l->ledger)
        l->dirty = true;
    if (now - l->ticked >= TICK_MS && !t->ended) {
        l->ticked = now;
        l->dirty |= t->live || engine_counts(t->engine)->frames != l->packets;
    }
}

static void run(struct loop *l)
{
    l->pumped = PUMP_MORE;
    style(l);
    draw(l);
    while (!l->ui.quit && !l->gone && !ending) {
        enum pump_result before = l->pumped;

        if (before != PUMP_END)
            l->pumped = pump_run(l->trace, SLICE_US);
        if (l->pumped == PUMP_END && before != PUMP_END) {
            l->dirty = true;
            l->drawn = 0;
        }
        notice(l);
        if (l->ui.pending) {
            ui_refresh(&l->ui);
            l->dirty = true;
        }
        if (l->dirty && now_ms() - l->drawn >= FRAME_MS)
            draw(l);
        wait(l);
        if (l->dirty && l->drawn == 0 && !l->gone && !l->ui.quit)
            draw(l);
    }
}

int tui_run(struct trace *t, const struct options *o)
{
    struct loop l = {.trace = t};
    struct errmsg why = {""};
    int err = ui_init(&l.ui, t);

    l.ui.busy = busy;
    l.ui.busy_ctx = &l;
    l.ui.clip = clip;
    if (!err)
        err = catch_signals();
    if (!err)
        err = curses_open(&why);
    if (!err) {
        void (*report)(const char *line) = t->report;
        t->report = NULL; /* it would write over the screen */
        run(&l);
        curses_close();
        t->report = report;
        if (t->live)
            pump_end(t); /* what was captured is stored and saved */
    }
    ui_done(&l.ui);
    canvas_done(&l.canvas);
    if (err)
        fprintf(stderr, "sipglass: %s\n", why.text[0] ? why.text : err_text(err));
    return err || t->failed ? 1 : 0;
}
