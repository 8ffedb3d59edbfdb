#include "view/view.h"
#include "base/err.h"

int view_text(const struct view *v, const struct msg *m, struct strbuf *out)
{
    out->n = 0;
    if (!v->text || m->text.file == SPAN_NONE)
        return -ERR_GONE;
    if (!m->text.length)
        return 0;
    char *p = strbuf_room(out, m->text.length);
    if (!p)
        return -ERR_NOMEM;
    int err = v->text->get(v->text, m->text, (uint8_t *)p);
    if (!err)
        out->n = m->text.length;
    return err;
}
