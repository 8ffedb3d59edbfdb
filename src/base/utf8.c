#include "base/utf8.h"
#include "base/utf8_table.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { COMBINING_MAX = 4 };

/* What the sanitiser does with one character or one broken byte. */
struct step {
    size_t used;      /* bytes read */
    int32_t c;        /* the character; -1: a broken byte */
    bool safe;        /* goes out as it is */
    unsigned columns; /* of what goes out */
};

static bool in_table(const struct range *t, size_t n, int32_t c)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c > t[mid].last)
            low = mid + 1;
        else if (c < t[mid].first)
            high = mid;
        else
            return true;
    }
    return false;
}

/* Unicode 14 (3.9, table 3-7): the second byte's range keeps out overlong forms,
 * surrogates and what is over U+10FFFF. */
size_t utf8_next(const uint8_t *s, size_t n, int32_t *out)
{
    uint8_t low = 0x80, high = 0xbf;
    size_t need;
    int32_t c = s[0];
    *out = c;
    if (c < 0x80)
        return 1;
    *out = -1;
    if (c < 0xc2 || c > 0xf4)
        return 1;
    need = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (need >= n)
        return 1;
    low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : low;
    high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : high;
    c &= 0x3f >> need;
    for (size_t i = 1; i <= need; i++, low = 0x80, high = 0xbf) {
        if (s[i] < low || s[i] > high)
            return 1;
        c = c << 6 | (s[i] & 0x3f);
    }
    *out = c;
    return need + 1;
}

/* Characters that hide, move or reorder others: formats (category Cf), line and
 * paragraph separators, fillers, variation selectors, tags; and no characters at all.
 */
static const struct range UNSAFE[] = {
    {0x0, 0x1f},         {0x7f, 0x9f},       {0xad, 0xad},       {0x34f, 0x34f},
    {0x600, 0x605},      {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},
    {0x890, 0x891},      {0x8e2, 0x8e2},     {0x115f, 0x1160},   {0x17b4, 0x17b5},
    {0x180b, 0x180f},    {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},
    {0x3164, 0x3164},    {0xd800, 0xdfff},   {0xfdd0, 0xfdef},   {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},    {0xffa0, 0xffa0},   {0xfff0, 0xfffb},   {0xfffe, 0xffff},
    {0x110bd, 0x110bd},  {0x110cd, 0x110cd}, {0x13430, 0x13438}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a},  {0x1fffe, 0x1ffff}, {0x2fffe, 0x2ffff}, {0x3fffe, 0x3ffff},
    {0xe0000, 0x10ffff},
};

bool utf8_safe(int32_t c)
{
    if (c >= 0x20 && c < 0x7f)
        return true;
    return c >= 0 && c <= 0x10ffff && !in_table(UNSAFE, COUNT(UNSAFE), c);
}

static bool combining(int32_t c)
{
    return c >= COMBINING[0].first && in_table(COMBINING, COUNT(COMBINING), c);
}

int utf8_width(int32_t c)
{
    if (c < COMBINING[0].first)
        return 1;
    if (combining(c))
        return 0;
    return in_table(WIDE, COUNT(WIDE), c) ? 2 : 1;
}

size_t utf8_put(char out[4], int32_t c)
{
    if (c < 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        c = 0xfffd;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00 >> n & 0xf0) | c);
    return n;
}

static unsigned escape_columns(int32_t c)
{
    if (c == '\t' || c == '\r' || c == '\n')
        return 2;
    if (c < 0x80)
        return 4; /* \x1b: a control character or a broken byte */
    return c < 0x100 ? 6 : c < 0x1000 ? 7 : c < 0x10000 ? 8 : c < 0x100000 ? 9 : 10;
}

/* One character. run: marks since the last character that is none; a mark with nothing
 * before it would land on what stands left of the text, so the run starts out full. */
