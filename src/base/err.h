/* Errors that functions outside dissect return, negated. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

/* ERR(enum suffix, text for a person) */
#define ERR_TABLE(ERR)                       \
    ERR(NONE, "no error")                    \
    ERR(NOMEM, "out of memory")              \
    ERR(IO, "input/output error")            \
    ERR(NOENT, "no such file")               \
    ERR(ACCESS, "permission denied")         \
    ERR(FORMAT, "not a format that is read") \
    ERR(CUT, "ends in the middle")           \
    ERR(LIMIT, "limit reached")              \
    ERR(USAGE, "wrong usage")                \
    ERR(GONE, "no longer kept")              \
    ERR(AGAIN, "nothing there yet")          \
    ERR(END, "end of input")                 \
    ERR(UNSUPPORTED, "not built in")

enum err {
#define ERR(id, text) ERR_##id,
    ERR_TABLE(ERR)
#undef ERR
        ERR_COUNT
};

/* Text of an error, negated or not; "unknown error" for a number out of range. */
const char *err_text(int err);

/*
 * A message with details, written where it happened and shown by a face. An empty text
 * means that nothing was said.
 */
struct errmsg {
    char text[512];
};

/* Writes a message (printf rules, cut at the size) and returns `err` unchanged, so that
 * `return errmsg_set(m, -ERR_IO, "...")` is one line. m may be NULL. */
int errmsg_set(struct errmsg *m, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
