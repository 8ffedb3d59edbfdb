#include "tui/write_sip.h"

#include "view/hex.h"

#include <string.h>

enum { HEX_LINES = 256 /* of one body that are shown */ };

struct writing {
    struct pager *pager;
    const struct detail *detail;
    struct strbuf text; /* scratch */
    unsigned line;      /* from 1 */
    bool body;
};

/* ---- lines */

/* Bytes of a line that are a header's name with its colon; 0: none. */
static size_t name_length(struct slice s)
{
    size_t colon = slice_find(s, ':');

    return colon < s.n && s.p[0] != ' ' && s.p[0] != '\t' ? colon + 1 : 0;
}

/* A value: parameters outside of angle brackets and quotes stand back. */
static void put_value(struct pager *p, struct slice s)
{
    size_t from = 0;
    bool quoted = false, angle = false, param = false;

    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool turn = false;

        if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '<' || c == '>'))
            angle = c == '<';
        if (!quoted && !angle)
            turn = param ? c == ',' : c == ';';
        if (!turn)
            continue;
        pager_put(p, param ? TONE_DIM : TONE_PLAIN, s.p + from, i - from);
        from = i;
        param = !param;
    }
    pager_put(p, param ? TONE_DIM : TONE_PLAIN, s.p + from, s.n - from);
}

static void put_header(struct pager *p, struct slice s)
{
    size_t name = name_length(s);

    pager_begin(p, 0);
    pager_put(p, STYLE_BOLD, s.p, name);
    put_value(p, slice_skip(s, name));
}

/* Media that goes one way or nowhere: what a silent call is often about. */
static bool is_held(struct slice s)
{
    static const char *const held[] = {"a=sendonly", "a=recvonly", "a=inactive"};

    for (size_t i = 0; i < sizeof held / sizeof *held; i++)
        if (slice_eq(slice_trim(s), slice_str(held[i])))
            return true;
    return slice_istarts(s, SLICE("c=IN IP4 0.0.0.0"));
}

/* "m=audio 0 ...": the medium is refused, or taken out. */
static bool is_refused(struct slice s)
{
    size_t blank = slice_find(s, ' ');

    return s.n > 2 && s.p[0] == 'm' &&
           slice_istarts(slice_skip(s, blank), SLICE(" 0 "));
}

/* "m=audio ..." begins a media section. */
static void put_body(struct pager *p, struct slice s)
{
    bool sdp = s.n > 1 && s.p[1] == '=';
    unsigned style = sdp && s.p[0] == 'm' ? STYLE_BOLD : TONE_PLAIN;

    if (sdp && (is_held(s) || is_refused(s)))
        style |= TONE_WARN;
    pager_begin(p, 0);
    pager_put(p, TONE_DIM, s.p, sdp ? 2 : 0);
    pager_put(p, style, s.p + (sdp ? 2 : 0), s.n - (sdp ? 2 : 0));
}

/* ---- what validation found */

/* Its words, without the number of the line: it stands there. */
static size_t words(const char *name)
{
    const char *number = strstr(name, " (line ");

    return number ? (size_t)(number - name) : strlen(name);
}

static void put_findings(struct writing *w, unsigned line)
{
    for (size_t i = 0; w->detail && i < w->detail->n; i++) {
        const struct detail_line *l = &w->detail->line[i];

        if (l->kind != DETAIL_FINDING || l->line != line)
            continue;
        w->text.n = 0;
        strbuf_str(&w->text, "▲ ");
        strbuf_add(&w->text, l->name, words(l->name));
        pager_begin(w->pager, 2);
        pager_put(w->pager, TONE_WARN | STYLE_BOLD, w->text.p, w->text.n);
        if (l->reference) {
            pager_put(w->pager, TONE_DIM, "   ", 3);
            pager_put(w->pager, TONE_DIM, l->reference, strlen(l->reference));
        }
        pager_prose(w->pager, 2);
    }
}

/* ---- bodies that are no text */

/* Returns the bytes that are shown in hex. */
static size_t put_hex(struct writing *w, struct slice s)
{
    size_t n = hex_extent(s);

    s.n = n;
    for (size_t at = 0; at < n; at += HEX_BYTES) {
        w->text.n = 0;
        if (at / HEX_BYTES == HEX_LINES) {
            strbuf_printf(&w->text, "%zu bytes more", n - at);
            at = n;
        } else {
            hex_line(&w->text, s, at);
        }
        pager_begin(w->pager, 0);
        pager_put(w->pager, TONE_DIM, w->text.p, w->text.n < 6 ? w->text.n : 6);
        if (w->text.n > 6)
            pager_put(w->pager, TONE_PLAIN, w->text.p + 6, w->text.n - 6);
    }
    return n;
}

/* ---- the message */

/* Adds a line; returns its bytes with the line end. */
static size_t put_line(struct writing *w, struct slice text, enum tone start_line)
{
    size_t end = slice_find(text, '\n');
    struct slice s = slice_sub(text, 0, end);

    if (s.n && s.p[s.n - 1] == '\r')
        s.n--;
    w->line++;
    if (w->body && hex_is_binary(s))
        return put_hex(w, text);
    if (w->line == 1) {
        pager_begin(w->pager, 0);
        pager_put(w->pager, (unsigned)start_line | STYLE_BOLD, s.p, s.n);
        put_findings(w, 0);
    } else if (w->body) {
        put_body(w->pager, s);
    } else {
        put_header(w->pager, s);
    }
    put_findings(w, w->line);
    w->body |= w->line > 1 && !s.n;
    return end < text.n ? end + 1 : text.n;
}

void write_sip(struct pager *p, const void *bytes, size_t n, enum tone start_line,
               const struct detail *d)
{
    struct writing w = {.pager = p, .detail = d};
    struct slice text = slice_of(bytes, n);

    while (text.n)
        text = slice_skip(text, put_line(&w, text, start_line));
    strbuf_done(&w.text);
}
