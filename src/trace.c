#include "trace.h"

#include "archive.h"
#include "base/utf8.h"
#include "depot.h"
#include "diagnose/diagnose.h"
#include "diagnose/tuning.h"
#include "guard.h"
#include "model/kpi.h"
#include "model/recount.h"
#include "model/streams.h"
#include "options.h"
#include "outlet.h"
#include "recorder.h"
#include "service/alarm.h"
#include "service/config.h"
#include "view/alias.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* struct text over the sources and the spool. */
struct trace_text {
    struct text text;
    struct trace *trace;
    /* The frame kept last: a message in it need not keep it again. */
    uint64_t kept_number;
    uint16_t kept_file;
    struct span kept;
};

static bool lies_in(const struct frame *f, const uint8_t *bytes, size_t n)
{
    uintptr_t a = (uintptr_t)f->data, b = (uintptr_t)bytes;
    return b >= a && b - a <= f->caplen && n <= f->caplen - (b - a);
}

static int keep_frame(struct trace_text *t, const struct frame *f)
{
    if (t->kept_number == f->number && t->kept_file == f->file)
        return 0;
    int err = spool_put_frame(t->trace->spool, f, &t->kept);
    t->kept_number = err ? 0 : f->number;
    t->kept_file = f->file;
    return err;
}

static int text_keep(struct text *self, const struct frame *f)
{
    struct trace_text *t = (struct trace_text *)self;
    if (f->offset != FRAME_NOWHERE)
        return 0;
    if (t->trace->recorder)
        recorder_frame(t->trace->recorder, f);
    return keep_frame(t, f);
}

static int text_put(struct text *self, const struct frame *f, const uint8_t *bytes,
                    size_t n, struct span *out)
{
    struct trace_text *t = (struct trace_text *)self;
    int err;
    *out = (struct span){.length = (uint32_t)n, .file = SPAN_NONE};
    if (!f || !lies_in(f, bytes, n))
        return spool_put(t->trace->spool, bytes, n, out);
    uint64_t at = (uint64_t)(bytes - f->data);
    if (f->offset != FRAME_NOWHERE) {
        out->file = f->file;
        out->offset = f->offset + at;
        return 0;
    }
    if ((err = keep_frame(t, f)))
        return err;
    out->file = SPAN_SPOOL;
    out->offset = t->kept.offset + at;
    return 0;
}

static int text_get(struct text *self, struct span span, uint8_t *buffer)
{
    struct trace *t = ((struct trace_text *)self)->trace;
    if (span.file == SPAN_NONE)
        return -ERR_GONE;
    if (span.file == SPAN_SPOOL)
        return spool_get(t->spool, span, buffer);
    if (span.file >= source_merge_count(t->sources)) {
        struct database *d = archive_owner(t->archive, span.file);
        return d ? database_text(d, span, buffer) : -ERR_GONE;
    }
    return source_read_at(source_merge_at(t->sources, span.file), span.offset, buffer,
                          span.length);
}

static struct text *text_new(struct trace *trace)
{
    struct trace_text *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->text = (struct text){text_put, text_keep, text_get};
    t->trace = trace;
    return &t->text;
}

static const char *file_name(void *ctx, uint16_t file)
{
    const struct trace *t = ctx;
    if (file < source_merge_count(t->sources))
        return source_merge_at(t->sources, file)->name;
    const struct database *d = archive_owner(t->archive, file);
    return d ? database_file(d, file) : "";
}

static const char *interface_name(void *ctx, uint16_t file, uint16_t interface)
{
    const struct trace *t = ctx;
    if (file < source_merge_count(t->sources))
        return source_interface(source_merge_at(t->sources, file), interface);
    const struct database *d = archive_owner(t->archive, file);
    return d ? database_interface(d, interface) : "";
}

/* What is known of a message whose text was not stored. */
static int facts(void *ctx, const struct msg *m, struct strbuf *out)
{
    const struct trace *t = ctx;
    struct database *d = m->file < source_merge_count(t->sources)
                             ? NULL
                             : archive_owner(t->archive, m->file);
    return d ? database_facts(d, m->text, out) : -ERR_GONE;
}

