/* Who answers OPTIONS (model/health.h), as text and JSON: a part of `stats`. */
#ifndef OUT_HEALTH_TEXT_H
#define OUT_HEALTH_TEXT_H

#include "view/view.h"

/* Adds a table, the one asked last first. Nothing where nobody was asked. */
void health_text(const struct view *v, bool color, struct strbuf *out);

/* Adds ,"options":[...] to an open object. */
void health_json(const struct view *v, struct strbuf *out);

#endif
