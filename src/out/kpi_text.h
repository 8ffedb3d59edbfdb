/* KPIs of a whole capture (view/board.h), as text, JSON and CSV: a part of `stats`. */
#ifndef OUT_KPI_TEXT_H
#define OUT_KPI_TEXT_H

#include "view/view.h"

/* Adds tables: the figures, then those of trunks, peers, prefixes and codecs. Nothing
 * where there are no calls. */
void kpi_text(const struct view *v, bool color, struct strbuf *out);

/* Adds ,"kpis":{...} and an array for each kind to an open object. */
void kpi_json(const struct view *v, struct strbuf *out);

/* Adds lines of group, name, measure, value. */
void kpi_csv(const struct view *v, struct strbuf *out);

#endif
