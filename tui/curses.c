#include "tui/curses.h"

#include "base/utf8.h"
#include "tui/theme.h"

#include <errno.h>
#include <fcntl.h>
#include <ncurses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

/* Keys that ncurses is taught: bracketed paste begins and ends. */
enum { PASTE_BEGIN = KEY_MAX + 100, PASTE_END };
enum { EVENTS = 8 /* that ncurses keeps */, MICE = 2 * EVENTS };

static struct {
    SCREEN *screen;
    FILE *tty; /* keys, where standard input is none; NULL */
    int fd;    /* of keys */
    struct theme theme;
    enum colours most; /* that the terminal shows */
    int pairs;         /* colour pairs made */
    int32_t pair_fg[64], pair_bg[64];
    struct canvas shown; /* what the terminal shows; w 0: unknown */
    bool pasting, paste_mode, mouse, no_mouse;
    struct input mice[MICE]; /* what the mouse did, that came at once */
    unsigned mice_n, mouse_at;
    struct termios before;
    char restore[256]; /* bytes that bring the terminal back, for signals */
    size_t restore_n;
} term = {.fd = -1};

/* Presses that come together, ncurses makes one: a click, or a double one. */
#define CLICKS (BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED)

/* ---- dying of a signal */

static void die(int sig)
{
    /* Only what is safe in a handler. SA_RESETHAND: the second one kills. */
    ssize_t n = write(STDOUT_FILENO, term.restore, term.restore_n);

    (void)n;
    tcsetattr(term.fd, TCSANOW, &term.before);
    raise(sig);
}

static void restore_add(const char *s)
{
    size_t n = s && s != (char *)-1 ? strlen(s) : 0;

    if (term.restore_n + n < sizeof term.restore) {
        memcpy(term.restore + term.restore_n, s ? s : "", n);
        term.restore_n += n;
    }
}

static void catch_deaths(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction sa = {.sa_handler = die, .sa_flags = (int)SA_RESETHAND};

    term.restore_n = 0;
    if (term.paste_mode)
        restore_add("\033[?2004l");
    restore_add("\033[?1002l\033[?1000l\033[?1006l");
    restore_add(tigetstr("sgr0"));
    restore_add(tigetstr("cnorm"));
    restore_add(tigetstr("rmcup"));
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &sa, NULL);
}

/* ---- open and close */

static void send(const char *bytes)
{
    fputs(bytes, stdout);
    fflush(stdout);
}

static bool knows_paste(const char *name)
{
    return !strncmp(name, "xterm", 5) || !strncmp(name, "tmux", 4) ||
           !strncmp(name, "screen", 6) || !strncmp(name, "rxvt", 4) ||
           !strncmp(name, "alacritty", 9) || !strncmp(name, "foot", 4);
}

/* ncurses asks for clicks only; what moves with the button held is asked for here. */
static void use_mouse(void)
{
    const char *move = tigetstr("kmous");

    if (term.no_mouse) {
        mousemask(0, NULL);
        if (term.mouse)
            send("\033[?1002l");
        term.mouse = false;
        return;
    }
    mousemask(CLICKS | BUTTON1_RELEASED | BUTTON4_PRESSED | BUTTON5_PRESSED |
                  REPORT_MOUSE_POSITION,
              NULL);
    mouseinterval(0);
    term.mouse = has_mouse() && move && move != (char *)-1;
    if (term.mouse)
        send("\033[?1002h");
}

/* Before the terminal is given back for a while or for good. */
static void leave(void)
{
    if (term.mouse)
        send("\033[?1002l");
    if (term.paste_mode)
        send("\033[?2004l");
    endwin();
}

static void enter(void)
{
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    meta(stdscr, TRUE);
    set_escdelay(25);
    curs_set(0);
    use_mouse();
    if (term.paste_mode)
        send("\033[?2004h");
}

static void start_colours(void)
{
    term.most = COLOURS_NONE;
    if (!has_colors() || start_color() == ERR)
        return;
    use_default_colors();
    term.most = theme_colours(COLORS);
    term.theme.colours = term.most;
    term.pairs = 0;
}

static int open_keys(struct errmsg *why)
{
    if (isatty(STDIN_FILENO)) {
        term.fd = STDIN_FILENO;
        return 0;
    }
    term.tty = fopen("/dev/tty", "r");
    if (!term.tty)
        return errmsg_set(why, -ERR_IO,
                          "no terminal for keys: %s; `sipglass calls` needs none",
                          strerror(errno));
    term.fd = fileno(term.tty);
    return 0;
}

