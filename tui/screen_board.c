/* The trunk board: KPIs of peers, trunks, prefixes and codecs, with lines over time. */
#include "base/utf8.h"
#include "tui/board_pane.h"
#include "tui/scroll.h"
#include "tui/spark.h"
#include "tui/ui.h"
#include "view/board.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MOST = 32 };
enum { PART = 256 /* messages counted between two looks at the clock */ };

/* How far back it looks; 0: all there is. */
static const int64_t spans[] = {60, 300, 3600, 86400, 0};
enum { SPANS = sizeof spans / sizeof *spans };

static const enum kpi_kind groups[] = {KPI_PEER, KPI_TRUNK, KPI_PREFIX, KPI_CODEC};
static const char *const group_names[] = {"peer", "trunk", "prefix", "codec"};
enum { GROUPS = sizeof groups / sizeof *groups };

enum sort { BY_ATTEMPTS, BY_UP, BY_ASR, BY_NER, BY_PDD, BY_LOSS, BY_MOS, SORTS };

struct board_screen {
    struct screen screen;
    struct board *board, *whole; /* whole: everything together, one row */
    struct scroll scroll;
    char selected[64]; /* name of the row under the cursor; "": the first */
    enum kpi_way way;  /* of it */
    unsigned span, group;
    enum sort sort;
    bool ways; /* a row for each direction */
    bool time; /* lines of the selected row below */
    bool time_set;
    int line;         /* cells of a line, as laid out */
    uint64_t version; /* of the KPIs shown */
    int64_t second;
    int64_t next;  /* when it may be built anew */
    int y;         /* of the headings, as drawn last */
    bool counting; /* KPIs are not counted up yet: there is no board */
};

static struct board_screen *of(struct screen *screen)
{
    return (struct board_screen *)screen;
}

static void board_screen_free(struct screen *screen)
{
    struct board_screen *s = of(screen);

    board_free(s->board);
    board_free(s->whole);
    free(s);
}

/* ---- rows */

static double sorted_by(const struct board_row *row, enum sort sort)
{
    const struct kpi_figures *f = &row->figures;

    switch (sort) {
    case BY_UP: return -(double)row->up;
    case BY_ASR: return isnan(f->asr) ? INFINITY : f->asr;
    case BY_NER: return isnan(f->ner) ? INFINITY : f->ner;
    case BY_PDD: return isnan(f->pdd_p95) ? INFINITY : -f->pdd_p95;
    case BY_LOSS: return isnan(f->loss) ? INFINITY : -f->loss;
    case BY_MOS: return isnan(f->mos_p5) ? INFINITY : f->mos_p5;
    default: return 0;
    }
}

/* Insertion from what is sorted by attempts: equal ones stay so. */
static void sort_rows(struct board_screen *s)
{
    struct board *b = s->board;

    for (size_t i = 1; s->sort != BY_ATTEMPTS && i < b->n; i++) {
        struct board_row row = b->row[i];
        double key = sorted_by(&row, s->sort);
        size_t k = i;

        for (; k && sorted_by(&b->row[k - 1], s->sort) > key; k--)
            b->row[k] = b->row[k - 1];
        b->row[k] = row;
    }
}

static void remember(struct board_screen *s)
{
    const struct board_row *row =
        s->board && s->scroll.at < s->board->n ? &s->board->row[s->scroll.at] : NULL;

    snprintf(s->selected, sizeof s->selected, "%s", row ? row->name : "");
    s->way = row ? row->way : KPI_BOTH;
}

static void find_selected(struct board_screen *s)
{
    for (size_t i = 0; *s->selected && i < s->board->n; i++)
        if (!strcmp(s->board->row[i].name, s->selected) &&
            s->board->row[i].way == s->way)
            s->scroll.at = i;
    scroll_fit(&s->scroll, s->board->n, s->scroll.page);
    remember(s);
}

