/*
 * Lines of a SIP message: taking them one after the other with their continuations,
 * cutting them into name and value, and the words of a start line. For the parser and
 * the sniffer; everything is inline, since it runs for each line of each message.
 */
#ifndef DISSECT_SIP_LINE_H
#define DISSECT_SIP_LINE_H

#include "dissect/scan.h"
#include "dissect/sip_name.h"

enum line_kind {
    LINE_HEADER,
    LINE_BLANK, /* the empty line after the headers */
    LINE_CUT,   /* the text ends before the line does */
};

/* What is left of a text, line by line. */
struct lines {
    struct scan feeds;       /* its line feeds, from the next line on */
    const uint8_t *at, *end; /* the next line; of the text */
    bool bare, folded;       /* a line ended in LF alone; one went on over its end */
};

static inline struct lines lines_of(struct slice text)
{
    const uint8_t *end = text.n ? text.p + text.n : text.p;
    return (struct lines){
        .feeds = scan_begin(text.p, end, '\n'), .at = text.p, .end = end};
}

/* The text that was not taken. */
static inline struct slice lines_rest(const struct lines *l)
{
    return slice_of(l->at, (size_t)(l->end - l->at));
}

static inline bool line_goes_on(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* [p, q) without blanks at both ends. */
static inline struct slice line_trim(const uint8_t *p, const uint8_t *q)
{
    while (p < q && *p <= ' ' && slice_blank(*p))
        p++;
    while (q > p && q[-1] <= ' ' && slice_blank(q[-1]))
        q--;
    return slice_of(p, (size_t)(q - p));
}

/* Takes the next line whatever it is, without its LF; false: the text ends before. */
static inline bool line_next(struct lines *l, struct slice *out)
{
    const uint8_t *p = l->at, *lf = scan_next(&l->feeds);
    *out = slice_of(p, (size_t)(lf - p));
    l->bare |= lf < l->end && (lf == p || lf[-1] != '\r');
    l->at = lf < l->end ? lf + 1 : lf;
    return lf < l->end;
}

/* Takes the header line with its continuations (RFC 3261 7.3.1), up to and without its
 * last LF. */
static inline enum line_kind line_take(struct lines *l, struct slice *out)
{
    const uint8_t *p = l->at;
    if (!line_next(l, out))
        return LINE_CUT;
    if (out->n <= 1 && (!out->n || *p == '\r'))
        return LINE_BLANK;
    while (l->at < l->end && line_goes_on(*l->at)) {
        struct slice more;
        l->folded = true;
        bool whole = line_next(l, &more);
        out->n = (size_t)(more.p + more.n - p);
        if (!whole)
            return LINE_CUT;
    }
    return LINE_HEADER;
}

/* Cuts a line of a text that goes to text_end at its first colon; false: it has none.
 * *id is what the name means. */
static inline bool line_cut(struct slice line, const uint8_t *text_end,
                            struct slice *name, struct slice *value,
                            enum sip_header *id)
{
    const uint8_t *p = line.p, *end = p + line.n, *colon = scan_byte(p, end, ':');
    if (colon >= end)
        return false;
    *name = line_trim(p, colon);
    *value = line_trim(colon + 1, end);
    *id = text_end - name->p >= SIP_NAME_WIDE ? sip_name_find(*name)
                                              : sip_header_find(*name);
    return true;
}

static inline bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Length of the first blank-separated word. */
static inline size_t token_length(struct slice s)
{
    size_t n = 0;
    while (n < s.n && !line_goes_on(s.p[n]))
        n++;
    return n;
}

/* The last blank-separated word of a trimmed line. */
static inline struct slice last_word(struct slice line)
{
    size_t from = line.n;
    while (from && !line_goes_on(line.p[from - 1]))
        from--;
    return slice_skip(line, from);
}

/* "SIP/" and a digit: some version of SIP. */
static inline bool is_sip_version(struct slice word)
{
    return word.n > 4 && slice_istarts(word, SLICE("SIP/")) && is_digit(word.p[4]);
}

/* "SIP/2.0" as nearly all write it. */
static inline bool is_sip_2(struct slice word)
{
    return word.n == 7 && !memcmp(word.p, "SIP/2.0", 7);
}

#endif
