/*
 * A table on the screen: headings, rows, a cursor that stays on its row, sorting,
 * columns that are chosen and sized. What lists of calls, streams, messages... share.
 */
#ifndef TUI_SHEET_H
#define TUI_SHEET_H

#include "tui/columns.h"
#include "tui/scroll.h"
#include "tui/ui.h"
#include "view/list.h"

struct sheet;

struct sheet_ops {
    int gutter; /* columns on the left of a row that belong to the screen */
    int tail;   /* columns that it has on the right at least; 0: none */
    const char *tail_title;
    /* Draws them for an object; x is where the tail begins. NULL: nothing. */
    void (*row)(struct sheet *s, struct canvas *c, const void *object, int y, int x);
    /* Adds what stands dim where a value is null; nothing: a dash. NULL: the same. */
    void (*absent)(struct sheet *s, const struct field *f, const void *object,
                   struct strbuf *out);
};

/* Where a column was drawn last. */
struct sheet_place {
    size_t column;
    int x, w;
};

enum { SHEET_PLACES = 64 };

struct sheet {
    struct ui *ui;
    const struct sheet_ops *ops;
    struct list *list;
    struct columns columns;
    struct scroll scroll;
    const void *selected;     /* NULL: none. Only compared, never read */
    uint32_t selected_id;     /* where the table has ids */
    const struct field *sort; /* NULL: order of arrival */
    bool descending, follow;
    int64_t day; /* of a row drawn before: days since 1970; 0: none was */
    bool dated;  /* rows are of several days: times have their date */
    size_t skip; /* columns scrolled out on the left */
    struct sheet_place place[SHEET_PLACES];
    size_t places;
    int tail;               /* columns of the tail, as drawn last */
    int top;                /* y of the headings, as drawn last */
    size_t sizing, sized_x; /* column + 1 whose width is dragged, and its left end */
    struct strbuf scratch, text, cell;
};

/* A sheet over all rows of a table, with the columns that the configuration gives the
 * screen's list of that name. Returns 0 or -ERR_NOMEM. */
int sheet_init(struct sheet *s, struct ui *ui, const struct table *t,
               const struct sheet_ops *ops);
void sheet_done(struct sheet *s);

/* Follows the model, for `refresh`. */
void sheet_refresh(struct sheet *s);

/* The object under the cursor; NULL: none. */
const void *sheet_selected(const struct sheet *s);

/* Moves the cursor to a row; follow mode ends. */
void sheet_go(struct sheet *s, size_t row);

/* Sorts by a field (NULL: order of arrival). */
void sheet_sort(struct sheet *s, const struct field *f, bool descending);

/* Draws headings and rows. */
void sheet_draw(struct sheet *s, struct canvas *c, struct rect area);

/* Moves, sorts, scrolls sideways, opens the chooser of columns. False: not its action.
 */
bool sheet_act(struct sheet *s, enum action action);

/* Click and wheel. True: the selected row was clicked again, which opens it. */
bool sheet_mouse(struct sheet *s, const struct input *in);

/* Drags the edge of a heading: the column's width. For `drag`. */
void sheet_drag(struct sheet *s, const struct input *in);

/* Adds the values of the selected row as they are shown, a tab between. */
void sheet_copy(struct sheet *s, struct strbuf *out);

/* Writes its columns to the configuration, where they differ. */
void sheet_keep(struct sheet *s);

#endif
