/*
 * The one sanitiser between network bytes and a terminal, a file or a log. Control
 * characters (C0, DEL, C1), broken UTF-8, bidi controls, zero-width characters and
 * combining marks over four in a row, or with nothing before them, come out as visible
 * escapes; everything else as it is.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/strbuf.h"

/*
 * Reads one character of s (n > 0 bytes). Returns its length in bytes and sets *out;
 * for broken UTF-8 (also surrogates, overlong forms, over U+10FFFF) returns 1 and sets
 * *out to -1.
 */
size_t utf8_next(const uint8_t *s, size_t n, int32_t *out);

/* True for a character that may reach a terminal. */
bool utf8_safe(int32_t c);

/* Columns a safe character takes on a terminal: 0 (combining), 1 or 2. */
int utf8_width(int32_t c);

/*
 * Adds n bytes to b, made safe: "\x1b" for a byte, "\u{202e}" for a character. Tab, CR
 * and LF are escaped too ("\t", "\r", "\n"): a field is one line.
 */
void utf8_clean(struct strbuf *b, const void *bytes, size_t n);

/* Terminal columns that utf8_clean's output for these bytes takes. */
size_t utf8_columns(const void *bytes, size_t n);

/*
 * Adds bytes as the inside of a JSON string (RFC 8259): \u escapes for what is not
 * safe, and U+FFFD for broken UTF-8, so that the output is always valid UTF-8.
 */
void utf8_json(struct strbuf *b, const void *bytes, size_t n);

/* Writes a character as UTF-8 (1 to 4 bytes); returns its length. */
size_t utf8_put(char out[4], int32_t c);

#endif
