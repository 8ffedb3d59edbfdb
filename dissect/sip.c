#include "dissect/sip.h"

#include "dissect/sip_line.h"
#include "dissect/sip_sniff.h"
#include "dissect/sip_value.h"

static int version_check(struct slice word)
{
    if (is_sip_2(word) || slice_ieq(word, SLICE("SIP/2.0")))
        return 0;
    return slice_istarts(word, SLICE("SIP/")) ? -REASON_SIP_VERSION
                                              : -REASON_SIP_START_LINE;
}

/* "SIP/2.0 200 OK", all as nearly all write it. */
static bool status_plain(struct slice line, struct sip *out)
{
    const uint8_t *p = line.p;
    if (line.n < 13 || memcmp(p, "SIP/2.0 ", 8) != 0 || p[11] != ' ' || p[12] <= ' ' ||
        p[8] < '1' || p[8] > '6' || !is_digit(p[9]) || !is_digit(p[10]))
        return false;
    out->status = (uint16_t)((p[8] - '0') * 100 + (p[9] - '0') * 10 + (p[10] - '0'));
    out->phrase = slice_skip(line, 12);
    return true;
}

/* SIP/2.0 200 OK (RFC 3261 7.2) */
static int status_line(struct slice line, struct sip *out)
{
    out->response = true;
    if (status_plain(line, out))
        return 0;
    struct slice version = slice_sub(line, 0, token_length(line));
    struct slice rest = slice_trim(slice_skip(line, version.n));
    uint64_t status = 0;
    size_t digits = slice_u64(rest, &status);

    out->phrase = slice_trim(slice_skip(rest, digits));
    int rc = version_check(version);
    if (rc)
        return rc;
    if (digits != 3 || status < 100 || status > 699)
        return -REASON_SIP_STATUS;
    out->status = (uint16_t)status;
    return 0;
}

/* "INVITE sip:bob@example.com SIP/2.0" with a method of the table and single blanks. */
static bool request_plain(struct slice line, struct sip *out)
{
    const uint8_t *p = line.p, *end = p + line.n;
    if (line.n < 16 || memcmp(end - 8, " SIP/2.0", 8) != 0)
        return false;
    const uint8_t *blank = scan_either(p, end, ' ', '\t');
    struct slice method = slice_of(p, (size_t)(blank - p));
    enum sip_method known = sip_method_find(method);
    if (known == SIP_OTHER || end - blank < 10 || blank[1] <= ' ' || end[-9] <= ' ')
        return false;
    out->method_name = method;
    out->method = (uint8_t)known;
    out->uri = slice_of(blank + 1, (size_t)(end - 8 - blank - 1));
    return true;
}

/* INVITE sip:bob@example.com SIP/2.0 (RFC 3261 7.1); the URI is whatever stands
 * between the first word and the last. */
static int request_line(struct slice line, struct sip *out)
{
    if (request_plain(line, out))
        return 0;
    struct slice method = slice_sub(line, 0, token_length(line));
    struct slice rest = slice_trim(slice_skip(line, method.n));
    struct slice version = last_word(rest);

    enum sip_method known = sip_method_find(method);
    if (known == SIP_OTHER && !sip_is_token(method))
        return -REASON_SIP_START_LINE;
    out->method_name = method;
    out->method = (uint8_t)known;
    int rc = version_check(version);
    if (rc == -REASON_SIP_START_LINE)
        out->uri = rest;
    else
        out->uri = slice_trim(slice_sub(rest, 0, rest.n - version.n));
    return rc;
}

static int start_line(struct lines *lines, struct sip *out)
{
    struct slice line;
    line_next(lines, &line);
    line = line_trim(line.p, line.p + line.n);
    if (slice_istarts(line, SLICE("SIP/")))
        return status_line(line, out);
    return request_line(line, out);
}

/* Counts the Via values in one line. */
static inline __attribute__((always_inline)) void via_count(struct slice value,
                                                            struct sip *out)
{
    const uint8_t *end = value.p + value.n;
    struct slice one;
    if (value.n && scan_byte(value.p, end, ',') == end) {
        out->via_count += out->via_count < UINT16_MAX;
        return;
    }
    out->flags |= SIP_VIA_LIST;
    while (out->via_count < UINT16_MAX && sip_value_next(&value, &one))
        out->via_count++;
}

