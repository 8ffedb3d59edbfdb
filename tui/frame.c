#include "tui/frame.h"

void frame_draw(struct canvas *c, struct rect box, const char *title)
{
    int right = box.x + box.w - 1, bottom = box.y + box.h - 1;

    canvas_fill(c, box, TONE_PLAIN, " ");
    canvas_fill(c, (struct rect){box.x, box.y, box.w, 1}, TONE_DIM, "─");
    canvas_fill(c, (struct rect){box.x, bottom, box.w, 1}, TONE_DIM, "─");
    canvas_fill(c, (struct rect){box.x, box.y, 1, box.h}, TONE_DIM, "│");
    canvas_fill(c, (struct rect){right, box.y, 1, box.h}, TONE_DIM, "│");
    canvas_put(c, box.x, box.y, TONE_DIM, "┌");
    canvas_put(c, right, box.y, TONE_DIM, "┐");
    canvas_put(c, box.x, bottom, TONE_DIM, "└");
    canvas_put(c, right, bottom, TONE_DIM, "┘");
    canvas_printf(c, box.x + 2, box.y, STYLE_BOLD, " %s ", title);
}
