/*
 * A grid of cells that every screen draws on. It knows no terminal: curses.c shows one,
 * tests print one as text. All text goes through the sanitiser on its way in.
 */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include "base/strbuf.h"
#include "view/field.h"

/* A style is a tone (enum tone) and any of these. */
enum {
    STYLE_TONE = 7,    /* mask of the tone */
    STYLE_BOLD = 8,    /* what matters in its line */
    STYLE_SELECT = 16, /* the row under the cursor */
    STYLE_BAR = 32,    /* title and headings */
    STYLE_UNDER = 64,  /* a hit of a search */
};

/* One column of one line. Compares as bytes: unused bytes are zero. */
struct cell {
    char text[20]; /* UTF-8: one character and up to four combining ones */
    uint8_t n;     /* bytes of it; 0: right half of the wide character before */
    uint8_t width; /* 1 or 2; 0 for a right half */
    uint8_t style;
    uint8_t zero;
};

struct rect {
    int x, y, w, h;
};

struct canvas {
    int w, h;
    struct cell *cell; /* w * h, line by line; owned */
    struct rect clip;  /* nothing is drawn outside */
    bool ascii; /* signs and lines have ASCII stand-ins, other characters are '?' */
    struct strbuf clean; /* scratch */
};

/* Makes an empty canvas of w x h (each at least 1). Returns 0 or -ERR_NOMEM. */
int canvas_init(struct canvas *c, int w, int h, bool ascii);
void canvas_done(struct canvas *c);

/* Blanks everything and takes the clip away. */
void canvas_clear(struct canvas *c);

/* Sets the clip (cut to the canvas) and returns the one before, to be set back. */
struct rect canvas_clip(struct canvas *c, struct rect clip);

/* Writes n bytes at x, y; what is outside the clip is left out. Returns the x behind
 * the text, clipped or not. Safe for any bytes. */
int canvas_text(struct canvas *c, int x, int y, unsigned style, const void *bytes,
                size_t n);

/* The same for a string, and with printf rules (cut at 512 bytes). */
int canvas_put(struct canvas *c, int x, int y, unsigned style, const char *text);
int canvas_printf(struct canvas *c, int x, int y, unsigned style, const char *format,
                  ...) __attribute__((format(printf, 5, 6)));

/* Writes text into exactly w columns: cut with an ellipsis, or to the right where
 * asked. */
void canvas_field(struct canvas *c, int x, int y, int w, bool right, unsigned style,
                  const void *bytes, size_t n);

/* Columns that text takes on a canvas. */
int canvas_columns(const void *bytes, size_t n);

/* Repeats one character over a rectangle. */
void canvas_fill(struct canvas *c, struct rect area, unsigned style, const char *glyph);

/* Adds attributes (STYLE_BOLD...) to what is drawn there already; the tones stay. */
void canvas_style(struct canvas *c, struct rect area, unsigned attributes);

/* Sets the tone of what is drawn there already; attributes stay. */
void canvas_tone(struct canvas *c, struct rect area, enum tone tone);

/* The canvas as text, a line each, without blanks at the ends. */
void canvas_dump(const struct canvas *c, struct strbuf *out);

/* The styles as letters: g good, y warn, r bad, c request, d dim, '.' plain, ' ' blank;
 * capital: bold; '#' selected, '=' bar. */
void canvas_dump_styles(const struct canvas *c, struct strbuf *out);

#endif
