/* The keys of a screen, from the table of keys. */
#include "tui/pager.h"
#include "tui/ui.h"

#include <stdlib.h>
#include <string.h>

struct help_screen {
    struct screen screen;
    struct pager pager;
};

enum { KEYS_WIDTH = 20 };

static void help_free(struct screen *screen)
{
    struct help_screen *s = (struct help_screen *)screen;

    pager_done(&s->pager);
    free(s);
}

static void write_binding(struct pager *p, const struct keymap_row *b,
                          struct strbuf *line)
{
    char name[16];

    line->n = 0;
    strbuf_str(line, "  ");
    for (size_t k = 0; k < KEYMAP_KEYS && b->key[k]; k++) {
        strbuf_str(line, k ? ", " : "");
        strbuf_str(line, keymap_name(b->key[k], name));
    }
    while (line->n < KEYS_WIDTH)
        strbuf_char(line, ' ');
    strbuf_str(line, b->help);
    pager_add(p, TONE_PLAIN, 0, line->p, line->n, KEYS_WIDTH, STYLE_BOLD);
}

static void write_line(struct pager *p, unsigned style, const char *text, size_t head,
                       unsigned head_style)
{
    pager_add(p, style, 0, text, strlen(text), head, head_style);
}

static void write_signs(struct pager *p)
{
    write_line(p, TONE_PLAIN, "", 0, 0);
    write_line(p, STYLE_BOLD, "Signs", 0, 0);
    write_line(p, TONE_PLAIN, "  ●  failed: rejected, an error, or never answered", 5,
               TONE_BAD);
    write_line(p, TONE_PLAIN, "  ▲  look at it: repeated messages, ICMP errors", 5,
               TONE_WARN);
    write_line(p, TONE_PLAIN, "  ✓  went well", 5, TONE_GOOD);
    write_line(p, TONE_PLAIN,
               "  ·  busy, cancelled, redirected, or asked for a password", 4, 0);
    write_line(p, TONE_PLAIN, "  ?  the capture does not show the end of it", 3,
               TONE_DIM);
    write_line(p, TONE_PLAIN, "  ■  marked", 5, TONE_REQUEST);
    write_line(p, TONE_PLAIN, "  ↻n repeated for the nth time", 6, TONE_DIM);
}

static void write_gestures(struct pager *p, unsigned on, struct strbuf *line)
{
    write_line(p, TONE_PLAIN, "", 0, 0);
    write_line(p, STYLE_BOLD, "Mouse", 0, 0);
    for (size_t i = 0; i < GESTURE_ROWS; i++) {
        if (!(GESTURES[i].screens & on))
            continue;
        line->n = 0;
        strbuf_printf(line, "  %-28s", GESTURES[i].how);
        size_t head = line->n;
        strbuf_str(line, GESTURES[i].help);
        pager_add(p, TONE_PLAIN, 0, line->p, line->n, head, STYLE_BOLD);
    }
}

static void help_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    pager_draw(&((struct help_screen *)screen)->pager, c, area);
}

static void help_act(struct screen *screen, enum action action)
{
    pager_act(&((struct help_screen *)screen)->pager, action);
}

static const struct screen_ops help_ops = {
    .title = "Help",
    .on = ON_HELP,
    .free = help_free,
    .draw = help_draw,
    .act = help_act,
};

struct screen *screen_help_new(struct ui *ui, const struct screen *of)
{
    struct help_screen *s = calloc(1, sizeof *s);
    struct strbuf line = {0};

    if (!s)
        return NULL;
    s->screen.ops = &help_ops;
    s->screen.ui = ui;
    strbuf_printf(&line, "Keys: %s", of->ops->title);
    pager_add(&s->pager, STYLE_BOLD, 0, line.p, line.n, 0, 0);
    for (size_t i = 0; i < KEYMAP_ROWS; i++)
        if (KEYMAP[i].screens & of->ops->on)
            write_binding(&s->pager, &KEYMAP[i], &line);
    write_gestures(&s->pager, of->ops->on, &line);
    strbuf_done(&line);
    if (of->ops->on & (ON_CALLS | ON_LADDER | ON_HELP))
        write_signs(&s->pager);
    return &s->screen;
}