void curses_close(void)
{
    if (term.screen) {
        leave();
        delscreen(term.screen);
    }
    if (term.tty)
        fclose(term.tty);
    canvas_done(&term.shown);
    term.screen = NULL;
    term.tty = NULL;
    term.fd = -1;
}

static bool can_place(void)
{
    const char *cup = tigetstr("cup");

    return cup && cup != (char *)-1;
}

int curses_open(struct errmsg *why)
{
    const char *name = getenv("TERM");
    int err = open_keys(why);

    if (err)
        return err;
    if (!name || !*name || !strcmp(name, "dumb") || !strcmp(name, "unknown"))
        goto unable;
    tcgetattr(term.fd, &term.before);
    term.screen = newterm(NULL, stdout, term.tty ? term.tty : stdin);
    if (!term.screen || !can_place())
        goto unable;
    term.paste_mode = knows_paste(name);
    start_colours();
    enter();
    define_key("\033[200~", PASTE_BEGIN);
    define_key("\033[201~", PASTE_END);
    catch_deaths();
    return 0;
unable:
    curses_close();
    return errmsg_set(
        why, -ERR_UNSUPPORTED,
        "a screen cannot be drawn on a terminal of type '%s': set TERM, or use "
        "`sipglass calls`",
        name ? name : "");
}

void curses_style(const struct theme *theme)
{
    term.theme = *theme;
    /* A terminal without colours shows none; more than it has, it does not show. */
    if (term.theme.colours > term.most || term.most == COLOURS_NONE)
        term.theme.colours = term.most;
    /* A direct-colour terminal takes no numbers of a palette beyond the first 8. */
    if (term.most == COLOURS_TRUE && term.theme.colours == COLOURS_256)
        term.theme.colours = COLOURS_TRUE;
    term.shown.w = 0;
}

void curses_mouse(bool on)
{
    if (term.no_mouse == !on)
        return;
    term.no_mouse = !on;
    use_mouse();
}

void curses_clip(const char *bytes, size_t n)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    n = n > CURSES_CLIP ? CURSES_CLIP : n;
    fputs("\033]52;c;", stdout);
    for (size_t i = 0; i < n; i += 3) {
        uint32_t three = 0;

        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (i + k < n ? (uint8_t)bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            putchar(i + k > n ? '=' : letters[three >> (18 - 6 * k) & 63]);
    }
    fputs("\a", stdout);
    fflush(stdout);
}

void curses_suspend(void)
{
    leave();
    raise(SIGSTOP);
    refresh();
    enter();
    curses_resize();
}

int curses_fd(void)
{
    return term.fd;
}

void curses_size(int *w, int *h)
{
    *w = COLS;
    *h = LINES;
}

void curses_resize(void)
{
    struct winsize ws;

    if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_row && ws.ws_col)
        resizeterm(ws.ws_row, ws.ws_col);
    term.shown.w = 0;
}

/* ---- keys */

static int32_t special(wint_t key)
{
    static const struct {
        wint_t curses;
        int32_t input;
    } table[] = {
        {KEY_UP, INPUT_UP},         {KEY_DOWN, INPUT_DOWN},
        {KEY_LEFT, INPUT_LEFT},     {KEY_RIGHT, INPUT_RIGHT},
        {KEY_PPAGE, INPUT_PAGE_UP}, {KEY_NPAGE, INPUT_PAGE_DOWN},
        {KEY_HOME, INPUT_HOME},     {KEY_END, INPUT_END},
        {KEY_DC, INPUT_DELETE},     {KEY_BACKSPACE, INPUT_BACKSPACE},
        {KEY_ENTER, INPUT_ENTER},   {KEY_BTAB, INPUT_BACKTAB},
        {KEY_RESIZE, INPUT_RESIZE},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].curses == key)
            return table[i].input;
    if (key > KEY_F0 && key <= KEY_F(63))
        return (int32_t)(INPUT_F0 + (key - KEY_F0));
    return INPUT_NONE;
}

static int32_t mouse_key(mmask_t did)
{
    return did & BUTTON4_PRESSED         ? INPUT_WHEEL_UP
           : did & BUTTON5_PRESSED       ? INPUT_WHEEL_DOWN
           : did & CLICKS                ? INPUT_CLICK
           : did & BUTTON1_RELEASED      ? INPUT_RELEASE
           : did & REPORT_MOUSE_POSITION ? INPUT_DRAG
                                         : INPUT_NONE;
}