static void build(struct board_screen *s)
{
    const struct view *v = s->screen.ui->view;
    struct board_options o = {.kind = groups[s->group],
                              .ways = s->ways,
                              .seconds = spans[s->span],
                              .before = true};
    struct board_options all = {.kind = KPI_ALL, .seconds = spans[s->span]};
    int64_t began = ui_now();

    board_free(s->board);
    board_free(s->whole);
    s->board = board_build(v, &o);
    s->whole = board_build(v, &all);
    s->version = v->calls->kpi ? v->calls->kpi->version : 0;
    s->second = v->calls->kpi ? v->calls->kpi->second : 0;
    s->next = ui_next_count(began);
    if (s->board) {
        sort_rows(s);
        find_selected(s);
    }
}

static bool count_part(void *ctx)
{
    return board_count(((struct board_screen *)ctx)->screen.ui->view, PART);
}

/* Live once for each second of the capture: a row is made of many. */
static void board_refresh(struct screen *screen)
{
    struct board_screen *s = of(screen);
    const struct kpi *k;

    if ((s->counting = ui_work(screen->ui, count_part, s)))
        return;
    k = screen->ui->view->calls->kpi;
    if (!s->board)
        build(s);
    else if ((!k || k->second != s->second ||
              (screen->ui->trace->ended && k->version != s->version)) &&
             ui_may_count(screen->ui, s->next))
        build(s);
}

/* ---- columns */

struct columns_at { /* x of each; 0: not shown */
    int name, name_w, cps, cps_line, up, up_line, asr, asr_by, ner, ner_by, pdd,
        pdd_line, loss, mos, failures;
};

static void lay_out(struct board_screen *s, struct columns_at *at, int w)
{
    int x = 2;

    memset(at, 0, sizeof *at);
    s->line = w >= 200 ? 16 : w >= 120 ? 8 : 6;
    at->name = x;
    at->name_w = w >= 200 ? 30 : w >= 120 ? 18 : 16;
    x += at->name_w + 1;
    at->cps = x;
    at->cps_line = x += 6;
    x += s->line + 1;
    at->up = x;
    at->up_line = x += 6;
    x += s->line + 1;
    at->asr = x;
    at->asr_by = x += 5;
    x += 5;
    at->ner = x;
    at->ner_by = x += 5;
    x += 5;
    at->pdd = x;
    x += 10;
    if (w >= 120) {
        at->pdd_line = x + 1;
        x += s->line + 1;
    }
    if (w >= 100) {
        at->loss = x + 1;
        at->mos = x + 7;
        x += 13;
    }
    if (w - x >= 15)
        at->failures = x + 2;
}

static void put_title(struct canvas *c, int x, int y, int w, bool right, bool sorted,
                      const char *title)
{
    if (x)
        canvas_field(c, x, y, w, right,
                     STYLE_BAR | (sorted ? TONE_REQUEST | STYLE_UNDER : TONE_PLAIN),
                     title, strlen(title));
}

static void draw_titles(const struct board_screen *s, struct canvas *c, int y,
                        const struct columns_at *at)
{
    canvas_style(c, (struct rect){0, y, c->w, 1}, STYLE_BAR);
    put_title(c, at->name, y, at->name_w, false, false, "Peer");
    if (s->group)
        put_title(c, at->name, y, at->name_w, false, false,
                  s->group == 1   ? "Trunk"
                  : s->group == 2 ? "Prefix"
                                  : "Codec");
    put_title(c, at->cps, y, 5, true, s->sort == BY_ATTEMPTS, "CPS");
    put_title(c, at->up, y, 5, true, s->sort == BY_UP, "Up");
    put_title(c, at->asr, y, 5, true, s->sort == BY_ASR, "ASR %");
    put_title(c, at->ner, y, 5, true, s->sort == BY_NER, "NER %");
    put_title(c, at->pdd, y, 10, true, s->sort == BY_PDD, "PDD50/95 s");
    put_title(c, at->loss, y, 6, true, s->sort == BY_LOSS, "Loss %");
    put_title(c, at->mos, y, 6, true, s->sort == BY_MOS, "MOSp5");
    put_title(c, at->failures, y, 12, false, false, "Top failures");
}

