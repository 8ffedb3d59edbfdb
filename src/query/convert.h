/* Values of fields as SQL has them, and back. */
#ifndef QUERY_CONVERT_H
#define QUERY_CONVERT_H

#include "view/field.h"

struct sqlite3_context;
struct sqlite3_stmt;

/* "INTEGER", "REAL" or "TEXT". */
const char *convert_type(enum value_type type);

/* Seconds as SQL has them, of a time or a span in ns; and back, to the microsecond for
 * times since 1970, which a REAL holds no finer. */
double convert_seconds(int64_t ns);
int64_t convert_ns(double seconds);

/* The text with U+FFFD for each byte of broken UTF-8; `spare` is where it is made where
 * needed. */
struct slice convert_text(const char *p, size_t n, struct strbuf *spare);

/* A value as the result of a function or column; as parameter `i` of a statement, which
 * refers to the text. Returns SQLite's code. */
void convert_result(struct sqlite3_context *ctx, const struct value *value);
int convert_bind(struct sqlite3_stmt *s, int i, const struct value *value);

/* A column of a statement's row as a value of the field that it comes from (NULL: of
 * none). Text is the statement's. */
void convert_column(struct sqlite3_stmt *s, int i, const struct field *f,
                    struct value *out);

#endif
