/*
 * What two messages have in common, line by line and word by word. Lines are paired by
 * what they are (the same header, the same type of SDP line), so that a header that
 * changed stands beside what it was.
 */
#ifndef VIEW_DIFF_H
#define VIEW_DIFF_H

#include "view/view.h"

enum diff_kind {
    DIFF_SAME,
    DIFF_CHANGED, /* some words differ */
    DIFF_USUAL,   /* they do, but differ in any two messages: branch, tag, Call-ID... */
    DIFF_LEFT,    /* only there */
    DIFF_RIGHT,
};

/* A run of bytes of a line. */
struct diff_word {
    const char *p;
    size_t n;
    bool differs;
};

struct diff_line {
    enum diff_kind kind;
    struct {
        size_t first, n; /* words; none: there is no such line on that side */
    } side[2];
};

struct diff {
    struct diff_line *line;
    struct diff_word *word; /* raw bytes in `text`; sanitise when drawing */
    size_t lines, words;
    size_t changed; /* lines that are neither SAME nor USUAL */
    struct strbuf text[2];
};

/* Compares two texts; *out is freed with diff_free. Returns 0 or -ERR_NOMEM. */
int diff_texts(struct slice left, struct slice right, struct diff **out);

/* The same of two messages. -ERR_GONE, -ERR_IO: the text of one is not to be had. */
int diff_messages(const struct view *v, const struct msg *left, const struct msg *right,
                  struct diff **out);

/* NULL is accepted. */
void diff_free(struct diff *d);

/* The messages are of different calls: that From and To differ tells nothing. */
void diff_leave_parties(struct diff *d);

/* Adds what changed, by name: "Contact, c=, a=rtpmap, +Diversion"; "" where nothing
 * did. At most `most` names. Raw bytes. */
void diff_summary(const struct diff *d, unsigned most, struct strbuf *out);

/* True where both are the same kind of message: same status, or method, and CSeq's
 * method. */
bool diff_alike(const struct msg *a, const struct msg *b);

/* The message of its session that one is best compared with: the nearest of the same
 * kind before it, or else behind it, that it does not repeat; on another hop where
 * there is one. NULL: none. */
const struct msg *diff_counterpart(const struct msg *m);

#endif
