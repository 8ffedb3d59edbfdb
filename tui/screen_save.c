/* Saving calls: which, where to, in which kind of file, in one or one a call. */
#include "save.h"
#include "tui/frame.h"
#include "tui/ui.h"
#include "view/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Which calls are saved. */
enum scope {
    SCOPE_MARKED,
    SCOPE_SELECTED,
    SCOPE_SESSION,
    SCOPE_SHOWN,
    SCOPE_ALL,
    SCOPES
};

/* FILES_MOST: each is a pass over what is read. */
enum { FILES_MOST = 200, PATH_BYTES = PROMPT_BYTES + 32 };

struct save_screen {
    struct screen screen;
    uint32_t selected;
    const struct list *shown;
    enum scope scope;
    bool signalling; /* media is left out */
    bool each;       /* a file for each call */
    bool overwrite;  /* the user was asked about these names, and said yes */
    int y;           /* of the first row, as drawn last */
};

static void save_free(struct screen *screen)
{
    free(screen);
}

/* ---- which calls */

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
    case SCOPE_SHOWN:
        return s->shown && list_count(s->shown) != s->screen.ui->view->calls->calls_kept
                   ? list_count(s->shown)
                   : 0;
    default: return s->screen.ui->view->calls->calls_kept;
    }
}

static void choose(struct save_screen *s, int step)
{
    s->overwrite = false;
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

static bool collect_list(const struct save_screen *s, call_vec *out)
{
    bool ok = true;

    for (size_t i = 0; ok && i < list_count(s->shown); i++) {
        const struct call *row = list_at(s->shown, i);
        struct call *call =
            row ? calls_by_id(s->screen.ui->view->calls, row->id) : NULL;

        ok = !call || vec_push(out, call);
    }
    return ok;
}

static bool collect(const struct save_screen *s, call_vec *out)
{
    const struct ui *ui = s->screen.ui;
    const struct calls *calls = ui->view->calls;
    struct call *call = selected_call(s);
    bool ok = true;

    switch (s->scope) {
    case SCOPE_MARKED:
        for (size_t i = 0; ok && i < ui->marks.id.n; i++) {
            call = calls_by_id(calls, ui->marks.id.at[i]);
            ok = !call || vec_push(out, call);
        }
        return ok;
    case SCOPE_SELECTED: return !call || vec_push(out, call);
    case SCOPE_SESSION:
        call = call && call->session ? call->session->first : call;
        for (; ok && call; call = call->leg_next)
            ok = vec_push(out, call);
        return ok;
    case SCOPE_SHOWN: return collect_list(s, out);
    default:
        for (size_t i = 0; ok && i < calls->list.n; i++)
            ok = !calls->list.at[i] || vec_push(out, calls->list.at[i]);
        return ok;
    }
}

/* ---- the name */

static const char *extension(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');

    return dot ? dot : path + strlen(path);
}

static bool is_pcapng(const struct save_screen *s)
{
    return !strcasecmp(extension(s->screen.prompt.text), ".pcapng");
}

static void turn_format(struct save_screen *s)
{
    char path[PROMPT_BYTES];
    const char *text = s->screen.prompt.text;

    snprintf(path, sizeof path, "%.*s%s", (int)(extension(text) - text), text,
             is_pcapng(s) ? ".pcap" : ".pcapng");
    prompt_set(&s->screen.prompt, path);
    s->overwrite = false;
}

/* "calls.pcapng", or "calls-17.pcapng" for a call of its own. */
static const char *path_of(const struct save_screen *s, const struct call *call,
                           char out[PATH_BYTES])
{
    const char *text = s->screen.prompt.text, *end = extension(text);

    if (s->each)
        snprintf(out, PATH_BYTES, "%.*s-%u%s", (int)(end - text), text, call->id, end);
    else
        snprintf(out, PATH_BYTES, "%s", text);
    return out;
}

/* ---- writing */

static size_t count_there(const struct save_screen *s, const call_vec *calls,
                          char first[PATH_BYTES])
{
    char path[PATH_BYTES];
    size_t there = 0, n = s->each ? calls->n : 1;

    for (size_t i = 0; i < n; i++)
        if (!access(path_of(s, calls->at[i], path), F_OK) && !there++)
            memcpy(first, path, sizeof path);
    return there;
}

/* Frames written, or -ERR_* and why. */
static long write_files(struct save_screen *s, const call_vec *calls,
                        struct errmsg *why)
{
    struct ui *ui = s->screen.ui;
    char path[PATH_BYTES];
    long frames = 0, n = 0;

    if (!s->each)
        return save_calls(ui->trace, calls->at, calls->n, !s->signalling,
                          s->screen.prompt.text, ui->busy, ui->busy_ctx, why);
    for (size_t i = 0; i < calls->n && n >= 0; i++) {
        ui->part = (unsigned)i + 1;
        ui->of = (unsigned)calls->n;
        n = save_calls(ui->trace, &calls->at[i], 1, !s->signalling,
                       path_of(s, calls->at[i], path), ui->busy, ui->busy_ctx, why);
        frames += n;
    }
    ui->part = ui->of = 0;
    return n < 0 ? n : frames;
}

static void say_saved(struct save_screen *s, const call_vec *calls, long frames)
{
    char first[PATH_BYTES];
    const char *path = path_of(s, calls->at[0], first);

    ui_say(s->screen.ui, TONE_GOOD, "Saved %zu call%s, %ld frame%s, to %s%s", calls->n,
           calls->n == 1 ? "" : "s", frames, frames == 1 ? "" : "s", path,
           s->each && calls->n > 1 ? " and so on" : "");
}

/* Writes, and says how it went; closes the dialog where it went well. */
static void write_calls(struct save_screen *s, const call_vec *calls)
{
    struct ui *ui = s->screen.ui;
    struct errmsg why = {""};
    char first[PATH_BYTES];
    size_t there = s->overwrite ? 0 : count_there(s, calls, first);
    long frames;

    if (there) {
        s->overwrite = true;
        if (there > 1)
            ui_say(ui, TONE_WARN,
                   "%zu of the files exist. Enter again writes over them.", there);
        else
            ui_say(ui, TONE_WARN, "%s exists. Enter again writes over it.", first);
        return;
    }
    frames = write_files(s, calls, &why);
    if (frames < 0) {
        ui_say(ui, TONE_BAD, "Not saved: %s",
               why.text[0] ? why.text : err_text((int)frames));
        return;
    }
    say_saved(s, calls, frames);
    ui_pop(ui);
}

static void save_now(struct save_screen *s)
{
    struct ui *ui = s->screen.ui;
    call_vec calls = {0};

    if (!s->screen.prompt.n)
        ui_say(ui, TONE_WARN, "A name is needed.");
    else if (!collect(s, &calls))
        ui_say(ui, TONE_BAD, "Out of memory.");
    else if (!calls.n)
        ui_say(ui, TONE_WARN, "None of these calls is kept any more: nothing to save.");
    else if (s->each && calls.n > FILES_MOST)
        ui_say(ui, TONE_WARN, "One file a call is for at most %d calls: mark fewer.",
               FILES_MOST);
    else
        write_calls(s, &calls);
    vec_done(&calls);
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

    switch (action) {
    case ACTION_SAVE_NOW: save_now(s); break;
    case ACTION_SAVE_SCOPE: choose(s, 1); break;
    case ACTION_SAVE_SCOPE_BACK: choose(s, -1); break;
    case ACTION_SAVE_FORMAT: turn_format(s); break;
    case ACTION_SAVE_MEDIA: s->signalling = !s->signalling; break;
    case ACTION_SAVE_EACH:
        s->each = !s->each;
        s->overwrite = false;
        break;
    default: break;
    }
}

/* ---- drawing */

static void draw_scope(struct save_screen *s, struct canvas *c, int x, int y,
                       enum scope scope)
{
    static const char *const what[] = {"marked calls", "the selected call",
                                       "all legs of its session", "all calls shown",
                                       "all calls"};
    size_t n = scope_count(s, scope);
    bool chosen = scope == s->scope;
    char count[24];
    unsigned style = !n ? TONE_DIM : chosen ? TONE_REQUEST | STYLE_BOLD : TONE_PLAIN;

    canvas_put(c, x, y, style, chosen ? "(x)" : "( )");
    x = canvas_put(c, x + 4, y, style, what[scope]);
    if (scope != SCOPE_SELECTED && n)
        canvas_printf(c, x + 2, y, style, "%s", state_count(n, count));
}

/* A choice of two, with the key that turns it. */
static void draw_choice(struct canvas *c, int x, int y, const char *key,
                        const char *const what[2], bool second)
{
    canvas_put(c, x, y, STYLE_BOLD, key);
    for (int i = 0; i < 2; i++) {
        bool chosen = second == (i == 1);

        x = canvas_put(c, x + 4, y, chosen ? TONE_REQUEST | STYLE_BOLD : TONE_DIM,
                       chosen ? "(x) " : "( ) ");
        x = canvas_put(c, x, y, chosen ? TONE_REQUEST | STYLE_BOLD : TONE_PLAIN,
                       what[i]);
    }
}

static void save_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    static const char *const formats[] = {"pcap", "pcapng"};
    static const char *const what[] = {"signalling and media", "signalling"};
    static const char *const files[] = {"one file", "one file a call"};
    struct save_screen *s = (struct save_screen *)screen;
    struct rect box = {0, 0, area.w < 72 ? area.w : 72, SCOPES + 8};

    box.x = area.x + (area.w - box.w) / 2;
    box.y = area.y + (area.h > box.h ? (area.h - box.h) / 3 : 0);
    s->y = box.y + 1;
    frame_draw(c, box, "Save to a capture file");
    for (unsigned i = 0; i < SCOPES; i++)
        draw_scope(s, c, box.x + 3, s->y + (int)i, i);
    draw_choice(c, box.x + 3, s->y + SCOPES + 1, "F2", formats, is_pcapng(s));
    draw_choice(c, box.x + 3, s->y + SCOPES + 2, "F3", files, s->each);
    if (screen->ui->state.live)
        canvas_put(c, box.x + 7, s->y + SCOPES + 3, TONE_DIM,
                   "a live capture keeps the signalling alone");
    else
        draw_choice(c, box.x + 3, s->y + SCOPES + 3, "F4", what, s->signalling);
    prompt_draw(&screen->prompt, c, box.x + 3, s->y + SCOPES + 5, box.w - 6, "File: ");
}

static void save_mouse(struct screen *screen, const struct input *in)
{
    struct save_screen *s = (struct save_screen *)screen;
    int row = in->y - s->y;

    if (in->key != INPUT_CLICK)
        choose(s, in->key == INPUT_WHEEL_UP ? -1 : 1);
    else if (row >= 0 && row < SCOPES && scope_count(s, (enum scope)row))
        s->scope = (enum scope)row;
    else if (row == SCOPES + 1)
        turn_format(s);
    else if (row == SCOPES + 2)
        s->each = !s->each;
    else if (row == SCOPES + 3)
        s->signalling = !s->signalling;
    s->overwrite = false;
}

static const struct screen_ops save_ops = {
    .title = "Save",
    .on = ON_SAVE,
    .overlay = true,
    .free = save_free,
    .draw = save_draw,
    .act = save_act,
    .typed = save_typed,
    .mouse = save_mouse,
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
