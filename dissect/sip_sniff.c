#include "dissect/sip_sniff.h"

#include "dissect/sip_line.h"

bool sip_is_start_line(struct slice line)
{
    size_t n = token_length(line);
    struct slice rest = slice_trim(slice_skip(line, n));
    if (is_sip_version(line))
        return true;
    return sip_is_token(slice_sub(line, 0, n)) && rest.n && rest.p[0] != ':' &&
           is_sip_version(last_word(rest));
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

/* As nearly all messages begin, and nothing else does: "SIP/2.0 2", or a method, a
 * blank, something, and " SIP/2.0" at the end of the line. */
static bool begins_plainly(struct slice text)
{
    if (text.n >= 12 && !memcmp(text.p, "SIP/2.0 ", 8))
        return is_digit(text.p[8]);
    const uint8_t *end = text.p + text.n, *lf = scan_byte(text.p, end, '\n');
    struct slice line = slice_of(text.p, (size_t)(lf - text.p));
    if (line.n < 16 || lf == end || memcmp(lf - 9, " SIP/2.0\r", 9) != 0)
        return false;
    return sip_method_find(slice_sub(line, 0, token_length(line))) != SIP_OTHER;
}

bool sip_sniff(struct slice text)
{
    if (text.n && begins_plainly(text))
        return true;
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
    enum sip_header id;
    for (int i = 0; i < LINES && p < end; i++) {
        const uint8_t *lf = scan_byte(p, end, '\n');
        struct slice name, value, line = slice_of(p, (size_t)(lf - p));
        if (i && sip_is_start_line(slice_trim(line)))
            return true;
        if (line_cut(line, end, &name, &value, &id) && id <= SIP_H_VIA)
            seen |= 1u << id;
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
