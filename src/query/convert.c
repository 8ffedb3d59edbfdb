#include "query/convert.h"

#include "base/utf8.h"
#include "view/value.h"

#include <math.h>
#include <sqlite3.h>

#define SECOND INT64_C(1000000000)

const char *convert_type(enum value_type type)
{
    switch (type) {
    case VALUE_TEXT:
    case VALUE_JSON: return "TEXT";
    case VALUE_REAL:
    case VALUE_TIME:
    case VALUE_DURATION: return "REAL";
    default: return "INTEGER";
    }
}

double convert_seconds(int64_t ns)
{
    return (double)(ns / SECOND) + (double)(ns % SECOND) / 1e9;
}

int64_t convert_ns(double seconds)
{
    if (!(fabs(seconds) < 9e9))
        return 0;
    double whole = trunc(seconds), rest = seconds - whole;
    bool date = fabs(seconds) > 1e6;
    int64_t part = date ? llround(rest * 1e6) * 1000 : llround(rest * 1e9);
    return (int64_t)whole * SECOND + part;
}

static bool plain(const char *p, size_t n)
{
    unsigned char high = 0;
    for (size_t i = 0; i < n; i++)
        high |= (unsigned char)p[i];
    return high < 0x80;
}

/* Offset of the first byte of broken UTF-8; n: none. */
static size_t broken_at(const uint8_t *s, size_t n)
{
    int32_t c;
    for (size_t i = 0; i < n;) {
        if (s[i] < 0x80) {
            i++;
            continue;
        }
        size_t k = utf8_next(s + i, n - i, &c);
        if (c < 0)
            return i;
        i += k;
    }
    return n;
}

struct slice convert_text(const char *p, size_t n, struct strbuf *spare)
{
    const uint8_t *s = (const uint8_t *)p;
    size_t from = 0, to = plain(p, n) ? n : broken_at(s, n);
    if (to == n)
        return slice_of(p, n);
    spare->n = 0;
    for (; to < n; from = to + 1, to = from + broken_at(s + from, n - from)) {
        strbuf_add(spare, p + from, to - from);
        strbuf_str(spare, "\xef\xbf\xbd");
    }
    strbuf_add(spare, p + from, n - from);
    return spare->failed ? slice_of("", 0) : slice_of(spare->p, spare->n);
}

void convert_result(struct sqlite3_context *ctx, const struct value *value)
{
    struct strbuf spare = {0};
    struct slice text;
    switch (value->type) {
    case VALUE_NULL: sqlite3_result_null(ctx); break;
    case VALUE_BOOL:
    case VALUE_INT: sqlite3_result_int64(ctx, value->i); break;
    case VALUE_REAL: sqlite3_result_double(ctx, value->r); break;
    case VALUE_TIME:
    case VALUE_DURATION: sqlite3_result_double(ctx, convert_seconds(value->i)); break;
    case VALUE_TEXT:
    case VALUE_JSON:
        text = convert_text(value->p, value->n, &spare);
        sqlite3_result_text64(ctx, (const char *)text.p, text.n, SQLITE_TRANSIENT,
                              SQLITE_UTF8);
        strbuf_done(&spare);
        break;
    }
}

int convert_bind(struct sqlite3_stmt *s, int i, const struct value *value)
{
    switch (value->type) {
    case VALUE_BOOL:
    case VALUE_INT: return sqlite3_bind_int64(s, i, value->i);
    case VALUE_REAL: return sqlite3_bind_double(s, i, value->r);
    case VALUE_TIME:
    case VALUE_DURATION: return sqlite3_bind_double(s, i, convert_seconds(value->i));
    case VALUE_TEXT:
    case VALUE_JSON:
        return sqlite3_bind_text64(s, i, value->p, value->n, SQLITE_STATIC,
                                   SQLITE_UTF8);
    default: return sqlite3_bind_null(s, i);
    }
}

/* A number of a column that holds times, spans or truths. */
static bool convert_number(struct sqlite3_stmt *s, int i, const struct field *f,
                           struct value *out)
{
    int type = sqlite3_column_type(s, i);
    if (!f || (type != SQLITE_INTEGER && type != SQLITE_FLOAT))
        return false;
    if (f->type == VALUE_TIME || f->type == VALUE_DURATION) {
        out->type = f->type;
        out->i = convert_ns(sqlite3_column_double(s, i));
        return true;
    }
    if (f->type == VALUE_BOOL)
        value_set_bool(out, sqlite3_column_int64(s, i) != 0);
    return f->type == VALUE_BOOL;
}

void convert_column(struct sqlite3_stmt *s, int i, const struct field *f,
                    struct value *out)
{
    out->type = VALUE_NULL;
    if (convert_number(s, i, f, out))
        return;
    switch (sqlite3_column_type(s, i)) {
    case SQLITE_INTEGER: value_set_int(out, sqlite3_column_int64(s, i)); break;
    case SQLITE_FLOAT:
        out->type = VALUE_REAL;
        out->r = sqlite3_column_double(s, i);
        break;
    case SQLITE_TEXT:
        value_set_text(out, sqlite3_column_text(s, i),
                       (size_t)sqlite3_column_bytes(s, i));
        break;
    case SQLITE_BLOB:
        value_set_text(out, sqlite3_column_bytes(s, i) ? sqlite3_column_blob(s, i) : "",
                       (size_t)sqlite3_column_bytes(s, i));
        break;
    default: break;
    }
}
