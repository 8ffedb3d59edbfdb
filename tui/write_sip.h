/* The text of a SIP message in a pager: the tones of its parts, what validation found
 * at the line it is about, bodies that are no text in hex. */
#ifndef TUI_WRITE_SIP_H
#define TUI_WRITE_SIP_H

#include "tui/pager.h"
#include "view/detail.h"

/* Adds it. `d`: the message decoded, for what was found; NULL: without. */
void write_sip(struct pager *p, const void *bytes, size_t n, enum tone start_line,
               const struct detail *d);

#endif
