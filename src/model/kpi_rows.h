/* The rows of the table of KPIs: what is kept, by period, time and group. */
#ifndef MODEL_KPI_ROWS_H
#define MODEL_KPI_ROWS_H

#include "model/kpi.h"

struct kpi_row {
    int64_t start;                    /* of the period, s since 1970 */
    const struct kpi_group *group[2]; /* whose counts add up to it; [1] may be NULL */
    uint8_t period, way;
};

struct kpi_rows {
    VEC(struct kpi_row) list; /* by period, start, kind and name */
    uint64_t version;         /* of the kpi */
    int64_t second;
    /* of the row that was asked for last */
    const struct kpi_row *read;
    struct kpi_counts counts;
    struct kpi_figures figures;
};

/* The rows as they are now, made anew where something changed. NULL when memory is
 * short. */
const struct kpi_rows *kpi_rows(const struct kpi *k);
void kpi_rows_free(struct kpi_rows *r);

/* What a row of it counted, and its figures; until the next is asked for. */
const struct kpi_counts *kpi_row_read(const struct kpi *k, const struct kpi_row *row,
                                      const struct kpi_figures **figures);

/* The same a day before, added to *out. */
void kpi_row_before(const struct kpi_row *row, struct kpi_counts *out);

/* Seconds of the row's period that have passed: fewer in the newest. At least 1. */
int64_t kpi_row_length(const struct kpi *k, const struct kpi_row *row);

#endif
