/* What the files of the media screen share. */
#ifndef TUI_SCREEN_MEDIA_H
#define TUI_SCREEN_MEDIA_H

#include "tui/scroll.h"
#include "tui/ui.h"
#include "view/call_media.h"

struct media_screen {
    struct screen screen;
    uint32_t call, stream; /* ids; stream 0: the first */
    struct call_media *media;
    uint64_t layout;
    bool alone; /* this leg, not the session */
    bool all;   /* graphs of all streams on one axis, not those of one */
    struct scroll scroll;
    int rows_y;
    struct strbuf scratch, text, cell;
};

/* What the screen reads. */
const struct view *media_screen_view(const struct media_screen *s);

/* The stream under the cursor; NULL: there is none. */
const struct call_media_stream *media_screen_selected(const struct media_screen *s);

/* A field's value, with its unit where asked, in s->cell; false: null. */
bool media_screen_value(struct media_screen *s, const struct table *t,
                        const void *object, const char *name, bool unit,
                        enum tone *tone);

/* The selected stream: what is wrong with it, figures, then graphs where there is room,
 * those of the way back below them. Or the graphs of all. */
void media_screen_draw_one(struct media_screen *s, struct canvas *c, struct rect area);

#endif
