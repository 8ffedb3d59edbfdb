#include "dissect/sip.h"

#include "dissect/scan.h"
#include "dissect/sip_value.h"

enum line_kind {
    LINE_HEADER,
    LINE_BLANK, /* the empty line after the headers */
    LINE_CUT,   /* the text ends before the line does */
};

static inline bool is_fold(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* [p, q) without blanks at both ends. */
static inline struct slice trimmed(const uint8_t *p, const uint8_t *q)
{
    while (p < q && *p <= ' ' && slice_blank(*p))
        p++;
    while (q > p && q[-1] <= ' ' && slice_blank(q[-1]))
        q--;
    return slice_of(p, (size_t)(q - p));
}

/* Passes a line end over: what is left after the LF at `lf`, and whether a CR was
 * missing before it. */
static inline void line_close(struct slice *rest, const uint8_t *lf, uint16_t *flags)
{
    if (lf == rest->p || lf[-1] != '\r')
        *flags |= SIP_LF;
    rest->n -= (size_t)(lf + 1 - rest->p);
    rest->p = lf + 1;
}

/* Takes the header line at the start of *rest with its continuations (RFC 3261 7.3.1),
 * up to and without its last LF; *out is [start, end of the line). */
static inline enum line_kind line_take(struct slice *rest, struct slice *out,
                                       uint16_t *flags)
{
    const uint8_t *p = rest->p, *end = p + rest->n;
    const uint8_t *lf = scan_byte(p, end, '\n');

    *out = slice_of(p, (size_t)(lf - p));
    if (lf == end) {
        *rest = slice_of(end, 0);
        return LINE_CUT;
    }
    if (lf == p || (lf == p + 1 && *p == '\r')) {
        line_close(rest, lf, flags);
        return LINE_BLANK;
    }
    while (lf + 1 < end && is_fold(lf[1])) {
        *flags |= SIP_FOLDED;
        lf = scan_byte(lf + 1, end, '\n');
        if (lf == end) {
            *out = slice_of(p, rest->n);
            *rest = slice_of(end, 0);
            return LINE_CUT;
        }
    }
    *out = slice_of(p, (size_t)(lf - p));
    line_close(rest, lf, flags);
    return LINE_HEADER;
}

/* The first colon of a line, or its end. Most names are shorter than one block, and
 * most lines have a block of text behind their begin, so no byte is looked at alone. */
static inline const uint8_t *colon_find(struct slice line, const uint8_t *text_end)
{
    const uint8_t *p = line.p, *end = p + line.n;
#ifdef __SSE2__
    if (text_end - p >= 16) {
        __m128i got = _mm_loadu_si128((const __m128i *)(const void *)p);
        unsigned mask =
            (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(got, _mm_set1_epi8(':')));
        if (mask)
            return p + __builtin_ctz(mask) < end ? p + __builtin_ctz(mask) : end;
        if (line.n <= 16)
            return end;
        p += 16;
    }
#endif
    return scan_byte(p, end, ':');
}

/* Cuts a line of a text that goes to text_end at its first colon; false: it has none.
 */
static inline bool line_split(struct slice line, const uint8_t *text_end,
                              struct slice *name, struct slice *value)
{
    const uint8_t *end = line.p + line.n;
    const uint8_t *colon = colon_find(line, text_end);
    if (colon == end)
        return false;
    *name = trimmed(line.p, colon);
    *value = trimmed(colon + 1, end);
    return true;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static size_t token_length(struct slice s)
{
    size_t n = 0;
    while (n < s.n && !is_fold(s.p[n]))
        n++;
    return n;
}

/* The last blank-separated word of a trimmed line. */
static struct slice last_word(struct slice line)
{
    size_t from = line.n;
    while (from && !is_fold(line.p[from - 1]))
        from--;
    return slice_skip(line, from);
}

/* "SIP/" and a digit: some version of SIP. */
static bool is_sip_version(struct slice word)
{
    return word.n > 4 && slice_istarts(word, SLICE("SIP/")) && is_digit(word.p[4]);
}

static int version_check(struct slice word)
{
    if (slice_ieq(word, SLICE("SIP/2.0")))
        return 0;
    return slice_istarts(word, SLICE("SIP/")) ? -REASON_SIP_VERSION
                                              : -REASON_SIP_START_LINE;
}

/* SIP/2.0 200 OK (RFC 3261 7.2) */
static int status_line(struct slice line, struct sip *out)
{
    struct slice version = slice_sub(line, 0, token_length(line));
    struct slice rest = slice_trim(slice_skip(line, version.n));
    uint64_t status = 0;
    size_t digits = slice_u64(rest, &status);

    out->response = true;
    out->phrase = slice_trim(slice_skip(rest, digits));
    int rc = version_check(version);
    if (rc)
        return rc;
    if (digits != 3 || status < 100 || status > 699)
        return -REASON_SIP_STATUS;
    out->status = (uint16_t)status;
    return 0;
}

/* INVITE sip:bob@example.com SIP/2.0 (RFC 3261 7.1); the URI is whatever stands
 * between the first word and the last. */
static int request_line(struct slice line, struct sip *out)
{
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

static int start_line(struct slice *rest, struct sip *out)
{
    const uint8_t *p = rest->p, *end = p + rest->n;
    const uint8_t *lf = scan_byte(p, end, '\n');
    struct slice line = trimmed(p, lf);
    int rc;

    if (slice_istarts(line, SLICE("SIP/")))
        rc = status_line(line, out);
    else
        rc = request_line(line, out);
    if (lf < end)
        line_close(rest, lf, &out->flags);
    else
        *rest = slice_of(end, 0);
    return rc;
}

/* Via values in one line. */
static void via_count(struct slice value, struct sip *out)
{
    struct slice one;
    if (value.n && slice_find(value, ',') == value.n)
        value.n = 0, out->via_count += out->via_count < UINT16_MAX;
    while (out->via_count < UINT16_MAX && sip_value_next(&value, &one))
        out->via_count++;
}

static void header_keep(enum sip_header id, struct slice value, struct sip *out)
{
    if (id == SIP_H_VIA)
        via_count(value, out);
    if (!out->header[id].p)
        out->header[id] = value;
    else if (id <= SIP_H_TO)
        out->flags |= SIP_REPEATED;
}

/* Reads the header lines. A line that the end of the text cuts keeps no view: half a
 * Call-ID would be another call. Returns 0 or -REASON_SIP_HEADERS. */
static int headers(struct slice *rest, struct sip *out)
{
    const uint8_t *end = rest->p + rest->n;
    struct slice line, name, value;

    while (rest->n) {
        enum line_kind kind = line_take(rest, &line, &out->flags);
        if (kind == LINE_BLANK)
            return 0;
        if (out->header_count == SIP_MAX_HEADERS)
            return -REASON_SIP_HEADERS;
        out->header_count++;
        if (kind == LINE_CUT || !line_split(line, end, &name, &value))
            continue;
        enum sip_header id = sip_header_find(name);
        if (id != SIP_H_OTHER)
            header_keep(id, value, out);
    }
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
    struct slice from = out->header[SIP_H_FROM], to = out->header[SIP_H_TO];
    if (from.n)
        out->from_tag = sip_param(sip_address_params(from), SLICE("tag"));
    if (to.n)
        out->to_tag = sip_param(sip_address_params(to), SLICE("tag"));
}

static void top_via(struct sip *out)
{
    struct slice rest = out->header[SIP_H_VIA], one;
    struct sip_via via;
    if (!sip_value_next(&rest, &one) || !sip_via_split(one, &via))
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
    walk->rest = text;
    walk->start = start_line(&walk->rest, out);
    walk->lines = headers(&walk->rest, out);
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

/* True for the line that starts a message: a header line has its colon right after
 * the first word. */
static bool is_start_line(struct slice line)
{
    size_t n = token_length(line);
    struct slice rest = slice_trim(slice_skip(line, n));
    if (is_sip_version(line))
        return true;
    return sip_is_token(slice_sub(line, 0, n)) && rest.n && rest.p[0] != ':' &&
           is_sip_version(last_word(rest));
}

bool sip_header_next(struct slice *rest, struct sip_line *out)
{
    const uint8_t *end = rest->n ? rest->p + rest->n : rest->p;
    uint16_t flags = 0;
    struct slice line;

    *out = (struct sip_line){.id = SIP_H_OTHER};
    if (!rest->n || line_take(rest, &line, &flags) == LINE_BLANK) {
        *rest = (struct slice){0};
        return false;
    }
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    out->raw = line;
    if (line_split(line, end, &out->name, &out->value))
        out->id = sip_header_find(out->name);
    else
        out->value = slice_trim(line);
    return true;
}

bool sip_line_next(struct slice *rest, struct sip_line *out)
{
    size_t first = slice_find(*rest, '\n');
    if (first < rest->n && is_start_line(slice_trim(slice_sub(*rest, 0, first))))
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

/* Schemes by which a line without its version is still known as a request. */
static bool has_sip_scheme(struct slice uri)
{
    return slice_istarts(uri, SLICE("sip:")) || slice_istarts(uri, SLICE("sips:")) ||
           slice_istarts(uri, SLICE("tel:"));
}

/* A line whose method is no token or missing, and then a URI of SIP and its version.
 * More words before them are a log's quote. */
static bool is_odd_request(struct slice line)
{
    struct slice version = last_word(line);
    struct slice rest = slice_trim(slice_sub(line, 0, line.n - version.n));
    struct slice uri = last_word(rest);
    rest = slice_trim(slice_sub(rest, 0, rest.n - uri.n));
    return is_sip_version(version) && has_sip_scheme(uri) &&
           token_length(rest) == rest.n;
}

bool sip_sniff(struct slice text)
{
    size_t end = slice_find(text, '\n');
    struct slice line = slice_trim(slice_sub(text, 0, end));
    if (slice_istarts(line, SLICE("SIP/"))) {
        struct slice rest = slice_trim(slice_skip(line, token_length(line)));
        return is_sip_version(line) && rest.n && is_digit(rest.p[0]);
    }
    struct slice method = slice_sub(line, 0, token_length(line));
    struct slice rest = slice_trim(slice_skip(line, method.n));
    if (!sip_is_token(method))
        return is_odd_request(line);
    if (!rest.n)
        return false;
    if (is_sip_version(last_word(rest)))
        return true;
    return has_sip_scheme(rest) &&
           (end == text.n || sip_method_find(method) != SIP_OTHER);
}

bool sip_resembles(struct slice text)
{
    enum { LINES = 64, ENOUGH = 3 };
    if (!text.n)
        return false;
    const uint8_t *p = text.p, *end = p + text.n;
    unsigned seen = 0;
    for (int i = 0; i < LINES && p < end; i++) {
        const uint8_t *lf = scan_byte(p, end, '\n');
        struct slice name, value, line = slice_of(p, (size_t)(lf - p));
        if (i && is_start_line(slice_trim(line)))
            return true;
        if (line_split(line, end, &name, &value)) {
            enum sip_header id = sip_header_find(name);
            if (id <= SIP_H_VIA && id != SIP_H_OTHER)
                seen |= 1u << id;
        }
        p = lf + 1;
    }
    seen &= 1u << SIP_H_VIA | 1u << SIP_H_FROM | 1u << SIP_H_TO | 1u << SIP_H_CALL_ID |
            1u << SIP_H_CSEQ;
    return __builtin_popcount(seen) >= ENOUGH;
}

/* Length of the longest method of the table that a word ends with; 0: none. */
static size_t method_suffix(struct slice word)
{
    size_t best = 0;
    for (int m = SIP_OTHER + 1; m < SIP_METHOD_COUNT; m++) {
        struct slice name = slice_str(sip_method_name((enum sip_method)m));
        if (name.n > best && name.n <= word.n &&
            slice_eq(slice_skip(word, word.n - name.n), name))
            best = name.n;
    }
    return best;
}

/* Offset of a request whose method ends a word of the line, the URI behind it. */
static size_t request_find(struct slice line)
{
    struct slice trim = slice_trim(line);
    struct slice version = last_word(trim);
    size_t before = trim.p ? (size_t)(trim.p - line.p) : 0;
    if (!is_sip_version(version))
        return line.n;
    struct slice rest = slice_trim(slice_sub(trim, 0, trim.n - version.n));
    for (bool uri = false; rest.n; uri = true) {
        struct slice word = last_word(rest);
        size_t n = uri ? method_suffix(word) : 0;
        if (n)
            return before + rest.n - n;
        rest = slice_trim(slice_sub(rest, 0, rest.n - word.n));
    }
    return line.n;
}

/* Offset of "SIP/2.0 " and three digits. */
static size_t response_find(struct slice line)
{
    struct slice mark = SLICE("SIP/2.0 "), rest = line;
    while (rest.n >= mark.n + 3) {
        const uint8_t *p = memmem(rest.p, rest.n, mark.p, mark.n);
        if (!p)
            break;
        size_t at = (size_t)(p - line.p);
        uint64_t status;
        if (slice_u64(slice_sub(line, at + mark.n, 4), &status) == 3)
            return at;
        rest = slice_skip(line, at + mark.n);
    }
    return line.n;
}

size_t sip_start_find(struct slice line)
{
    struct slice first = slice_sub(line, 0, token_length(line));
    bool sniffed = sip_sniff(line);
    if (!line.n || (sniffed && sip_method_find(first) != SIP_OTHER))
        return 0;
    if (sniffed && slice_istarts(line, SLICE("SIP/")))
        return 0;
    size_t at = request_find(line);
    if (at == line.n)
        at = response_find(line);
    return at < line.n ? at : sniffed ? 0 : line.n;
}
