#include "tui/board_pane.h"

#include "tui/graph.h"
#include "view/clock.h"
#include "view/registrations.h"

#include <math.h>

enum { GRAPH_MOST = 400, GRAPHS = 6 };

static const struct {
    enum board_line what;
    const char *title;
    int digits;
    double low, high; /* of the scale; equal: from 0 to the highest */
    bool least;
} graphs[GRAPHS] = {
    {BOARD_CPS, "CPS", 1, 0, 0, false},     {BOARD_UP, "up", 0, 0, 0, false},
    {BOARD_ASR, "ASR %", 0, 0, 100, true},  {BOARD_PDD, "PDD s", 1, 0, 0, false},
    {BOARD_LOSS, "loss %", 1, 0, 0, false}, {BOARD_MOS, "MOS p5", 1, 1, 4.5, true},
};

static void draw_graph(const struct view *v, const struct board *b, struct canvas *c,
                       struct rect area, const struct board_row *row, unsigned g)
{
    float value[GRAPH_MOST];
    size_t n = (size_t)(area.w - 1) * 2;
    double high = graphs[g].high, last = (double)NAN;
    bool any = false;

    n = n < 2 ? 2 : n > GRAPH_MOST ? GRAPH_MOST : n;
    int64_t to, step = board_step(v, b, n, &to);
    /* No more values than there are. */
    if ((int64_t)n * step > b->to - b->from + step)
        n = (size_t)((b->to - b->from + step - 1) / step);
    n = n ? n : 1;
    board_line(v, row, graphs[g].what, to, step, value, n);
    for (size_t i = 0; i < n; i++)
        if (!isnan(value[i])) {
            any = true;
            last = (double)value[i];
            if (!(graphs[g].high > graphs[g].low) && last > high)
                high = last;
        }
    int x = canvas_put(c, area.x, area.y, TONE_DIM, graphs[g].title);
    if (!any) {
        canvas_put(c, x + 1, area.y, TONE_DIM, "–");
        return;
    }
    canvas_printf(c, x + 1, area.y, TONE_PLAIN, "%.*f", graphs[g].digits, last);
    canvas_printf(c, area.x + area.w - 11, area.y, TONE_DIM, "max %6.*f",
                  graphs[g].digits, high);
    graph_draw(&(struct graph){.value = value,
                               .n = n,
                               .low = graphs[g].low,
                               .high = high > graphs[g].low ? high : graphs[g].low + 1,
                               .least = graphs[g].least,
                               .style = TONE_REQUEST},
               c, (struct rect){area.x, area.y + 1, area.w - 1, area.h - 1});
}

void board_pane_time(const struct view *v, const struct board *b,
                     const struct board_row *row, struct canvas *c, struct rect area)
{
    struct strbuf from = {0};
    int across = area.w >= 120 ? 3 : 2, down = GRAPHS / across;
    int w = area.w / across, h = (area.h - 1) / down;

    canvas_fill(c, (struct rect){area.x, area.y, area.w, 1}, TONE_DIM, "─");
    if (!row || h < 2)
        return;
    clock_time(&from, b->from * 1000000000, v->utc, 0);
    strbuf_str(&from, " – ");
    clock_time(&from, b->to * 1000000000, v->utc, 0);
    canvas_printf(c, area.x + 2, area.y, STYLE_BOLD, " %s ", row->name);
    canvas_printf(c, area.x + area.w - (int)from.n - 2, area.y, TONE_DIM, " %s ",
                  strbuf_cstr(&from));
    strbuf_done(&from);
    for (unsigned g = 0; g < GRAPHS; g++)
        draw_graph(v, b, c,
                   (struct rect){area.x + (int)(g % (unsigned)across) * w,
                                 area.y + 1 + (int)(g / (unsigned)across) * h, w - 1,
                                 h},
                   row, g);
}

static int put_count(struct canvas *c, int x, int y, unsigned style, uint32_t n,
                     const char *what)
{
    return n ? canvas_printf(c, x, y, style, "   %u %s", n, what) : x;
}

static int draw_registrations(const struct view *v, struct canvas *c, int y)
{
    uint32_t n[REGISTRATION_STATES];
    int x = canvas_put(c, 2, y, TONE_DIM, "registrations");

    view_registrations(v, n);
    x = canvas_printf(c, x, y, TONE_PLAIN, "  %u up", n[REGISTRATION_ACTIVE]);
    x = put_count(c, x, y, TONE_BAD, n[REGISTRATION_EXPIRED], "expired");
    x = put_count(c, x, y, TONE_BAD,
                  n[REGISTRATION_REJECTED] + n[REGISTRATION_FAILED] +
                      n[REGISTRATION_TIMEOUT],
                  "failed");
    x = put_count(c, x, y, TONE_WARN, n[REGISTRATION_CHALLENGED], "challenged");
    return put_count(c, x, y, TONE_DIM, n[REGISTRATION_SCANNER], "scanners");
}

/* Who is asked with OPTIONS: how many answer, and the one that is down longest. */
static void draw_health(const struct view *v, struct canvas *c, int x, int y)
{
    const struct health *worst = NULL;
    uint32_t n[HEALTH_DOWN + 1] = {0};
    char address[ADDR_TEXT];
    struct strbuf text = {0};
    int64_t since, first = INT64_MAX;

    for (const struct health *h = v->calls->healths.newest; h; h = h->older) {
        enum health_state state = health_state(h, v->calls->now, &since);

        n[state]++;
        if (state == HEALTH_DOWN && since < first) {
            first = since;
            worst = h;
        }
    }
    if (!v->calls->healths.newest)
        return;
    x = canvas_put(c, x, y, TONE_DIM, "OPTIONS");
    x = canvas_printf(c, x, y, TONE_PLAIN, "  %u up", n[HEALTH_UP]);
    x = put_count(c, x, y, TONE_WARN, n[HEALTH_FAILING], "failing");
    x = put_count(c, x, y, TONE_BAD, n[HEALTH_DOWN], "down");
    if (worst) {
        addr_format(&worst->addr, address);
        clock_talk(&text, v->calls->now - first);
        canvas_printf(c, x + 1, y, TONE_BAD, "(%s %s)", address, strbuf_cstr(&text));
    }
    strbuf_done(&text);
}

void board_pane_foot(const struct view *v, struct canvas *c, int y)
{
    draw_health(v, c, draw_registrations(v, c, y) + 4, y);
}
