#include "query/pack.h"

#include "query/schema.h"
#include "view/value.h"
#include "view/verdict.h"

const char *pack_base(enum pack_kind kind)
{
    static const char *const BASE[PACK_KINDS] = {
        [PACK_CALL] = "SELECT max(id) FROM calls",
        [PACK_MESSAGE] = "SELECT max(id) FROM messages",
        [PACK_STREAM] = "SELECT max(id) FROM streams",
        [PACK_FINDING] = "SELECT max(id) FROM findings",
        [PACK_REGISTRATION] = "SELECT max(id) FROM registrations",
        [PACK_SLICE] = "SELECT max(rowid) FROM slices",
        [PACK_OFFER] = "SELECT max(rowid) FROM offers",
        [PACK_EVENT] = "SELECT max(rowid) FROM events",
    };
    return BASE[kind];
}

void pack_done(struct pack *p)
{
    strbuf_done(&p->record);
    strbuf_done(&p->scratch);
    strbuf_done(&p->text_of);
}

/* What a column of a table counts. */
static enum pack_kind kind_of(const struct table *t, const struct field *f)
{
    static const struct {
        const char *name;
        enum pack_kind kind;
    } COLUMNS[] = {{"call", PACK_CALL},     {"session", PACK_CALL},
                   {"stream", PACK_STREAM}, {"pair", PACK_STREAM},
                   {"cause", PACK_FINDING}, {"copy_of", PACK_MESSAGE}};
    if (f->type != VALUE_INT)
        return PACK_NONE;
    if (!strcmp(f->name, "id"))
        return t == &TABLE_CALLS           ? PACK_CALL
               : t == &TABLE_MESSAGES      ? PACK_MESSAGE
               : t == &TABLE_STREAMS       ? PACK_STREAM
               : t == &TABLE_FINDINGS      ? PACK_FINDING
               : t == &TABLE_REGISTRATIONS ? PACK_REGISTRATION
                                           : PACK_NONE;
    for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS; i++)
        if (!strcmp(COLUMNS[i].name, f->name))
            return COLUMNS[i].kind;
    return PACK_NONE;
}

/* Begins a record with all columns of a row. */
static struct row begin(struct pack *p, const struct table *t, const void *object)
{
    struct row row = {
        .view = p->view, .object = object, .scratch = &p->scratch, .text = &p->text_of};
    record_begin(&p->record, schema_index(t));
    for (size_t i = 0; i < t->n; i++) {
        struct value v;
        field_get(&t->fields[i], &row, &v);
        if (v.type == VALUE_INT && v.i)
            v.i += p->base[kind_of(t, &t->fields[i])];
        record_value(&p->record, &v);
    }
    return row;
}

static void add_null(struct pack *p)
{
    record_text(&p->record, NULL, 0);
}

static void add_str(struct pack *p, const char *s)
{
    record_text(&p->record, s, s ? strlen(s) : 0);
}

/* ---- messages ---- */

static void add_frames(struct pack *p, const struct msg *m)
{
    struct strbuf *b = &p->scratch;
    size_t n;
    const uint64_t *frames = msg_frames(m, &n);
    b->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (i)
            strbuf_char(b, ' ');
        strbuf_u64(b, frames[i]);
    }
    record_text(&p->record, n ? b->p : NULL, b->n);
}

/* Where texts are not stored the description is: streams are bound by it. */
static void add_sdp(struct pack *p, const struct msg *m, bool have)
{
    if (!p->text && have && m->flags & MSG_SDP &&
        stored_sdp(slice_of(p->text_of.p, p->text_of.n), &p->scratch))
        record_text(&p->record, p->scratch.p, p->scratch.n);
    else
        add_null(p);
}

