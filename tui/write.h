/* Puts a message, as sent or decoded, into a pager. */
#ifndef TUI_WRITE_H
#define TUI_WRITE_H

#include "tui/pager.h"
#include "view/detail.h"

/* Adds the message's text or its decoded tree; where the text is gone, says so. */
void write_message(struct pager *p, const struct view *v, const struct msg *m,
                   bool decoded, enum tone start_line);

/* Adds a decoded message, or one line of it behind a sign. */
void write_detail(struct pager *p, const struct detail *d);
void write_line(struct pager *p, const struct detail_line *l, const char *sign);

/* Adds the figures of a stream by its id, a line each; says so where it is gone. */
void write_stream(struct pager *p, const struct view *v, uint32_t id);

/* Tone of a message's start line: request, or by class of its status. */
enum tone write_tone(const struct msg *m);

#endif
