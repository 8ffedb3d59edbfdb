#include "out/grid.h"
#include "base/utf8.h"
#include "out/style.h"

#include <stdlib.h>

bool grid_init(struct grid *g, size_t width)
{
    g->cell = calloc(width ? width : 1, sizeof *g->cell);
    g->width = g->cell ? width : 0;
    return g->cell != NULL;
}

void grid_done(struct grid *g)
{
    free(g->cell);
    *g = (struct grid){0};
}

void grid_clear(struct grid *g)
{
    memset(g->cell, 0, g->width * sizeof *g->cell);
}

/* A combining character joins the cell before it while there is room. */
static void combine(struct grid *g, size_t x, const char *p, size_t n)
{
    struct grid_cell *c = x ? &g->cell[x - 1] : NULL;
    if (c && c->half && x > 1)
        c--;
    if (!c || !c->n || c->n + n > sizeof c->text)
        return;
    memcpy(c->text + c->n, p, n);
    c->n = (uint8_t)(c->n + n);
}

size_t grid_put(struct grid *g, size_t x, const char *p, size_t n, size_t room,
                enum tone tone)
{
    size_t taken = 0;
    for (size_t at = 0; at < n;) {
        int32_t c;
        size_t used = utf8_next((const uint8_t *)p + at, n - at, &c);
        size_t w = c < 0 ? 1 : (size_t)utf8_width(c);
        if (taken + w > room || x + taken + w > g->width)
            break;
        if (!w) {
            combine(g, x + taken, p + at, used);
        } else {
            struct grid_cell *cell = &g->cell[x + taken];
            *cell = (struct grid_cell){.n = (uint8_t)used, .tone = (uint8_t)tone};
            memcpy(cell->text, p + at, used);
            if (w == 2)
                cell[1] = (struct grid_cell){.half = true, .tone = (uint8_t)tone};
        }
        taken += w;
        at += used;
    }
    return taken;
}

size_t grid_str(struct grid *g, size_t x, const char *s, enum tone tone)
{
    return grid_put(g, x, s, strlen(s), SIZE_MAX, tone);
}

void grid_write(const struct grid *g, bool color, struct strbuf *out)
{
    size_t end = g->width;
    enum tone now = TONE_PLAIN;
    while (end && !g->cell[end - 1].n && !g->cell[end - 1].half)
        end--;
    for (size_t i = 0; i < end; i++) {
        const struct grid_cell *c = &g->cell[i];
        enum tone tone = c->n || c->half ? (enum tone)c->tone : TONE_PLAIN;
        if (tone != now) {
            style_off(out, now, color);
            style_on(out, tone, color);
            now = tone;
        }
        if (c->n)
            strbuf_add(out, c->text, c->n);
        else if (!c->half)
            strbuf_char(out, ' ');
    }
    style_off(out, now, color);
    strbuf_char(out, '\n');
}
