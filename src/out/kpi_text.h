/* KPIs of a whole capture (view/board.h), as text, JSON and CSV: a part of `stats`. */
#ifndef OUT_KPI_TEXT_H
#define OUT_KPI_TEXT_H

#include "view/board.h"

/* Adds tables: the figures, then those of trunks, peers, prefixes and codecs. Nothing
 * where there are no calls. */
void kpi_text(const struct view *v, bool color, struct strbuf *out);

/* Adds ,"kpis":{...} and an array for each kind to an open object. */
void kpi_json(const struct view *v, struct strbuf *out);

/* Adds lines of group, name, measure, value. */
void kpi_csv(const struct view *v, struct strbuf *out);

/* A figure of a row by its place, as text and as the screen show it. value: NAN where
 * it is not known. False: there are no more. */
struct kpi_line {
    const char *title, *unit, *help;
    double value;
    unsigned digits;
};
bool kpi_line(const struct kpi_figures *f, size_t i, struct kpi_line *out);

#endif
