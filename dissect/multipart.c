#include "dissect/multipart.h"

#include "dissect/sip_value.h"

bool multipart_begin(struct multipart *m, struct slice type, struct slice body)
{
    *m = (struct multipart){.rest = body};
    if (!slice_istarts(type, SLICE("multipart/")))
        return false;
    m->boundary = sip_param(slice_skip(type, slice_find(type, ';')), SLICE("boundary"));
    return m->boundary.n > 0;
}

/* A line that is "--boundary" or "--boundary--"; *last for the latter. */
static bool is_delimiter(struct slice line, struct slice boundary, bool *last)
{
    line = slice_trim(line);
    if (line.n < boundary.n + 2 || line.p[0] != '-' || line.p[1] != '-' ||
        !slice_eq(slice_sub(line, 2, boundary.n), boundary))
        return false;
    struct slice after = slice_skip(line, boundary.n + 2);
    *last = slice_eq(after, SLICE("--"));
    return *last || !after.n;
}

/* Bytes before the next delimiter line (all where none comes); *rest is moved behind
 * that line, and is empty after the last one. *found: there was one. */
static struct slice until_delimiter(struct slice *rest, struct slice boundary,
                                    bool *found)
{
    struct slice all = *rest;
    size_t at = 0;
    *found = false;
    while (at < all.n) {
        struct slice from = slice_skip(all, at);
        struct slice line = slice_sub(from, 0, slice_find(from, '\n'));
        size_t next = at + line.n + (line.n < from.n);
        bool last;
        if (is_delimiter(line, boundary, &last)) {
            *rest = last ? (struct slice){0} : slice_skip(all, next);
            *found = true;
            break;
        }
        at = next;
    }
    if (!*found)
        *rest = (struct slice){0};
    return slice_sub(all, 0, at);
}

/* The line end before a delimiter belongs to the delimiter. */
static struct slice without_line_end(struct slice s)
{
    if (s.n && s.p[s.n - 1] == '\n')
        s.n--;
    if (s.n && s.p[s.n - 1] == '\r')
        s.n--;
    return s;
}

/* Cuts a part into its headers and its body. */
static void part_split(struct slice part, struct multipart_part *out)
{
    struct slice rest = part;
    struct sip_line line;
    *out = (struct multipart_part){.headers = part};
    while (rest.n && !sip_blank_line(&rest)) {
        if (!sip_header_next(&rest, &line))
            break;
        if (line.id == SIP_H_CONTENT_TYPE && !out->type.p)
            out->type = line.value;
    }
    out->headers.n = part.n - rest.n;
    out->body = rest;
}

bool multipart_next(struct multipart *m, struct multipart_part *out)
{
    bool found;
    if (!m->rest.n)
        return false;
    if (!m->begun) {
        until_delimiter(&m->rest, m->boundary, &found);
        m->begun = true;
        if (!found || !m->rest.n)
            return false;
    }
    struct slice part = until_delimiter(&m->rest, m->boundary, &found);
    part_split(found ? without_line_end(part) : part, out);
    return true;
}
