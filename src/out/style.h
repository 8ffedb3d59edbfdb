/* How text output is dressed: ANSI colours of tones, clean text cut to columns. */
#ifndef OUT_STYLE_H
#define OUT_STYLE_H

#include "view/field.h"

/* Begins and ends a tone; nothing for TONE_PLAIN or without colour. */
void style_on(struct strbuf *b, enum tone tone, bool color);
void style_off(struct strbuf *b, enum tone tone, bool color);

/* A heading: bold. */
void style_bold(struct strbuf *b, const char *text, bool color);

/*
 * Adds clean text (of utf8_clean or value_text), cut to `width` columns; what was cut
 * ends in "…" ("~" for ascii). Returns the columns taken. width 0: uncut.
 */
size_t style_cut(struct strbuf *b, const char *p, size_t n, size_t width, bool ascii);

#endif
