#include "service/metrics.h"

#include "base/utf8.h"

#include <math.h>
#include <string.h>

enum { VALUE_MOST = 200 }; /* bytes of a label's value */

void metrics_family(struct strbuf *b, const char *name, enum metrics_type type,
                    const char *help)
{
    strbuf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
                  type == METRICS_COUNTER ? "counter" : "gauge");
}

/* Quote, backslash and line end are escaped; control characters never get this far. */
static void put_value(struct strbuf *b, const char *value)
{
    struct strbuf clean = {0};
    size_t n = strlen(value);
    utf8_clean(&clean, value, n < VALUE_MOST ? n : VALUE_MOST);
    for (size_t i = 0; i < clean.n; i++) {
        if (clean.p[i] == '"' || clean.p[i] == '\\')
            strbuf_char(b, '\\');
        strbuf_char(b, clean.p[i]);
    }
    strbuf_done(&clean);
}

static void put_name(struct strbuf *b, const char *name,
                     const struct metrics_label *labels)
{
    char before = '{';
    strbuf_str(b, name);
    for (; labels && labels->name; labels++) {
        if (!labels->value)
            continue;
        strbuf_char(b, before);
        strbuf_str(b, labels->name);
        strbuf_str(b, "=\"");
        put_value(b, labels->value);
        strbuf_char(b, '"');
        before = ',';
    }
    strbuf_str(b, before == ',' ? "} " : " ");
}

void metrics_sample(struct strbuf *b, const char *name,
                    const struct metrics_label *labels, double value)
{
    if (!isfinite(value))
        return;
    put_name(b, name, labels);
    strbuf_printf(b, "%.10g\n", value);
}

void metrics_count(struct strbuf *b, const char *name,
                   const struct metrics_label *labels, uint64_t value)
{
    put_name(b, name, labels);
    strbuf_u64(b, value);
    strbuf_char(b, '\n');
}
