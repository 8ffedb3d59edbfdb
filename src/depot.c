#include "depot.h"

#include "digest.h"
#include "options.h"

static void add_sources(struct trace *t, void (*report)(const char *line))
{
    char digest[DIGEST_TEXT];
    struct errmsg line;
    for (size_t i = 0; i < source_merge_count(t->sources); i++) {
        const struct source *s = source_merge_at(t->sources, i);
        struct store_capture c = {.file = (uint16_t)i, .name = s->name};
        if (!s->state.live && !s->state.pipe && !t->options->follow &&
            digest_of_file(s->name, &c.size, digest))
            c.digest = digest;
        if (!store_capture(t->store, &c))
            continue;
        errmsg_set(&line, 0, "%.200s: is in %.200s already and not stored again",
                   s->name, t->options->db);
        report(line.text);
    }
}

void depot_open(struct trace *t, void (*report)(const char *line))
{
    const struct options *o = t->options;
    struct errmsg why = {""}, line;
    if (!o->db)
        return;
    struct store_options so = {.path = o->db,
                               .no_text = o->no_text || o->redact,
                               .wait = !t->live,
                               .max_age = (int64_t)o->db_age,
                               .max_size = o->db_size,
                               .ledger = &t->ledger};
    int err = store_new(&t->view, &so, &t->store, &why);
    if (!err) {
        add_sources(t, report);
        if ((err = store_start(t->store)))
            errmsg_set(&why, err, "%s", err_text(err));
    }
    if (err) {
        store_free(t->store);
        t->store = NULL;
        t->failed = true;
        errmsg_set(&line, 0, "%.200s: nothing is stored: %.250s", o->db, why.text);
        report(line.text);
        return;
    }
}

void depot_close(struct trace *t, bool whole)
{
    struct errmsg line;
    const char *why;
    if (!t->store)
        return;
    store_end(t->store, whole);
    if ((why = store_error(t->store))) {
        t->failed = true;
        errmsg_set(&line, 0, "%.200s: not all is stored: %.250s", t->options->db, why);
        trace_say(t, line.text);
    }
    store_free(t->store);
    t->store = NULL;
}
