/* Every action by its name, completed as one types. */
#include "tui/ui.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SHOWN = 12, NAME = 20, KEYS = 10 };

struct palette_screen {
    struct screen screen;
    unsigned on;                /* the screen below */
    uint8_t found[KEYMAP_ROWS]; /* rows of the keymap that match, best first */
    size_t n, at, top;
    int y; /* of the first row, as drawn last */
};

static void palette_free(struct screen *screen)
{
    free(screen);
}

/* 0: the name begins so; 1: it is in the name; 2: in the help; 3: not at all. */
static int rank(const struct keymap_row *row, const char *word, size_t n)
{
    char name[32];

    keymap_action(row->action, name);
    if (!strncasecmp(name, word, n))
        return 0;
    for (const char *p = name; *p; p++)
        if (!strncasecmp(p, word, n))
            return 1;
    for (const char *p = row->help; *p; p++)
        if (!strncasecmp(p, word, n))
            return 2;
    return 3;
}

/* The worst rank of all words typed; 3: one of them is not there. */
static int rank_all(const struct keymap_row *row, const char *text)
{
    int worst = 0;

    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        size_t n = strcspn(text, " ");
        int r = rank(row, text, n);

        worst = r > worst ? r : worst;
        text += n;
    }
    return worst;
}

static void search(struct palette_screen *s)
{
    s->n = s->at = s->top = 0;
    for (int r = 0; r < 3; r++)
        for (size_t i = 0; i < KEYMAP_ROWS; i++)
            if (KEYMAP[i].screens & s->on && KEYMAP[i].action != ACTION_PALETTE &&
                rank_all(&KEYMAP[i], s->screen.prompt.text) == r)
                s->found[s->n++] = (uint8_t)i;
}

static void run(struct palette_screen *s)
{
    struct ui *ui = s->screen.ui;
    enum action action;

    if (s->at >= s->n) {
        ui_say(ui, TONE_WARN, "There is no such action here.");
        return;
    }
    action = KEYMAP[s->found[s->at]].action;
    ui_pop(ui);
    ui_act(ui, action);
}

static void complete(struct palette_screen *s)
{
    char name[32];

    if (s->at >= s->n)
        return;
    prompt_set(&s->screen.prompt, keymap_action(KEYMAP[s->found[s->at]].action, name));
    search(s);
}

static void palette_typed(struct screen *screen, enum prompt_result what)
{
    if (what == PROMPT_CHANGED)
        search((struct palette_screen *)screen);
    else if (what == PROMPT_DONE)
        run((struct palette_screen *)screen);
    else
        ui_pop(screen->ui);
}

static void palette_act(struct screen *screen, enum action action)
{
    struct palette_screen *s = (struct palette_screen *)screen;

    if (action == ACTION_RUN)
        run(s);
    else if (action == ACTION_COMPLETE)
        complete(s);
    else if (action == ACTION_CHOOSE_DOWN && s->n)
        s->at = (s->at + 1) % s->n;
    else if (action == ACTION_CHOOSE_UP && s->n)
        s->at = (s->at + s->n - 1) % s->n;
}

static void draw_entry(struct canvas *c, struct rect at, const struct keymap_row *row,
                       bool chosen)
{
    char name[32], key[16];

    keymap_action(row->action, name);
    canvas_field(c, at.x + 1, at.y, NAME, false, STYLE_BOLD, name, strlen(name));
    keymap_name(row->key[0], key);
    canvas_field(c, at.x + NAME + 2, at.y, KEYS, false, TONE_REQUEST, key, strlen(key));
    canvas_field(c, at.x + NAME + KEYS + 3, at.y, at.w - NAME - KEYS - 4, false,
                 TONE_PLAIN, row->help, strlen(row->help));
    if (chosen)
        canvas_style(c, at, STYLE_SELECT);
}

static void palette_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct palette_screen *s = (struct palette_screen *)screen;
    int rows = (int)(s->n > SHOWN ? SHOWN : s->n ? s->n : 1);

    rows = rows > area.h - 2 ? area.h - 2 : rows;
    s->y = area.y + area.h - 1 - rows;
    canvas_fill(c, (struct rect){area.x, s->y - 1, area.w, rows + 2}, TONE_PLAIN, " ");
    canvas_fill(c, (struct rect){area.x, s->y - 1, area.w, 1}, TONE_DIM, "─");
    if (s->at < s->top)
        s->top = s->at;
    if (rows > 0 && s->at >= s->top + (size_t)rows)
        s->top = s->at - (size_t)rows + 1;
    if (!s->n)
        canvas_put(c, area.x + 1, s->y, TONE_WARN, "There is no such action here.");
    for (int i = 0; i < rows && s->top + (size_t)i < s->n; i++)
        draw_entry(c, (struct rect){area.x, s->y + i, area.w, 1},
                   &KEYMAP[s->found[s->top + (size_t)i]], s->top + (size_t)i == s->at);
    prompt_draw(&screen->prompt, c, area.x, area.y + area.h - 1, area.w, ": ");
}

static void palette_mouse(struct screen *screen, const struct input *in)
{
    struct palette_screen *s = (struct palette_screen *)screen;
    size_t row = s->top + (size_t)(in->y - s->y);

    if (in->key == INPUT_WHEEL_UP && s->at)
        s->at--;
    else if (in->key == INPUT_WHEEL_DOWN && s->at + 1 < s->n)
        s->at++;
    if (in->key != INPUT_CLICK || in->y < s->y || row >= s->n)
        return;
    s->at = row;
    run(s);
}

static const struct screen_ops palette_ops = {
    .title = "Palette",
    .on = ON_PALETTE,
    .overlay = true,
    .free = palette_free,
    .draw = palette_draw,
    .act = palette_act,
    .typed = palette_typed,
    .mouse = palette_mouse,
};

struct screen *screen_palette_new(struct ui *ui, unsigned on)
{
    struct palette_screen *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->screen.ops = &palette_ops;
    s->screen.ui = ui;
    s->screen.asking = ": ";
    s->on = on;
    search(s);
    return &s->screen;
}