void trace_say(struct trace *t, const char *line)
{
    errmsg_set(&t->said, 0, "%.500s", line);
    t->sayings++;
    if (t->report)
        t->report(line);
}

size_t trace_alarm(const struct trace *t, struct strbuf *out)
{
    struct alarm_event e;
    size_t n = 0;
    if (outlet_alarm(t, 0, &e))
        alarm_text(&e, out);
    while (outlet_alarm(t, n, &e))
        n++;
    return n;
}

void trace_update(struct trace *t)
{
    for (size_t i = 0; i < source_merge_count(t->sources); i++) {
        struct source *s = source_merge_at(t->sources, i);
        struct source_state before = s->state;
        struct errmsg line;
        source_update(s);
        if (s->state.down == before.down && s->state.gone == before.gone)
            continue;
        errmsg_set(&line, 0, "%.200s: %s", s->name,
                   s->state.gone
                       ? "the interface is gone; capture goes on when it is back"
                   : s->state.down ? "the interface is down"
                                   : "the interface is up again");
        trace_say(t, line.text);
    }
}

void trace_free(struct trace *t)
{
    if (!t)
        return;
    recorder_end(t->recorder);
    depot_close(t, false);
    outlet_free(t);
    diagnose_free(t->diagnosis);
    engine_free(t->engine);
    streams_free(t->streams);
    calls_free(t->calls);
    kpi_free(t->kpi);
    archive_free(t->archive);
    source_merge_free(t->sources);
    spool_free(t->spool);
    alias_free(t->aliases);
    alias_free(t->trunks);
    free(t->text);
    free(t);
}

static void report_source(void (*report)(const char *), const char *name,
                          const char *what)
{
    struct strbuf b = {0};
    utf8_clean(&b, name, strlen(name));
    strbuf_printf(&b, ": %s", what);
    report(strbuf_cstr(&b));
    strbuf_done(&b);
}

typedef int source_open(const char *, uint16_t, const struct source_options *,
                        struct ledger *, struct source **, struct errmsg *);

static int open_one(struct trace *t, const char *name, source_open *open, uint16_t file,
                    struct source **out, void (*report)(const char *))
{
    const struct options *o = t->options;
    struct source_options so = {
        .bpf = o->bpf,
        .follow = o->follow,
        .buffer_mb = o->buffer_mb,
        .snaplen = o->snaplen,
        .hep_key = o->hep_key ? o->hep_key : config_hep(o->settings, "key"),
        .hep_allow = o->hep_allow ? o->hep_allow : config_hep(o->settings, "allow"),
        .tap_alive = guard_fd(o->guard)};
    for (size_t i = 0; i < o->ninterfaces && open == source_live_open; i++)
        if (o->interfaces[i] == name)
            so.tap = guard_tap(o->guard, i);
    struct errmsg why = {""};
    int err = open(name, file, &so, &t->ledger, out, &why);
    if (!err)
        return 0;
    if (err == -ERR_NOENT && open == source_file_open && !strpbrk(name, "./"))
        errmsg_set(&why, err, "no such file, and no such command (see --help)");
    report_source(report, name, why.text[0] ? why.text : err_text(err));
    t->failed = true;
    return err;
}

static void open_database(struct trace *t, const char *name,
                          void (*report)(const char *))
{
    struct errmsg why = {""};
    int err = archive_add(t->archive, name, &why);
    if (!err)
        return;
    report_source(report, name, why.text[0] ? why.text : err_text(err));
    t->failed = true;
}

/* How source i of the options is opened, and its name: files first, then interfaces,
 * then listeners. */
static source_open *opener_of(const struct options *o, size_t i, const char **name)
{
    if (i < o->nfiles) {
        *name = o->files[i];
        return source_file_open;
    }
    i -= o->nfiles;
    if (i < o->ninterfaces) {
        *name = o->interfaces[i];
        return source_live_open;
    }
    *name = o->hep_listen[i - o->ninterfaces];
    return source_hep_open;
}