/* ---- values */

static void put_number(struct canvas *c, int x, int y, int w, unsigned style, double r,
                       int digits)
{
    char text[32];

    if (!x)
        return;
    if (isnan(r))
        snprintf(text, sizeof text, "–");
    else
        snprintf(text, sizeof text, "%.*f", digits, r);
    canvas_field(c, x, y, w, true, isnan(r) ? TONE_DIM : style, text, strlen(text));
}

/* How it changed against the day before, in points. */
static void put_change(struct canvas *c, int x, int y, double now, double before)
{
    char text[16];
    long by = lround(now - before);

    if (isnan(now) || isnan(before))
        return;
    snprintf(text, sizeof text, by ? "%+ld" : "%ld", by);
    canvas_field(c, x, y, 4, true, by < 0 ? TONE_WARN : TONE_DIM, text, strlen(text));
}

static void put_pdd(struct canvas *c, int x, int y, const struct board_row *row)
{
    char text[32];

    if (isnan(row->figures.pdd_p50))
        snprintf(text, sizeof text, "–");
    else
        snprintf(text, sizeof text, "%.1f/%4.1f", row->figures.pdd_p50,
                 row->figures.pdd_p95);
    canvas_field(c, x, y, 10, true,
                 isnan(row->figures.pdd_p50) ? TONE_DIM : board_tone(row, BOARD_F_PDD),
                 text, strlen(text));
}

static void put_line(struct board_screen *s, struct canvas *c, int x, int y,
                     const struct board_row *row, enum board_line what)
{
    const struct view *v = s->screen.ui->view;
    float value[LINE_MOST];
    size_t n = (size_t)(s->line < LINE_MOST ? s->line : LINE_MOST);
    int64_t to, step = board_step(v, s->board, n, &to);

    if (!x)
        return;
    board_line(v, row, what, to, step, value, n);
    spark_draw(c, x, y, TONE_DIM, value, n, 0, 0);
}

static void put_sign(struct canvas *c, int x, int y, enum tone tone)
{
    if (tone != TONE_PLAIN)
        canvas_put(c, x, y, tone, tone == TONE_BAD ? "●" : "▲");
}

static void put_name(const struct board_screen *s, struct canvas *c, int x, int y,
                     int w, const struct board_row *row)
{
    int way = s->ways && row->way ? 2 : 0;

    canvas_field(c, x, y, w - way, false, TONE_PLAIN, row->name, strlen(row->name));
    if (way)
        canvas_put(c, x + w - 1, y, TONE_DIM, row->way == KPI_FROM ? "▶" : "◀");
}

static void draw_row(struct board_screen *s, struct canvas *c, size_t i, int y,
                     const struct columns_at *at)
{
    const struct board_row *row = &s->board->row[i];
    const struct kpi_figures *f = &row->figures;
    struct strbuf failures = {0};

    put_sign(c, 0, y, board_worst(row));
    put_name(s, c, at->name, y, at->name_w, row);
    put_number(c, at->cps, y, 5, TONE_PLAIN, row->cps, row->cps < 100 ? 1 : 0);
    put_line(s, c, at->cps_line, y, row, BOARD_CPS);
    put_number(c, at->up, y, 5, TONE_PLAIN, row->up, 0);
    put_line(s, c, at->up_line, y, row, BOARD_UP);
    put_number(c, at->asr, y, 5, board_tone(row, BOARD_F_ASR), f->asr, 0);
    put_change(c, at->asr_by, y, f->asr, row->before.asr);
    put_number(c, at->ner, y, 5, board_tone(row, BOARD_F_NER), f->ner, 0);
    put_change(c, at->ner_by, y, f->ner, row->before.ner);
    put_pdd(c, at->pdd, y, row);
    put_line(s, c, at->pdd_line, y, row, BOARD_PDD);
    put_number(c, at->loss, y, 6, board_tone(row, BOARD_F_LOSS), f->loss, 1);
    put_number(c, at->mos, y, 6, board_tone(row, BOARD_F_MOS), f->mos_p5, 1);
    if (at->failures) {
        board_failures(row, 3, &failures);
        canvas_field(c, at->failures, y, c->w - at->failures, false, TONE_DIM,
                     failures.n ? failures.p : "", failures.n);
    }
    strbuf_done(&failures);
    if (i == s->scroll.at)
        canvas_style(c, (struct rect){0, y, c->w, 1}, STYLE_SELECT);
}

