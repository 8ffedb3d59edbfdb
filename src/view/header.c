#include "view/header.h"
#include "dissect/sip_table.h"
#include "view/value.h"

#include <stdlib.h>

struct header_field {
    struct field field; /* first: the getter finds it by the row's field */
    char name[HEADER_NAME + 1];
    enum sip_header id;
    bool of_call;
};

void header_field_free(struct header_field *h)
{
    free(h);
}

static bool same(const struct header_field *h, const struct sip_line *line)
{
    return h->id != SIP_H_OTHER ? line->id == h->id
                                : slice_ieq(line->name, slice_str(h->name));
}

static void get_header(struct row *row, struct value *out)
{
    const struct header_field *h = (const struct header_field *)row->field;
    const struct msg *m =
        h->of_call ? ((const struct call *)row->object)->first : row->object;
    struct sip_line line;
    struct sip sip;
    if (!m || view_text(row->view, m, row->text))
        return;
    row->text_of = NULL; /* what else was read of the row is overwritten */
    struct slice text = slice_of(row->text->p, row->text->n);
    (void)sip_parse(text, &sip);
    struct slice rest = sip.head.n ? sip.head : text;
    while (sip_line_next(&rest, &line))
        if (same(h, &line)) {
            value_set_slice(out, line.value);
            return;
        }
}

static bool is_token(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "0123456789-.!%*_+`'~");
    return n && n <= HEADER_NAME && !name[n];
}

struct header_field *header_field_new(const struct table *t, const char *name)
{
    if (!is_token(name) || (t != &TABLE_CALLS && t != &TABLE_MESSAGES))
        return NULL;
    struct header_field *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    memcpy(h->name, name, strlen(name));
    h->id = sip_header_find(slice_str(name));
    h->of_call = t == &TABLE_CALLS;
    h->field = (struct field){.name = h->name,
                              .title = h->name,
                              .unit = "",
                              .type = VALUE_TEXT,
                              .width = 20,
                              .help = "a header of the first message",
                              .get = get_header};
    return h;
}

const struct field *header_field_of(const struct header_field *h)
{
    return &h->field;
}

bool header_is(const struct field *f)
{
    return f->get == get_header;
}
