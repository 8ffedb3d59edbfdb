#include "tui/prompt.h"

#include "base/utf8.h"

#include <string.h>

void prompt_set(struct prompt *p, const char *text)
{
    size_t n = strlen(text);

    if (n >= PROMPT_BYTES)
        n = PROMPT_BYTES - 1;
    memcpy(p->text, text, n);
    p->text[n] = 0;
    p->n = p->at = n;
}

/* Start of the character before `at`. */
static size_t before(const struct prompt *p)
{
    size_t i = p->at;

    while (i > 0 && ((uint8_t)p->text[--i] & 0xc0) == 0x80)
        ;
    return i;
}

static size_t behind(const struct prompt *p)
{
    int32_t c;

    return p->at + (p->at < p->n
                        ? utf8_next((const uint8_t *)p->text + p->at, p->n - p->at, &c)
                        : 0);
}

static enum prompt_result cut(struct prompt *p, size_t from, size_t to)
{
    memmove(p->text + from, p->text + to, p->n - to + 1);
    p->n -= to - from;
    p->at = from;
    return PROMPT_CHANGED;
}

static enum prompt_result insert(struct prompt *p, int32_t key)
{
    char bytes[4];
    size_t n;

    if (!utf8_safe(key))
        return PROMPT_MOVED;
    n = utf8_put(bytes, key);
    if (p->n + n >= PROMPT_BYTES)
        return PROMPT_MOVED;
    memmove(p->text + p->at + n, p->text + p->at, p->n - p->at + 1);
    memcpy(p->text + p->at, bytes, n);
    p->n += n;
    p->at += n;
    return PROMPT_CHANGED;
}

static enum prompt_result move(struct prompt *p, size_t to)
{
    p->at = to;
    return PROMPT_MOVED;
}

enum prompt_result prompt_key(struct prompt *p, int32_t key)
{
    switch (key) {
    case INPUT_ENTER: return PROMPT_DONE;
    case INPUT_ESC: return PROMPT_CANCEL;
    case INPUT_BACKSPACE: return cut(p, before(p), p->at);
    case INPUT_DELETE: return cut(p, p->at, behind(p));
    case CONTROL('U'): return cut(p, 0, p->at);
    case CONTROL('K'): return cut(p, p->at, p->n);
    case INPUT_LEFT: return move(p, before(p));
    case INPUT_RIGHT: return move(p, behind(p));
    case INPUT_HOME:
    case CONTROL('A'): return move(p, 0);
    case INPUT_END:
    case CONTROL('E'): return move(p, p->n);
    default: break;
    }
    return key >= ' ' && key < INPUT_UP ? insert(p, key) : PROMPT_OTHER;
}

void prompt_draw(const struct prompt *p, struct canvas *c, int x, int y, int w,
                 const char *label)
{
    struct rect clip = canvas_clip(c, (struct rect){x, y, w, 1});
    int start = canvas_put(c, x, y, STYLE_BOLD, label);
    int cursor = canvas_columns(p->text, p->at), room = x + w - start - 1;
    size_t skip = 0;

    /* What does not fit goes out on the left. */
    while (cursor > room && skip < p->at) {
        int32_t ch;
        size_t len = utf8_next((const uint8_t *)p->text + skip, p->n - skip, &ch);

        cursor -= canvas_columns(p->text + skip, len);
        skip += len;
    }
    canvas_text(c, start, y, TONE_PLAIN, p->text + skip, p->n - skip);
    canvas_style(c, (struct rect){start + cursor, y, 1, 1}, STYLE_SELECT);
    canvas_clip(c, clip);
}