/* ---- the rest */

/* The alarm that is raised longest. On a narrow screen it has the room of the figures.
 * Returns false where there is none. */
static bool draw_alarm(struct board_screen *s, struct canvas *c, int x, int y)
{
    struct strbuf b = {0}, clean = {0};
    size_t n = trace_alarm(s->screen.ui->trace, &b);

    if (n) {
        utf8_clean(&clean, b.p, b.n);
        x = canvas_printf(c, x, y, TONE_BAD, "alarm %s", strbuf_cstr(&clean));
        if (n > 1)
            canvas_printf(c, x + 2, y, TONE_BAD, "and %zu more", n - 1);
    }
    strbuf_done(&b);
    strbuf_done(&clean);
    return n > 0;
}

static void draw_head(struct board_screen *s, struct canvas *c, struct rect area)
{
    static const char *const names[] = {"last 60 s", "last 5 min", "last hour",
                                        "last 24 h", "all there is"};
    const struct board_row *all = s->whole && s->whole->n ? &s->whole->row[0] : NULL;
    int x = canvas_put(c, area.x, area.y, STYLE_BOLD, "Board");

    x = canvas_printf(c, x + 1, area.y, TONE_PLAIN, "by %s   %s", group_names[s->group],
                      names[s->span]);
    if (s->counting)
        canvas_printf(c, x + 3, area.y, TONE_DIM, "counting: %u %%",
                      board_counted(s->screen.ui->view));
    if (!all || s->whole->from == s->whole->to)
        return;
    if (area.w < 120 && draw_alarm(s, c, x + 3, area.y))
        return;
    x = canvas_printf(c, x + 3, area.y, TONE_PLAIN, "%u attempts",
                      all->counts.n[KPI_ATTEMPTS]);
    x = canvas_printf(c, x + 2, area.y, TONE_PLAIN, "%u up", all->up);
    if (!isnan(all->figures.asr))
        x = canvas_printf(c, x + 2, area.y, TONE_PLAIN, "ASR %.0f %%  NER %.0f %%",
                          all->figures.asr, all->figures.ner);
    if (area.w >= 120)
        draw_alarm(s, c, x + 3, area.y);
    if (s->screen.ui->paused)
        canvas_put(c, area.x + area.w - 6, area.y, TONE_REQUEST, "paused");
}

static void draw_empty(const struct board_screen *s, struct canvas *c, int y)
{
    if (groups[s->group] == KPI_TRUNK)
        canvas_put(c, 2, y, TONE_PLAIN,
                   "No trunk is configured, or none has calls: [trunks] in the "
                   "configuration names sets of addresses.");
    else if (groups[s->group] == KPI_CODEC)
        canvas_put(c, 2, y, TONE_PLAIN, "No media in this span. P looks further back.");
    else
        canvas_put(c, 2, y, TONE_PLAIN, "No calls in this span. P looks further back.");
}

static void board_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct board_screen *s = of(screen);
    struct columns_at at;
    bool time = s->time_set ? s->time : area.h >= 30;
    int below = time ? (area.h >= 30 ? area.h / 3 : area.h / 2) : 0;
    struct rect rows = {area.x, area.y + 2, area.w, area.h - 3 - below};

    draw_head(s, c, area);
    lay_out(s, &at, c->w);
    s->y = area.y + 1;
    draw_titles(s, c, s->y, &at);
    if (!s->board)
        return;
    scroll_fit(&s->scroll, s->board->n, rows.h);
    if (!s->board->n)
        draw_empty(s, c, rows.y);
    for (int y = 0; y < rows.h && s->scroll.top + (size_t)y < s->board->n; y++)
        draw_row(s, c, s->scroll.top + (size_t)y, rows.y + y, &at);
    if (rows.h >= 0)
        board_pane_foot(screen->ui->view, c, rows.y + rows.h);
    if (below > 2)
        board_pane_time(screen->ui->view, s->board,
                        s->scroll.at < s->board->n ? &s->board->row[s->scroll.at]
                                                   : NULL,
                        c, (struct rect){area.x, rows.y + rows.h + 1, area.w, below});
}

