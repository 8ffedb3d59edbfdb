#include "out/detail_text.h"
#include "base/utf8.h"
#include "out/format.h"
#include "out/style.h"

static void clean(struct strbuf *out, const char *s)
{
    if (s)
        utf8_clean(out, s, strlen(s));
}

/* What stands above the first line of a kind; NULL: nothing. */
static const char *title_of(enum detail_kind kind)
{
    return kind == DETAIL_HEADER    ? "Headers"
           : kind == DETAIL_FINDING ? "Findings"
                                    : NULL;
}

static void text_line(const struct detail_line *line, bool color, struct strbuf *out)
{
    strbuf_fill(out, ' ',
                (line->kind == DETAIL_PART ? 0 : 2) + (size_t)line->depth * 4);
    switch (line->kind) {
    case DETAIL_PART:
        style_bold(out, line->name, color);
        strbuf_str(out, ": ");
        clean(out, line->value);
        break;
    case DETAIL_SDP:
        clean(out, line->name);
        strbuf_char(out, '=');
        clean(out, line->value);
        break;
    case DETAIL_BODY: clean(out, line->value); break;
    case DETAIL_FINDING:
        style_on(out, TONE_WARN, color);
        strbuf_str(out, "! ");
        clean(out, line->name);
        style_off(out, TONE_WARN, color);
        if (line->reference) {
            strbuf_str(out, "   ");
            clean(out, line->reference);
        }
        break;
    default:
        style_on(out, line->depth ? TONE_DIM : TONE_REQUEST, color);
        clean(out, line->name);
        style_off(out, line->depth ? TONE_DIM : TONE_REQUEST, color);
        strbuf_str(out, ": ");
        clean(out, line->value);
        break;
    }
    strbuf_char(out, '\n');
}

void detail_text(const struct detail *d, bool color, struct strbuf *out)
{
    const char *title = NULL;
    for (size_t i = 0; i < d->n; i++) {
        const char *next = title_of(d->line[i].kind);
        if (next && next != title && !d->line[i].depth) {
            style_bold(out, next, color);
            strbuf_char(out, '\n');
            title = next;
        }
        text_line(&d->line[i], color, out);
    }
}

/* ---- JSON ---- */

static void string(struct strbuf *out, const char *key, const char *s)
{
    strbuf_printf(out, ",\"%s\":", key);
    json_text(out, s, s ? strlen(s) : 0);
}

static const char *const KINDS[] = {
    [DETAIL_FACT] = "fact", [DETAIL_HEADER] = "header", [DETAIL_PART] = "part",
    [DETAIL_SDP] = "sdp",   [DETAIL_BODY] = "body",     [DETAIL_FINDING] = "finding",
};

static void json_line(const struct detail_line *line, struct strbuf *out)
{
    strbuf_printf(out, "{\"kind\":\"%s\",\"depth\":%u", KINDS[line->kind], line->depth);
    string(out, "name", line->name);
    string(out, "value", line->value);
    if (line->kind == DETAIL_FINDING)
        string(out, "reference", line->reference);
    strbuf_char(out, '}');
}

void detail_json(const struct detail *d, struct strbuf *out)
{
    strbuf_str(out, "{\"lines\":[");
    for (size_t i = 0; i < d->n; i++) {
        if (i)
            strbuf_char(out, ',');
        json_line(&d->line[i], out);
    }
    strbuf_str(out, "]}\n");
}

/* ---- CSV ---- */

void detail_csv(const struct detail *d, struct strbuf *out)
{
    strbuf_str(out, "depth,kind,name,value,reference\r\n");
    for (size_t i = 0; i < d->n; i++) {
        const struct detail_line *line = &d->line[i];
        strbuf_printf(out, "%u,%s,", line->depth, KINDS[line->kind]);
        csv_text(out, line->name);
        strbuf_char(out, ',');
        csv_text(out, line->value);
        strbuf_char(out, ',');
        csv_text(out, line->reference);
        strbuf_str(out, "\r\n");
    }
}