static int open_sources(struct trace *t, void (*report)(const char *))
{
    const struct options *o = t->options;
    size_t n = 0, all = o->nfiles + o->ninterfaces + o->nhep_listen;
    if (!(t->archive = archive_new((uint16_t)all)))
        return -ERR_NOMEM;
    int err = 0;
    struct source **list =
        all < SPAN_NONE ? calloc(all + 1, sizeof(struct source *)) : NULL;
    if (!list)
        return -ERR_NOMEM;
    /* A file that is bad is left out; a wrong filter is wrong for all. */
    for (size_t i = 0; i < all && err != -ERR_USAGE; i++) {
        bool live = i >= o->nfiles;
        const char *name;
        source_open *open = opener_of(o, i, &name);
        if (!live && database_is(name)) {
            open_database(t, name, report);
            continue;
        }
        err = open_one(t, name, open, (uint16_t)n, &list[n], report);
        if (!err) {
            t->live |= live;
            n++;
        }
    }
    for (size_t i = 0; i < n && archive_count(t->archive); i++)
        if (!list[i]->state.live && !list[i]->state.pipe)
            archive_source(t->archive, list[i]->name);
    archive_settle(t->archive);
    if (err != -ERR_USAGE)
        err = n || archive_count(t->archive) ? source_merge_new(list, n, &t->sources)
                                             : -ERR_NOENT;
    for (size_t i = 0; err && i < n; i++)
        source_free(list[i]);
    free(list);
    return err;
}

struct alias_report {
    void (*report)(const char *);
    const char *file;
    struct trace *trace;
};

static void alias_line_wrong(void *ctx, unsigned line, const char *what)
{
    struct alias_report *r = ctx;
    struct errmsg m;
    errmsg_set(&m, 0, "line %u: %s", line, what);
    report_source(r->report, r->file, m.text);
    r->trace->failed = true;
}

/* Longest alias file that is read. */
enum { ALIAS_FILE_MAX = 16 << 20 };

static int read_whole(const char *path, struct strbuf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : 1;
    while (n > 0 && out->n < ALIAS_FILE_MAX) {
        char *room = strbuf_room(out, 65536);
        n = room ? read(fd, room, 65536) : -1;
        out->n += n > 0 ? (size_t)n : 0;
    }
    int saved = errno;
    if (fd >= 0)
        close(fd);
    errno = saved;
    return n < 0 ? -ERR_IO : 0;
}

/* A bad alias file costs names, never the capture. */
static int open_aliases(struct trace *t, const struct config *settings,
                        void (*report)(const char *))
{
    const char *path = t->options->aliases;
    struct strbuf b = {0};
    struct alias_report r = {report, path, t};
    int err = 0;
    struct slice more = config_aliases(settings);
    if (!path && !more.n)
        return 0;
    if (path && read_whole(path, &b)) {
        report_source(report, path, strerror(errno));
        t->failed = true;
        b.n = 0;
    }
    if (b.n)
        strbuf_char(&b, '\n');
    strbuf_add(&b, more.p, more.n);
    if (b.n && !(t->aliases = alias_read(slice_of(b.p, b.n), alias_line_wrong, &r))) {
        err = -ERR_NOMEM;
    }
    strbuf_done(&b);
    return err;
}

static const char *trunk_of(void *ctx, const struct addr *addr)
{
    return alias_find(((const struct trace *)ctx)->trunks, addr);
}

/* What is wrong in it was told when it was read. */
static void configure_diagnosis(struct trace *t, const struct config *settings)
{
    const char *name, *value;
    for (size_t i = 0; config_diagnose(settings, i, &name, &value); i++)
        tuning_apply(t->diagnosis, name, value);
}

void trace_configure(struct trace *t, const struct config *settings)
{
    struct alias *before = t->aliases;
    bool failed = t->failed;
    t->aliases = NULL;
    if (open_aliases(t, settings, t->report))
        t->aliases = before;
    else
        alias_free(before);
    t->view.aliases = t->aliases;
    configure_diagnosis(t, settings);
    if (t->outlet)
        outlet_configure(t, settings);
    t->failed = failed; /* was told, and costs names alone */
}

/* The commands that list one table do not ask for key figures; a filter may. */
static bool asks_for_kpis(const struct trace *t)
{
    switch (t->options->command) {
    case COMMAND_SCREEN:
    case COMMAND_STATS:
    case COMMAND_SQL:
    case COMMAND_WATCH: return true;
    default: return t->live || t->options->where;
    }
}