/* ---- actions */

static void open_calls(struct board_screen *s)
{
    struct ui *ui = s->screen.ui;
    const struct board_row *row =
        s->board && s->scroll.at < s->board->n ? &s->board->row[s->scroll.at] : NULL;

    if (row)
        ui_push(ui, screen_calls_of(ui, row));
}

static void board_act(struct screen *screen, enum action action)
{
    struct board_screen *s = of(screen);

    switch (action) {
    case ACTION_BOARD_CALLS: open_calls(s); return;
    case ACTION_BOARD_SPAN: s->span = (s->span + 1) % SPANS; break;
    case ACTION_BOARD_GROUP: s->group = (s->group + 1) % GROUPS; break;
    case ACTION_BOARD_WAYS: s->ways = !s->ways; break;
    case ACTION_BOARD_TIME:
        s->time = !(s->time_set ? s->time : screen->ui->height >= 32);
        s->time_set = true;
        return;
    case ACTION_SORT_LEFT: s->sort = (s->sort + SORTS - 1) % SORTS; break;
    case ACTION_SORT_RIGHT: s->sort = (s->sort + 1) % SORTS; break;
    default:
        if (scroll_act(&s->scroll, action))
            remember(s);
        return;
    }
    if (!s->counting)
        build(s);
}

/* The heading at x; SORTS: none that sorts. */
static enum sort heading_at(struct board_screen *s, int x)
{
    struct columns_at at;
    enum sort found = SORTS;

    lay_out(s, &at, s->screen.ui->width);
    const int from[SORTS] = {at.cps, at.up, at.asr, at.ner, at.pdd, at.loss, at.mos};
    for (unsigned i = 0; i < SORTS; i++)
        if (from[i] && x >= from[i])
            found = (enum sort)i;
    return at.failures && x >= at.failures ? SORTS : found;
}

static void board_mouse(struct screen *screen, const struct input *in)
{
    struct board_screen *s = of(screen);
    size_t row = s->scroll.top + (size_t)(in->y - s->y - 1);
    enum sort sort;

    if (in->key != INPUT_CLICK) {
        scroll_by(&s->scroll, in->key == INPUT_WHEEL_UP ? -3 : 3);
        remember(s);
    } else if (in->y == s->y && (sort = heading_at(s, in->x)) < SORTS) {
        s->sort = sort;
        if (!s->counting)
            build(s);
    } else if (in->y > s->y && row < s->scroll.count &&
               in->y <= s->y + s->scroll.page) {
        if (row == s->scroll.at)
            open_calls(s);
        s->scroll.at = row;
        remember(s);
    }
}

static void board_copy(struct screen *screen, struct strbuf *out)
{
    strbuf_str(out, of(screen)->selected);
}

static const struct screen_ops board_ops = {
    .title = "Board",
    .on = ON_BOARD,
    .free = board_screen_free,
    .refresh = board_refresh,
    .draw = board_draw,
    .act = board_act,
    .mouse = board_mouse,
    .copy = board_copy,
};

struct screen *screen_board_new(struct ui *ui)
{
    struct board_screen *s = calloc(1, sizeof *s);
    struct kpi *k = ui->trace->kpi;

    if (!s)
        return NULL;
    s->screen.ops = &board_ops;
    s->screen.ui = ui;
    s->span = ui->trace->live ? 0 : SPANS - 1;
    s->group = k && k->options.trunk ? 1 : 0;
    return &s->screen;
}
