/* The metrics of a trace, as Prometheus reads them. */
#ifndef OUTLET_METRICS_H
#define OUTLET_METRICS_H

#include "base/strbuf.h"
#include "trace.h"

struct metrics_kpis;

/* What was shown of KPIs before. NULL when memory is short; free() it. */
struct metrics_kpis *metrics_kpis_new(void);

/* Adds all families to a text. */
void outlet_metrics_text(struct trace *t, struct metrics_kpis *kpis,
                         struct strbuf *out);

/* Adds those of the KPIs: of everything, trunks and peers. */
void metrics_kpis_text(struct metrics_kpis *m, const struct kpi *k, struct strbuf *out);

#endif
