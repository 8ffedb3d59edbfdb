#include "model/offer.h"
#include "model/streams.h"
#include "view/alias.h"
#include "view/ladder_work.h"

#include <stdlib.h>

static void label(struct ladder_work *b, struct ladder_column *c)
{
    char text[ADDR_TEXT];
    struct addr ip = c->addr;
    const char *name = alias_find(b->view->aliases, &c->addr);
    if (b->options->by_host)
        ip.port = 0;
    size_t n = addr_format(&ip, text);
    c->label =
        name ? ladder_work_copy(b, name, strlen(name)) : ladder_work_copy(b, text, n);
}

/* Two ports of one host under one name: the port is added. */
static void tell_apart(struct ladder_work *b)
{
    struct ladder *l = b->ladder;
    for (size_t i = 0; i < l->columns && !b->failed; i++)
        for (size_t j = 0; j < i && !b->failed; j++) {
            struct ladder_column *c = &l->column[i];
            if (strcmp(c->label, l->column[j].label) != 0 || !c->addr.port)
                continue;
            b->text.n = 0;
            strbuf_str(&b->text, c->label);
            strbuf_printf(&b->text, ":%u", c->addr.port);
            free(c->label);
            c->label = ladder_work_copy(b, b->text.p, b->text.n);
        }
}

/* Who announced an address in a description of the call; NULL: nobody. */
static const struct addr *announcer(const struct call *c, const struct addr *a)
{
    for (const struct offer *o = c->offers; o; o = o->next)
        for (unsigned i = 0; i < o->text->lines && o->msg->hop; i++) {
            const struct addr *said = &o->text->line[i].addr;
            if (said->family == a->family && !memcmp(said->ip, a->ip, sizeof a->ip))
                return &o->msg->hop->src;
        }
    return NULL;
}

static bool add_media(struct ladder_work *b, const struct ladder_item *item)
{
    const struct rtp_stream *s = item->stream;
    return participants_add_media(&b->parties, &s->src, announcer(item->call, &s->src),
                                  item->leg) &&
           participants_add_media(&b->parties, &s->dst, announcer(item->call, &s->dst),
                                  item->leg);
}

void ladder_work_columns(struct ladder_work *b)
{
    struct ladder *l = b->ladder;
    for (size_t i = 0; i < b->items.n && !b->failed; i++)
        if (b->items.at[i].msg)
            b->failed =
                !participants_add(&b->parties, b->items.at[i].msg, b->items.at[i].leg);
    for (size_t i = 0; i < b->items.n && !b->failed; i++)
        if (b->items.at[i].stream)
            b->failed = !add_media(b, &b->items.at[i]);
    unsigned n = b->failed ? 0 : participants_fold(&b->parties, b->options->by_host);
    l->column = calloc(n ? n : 1, sizeof *l->column);
    b->failed |= !l->column;
    if (b->failed)
        return;
    l->columns = n;
    for (size_t i = 0; i < b->parties.list.n; i++) {
        const struct participant *p = &b->parties.list.at[i];
        if (!p->own)
            continue;
        l->column[p->column].addr = p->addr;
        l->column[p->column].leg = p->leg;
        label(b, &l->column[p->column]);
    }
    if (!b->failed)
        tell_apart(b);
}
