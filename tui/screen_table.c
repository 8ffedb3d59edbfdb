/* Lists of other things than calls: messages, streams, the ledger. */
#include "query/words.h"
#include "tui/filter_line.h"
#include "tui/sheet.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct table_screen;

struct table_kind {
    struct screen_ops ops; /* of its screens */
    struct sheet_ops sheet;
    const struct table *table;
    const char *asking; /* label of its filter */
    bool texts;         /* words are looked for in the texts of messages */
    bool moving;        /* values change without the model's version */
    void (*open)(struct table_screen *s, const void *object);
    const char *empty; /* what to say where there are no rows */
};

struct table_screen {
    struct screen screen;
    const struct table_kind *kind;
    struct sheet sheet;
    struct filter_line filter;
    char words[PROMPT_BYTES]; /* looked for in texts, lower case; "": none */
    struct strbuf text;
    int64_t sorted; /* when, s: where values move it is sorted anew each second */
};

static struct table_screen *of(struct screen *screen)
{
    return (struct table_screen *)screen;
}

static void table_free(struct screen *screen)
{
    struct table_screen *s = of(screen);

    sheet_done(&s->sheet);
    filter_line_done(&s->filter);
    strbuf_done(&s->text);
    free(s);
}

static void table_refresh(struct screen *screen)
{
    struct table_screen *s = of(screen);
    int64_t now = time(NULL);

    if (s->kind->moving && s->sheet.sort && now != s->sorted) {
        s->sorted = now;
        list_again(s->sheet.list);
    }
    sheet_refresh(&s->sheet);
}

/* ---- values of the selected row */

static int64_t number_of(const struct table_screen *s, const void *object,
                         const char *name)
{
    struct strbuf scratch = {0}, text = {0};
    struct row row = {.view = s->screen.ui->view,
                      .object = object,
                      .scratch = &scratch,
                      .text = &text};
    struct value v = {VALUE_NULL, {0}};

    field_get(field_find(s->kind->table, name), &row, &v);
    strbuf_done(&scratch);
    strbuf_done(&text);
    return v.type == VALUE_INT ? v.i : 0;
}

static void open_message(struct table_screen *s, const void *object)
{
    struct ui *ui = s->screen.ui;

    ui_push(ui,
            screen_message_new(ui, (uint32_t)number_of(s, object, "id"), NULL, NULL));
}

static void open_stream(struct table_screen *s, const void *object)
{
    struct ui *ui = s->screen.ui;
    uint32_t call = (uint32_t)number_of(s, object, "call");

    if (call)
        ui_push(ui, screen_media_new(ui, call, (uint32_t)number_of(s, object, "id")));
    else
        ui_say(ui, TONE_WARN, "This stream belongs to no call that was seen.");
}

static void open_call(struct table_screen *s, const void *object)
{
    struct ui *ui = s->screen.ui;
    uint32_t call = (uint32_t)number_of(s, object, "call");

    if (call)
        ui_push(ui, screen_ladder_new(ui, call, false));
    else
        ui_say(ui, TONE_WARN, "It belongs to no call.");
}

/* ---- the filter */

/* Every word is somewhere in the message, in any case. */
static bool text_has_words(struct table_screen *s, const struct msg *m)
{
    const struct view *v = s->screen.ui->view;

    if (view_text(v, m, &s->text))
        return false;
    for (size_t i = 0; i < s->text.n; i++)
        s->text.p[i] = (char)slice_lower((uint8_t)s->text.p[i]);
    for (const char *w = s->words + strspn(s->words, " "); *w; w += strspn(w, " ")) {
        size_t n = strcspn(w, " ");

        if (!memmem(s->text.p, s->text.n, w, n))
            return false;
        w += n;
    }
    return true;
}

static bool passes(void *ctx, const struct table *t, const void *object)
{
    struct table_screen *s = ctx;

    (void)t;
    return (!*s->words || text_has_words(s, object)) &&
           filter_line_match(&s->filter, object);
}