static struct step step_of(const uint8_t *s, size_t n, unsigned *run)
{
    struct step st = {0};
    st.used = utf8_next(s, n, &st.c);
    st.safe = utf8_safe(st.c);
    if (st.safe && combining(st.c))
        st.safe = *run < COMBINING_MAX && ++*run;
    else
        *run = st.safe ? 0 : COMBINING_MAX;
    st.columns = st.safe ? (unsigned)utf8_width(st.c) : escape_columns(st.c);
    return st;
}

/* Length of the run of plain ASCII at s. */
static size_t plain(const uint8_t *s, size_t n)
{
    size_t i = 0;
    while (i < n && s[i] >= 0x20 && s[i] < 0x7f)
        i++;
    return i;
}

static void add_escape(struct strbuf *b, int32_t c, uint8_t byte)
{
    if (c == '\t')
        strbuf_add(b, "\\t", 2);
    else if (c == '\r')
        strbuf_add(b, "\\r", 2);
    else if (c == '\n')
        strbuf_add(b, "\\n", 2);
    else if (c < 0x80)
        strbuf_printf(b, "\\x%02x", byte);
    else
        strbuf_printf(b, "\\u{%x}", (unsigned)c);
}

void utf8_clean(struct strbuf *b, const void *bytes, size_t n)
{
    const uint8_t *s = bytes, *end = n ? s + n : s;
    unsigned run = COMBINING_MAX;
    while (s < end) {
        size_t k = plain(s, (size_t)(end - s));
        if (k) {
            strbuf_add(b, s, k);
            s += k;
            run = 0;
            continue;
        }
        struct step st = step_of(s, (size_t)(end - s), &run);
        if (st.safe)
            strbuf_add(b, s, st.used);
        else
            add_escape(b, st.c, *s);
        s += st.used;
    }
}

size_t utf8_columns(const void *bytes, size_t n)
{
    const uint8_t *s = bytes, *end = n ? s + n : s;
    unsigned run = COMBINING_MAX;
    size_t columns = 0;
    while (s < end) {
        size_t k = plain(s, (size_t)(end - s));
        columns += k;
        s += k;
        if (k)
            run = 0;
        if (s == end)
            break;
        struct step st = step_of(s, (size_t)(end - s), &run);
        columns += st.columns;
        s += st.used;
    }
    return columns;
}

/* \u escapes are lossless in JSON, so unsafe characters go out that way; over U+FFFF
 * as a surrogate pair (RFC 8259, 7). */
static void json_escape(struct strbuf *b, int32_t c)
{
    static const char LETTER[] = "btnvfr"; /* from 0x08 on */
    if (c < 0) {
        strbuf_add(b, "\xef\xbf\xbd", 3);
    } else if (c >= '\b' && c <= '\r' && c != '\v') {
        strbuf_char(b, '\\');
        strbuf_char(b, LETTER[c - 8]);
    } else if (c < 0x10000) {
        strbuf_printf(b, "\\u%04x", (unsigned)c);
    } else {
        unsigned v = (unsigned)c - 0x10000;
        strbuf_printf(b, "\\u%04x\\u%04x", 0xd800 + (v >> 10), 0xdc00 + (v & 0x3ff));
    }
}

void utf8_json(struct strbuf *b, const void *bytes, size_t n)
{
    const uint8_t *s = bytes, *end = n ? s + n : s;
    unsigned run = COMBINING_MAX;
    while (s < end) {
        size_t k = 0, left = (size_t)(end - s);
        while (k < left && s[k] >= 0x20 && s[k] < 0x7f && s[k] != '"' && s[k] != '\\')
            k++;
        if (k) {
            strbuf_add(b, s, k);
            s += k;
            run = 0;
            continue;
        }
        struct step st = step_of(s, left, &run);
        if (*s == '"' || *s == '\\') {
            strbuf_char(b, '\\');
            strbuf_char(b, (char)*s);
        } else if (st.safe) {
            strbuf_add(b, s, st.used);
        } else {
            json_escape(b, st.c);
        }
        s += st.used;
    }
}
