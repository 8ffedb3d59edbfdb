#include "query/functions.h"

#include "base/vec.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>

struct sample {
    VEC(double) values;
    double wanted; /* 0 to 100 */
    bool failed;
};

static void sample_done(struct sample *s)
{
    vec_done(&s->values);
}

static void wrong(sqlite3_context *ctx, struct sample *s, const char *what)
{
    s->failed = true;
    sqlite3_result_error(ctx, what, -1);
}

/* percentile(x, p), median(x). Null values count for nothing. */
static void step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct sample *s = sqlite3_aggregate_context(ctx, sizeof *s);
    double p = argc > 1 ? sqlite3_value_double(argv[1]) : 50;
    int type = sqlite3_value_numeric_type(argv[0]);
    if (!s || s->failed || type == SQLITE_NULL)
        return;
    if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) {
        wrong(ctx, s, "percentile: a value is no number");
        return;
    }
    if (!(p >= 0 && p <= 100) || (s->values.n && fabs(p - s->wanted) > 1e-9)) {
        wrong(ctx, s, "percentile: the second value is one number from 0 to 100");
        return;
    }
    s->wanted = p;
    if (!vec_push(&s->values, sqlite3_value_double(argv[0]))) {
        s->failed = true;
        sqlite3_result_error_nomem(ctx);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Between two values in proportion, as spreadsheets and PERCENTILE_CONT do. */
static void final(sqlite3_context *ctx)
{
    struct sample *s = sqlite3_aggregate_context(ctx, 0);
    if (!s)
        return;
    if (!s->failed && s->values.n) {
        qsort(s->values.at, s->values.n, sizeof(double), by_value);
        double at = s->wanted / 100 * (double)(s->values.n - 1);
        size_t low = (size_t)at, high = low + 1 < s->values.n ? low + 1 : low;
        double a = s->values.at[low], b = s->values.at[high];
        sqlite3_result_double(ctx, a + (b - a) * (at - (double)low));
    }
    sample_done(s);
}

int percentile_register(struct sqlite3 *sql)
{
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    int err = sqlite3_create_function_v2(sql, "percentile", 2, flags, NULL, NULL, step,
                                         final, NULL);
    return err ? err
               : sqlite3_create_function_v2(sql, "median", 1, flags, NULL, NULL, step,
                                            final, NULL);
}