/* Words are looked for in texts, unless those are not to be shown. */
static bool may_be_text(const struct table_screen *s, const char *text)
{
    return s->kind->texts && !s->screen.ui->view->redact && *text != '@';
}

/* "branch=z9" looks like an expression and is none: then it is words, too. */
static void filter(struct table_screen *s)
{
    const char *text = s->screen.prompt.text;
    bool words = may_be_text(s, text) && !words_operator(text);
    size_t n = 0;

    if (!filter_line_set(&s->filter, words ? "" : text)) {
        if (!may_be_text(s, text))
            return;
        words = filter_line_set(&s->filter, "");
    }
    for (; words && text[n]; n++)
        s->words[n] = (char)slice_lower((uint8_t)text[n]);
    s->words[n] = 0;
    list_filter(s->sheet.list, *s->words || s->filter.filter ? passes : NULL, s);
    table_refresh(&s->screen);
}

static void table_typed(struct screen *screen, enum prompt_result what)
{
    struct table_screen *s = of(screen);

    if (what == PROMPT_CANCEL)
        prompt_set(&screen->prompt, "");
    if (what != PROMPT_CHANGED)
        screen->asking = NULL;
    if (what == PROMPT_DONE)
        history_add(&s->filter.history, screen->prompt.text);
    if (what != PROMPT_DONE)
        filter(s);
    else if (s->filter.why.text[0] && screen->prompt.n)
        ui_say(screen->ui, TONE_BAD, "Not a filter: %s", s->filter.why.text);
}

static bool table_back(struct screen *screen)
{
    if (!screen->prompt.n)
        return false;
    prompt_set(&screen->prompt, "");
    filter(of(screen));
    return true;
}

/* ---- drawing */

static void draw_head(struct table_screen *s, struct canvas *c, struct rect area)
{
    char count[24];
    size_t shown = list_count(s->sheet.list), total = list_total(s->sheet.list);
    int x = canvas_printf(c, area.x, area.y, STYLE_BOLD, "%s ", s->kind->ops.title);

    x = canvas_put(c, x, area.y, TONE_PLAIN, state_count(total, count));
    if (shown != total || s->screen.prompt.n)
        x = canvas_printf(c, x + 3, area.y, TONE_PLAIN, "shown %s",
                          state_count(shown, count));
    if (list_building(s->sheet.list))
        x = canvas_put(c, x + 1, area.y, TONE_WARN, "…");
    if (s->screen.prompt.n)
        canvas_printf(
            c, x + 3, area.y, s->filter.why.text[0] ? TONE_WARN : TONE_REQUEST, "%s%s",
            s->kind->asking,
            s->filter.why.text[0] ? s->filter.why.text : s->screen.prompt.text);
    if (s->sheet.follow)
        canvas_put(c, area.x + area.w - 6, area.y, TONE_REQUEST, "follow");
}

static void table_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct table_screen *s = of(screen);
    struct rect sheet = {area.x, area.y + 1, area.w, area.h - 1};

    sheet_draw(&s->sheet, c, sheet);
    draw_head(s, c, area);
    if (!list_total(s->sheet.list))
        canvas_put(c, area.x + 2, area.y + 3, TONE_PLAIN, s->kind->empty);
    else if (!list_count(s->sheet.list) && !list_building(s->sheet.list))
        canvas_printf(c, area.x + 2, area.y + 3, TONE_PLAIN,
                      "Nothing found for \"%s\". Esc takes it away.",
                      screen->prompt.text);
}

static void draw_message(struct sheet *sheet, struct canvas *c, const void *object,
                         int y, int x)
{
    const struct msg *m = object;

    (void)sheet;
    (void)x;
    if (m->malformed)
        canvas_put(c, 0, y, TONE_BAD, "●");
    else if (m->flags & MSG_RETRANSMISSION)
        canvas_put(c, 0, y, TONE_DIM, "↻");
}

