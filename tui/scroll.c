#include "tui/scroll.h"

void scroll_fit(struct scroll *s, size_t count, int page)
{
    size_t rows = page > 0 ? (size_t)page : 1;

    s->count = count;
    s->page = (int)rows;
    if (s->at >= count)
        s->at = count ? count - 1 : 0;
    if (s->at < s->top)
        s->top = s->at;
    if (s->at >= s->top + rows)
        s->top = s->at - rows + 1;
    if (s->top + rows > count)
        s->top = count > rows ? count - rows : 0;
}

void scroll_by(struct scroll *s, long rows)
{
    size_t last = s->count ? s->count - 1 : 0;

    if (rows < 0)
        s->at = (size_t)-rows > s->at ? 0 : s->at - (size_t)-rows;
    else
        s->at = (size_t)rows > last - s->at ? last : s->at + (size_t)rows;
    scroll_fit(s, s->count, s->page);
}

bool scroll_act(struct scroll *s, enum action action)
{
    long page = s->page > 1 ? s->page - 1 : 1;

    switch (action) {
    case ACTION_UP: scroll_by(s, -1); return true;
    case ACTION_DOWN: scroll_by(s, 1); return true;
    case ACTION_PAGE_UP: scroll_by(s, -page); return true;
    case ACTION_PAGE_DOWN: scroll_by(s, page); return true;
    case ACTION_HOME: scroll_by(s, -(long)s->at); return true;
    case ACTION_END: scroll_by(s, (long)(s->count - s->at)); return true;
    default: return false;
    }
}

bool scroll_window(struct scroll *s, enum action action)
{
    struct scroll w = *s;

    /* A window's place is a cursor among the places it may have. */
    w.count = s->count > (size_t)s->page ? s->count - (size_t)s->page + 1 : 1;
    w.at = w.top = s->top < w.count ? s->top : w.count - 1;
    if (!scroll_act(&w, action))
        return false;
    s->top = s->at = w.at;
    return true;
}
