/* The stack of screens and what they share. It knows no terminal: tui.c drives it. */
#ifndef TUI_UI_H
#define TUI_UI_H

#include "trace.h"
#include "tui/marks.h"
#include "tui/screen.h"
#include "tui/setting.h"
#include "tui/state.h"

enum { UI_DEPTH = 16 };

struct ui {
    struct trace *trace;
    const struct view *view;
    struct state state;
    struct marks marks;    /* calls */
    struct marks messages; /* to be compared */
    struct settings settings;
    struct connection *connection; /* for filters, made when the first is asked for */
    struct screen *stack[UI_DEPTH];
    size_t depth;
    char said[300]; /* on the bottom line until the next key; raw */
    enum tone said_tone;
    bool quit;          /* the loop is to end */
    bool paused;        /* rows stand still; reading goes on */
    int64_t follow_end; /* until when lists follow; then a part at a time, us */
    bool pending;       /* a list is not whole yet: ui_refresh goes on with it */
    bool restyle;       /* the look was set anew */
    bool redraw;        /* everything is to be sent to the terminal anew */
    bool leaving;       /* q was pressed once on a live capture */
    bool clearing;      /* F5 was pressed once */
    int width, height;  /* of the canvas drawn last */
    struct {            /* as the ladder before was left */
        bool decoded, sdp;
        int beside, below; /* columns, lines of the text; 0: as it fits */
    } ladder;
    uint64_t version, layout; /* of the model that screens know */
    /* Long work tells how far it is; non-zero: the user wants it to stop. NULL in
     * tests. */
    int (*busy)(void *ctx, int percent);
    void *busy_ctx;
    unsigned part, of; /* of long work in several parts */
    /* Puts bytes on the user's clipboard; with busy_ctx. NULL: there is none. */
    void (*clip)(void *ctx, const char *bytes, size_t n);
};

/* Starts with the list of calls. Returns 0 or -ERR_NOMEM. */
int ui_init(struct ui *ui, struct trace *trace);
void ui_done(struct ui *ui);

/* Puts a screen on top (it is then the stack's), or says that memory is short for NULL.
 */
void ui_push(struct ui *ui, struct screen *s);

/* Takes the top screen away; the last one stays. */
void ui_pop(struct ui *ui);
struct screen *ui_top(const struct ui *ui);

/* Says something on the bottom line (printf rules; may hold network text). */
void ui_say(struct ui *ui, enum tone tone, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Tells the top screen that the model changed, where it did. True: draw. */
bool ui_refresh(struct ui *ui);

/* Brings a list up to date as far as a few milliseconds since the last ui_refresh go,
 * and by a part at least, however many keys come at once; the rest comes with the next
 * ui_refresh. For the `refresh` of screens. */
void ui_follow(struct ui *ui, struct list *l);

/* Other work that comes in parts, for the `refresh` of screens: step(ctx) until it is
 * false, or the same few milliseconds are over. True: it is not whole, and goes on with
 * the next ui_refresh. */
bool ui_work(struct ui *ui, bool (*step)(void *ctx), void *ctx);

/* What is counted anew whenever the model changed is not counted all the time: when it
 * is done, that gives the time for the next, twenty times as long as it took but a
 * second at most. Before that may_count is false, and the screen is asked again. */
int64_t ui_next_count(int64_t began);
bool ui_may_count(struct ui *ui, int64_t next);

/* Of the monotonic clock, us. */
int64_t ui_now(void);

/* Does an action on the top screen, as a key bound to it would. */
void ui_act(struct ui *ui, enum action action);

/* Sets a value of the screen and keeps it in the configuration file, where it differs;
 * says so where it cannot be written. */
void ui_keep(struct ui *ui, const char *name, const char *value);

/* The connection that filters need; NULL: there can be none, and *why says why. */
struct connection *ui_connection(struct ui *ui, struct errmsg *why);

/* Handles one key or mouse event. */
void ui_input(struct ui *ui, const struct input *in);

/* Draws everything. */
void ui_draw(struct ui *ui, struct canvas *c);

#endif