/* Dim where it can never have been part of a call. */
static void draw_reason(struct sheet *sheet, struct canvas *c, const void *object,
                        int y, int x)
{
    const struct ledger_row *row = object;

    (void)sheet;
    (void)x;
    if (!state_harmless(row->reason))
        canvas_put(c, 0, y, TONE_WARN, "▲");
}

/* A sign for what the colour of its MOS says. */
static void draw_stream(struct sheet *sheet, struct canvas *c, const void *object,
                        int y, int x)
{
    struct row row = {.view = sheet->ui->view, .object = object};
    enum tone tone = field_find(&TABLE_STREAMS, "mos")->tone(&row);

    (void)x;
    if (tone == TONE_BAD || tone == TONE_WARN)
        canvas_put(c, 0, y, tone, tone == TONE_BAD ? "●" : "▲");
}

/* ---- actions */

static void table_act(struct screen *screen, enum action action)
{
    struct table_screen *s = of(screen);
    const void *object = sheet_selected(&s->sheet);

    switch (action) {
    case ACTION_OPEN_ROW:
        if (object && s->kind->open)
            s->kind->open(s, object);
        break;
    case ACTION_OPEN_CALL:
        if (object)
            open_call(s, object);
        break;
    case ACTION_SEARCH: screen->asking = s->kind->asking; break;
    case ACTION_COMPLETE:
        if (screen->asking && filter_line_complete(&s->filter, &screen->prompt))
            filter(s);
        break;
    default: sheet_act(&s->sheet, action); break;
    }
}

static void table_mouse(struct screen *screen, const struct input *in)
{
    if (sheet_mouse(&of(screen)->sheet, in))
        table_act(screen, ACTION_OPEN_ROW);
}

static void table_drag(struct screen *screen, const struct input *in)
{
    sheet_drag(&of(screen)->sheet, in);
}

/* The row as its columns show it, cut by tabs. */
static void table_copy(struct screen *screen, struct strbuf *out)
{
    sheet_copy(&of(screen)->sheet, out);
}

#define OPS(name, bit)                                                          \
    {                                                                           \
        .title = name, .on = bit, .free = table_free, .refresh = table_refresh, \
        .draw = table_draw, .act = table_act, .typed = table_typed,             \
        .mouse = table_mouse, .drag = table_drag, .copy = table_copy,           \
        .back = table_back                                                      \
    }

static const struct table_kind kinds[] = {
    [TABLE_SCREEN_MESSAGES] = {.ops = OPS("Messages", ON_MESSAGES),
                               .sheet = {.gutter = 2, .row = draw_message},
                               .table = &TABLE_MESSAGES,
                               .asking = "Find: ",
                               .texts = true,
                               .open = open_message,
                               .empty = "No SIP message yet."},
    [TABLE_SCREEN_STREAMS] = {.ops = OPS("Streams", ON_STREAMS),
                              .sheet = {.gutter = 2, .row = draw_stream},
                              .table = &TABLE_STREAMS,
                              .asking = "Filter: ",
                              .moving = true,
                              .open = open_stream,
                              .empty = "No RTP stream seen."},
    [TABLE_SCREEN_LEDGER] = {.ops = OPS("Ledger", ON_LEDGER),
                             .sheet = {.gutter = 2, .row = draw_reason},
                             .table = &TABLE_LEDGER,
                             .asking = "Filter: ",
                             .moving = true,
                             .empty = "Nothing was left out: all that was read is "
                                      "shown."},
};

struct screen *screen_table_new(struct ui *ui, enum table_screen_kind kind)
{
    struct table_screen *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->kind = &kinds[kind];
    s->screen.ops = &s->kind->ops;
    s->screen.ui = ui;
    s->screen.history = &s->filter.history;
    if (sheet_init(&s->sheet, ui, s->kind->table, &s->kind->sheet)) {
        table_free(&s->screen);
        return NULL;
    }
    filter_line_init(&s->filter, ui, s->kind->table);
    /* A search begins with what is looked for. */
    if (s->kind->texts)
        s->screen.asking = s->kind->asking;
    return &s->screen;
}