/* Events that come together are one key of ncurses, which gives the last of them first.
 */
static void take_mouse(void)
{
    MEVENT event[EVENTS];
    int n = 0;

    while (n < EVENTS && getmouse(&event[n]) != ERR)
        n++;
    term.mice_n = term.mouse_at = 0;
    while (n-- > 0) {
        struct input in = {mouse_key(event[n].bstate), event[n].x, event[n].y};

        if (in.key == INPUT_NONE)
            continue;
        term.mice[term.mice_n++] = in;
        if (event[n].bstate & BUTTON1_DOUBLE_CLICKED)
            term.mice[term.mice_n++] = in;
    }
}

/* One event of ncurses. False: none waits. *out stays NONE for what is of no use. */
static bool next_event(struct input *out)
{
    wint_t key;
    int kind = get_wch(&key);

    if (kind == ERR)
        return false;
    if (kind == KEY_CODE_YES && (key == PASTE_BEGIN || key == PASTE_END))
        term.pasting = key == PASTE_BEGIN;
    else if (term.pasting)
        ; /* pasted text is no command */
    else if (kind == KEY_CODE_YES && key == KEY_MOUSE)
        take_mouse();
    else if (kind == KEY_CODE_YES)
        out->key = special(key);
    else if (key == '\r')
        out->key = INPUT_ENTER;
    else if (key == 127 || key == 8)
        out->key = INPUT_BACKSPACE;
    else
        out->key = (int32_t)key;
    return true;
}

bool curses_key(struct input *out)
{
    errno = 0;
    do {
        *out = (struct input){.key = INPUT_NONE};
        if (term.mouse_at < term.mice_n)
            *out = term.mice[term.mouse_at++];
        if (out->key != INPUT_NONE)
            return true;
    } while (next_event(out) && out->key == INPUT_NONE);
    if (out->key != INPUT_NONE)
        return true;
    return errno != EIO && errno != EBADF && errno != ENXIO;
}

/* ---- showing */

/* The pair of two colours, made when it is first used. */
static int pair_of(int32_t fg, int32_t bg)
{
    if (fg < 0 && bg < 0)
        return 0;
    for (int i = 0; i < term.pairs; i++)
        if (term.pair_fg[i] == fg && term.pair_bg[i] == bg)
            return i + 1;
    if (term.pairs == 64 || term.pairs + 1 >= COLOR_PAIRS)
        return 0;
    if (init_extended_pair(term.pairs + 1, fg, bg) == ERR)
        return 0;
    term.pair_fg[term.pairs] = fg;
    term.pair_bg[term.pairs] = bg;
    return ++term.pairs;
}

static void show_cell(const struct cell *cell, int x, int y)
{
    struct paint p = theme_paint(&term.theme, cell->style);
    attr_t attr = (p.bold ? A_BOLD : 0) | (p.dim ? A_DIM : 0) |
                  (p.reverse ? A_REVERSE : 0) | (p.underline ? A_UNDERLINE : 0);
    int pair = pair_of(p.fg, p.bg), n = 0;
    wchar_t wide[CCHARW_MAX + 1];
    cchar_t ch;

    for (size_t i = 0; i < cell->n && n < CCHARW_MAX;) {
        int32_t c;

        i += utf8_next((const uint8_t *)cell->text + i, cell->n - i, &c);
        wide[n++] = c < ' ' ? L'?' : (wchar_t)c;
    }
    wide[n] = 0;
    setcchar(&ch, wide, attr, 0, &pair);
    mvadd_wch(y, x, &ch);
}

static bool keep_shown(const struct canvas *c)
{
    if (term.shown.w == c->w && term.shown.h == c->h)
        return true;
    canvas_done(&term.shown);
    return canvas_init(&term.shown, c->w, c->h, c->ascii) == 0;
}

void curses_show(const struct canvas *c, bool anew)
{
    bool known = term.shown.w == c->w && term.shown.h == c->h && !anew;
    size_t n = (size_t)c->w * (size_t)c->h;

    if (!keep_shown(c))
        known = false;
    if (anew)
        clearok(stdscr, TRUE);
    for (size_t i = 0; i < n; i++) {
        const struct cell *cell = &c->cell[i];

        if (cell->n && !(known && !memcmp(cell, &term.shown.cell[i], sizeof *cell)))
            show_cell(cell, (int)(i % (size_t)c->w), (int)(i / (size_t)c->w));
    }
    if (term.shown.w == c->w)
        memcpy(term.shown.cell, c->cell, n * sizeof *c->cell);
    refresh();
}
