/*
 * Metrics for Prometheus: a text in its exposition format, and the server that hands it
 * out. The server's threads see nothing but the newest whole text.
 */
#ifndef SERVICE_METRICS_H
#define SERVICE_METRICS_H

#include "base/endpoint.h"
#include "base/strbuf.h"

#include <stdint.h>

struct metrics;

/* Listens at an address and starts the server. Returns 0, or -ERR_* and why;
 * -ERR_UNSUPPORTED where libmicrohttpd is not built in. */
int metrics_new(const struct endpoint *at, struct metrics **out, struct errmsg *why);

/* Ends the server. NULL is fine. */
void metrics_free(struct metrics *m);

/* A new text takes the place of the one before; copied. */
void metrics_swap(struct metrics *m, const struct strbuf *text);

/* ---- the format ---- */

enum metrics_type { METRICS_COUNTER, METRICS_GAUGE };

/* Starts a family: its name (with its unit, and _total for a counter) and what it
 * means. */
void metrics_family(struct strbuf *b, const char *name, enum metrics_type type,
                    const char *help);

struct metrics_label {
    const char *name;
    const char *value; /* escaped and cleaned here; NULL: the label is left out */
};

/* A sample of the family called last; labels end with a NULL name. NAN is left out: it
 * is not known. */
void metrics_sample(struct strbuf *b, const char *name,
                    const struct metrics_label *labels, double value);

/* The same for a count, exactly. */
void metrics_count(struct strbuf *b, const char *name,
                   const struct metrics_label *labels, uint64_t value);

#endif