static inline __attribute__((always_inline)) void
header_keep(enum sip_header id, struct slice value, struct sip *out)
{
    if (id == SIP_H_VIA)
        via_count(value, out);
    if (!out->header[id].p)
        out->header[id] = value;
    else if (id <= SIP_H_TO)
        out->flags |= SIP_REPEATED;
}

/* One header line in any form. Returns LINE_BLANK at the end of the headers. */
static __attribute__((noinline)) enum line_kind header_line(struct lines *lines,
                                                            struct sip *out)
{
    struct slice line, name, value;
    enum sip_header id;
    enum line_kind kind = line_take(lines, &line);
    if (kind == LINE_HEADER && line_cut(line, lines->end, &name, &value, &id) &&
        id != SIP_H_OTHER)
        header_keep(id, value, out);
    return kind;
}

/*
 * Header lines as nearly all are: "Name: value", CR, LF, the name shorter than one
 * block of 16 bytes, one blank or none before the value, no continuation. Stops at the
 * first that is not so; returns how many there were.
 */
static unsigned plain_lines(struct lines *all, unsigned most, struct sip *out)
{
    struct lines lines = *all; /* a copy of our own stays in registers */
    unsigned count = 0;
    while (count < most && lines.end - lines.at > SIP_NAME_WIDE) {
        struct scan before = lines.feeds;
        const uint8_t *p = lines.at, *lf = scan_next(&lines.feeds);
        size_t n = sip_name_length(p);
        const uint8_t *value = p + n + 1;
        value += *value == ' ';
        if (!n || lf - value < 2 || lines.end - lf < 2 || lf[-1] != '\r' ||
            lf[-2] <= ' ' || *value <= ' ' || line_goes_on(lf[1])) {
            lines.feeds = before;
            break;
        }
        enum sip_header id = sip_name_find(slice_of(p, n));
        if (id != SIP_H_OTHER) {
            header_keep(id, slice_of(value, (size_t)(lf - 1 - value)), out);
        } else if (p[n - 1] <= ' ' || *p <= ' ') { /* known without its blanks? */
            lines.feeds = before;
            break;
        }
        lines.at = lf + 1;
        count++;
    }
    *all = lines;
    return count;
}

/* Passes the empty line over that ends the headers, as nearly all write it. */
static inline bool blank_line(struct lines *lines)
{
    if (lines->end - lines->at < 2 || lines->at[0] != '\r' || lines->at[1] != '\n')
        return false;
    lines->at = scan_next(&lines->feeds) + 1;
    return true;
}

/* Reads the header lines. A line that the end of the text cuts keeps no view: half a
 * Call-ID would be another call. Returns 0 or -REASON_SIP_HEADERS. */
static int headers(struct lines *lines, struct sip *out)
{
    unsigned count = 0;
    while (lines->at < lines->end) {
        count += plain_lines(lines, SIP_MAX_HEADERS - count, out);
        if (lines->at == lines->end)
            break;
        out->header_count = (uint16_t)count;
        if (blank_line(lines))
            return 0;
        struct lines here = *lines;
        if (header_line(lines, out) == LINE_BLANK)
            return 0;
        if (count++ == SIP_MAX_HEADERS) {
            *lines = here;
            return -REASON_SIP_HEADERS;
        }
    }
    out->header_count = (uint16_t)count;
    out->flags |= SIP_NO_BLANK;
    return 0;
}

/* CSeq: 1 INVITE (RFC 3261 20.16; the number fits 32 bits) */
static int cseq(struct sip *out)
{
    struct slice value = out->header[SIP_H_CSEQ];
    uint64_t n = 0;
    size_t digits = slice_u64(value, &n);
    struct slice method = slice_trim(slice_skip(value, digits));

    if (!value.p)
        return -REASON_SIP_NO_CSEQ;
    enum sip_method known = sip_method_find(method);
    if (!digits || n > UINT32_MAX || (known == SIP_OTHER && !sip_is_token(method)))
        return -REASON_SIP_BAD_CSEQ;
    out->cseq = (uint32_t)n;
    out->cseq_method = (uint8_t)known;
    if (out->response) {
        out->method_name = method;
        out->method = out->cseq_method;
    } else if (!slice_eq(method, out->method_name)) {
        out->flags |= SIP_METHODS_DIFFER;
    }
    return 0;
}

static void tags(struct sip *out)
{
    out->from_tag = sip_address_tag(out->header[SIP_H_FROM]);
    out->to_tag = sip_address_tag(out->header[SIP_H_TO]);
}

