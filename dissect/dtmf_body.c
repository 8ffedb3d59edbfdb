#include "dissect/dtmf_body.h"

#include "dissect/rtp_table.h"

enum dtmf_kind dtmf_kind(struct slice content_type)
{
    static const struct {
        const char *name;
        enum dtmf_kind kind;
    } KINDS[] = {
        {"application/dtmf-relay", DTMF_RELAY},
        {"application/dtmf", DTMF_PLAIN},
        {"application/kpml-response+xml", DTMF_KPML},
    };
    size_t end = slice_find(content_type, ';');
    struct slice type = slice_trim(slice_sub(content_type, 0, end));
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (slice_ieq(type, slice_str(KINDS[i].name)))
            return KINDS[i].kind;
    return DTMF_NONE;
}

static bool is_key(uint8_t c)
{
    c = slice_lower(c);
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'd') || c == '*' || c == '#' ||
           c == '!';
}

/* A key, or its number as a telephone event (10 to 16), or a word for flash. Empty:
 * neither. */
static struct slice key_of(struct slice text)
{
    static const uint8_t KEYS[] = "*#ABCD!";
    uint64_t n;
    if (text.n == 1 && is_key(text.p[0]))
        return text;
    if (text.n == 2 && slice_u64(text, &n) == 2 && n >= 10 && n <= 16)
        return slice_of(KEYS + (n - 10), 1);
    if (slice_ieq(text, SLICE("hf")) || slice_ieq(text, SLICE("flash")))
        return SLICE("!");
    if (slice_ieq(text, SLICE("star")))
        return SLICE("*");
    if (slice_ieq(text, SLICE("hash")) || slice_ieq(text, SLICE("pound")))
        return SLICE("#");
    return (struct slice){0};
}

static uint32_t number(struct slice text)
{
    uint64_t n = 0;
    slice_u64(text, &n);
    return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/* The next line without its end; lines may end with CR, LF or both. */
static struct slice line_next(struct slice *rest)
{
    size_t n = 0;
    while (n < rest->n && rest->p[n] != '\r' && rest->p[n] != '\n')
        n++;
    struct slice line = slice_sub(*rest, 0, n);
    *rest = slice_skip(*rest, n + 1);
    return slice_trim(line);
}

/* Signal=5, Duration=160, a line each; blanks around '=' are seen in the wild. */
static void read_relay(struct slice body, struct dtmf_body *out)
{
    while (body.n) {
        struct slice line = line_next(&body);
        size_t equals = slice_find(line, '=');
        struct slice name = slice_trim(slice_sub(line, 0, equals));
        struct slice value = slice_trim(slice_skip(line, equals + 1));
        if (slice_ieq(name, SLICE("Signal")))
            out->digits = key_of(value);
        else if (slice_ieq(name, SLICE("Duration")))
            out->duration = number(value);
    }
}

/* The value of an attribute of the first element kpml-response: digits="5". */
static struct slice attribute(struct slice tag, struct slice name)
{
    while (tag.n) {
        size_t equals = slice_find(tag, '=');
        struct slice before = slice_trim(slice_sub(tag, 0, equals));
        struct slice value = slice_trim(slice_skip(tag, equals + 1));
        if (!value.n || (value.p[0] != '"' && value.p[0] != '\''))
            break;
        uint8_t quote = value.p[0];
        value = slice_skip(value, 1);
        size_t end = slice_find(value, quote);
        bool whole_word =
            before.n == name.n ||
            (before.n > name.n && slice_blank(before.p[before.n - name.n - 1]));
        if (whole_word && slice_ieq(slice_skip(before, before.n - name.n), name))
            return slice_sub(value, 0, end);
        tag = slice_skip(value, end + 1);
    }
    return (struct slice){0};
}

/* The start tag of kpml-response, with or without a namespace prefix. */
static bool find_response(struct slice body, struct slice *tag)
{
    while (body.n) {
        body = slice_skip(body, slice_find(body, '<') + 1);
        *tag = slice_sub(body, 0, slice_find(body, '>'));
        size_t n = 0;
        while (n < tag->n && !slice_blank(tag->p[n]) && tag->p[n] != '/')
            n++;
        struct slice name = slice_sub(*tag, 0, n);
        name = slice_skip(
            name, name.n > slice_find(name, ':') ? slice_find(name, ':') + 1 : 0);
        if (slice_ieq(name, SLICE("kpml-response"))) {
            *tag = slice_skip(*tag, n);
            return true;
        }
        body = slice_skip(body, tag->n);
    }
    return false;
}

static bool read_kpml(struct slice body, struct dtmf_body *out)
{
    struct slice tag;
    if (!find_response(body, &tag))
        return false;
    out->digits = attribute(tag, SLICE("digits"));
    for (size_t i = 0; i < out->digits.n; i++)
        if (!is_key(out->digits.p[i]))
            return false;
    return true;
}

int dtmf_body_parse(struct slice content_type, struct slice body, struct dtmf_body *out)
{
    struct dtmf_body b = {.kind = dtmf_kind(content_type)};
    bool good = false;
    switch (b.kind) {
    case DTMF_NONE: return 1;
    case DTMF_RELAY: read_relay(body, &b); break;
    case DTMF_PLAIN: b.digits = key_of(slice_trim(body)); break;
    case DTMF_KPML: good = read_kpml(body, &b); break;
    }
    if (b.kind == DTMF_KPML ? !good : !b.digits.n)
        return -REASON_DTMF_BAD;
    *out = b;
    return 0;
}
