/* The settings: what they are, which values they have. A change holds at once and is
 * kept in the configuration file. */
#include "tui/frame.h"
#include "tui/scroll.h"
#include "tui/ui.h"

#include <stdlib.h>
#include <string.h>

enum { NAME = 15, VALUES = 33 };

struct settings_screen {
    struct screen screen;
    struct scroll scroll;
    int y; /* of the first row, as drawn last */
};

static void settings_free(struct screen *screen)
{
    free(screen);
}

static unsigned count_values(const struct setting_row *row)
{
    unsigned n = 0;

    while (n < SETTING_VALUES && row->value[n])
        n++;
    return n;
}

static void choose(struct settings_screen *s, int step)
{
    struct ui *ui = s->screen.ui;
    enum setting setting = (enum setting)s->scroll.at;
    const struct setting_row *row = &SETTINGS[setting];
    unsigned n = count_values(row), at = settings_choice(&ui->settings, setting);

    at = (at + n + (unsigned)(step + (int)n)) % n;
    ui_keep(ui, row->name, at ? row->value[at] : "");
    ui->restyle = true;
}

static void settings_act(struct screen *screen, enum action action)
{
    struct settings_screen *s = (struct settings_screen *)screen;

    scroll_fit(&s->scroll, SETTING_COUNT, s->scroll.page);
    if (action == ACTION_VALUE_NEXT)
        choose(s, 1);
    else if (action == ACTION_VALUE_BACK)
        choose(s, -1);
    else if (action == ACTION_DONE)
        ui_pop(screen->ui);
    else
        scroll_act(&s->scroll, action);
}

static void draw_setting(const struct settings_screen *s, struct canvas *c,
                         struct rect at, enum setting setting)
{
    const struct setting_row *row = &SETTINGS[setting];
    unsigned chosen = settings_choice(&s->screen.ui->settings, setting);
    int x = at.x + 1 + NAME;

    canvas_put(c, at.x + 1, at.y, STYLE_BOLD, row->name);
    for (unsigned i = 0; i < count_values(row); i++)
        x = canvas_put(c, x, at.y,
                       i == chosen ? TONE_REQUEST | STYLE_BOLD | STYLE_UNDER : TONE_DIM,
                       row->value[i]) +
            2;
    canvas_field(c, at.x + 1 + NAME + VALUES, at.y, at.w - NAME - VALUES - 2, false,
                 TONE_PLAIN, row->help, strlen(row->help));
    if (setting == s->scroll.at)
        canvas_style(c, (struct rect){at.x, at.y, NAME, 1}, STYLE_SELECT);
}

static void settings_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct settings_screen *s = (struct settings_screen *)screen;
    struct rect box = {0, 0, area.w < 100 ? area.w : 100, SETTING_COUNT + 3};

    box.h = box.h > area.h ? area.h : box.h;
    box.x = area.x + (area.w - box.w) / 2;
    box.y = area.y + (area.h - box.h) / 3;
    frame_draw(c, box, "Settings");
    scroll_fit(&s->scroll, SETTING_COUNT, box.h - 3);
    s->y = box.y + 1;
    for (int i = 0; i < s->scroll.page && s->scroll.top + (size_t)i < SETTING_COUNT;
         i++)
        draw_setting(s, c, (struct rect){box.x + 1, s->y + i, box.w - 2, 1},
                     (enum setting)(s->scroll.top + (size_t)i));
    canvas_printf(c, box.x + 2, box.y + box.h - 2, TONE_DIM, "%s   Left, Right: kept",
                  SETTINGS[s->scroll.at].help);
}

static void settings_mouse(struct screen *screen, const struct input *in)
{
    struct settings_screen *s = (struct settings_screen *)screen;
    size_t row = s->scroll.top + (size_t)(in->y - s->y);

    if (in->key != INPUT_CLICK) {
        scroll_by(&s->scroll, in->key == INPUT_WHEEL_UP ? -1 : 1);
        return;
    }
    if (in->y < s->y || in->y >= s->y + s->scroll.page || row >= SETTING_COUNT)
        return;
    if (row == s->scroll.at)
        choose(s, 1);
    s->scroll.at = row;
}

static const struct screen_ops settings_ops = {
    .title = "Settings",
    .on = ON_SETTINGS,
    .overlay = true,
    .free = settings_free,
    .draw = settings_draw,
    .act = settings_act,
    .mouse = settings_mouse,
};

struct screen *screen_settings_new(struct ui *ui)
{
    struct settings_screen *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->screen.ops = &settings_ops;
    s->screen.ui = ui;
    return &s->screen;
}
