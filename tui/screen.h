/*
 * A screen: a const table of functions and its own data. One file per screen; adding
 * one touches that file, its ON_ bit in keymap.h, and whoever opens it.
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "tui/canvas.h"
#include "tui/history.h"
#include "tui/keymap.h"
#include "tui/prompt.h"

struct ui;
struct list;
struct sheet;
struct screen;

struct screen_ops {
    const char *title; /* as help names it */
    unsigned on;       /* its ON_ bit */
    bool overlay;      /* drawn over the screen below */

    void (*free)(struct screen *s);
    /* The trace changed: drop what may be gone, take in what is new. NULL: nothing to
     * do. */
    void (*refresh)(struct screen *s);
    /* Draws into the area, which is blank. */
    void (*draw)(struct screen *s, struct canvas *c, struct rect area);
    /* An action of the keymap that ui.c does not do itself. */
    void (*act)(struct screen *s, enum action action);
    /* The prompt changed, was finished or given up. NULL: it has none. */
    void (*typed)(struct screen *s, enum prompt_result what);
    /* Click or wheel, in coordinates of the canvas. NULL: wheel moves the cursor. */
    void (*mouse)(struct screen *s, const struct input *in);
    /* DRAG after a click there, or RELEASE. NULL: nothing can be dragged. */
    void (*drag)(struct screen *s, const struct input *in);
    /* Adds what the user would copy: raw bytes; they are cleaned. NULL: nothing. */
    void (*copy)(struct screen *s, struct strbuf *out);
    /* BACK: true where the screen had something of its own to close. NULL: no. */
    bool (*back)(struct screen *s);
};

/* First member of every screen's own struct. */
struct screen {
    const struct screen_ops *ops;
    struct ui *ui;
    struct prompt prompt;
    struct history *history; /* of the prompt: Up and Down; NULL: none */
    const char *asking;      /* label of the prompt; NULL: nothing is being typed */
};

/* The screens. NULL when memory is short. */
struct screen *screen_calls_new(struct ui *ui);
/* The calls that a row of the board counts. */
struct board_row;
struct screen *screen_calls_of(struct ui *ui, const struct board_row *row);
/* KPIs, and who is registered. */
struct screen *screen_board_new(struct ui *ui);
struct screen *screen_registrations_new(struct ui *ui);
/* verdict: what is wrong with the call is open beside it, with the cursor in it. */
struct screen *screen_ladder_new(struct ui *ui, uint32_t call, bool verdict);
/* Media of a call (id) and, where it has one, of its session; `stream`, if not 0, is
 * selected. */
struct screen *screen_media_new(struct ui *ui, uint32_t call, uint32_t stream);
struct screen *screen_stats_new(struct ui *ui);
struct screen *screen_help_new(struct ui *ui, const struct screen *of);
/* Offers the actions of a screen (its ON_ bit) by name, and does the one chosen. */
struct screen *screen_palette_new(struct ui *ui, unsigned on);

/* Lists of what is not a call. */
enum table_screen_kind {
    TABLE_SCREEN_MESSAGES, /* of all calls; searched by words in their texts */
    TABLE_SCREEN_STREAMS,
    TABLE_SCREEN_LEDGER
};
struct screen *screen_table_new(struct ui *ui, enum table_screen_kind kind);

/* What the user can set. */
struct screen *screen_settings_new(struct ui *ui);

/* Chooses, orders and sizes the columns of a sheet, which outlives it. */
struct screen *screen_columns_new(struct ui *ui, struct sheet *of);

/* A message by id; `ladder`, if not NULL, is asked for its neighbours: step is +1 or
 * -1, 0: none. */
struct screen *screen_message_new(struct ui *ui, uint32_t msg,
                                  uint32_t (*neighbour)(struct screen *ladder,
                                                        int step),
                                  struct screen *ladder);

/* Two messages, or two calls, by their ids, compared. */
struct screen *screen_diff_new(struct ui *ui, uint32_t left, uint32_t right);
struct screen *screen_diff_calls_new(struct ui *ui, uint32_t left, uint32_t right);

/* Asks where to save which calls: the one selected (an id; 0: none), the marked, or
 * those in `shown` (kept by reference; NULL: none). */
struct screen *screen_save_new(struct ui *ui, uint32_t selected,
                               const struct list *shown);

#endif
