/* Saving calls: which, and where to. */
#include "save.h"
#include "tui/frame.h"
#include "tui/ui.h"
#include "view/list.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Which calls are saved. */
enum scope { SCOPE_MARKED, SCOPE_SELECTED, SCOPE_SESSION, SCOPE_SHOWN, SCOPES };

struct save_screen {
    struct screen screen;
    uint32_t selected;
    const struct list *shown;
    enum scope scope;
    bool overwrite; /* the user was asked about this name, and said yes */
};

static void save_free(struct screen *screen)
{
    free(screen);
}

static struct call *selected_call(const struct save_screen *s)
{
    return s->selected ? calls_by_id(s->screen.ui->view->calls, s->selected) : NULL;
}

/* Calls in a scope; 0: it is not offered. */
static size_t scope_count(const struct save_screen *s, enum scope scope)
{
    const struct call *call = selected_call(s);

    switch (scope) {
    case SCOPE_MARKED: return s->screen.ui->marks.id.n;
    case SCOPE_SELECTED: return call != NULL;
    case SCOPE_SESSION:
        return call && call->session && call->session->legs > 1 ? call->session->legs
                                                                : 0;
    default: return s->shown ? list_count(s->shown) : 0;
    }
}

static void choose(struct save_screen *s, int step)
{
    for (unsigned k = 1; k <= SCOPES; k++) {
        enum scope scope =
            (s->scope + SCOPES + (unsigned)(step * (int)k + SCOPES)) % SCOPES;

        if (scope_count(s, scope)) {
            s->scope = scope;
            return;
        }
    }
}

typedef VEC(struct call *) call_vec;

static bool collect(const struct save_screen *s, call_vec *out)
{
    const struct ui *ui = s->screen.ui;
    struct call *call = selected_call(s);
    bool ok = true;

    switch (s->scope) {
    case SCOPE_MARKED:
        for (size_t i = 0; ok && i < ui->marks.id.n; i++) {
            call = calls_by_id(ui->view->calls, ui->marks.id.at[i]);
            ok = !call || vec_push(out, call);
        }
        return ok;
    case SCOPE_SELECTED: return !call || vec_push(out, call);
    case SCOPE_SESSION:
        call = call && call->session ? call->session->first : call;
        for (; ok && call; call = call->leg_next)
            ok = vec_push(out, call);
        return ok;
    default:
        for (size_t i = 0; ok && i < list_count(s->shown); i++) {
            const struct call *row = list_at(s->shown, i);

            call = row ? calls_by_id(ui->view->calls, row->id) : NULL;
            ok = !call || vec_push(out, call);
        }
        return ok;
    }
}

/* Writes, and says how it went; closes the dialog where it went well. */
static void write_file(struct save_screen *s)
{
    struct ui *ui = s->screen.ui;
    const char *path = s->screen.prompt.text;
    call_vec calls = {0};
    struct errmsg why = {""};
    long frames = -ERR_NOMEM;

    if (collect(s, &calls) && calls.n)
        frames = save_calls(ui->trace, calls.at, calls.n, path, ui->busy, ui->busy_ctx,
                            &why);
    if (!calls.n)
        ui_say(ui, TONE_WARN, "None of these calls is kept any more: nothing to save.");
    else if (frames < 0)
        ui_say(ui, TONE_BAD, "Not saved: %s",
               why.text[0] ? why.text : err_text((int)frames));
    else
        ui_say(ui, TONE_GOOD, "Saved %zu call%s, %ld frame%s, to %s", calls.n,
               calls.n == 1 ? "" : "s", frames, frames == 1 ? "" : "s", path);
    vec_done(&calls);
    if (frames >= 0)
        ui_pop(ui);
}

static void save_now(struct save_screen *s)
{
    struct ui *ui = s->screen.ui;
    const char *path = s->screen.prompt.text;

    if (!*path) {
        ui_say(ui, TONE_WARN, "A name is needed.");
        return;
    }
    if (!s->overwrite && !access(path, F_OK)) {
        s->overwrite = true;
        ui_say(ui, TONE_WARN, "%s exists. Enter again writes over it.", path);
        return;
    }
    write_file(s);
}

static void save_typed(struct screen *screen, enum prompt_result what)
{
    struct save_screen *s = (struct save_screen *)screen;

    if (what == PROMPT_CHANGED)
        s->overwrite = false;
    else if (what == PROMPT_DONE)
        save_now(s);
    else
        ui_pop(screen->ui);
}

static void save_act(struct screen *screen, enum action action)
{
    struct save_screen *s = (struct save_screen *)screen;

    if (action == ACTION_SAVE_NOW)
        save_now(s);
    else if (action == ACTION_SAVE_SCOPE)
        choose(s, 1);
    else if (action == ACTION_SAVE_SCOPE_BACK)
        choose(s, -1);
}

static void draw_scope(struct save_screen *s, struct canvas *c, int x, int y,
                       enum scope scope)
{
    static const char *const what[] = {"marked calls", "the selected call",
                                       "all legs of its session", "all calls shown"};
    size_t n = scope_count(s, scope);
    bool chosen = scope == s->scope;
    char count[24];
    unsigned style = !n ? TONE_DIM : chosen ? TONE_REQUEST | STYLE_BOLD : TONE_PLAIN;

    canvas_put(c, x, y, style, chosen ? "(x)" : "( )");
    x = canvas_put(c, x + 4, y, style, what[scope]);
    if (scope != SCOPE_SELECTED && n)
        canvas_printf(c, x + 2, y, style, "%s", state_count(n, count));
}

static void save_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct save_screen *s = (struct save_screen *)screen;
    struct rect box = {0, 0, area.w < 72 ? area.w : 72, 9};

    box.x = area.x + (area.w - box.w) / 2;
    box.y = area.y + (area.h > box.h ? (area.h - box.h) / 3 : 0);
    frame_draw(c, box, "Save signalling to a capture file");
    for (unsigned i = 0; i < SCOPES; i++)
        draw_scope(s, c, box.x + 3, box.y + 1 + (int)i, i);
    prompt_draw(&screen->prompt, c, box.x + 3, box.y + 6, box.w - 6, "File: ");
    canvas_put(c, box.x + 3, box.y + 7, TONE_DIM,
               "Enter saves   Tab which calls   Esc leaves it");
}

static const struct screen_ops save_ops = {
    .title = "Save",
    .on = ON_SAVE,
    .overlay = true,
    .free = save_free,
    .draw = save_draw,
    .act = save_act,
    .typed = save_typed,
};

struct screen *screen_save_new(struct ui *ui, uint32_t selected,
                               const struct list *shown)
{
    struct save_screen *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->screen.ops = &save_ops;
    s->screen.ui = ui;
    s->screen.asking = "File: ";
    s->selected = selected;
    s->shown = shown;
    s->scope = SCOPES - 1;
    choose(s, 1);
    prompt_set(&s->screen.prompt, "calls.pcapng");
    return &s->screen;
}