/* A live capture runs for weeks, and is counted as it comes; a file when somebody asks,
 * or before calls leave at a limit. */
static int open_kpi(struct trace *t)
{
    struct config_kpis config = config_kpis(t->options->settings);
    struct slice trunks = config_trunks(t->options->settings);
    struct kpi_options o = {.prefix = config.prefix,
                            .early_487_left_out = config.early_487_left_out,
                            .ledger = &t->ledger,
                            .text = t->text};
    if (trunks.n && !(t->trunks = alias_read(trunks, NULL, NULL)))
        return -ERR_NOMEM;
    if (t->trunks) {
        o.trunk = trunk_of;
        o.trunk_ctx = t;
    }
    if (!t->live) {
        o.keep[KPI_SECOND] = 3600;
        o.groups = 32000;
    }
    if (!(t->kpi = kpi_new(&o)))
        return -ERR_NOMEM;
    if (asks_for_kpis(t))
        t->calls->kpi_later = t->kpi;
    if (t->live)
        recount(t->calls);
    return 0;
}

/* Lists, filters and the database see a call anew. */
static void verdict_changed(void *ctx, uint32_t id)
{
    struct calls *calls = ctx;
    struct call *call = calls_by_id(calls, id);
    if (call)
        call->version = ++calls->version;
}

/* What is to be saved and cannot be is an error at once. */
static int open_recorder(struct trace *t)
{
    struct errmsg why = {""};
    if (!t->live || !t->options->out)
        return 0;
    int err = recorder_new(t, &t->recorder, &why);
    if (!err)
        return 0;
    report_source(t->report, t->options->out, why.text[0] ? why.text : err_text(err));
    return -ERR_USAGE;
}

int trace_new(const struct options *options, void (*report)(const char *line),
              struct trace **out)
{
    struct trace *t = calloc(1, sizeof *t);
    int err = -ERR_NOMEM;
    if (!t)
        return err;
    t->options = options;
    t->report = report;
    t->limits = options->limits;
    t->limits.max_memory -=
        t->limits.max_memory / 8; /* findings, rows: with the calls */
    ledger_init(&t->ledger);
    if (!(t->text = text_new(t)) ||
        (err = spool_new(options->spool_dir, options->spool_size, &t->ledger,
                         &t->spool)) ||
        (err = open_aliases(t, options->settings, report)) ||
        (err = open_sources(t, report)))
        goto fail;
    err = -ERR_NOMEM;
    if (!(t->calls = calls_new(&t->limits, &t->ledger)) || open_kpi(t))
        goto fail;
    if (!options->no_media && !(t->streams = streams_new(t->calls, &t->ledger)))
        goto fail;
    struct engine_options eo = {.limits = &t->limits,
                                .ledger = &t->ledger,
                                .calls = t->calls,
                                .streams = t->streams,
                                .text = t->text,
                                .invite_only = options->invite_only,
                                .keep_media = options->keep_rtp,
                                .rtcp = outlet_rtcp,
                                .rtcp_ctx = t};
    if (!(t->engine = engine_new(&eo)))
        goto fail;
    if (!(t->diagnosis = diagnose_new(t->calls, t->streams, &t->ledger, t->text)))
        goto fail;
    configure_diagnosis(t, options->settings);
    diagnose_listen(t->diagnosis, verdict_changed, t->calls);
    t->view = (struct view){.calls = t->calls,
                            .streams = t->streams,
                            .diagnosis = t->diagnosis,
                            .ledger = &t->ledger,
                            .text = t->text,
                            .aliases = t->aliases,
                            .facts = facts,
                            .file_name = file_name,
                            .interface_name = interface_name,
                            .ctx = t,
                            .utc = options->utc,
                            .redact = options->redact};
    t->calls->leaving = outlet_leaving;
    t->calls->leaving_ctx = t;
    depot_open(t, report);
    if ((err = outlet_open(t, report)) || (err = open_recorder(t)))
        goto fail;
    *out = t;
    return 0;
fail:
    trace_free(t);
    return err;
}