void pack_message(struct pack *p, const struct msg *m, int64_t capture)
{
    struct row row = begin(p, &TABLE_MESSAGES, m);
    record_int(&p->record, m->id + p->base[PACK_MESSAGE]);
    record_int(&p->record, capture);
    record_int(&p->record, (m->flags & MSG_REASSEMBLED ? SCHEMA_REASSEMBLED : 0) |
                               (m->flags & MSG_CUT ? SCHEMA_CUT : 0));
    add_frames(p, m);
    /* Mostly the columns have read it already. */
    bool have = row.text_of == m && row.text_kept;
    if (!have && (p->text || m->flags & MSG_SDP))
        have = !view_text(p->view, m, &p->text_of);
    have = have && p->text_of.n == m->text.length;
    add_sdp(p, m, have);
    if (p->text && have)
        record_text(&p->record, p->text_of.n ? p->text_of.p : "", p->text_of.n);
    else
        add_null(p);
}

/* ---- calls and what is theirs ---- */

void pack_call(struct pack *p, const struct call *call, int64_t capture)
{
    begin(p, &TABLE_CALLS, call);
    record_int(&p->record, call->id + p->base[PACK_CALL]);
    record_int(&p->record, capture);
    record_int(&p->record, call->ring);
    record_int(&p->record, call->answer);
    record_int(&p->record, call->end);
}

static void add_line(struct pack *p, const struct rtp_stream *s, bool receiver)
{
    struct stored_line l = stored_line_of(s, receiver);
    if (l.message)
        record_int(&p->record, (int64_t)l.message + p->base[PACK_MESSAGE]);
    else
        add_null(p);
    record_int(&p->record, l.line);
}

void pack_stream(struct pack *p, const struct rtp_stream *s)
{
    const struct streams *all = p->view->streams;
    begin(p, &TABLE_STREAMS, s);
    record_int(&p->record, stored_id(s) + p->base[PACK_STREAM]);
    record_int(&p->record, p->run);
    add_line(p, s, true);
    add_line(p, s, false);
    for (size_t i = 0; i < stored_numbers(); i++) {
        union stored_number n = stored_number_of(all, s, i);
        struct value v = {.type = VALUE_REAL, .r = n.r};
        if (stored_number_real(i))
            record_value(&p->record, &v);
        else
            record_int(&p->record, n.i);
    }
}

void pack_event(struct pack *p, const struct event *e)
{
    char src[64], dst[64];
    const char *transport = NULL;
    pack_row(p, &TABLE_EVENTS, e, PACK_EVENT, e->id);
    bool flow = stored_flow(e, src, dst, &transport);
    record_int(&p->record, e->id + p->base[PACK_EVENT]);
    record_int(&p->record, e->time);
    add_str(p, p->view->file_name ? p->view->file_name(p->view->ctx, e->file) : NULL);
    add_str(p, flow ? src : NULL);
    add_str(p, flow ? dst : NULL);
    add_str(p, transport);
}

void pack_finding(struct pack *p, const struct finding *f)
{
    begin(p, &TABLE_FINDINGS, f);
    record_int(&p->record, f->id + p->base[PACK_FINDING]);
    record_int(&p->record, p->run);
}

void pack_row(struct pack *p, const struct table *t, const void *object,
              enum pack_kind kind, uint32_t id)
{
    begin(p, t, object);
    record_int(&p->record, id + p->base[kind]);
}

void pack_place(struct pack *p, const struct table *t, const void *object, size_t place)
{
    begin(p, t, object);
    if (!field_find(t, "id"))
        record_int(&p->record, p->run * SCHEMA_PLACES + (int64_t)place);
}

void pack_ledger(struct pack *p, const struct ledger_row *r, size_t place)
{
    pack_place(p, &TABLE_LEDGER, r, place);
    record_int(&p->record, p->run * SCHEMA_PLACES + (int64_t)place);
    record_int(&p->record, p->run);
    record_int(&p->record, r->detail);
    add_str(p, p->view->file_name ? p->view->file_name(p->view->ctx, r->first_file)
                                  : NULL);
}

void pack_forget(struct pack *p, const struct call *call)
{
    record_begin(&p->record, RECORD_FORGET);
    record_int(&p->record, call ? call->id + p->base[PACK_CALL] : 0);
    record_int(&p->record, p->run);
}
