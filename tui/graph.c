#include "tui/graph.h"

#include <math.h>

enum {
    DOTS = 4,                  /* of a cell, one above the other */
    WIDEST = 2 * GRAPH_COLUMNS /* dots of one value, side by side */
};

/* The value that stands for from..to-1; NAN: none is known. */
static float of_range(const struct graph *g, size_t from, size_t to)
{
    float out = NAN;

    for (size_t i = from; i < to && i < g->n; i++)
        if (isnan(out) || (g->least ? g->value[i] < out : g->value[i] > out))
            out = g->value[i];
    return out;
}

/* Height in dots of the bar at a place; 0: not known. What is known has one at least.
 */
static int height(const struct graph *g, size_t at, size_t places, int dots)
{
    float v;
    double share;

    places = places < g->n * WIDEST ? places : g->n * WIDEST;
    if (at >= places)
        return 0;
    v = g->n > places ? of_range(g, at * g->n / places, (at + 1) * g->n / places)
                      : g->value[at * g->n / places];
    if (isnan(v))
        return 0;
    share = g->high > g->low ? ((double)v - g->low) / (g->high - g->low) : 0;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    return 1 + (int)lrint(share * (dots - 1));
}

/* Dots of one cell, of bars `left` and `right` above the cell's foot, as UTF-8. */
static void put_braille(struct canvas *c, int x, int y, unsigned style, int left,
                        int right)
{
    /* From the foot up: dots 7 3 2 1, and 8 6 5 4. */
    static const unsigned side[2][DOTS] = {{0x40, 4, 2, 1}, {0x80, 0x20, 0x10, 8}};
    unsigned bits = 0;
    char text[3];

    for (int i = 0; i < DOTS; i++)
        bits |= (left > i ? side[0][i] : 0) | (right > i ? side[1][i] : 0);
    text[0] = (char)0xe2;
    text[1] = (char)(0xa0 | bits >> 6);
    text[2] = (char)(0x80 | (bits & 0x3f));
    if (bits)
        canvas_text(c, x, y, style, text, sizeof text);
}

static void put_ascii(struct canvas *c, int x, int y, unsigned style, int left,
                      int right)
{
    static const char signs[] = " .:*#";
    int dots = left > right ? left : right;

    dots = dots < 0 ? 0 : dots > DOTS ? DOTS : dots;
    if (dots)
        canvas_text(c, x, y, style, &signs[dots], 1);
}

void graph_draw(const struct graph *g, struct canvas *c, struct rect area)
{
    size_t places = area.w > 0 ? (size_t)area.w * 2 : 0;

    for (int x = 0; x < area.w; x++) {
        int left = height(g, (size_t)x * 2, places, area.h * DOTS);
        int right = height(g, (size_t)x * 2 + 1, places, area.h * DOTS);

        for (int y = 0; y < area.h; y++) {
            int foot = (area.h - 1 - y) * DOTS;

            (c->ascii ? put_ascii : put_braille)(c, area.x + x, area.y + y, g->style,
                                                 left - foot, right - foot);
        }
    }
}
