#include "depot.h"

#include "archive.h"
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

/* What decides which rows a capture makes, as text; false: more than the options. */
static bool row_options(const struct trace *t, struct strbuf *b)
{
    const struct options *o = t->options;
    const struct limits *l = &t->limits;
    strbuf_printf(b, "%s%s%s%s%s %u %u %zu %zu %zu %zu %s", SIPGLASS_VERSION,
                  o->invite_only ? " invite" : "", o->no_media ? " no-media" : "",
                  o->no_text ? " no-text" : "", o->redact ? " redact" : "",
                  l->max_calls, l->max_messages, l->max_memory, l->fragments, l->tcp,
                  l->message, o->bpf ? o->bpf : "");
    return !archive_count(t->archive) && !b->failed;
}

void depot_open(struct trace *t, void (*report)(const char *line))
{
    const struct options *o = t->options;
    struct errmsg why = {""}, line;
    struct strbuf decides = {0};
    if (!o->db)
        return;
    bool again = row_options(t, &decides);
    struct store_options so = {.path = o->db,
                               .no_text = o->no_text || o->redact,
                               .wait = !t->live,
                               .max_age = (int64_t)o->db_age,
                               .max_size = o->db_size,
                               .ledger = &t->ledger,
                               .options = again ? strbuf_cstr(&decides) : NULL};
    int err = store_new(&t->view, &so, &t->store, &why);
    if (!err) {
        add_sources(t, report);
        err = store_start(t->store, &why);
    }
    strbuf_done(&decides);
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