static void top_via(struct sip *out)
{
    struct slice rest = out->header[SIP_H_VIA], one;
    struct sip_via via;
    if (!(out->flags & SIP_VIA_LIST))
        one = rest;
    else if (!sip_value_next(&rest, &one))
        return;
    if (!one.n || !sip_via_split(one, &via))
        return;
    out->branch = sip_param(via.params, SLICE("branch"));
    out->sent_by = via.sent_by;
    out->via_transport = via.transport;
}

/* Limits the body to Content-Length. */
static void body(struct slice rest, struct sip *out)
{
    struct slice value = out->header[SIP_H_CONTENT_LENGTH];
    out->body = rest;
    if (!value.p) {
        out->flags |= SIP_NO_LENGTH;
        return;
    }
    if (!value.n || slice_u64(value, &out->content_length) != value.n) {
        out->content_length = 0;
        out->flags |= SIP_BAD_LENGTH;
        return;
    }
    if (out->content_length > rest.n)
        out->flags |= SIP_CUT;
    else
        out->body.n = (size_t)out->content_length;
}

/* The first reason, in the order of the message, for which it cannot be used. */
static int verdict(int start, int lines, int sequence, const struct sip *out)
{
    bool routed = out->header[SIP_H_CALL_ID].n && !sequence;
    if (start)
        return start;
    if (lines)
        return lines;
    if ((out->flags & SIP_NO_BLANK) && !routed)
        return -REASON_SIP_NO_END;
    if (!out->header[SIP_H_CALL_ID].n)
        return -REASON_SIP_NO_CALL_ID;
    return sequence;
}

/* Zeroes *out. A size that the compiler does not see keeps it from `rep stos`, whose
 * start alone costs a tenth of the whole parse. */
static void clear(struct sip *out)
{
    size_t n = sizeof *out;
    __asm__("" : "+r"(n));
    memset(out, 0, n);
}

void sip_parse_lines(struct slice text, struct sip *out, struct sip_walk *walk)
{
    *walk = (struct sip_walk){.too_long = text.n > SIP_MAX_MESSAGE};
    clear(out);
    if (walk->too_long)
        text.n = SIP_MAX_MESSAGE;
    while (text.n && (*text.p == '\r' || *text.p == '\n'))
        text = slice_skip(text, 1);
    if (!text.n) {
        walk->start = -REASON_SIP_START_LINE;
        return;
    }
    struct lines lines = lines_of(text);
    walk->start = start_line(&lines, out);
    walk->lines = headers(&lines, out);
    walk->rest = lines_rest(&lines);
    out->flags |= (lines.bare ? SIP_LF : 0) | (lines.folded ? SIP_FOLDED : 0);
    out->head = slice_sub(text, 0, text.n - walk->rest.n);
}

int sip_parse_values(struct sip *out, const struct sip_walk *walk)
{
    if (!out->head.n)
        return walk->start;
    if (slice_find(out->head, 0) < out->head.n)
        out->flags |= SIP_NUL;
    int sequence = cseq(out);
    tags(out);
    top_via(out);
    body(walk->rest, out);
    return walk->too_long ? -REASON_SIP_TOO_LONG
                          : verdict(walk->start, walk->lines, sequence, out);
}

int sip_parse(struct slice text, struct sip *out)
{
    struct sip_walk walk;
    sip_parse_lines(text, out, &walk);
    return sip_parse_values(out, &walk);
}

bool sip_header_next(struct slice *rest, struct sip_line *out)
{
    struct lines lines = lines_of(*rest);
    struct slice line;

    *out = (struct sip_line){.id = SIP_H_OTHER};
    if (!rest->n || line_take(&lines, &line) == LINE_BLANK) {
        *rest = (struct slice){0};
        return false;
    }
    *rest = lines_rest(&lines);
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    out->raw = line;
    if (!line_cut(line, lines.end, &out->name, &out->value, &out->id))
        out->value = slice_trim(line);
    return true;
}

bool sip_line_next(struct slice *rest, struct sip_line *out)
{
    size_t first = slice_find(*rest, '\n');
    if (first < rest->n && sip_is_start_line(slice_trim(slice_sub(*rest, 0, first))))
        *rest = slice_skip(*rest, first + 1);
    return sip_header_next(rest, out);
}

bool sip_blank_line(struct slice *rest)
{
    size_t cr = rest->n && rest->p[0] == '\r';
    if (cr >= rest->n || rest->p[cr] != '\n')
        return false;
    *rest = slice_skip(*rest, cr + 1);
    return true;
}
