/* Streams over time: one in full, or all of a call on one axis. */
#ifndef TUI_MEDIA_GRAPHS_H
#define TUI_MEDIA_GRAPHS_H

#include "tui/canvas.h"
#include "view/call_media.h"

enum { MEDIA_GRAPH_MIN = 3 /* lines of a graph at least, its title included */ };

/* Draws the graphs of one stream side by side, as many as have room. */
void media_graphs_one(struct canvas *c, struct rect area,
                      const struct call_media_stream *one);

/*
 * Draws all streams below each other, each where it was in time, so that what happened
 * to several at once stands in one column. `from`: the first that is drawn.
 */
void media_graphs_all(struct canvas *c, struct rect area, const struct view *v,
                      const struct call_media *m, size_t from, size_t selected);

#endif
