/* A growing text buffer. After a failed allocation it swallows what follows and says
 * so. */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf {
    char *p; /* not NUL-terminated; see strbuf_str */
    size_t n, cap;
    bool failed;
};

/* Frees the buffer; it is then empty. */
void strbuf_done(struct strbuf *b);

/* Makes room for n bytes; returns where they go, or NULL. The caller adds to b->n. */
char *strbuf_room(struct strbuf *b, size_t n);

/* These append; a failure is kept in b->failed and the rest is then ignored. */
void strbuf_add(struct strbuf *b, const void *bytes, size_t n);
void strbuf_str(struct strbuf *b, const char *s);
void strbuf_char(struct strbuf *b, char c);
void strbuf_fill(struct strbuf *b, char c, size_t n);
void strbuf_u64(struct strbuf *b, uint64_t v);
void strbuf_i64(struct strbuf *b, int64_t v);
/* v = 1234, digits = 3 gives "1.234": fixed point, no floating point. */
void strbuf_fixed(struct strbuf *b, int64_t v, unsigned digits);
void strbuf_printf(struct strbuf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text with a NUL behind it (not counted); "" when nothing was added. */
const char *strbuf_cstr(struct strbuf *b);

#endif
