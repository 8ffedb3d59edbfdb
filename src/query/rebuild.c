#include "query/rebuild.h"

#include "query/schema.h"

#include <sqlite3.h>
#include <stdlib.h>

/* Frames of a finding; ids, after which there is room for more. */
enum { FRAMES_MAX = 1000, ID_MAX = INT32_MAX };

void rebuild_done(struct rebuild *r)
{
    vec_done(&r->fed.list);
    vec_done(&r->call.list);
    vec_done(&r->stream.list);
    vec_done(&r->finding.list);
    vec_done(&r->frames);
    strbuf_done(&r->text);
}

/* ---- columns ---- */

static struct slice text_at(sqlite3_stmt *s, int i)
{
    const void *p = sqlite3_column_blob(s, i);
    return slice_of(p, p ? (size_t)sqlite3_column_bytes(s, i) : 0);
}

static uint64_t number_at(sqlite3_stmt *s, int i, uint64_t max)
{
    sqlite3_int64 v = sqlite3_column_int64(s, i);
    return v < 0 || (uint64_t)v > max ? 0 : (uint64_t)v;
}

static uint32_t u32_at(sqlite3_stmt *s, int i)
{
    return (uint32_t)number_at(s, i, UINT32_MAX);
}

static bool null_at(sqlite3_stmt *s, int i)
{
    return sqlite3_column_type(s, i) == SQLITE_NULL;
}

static uint16_t file_at(struct rebuild *r, sqlite3_stmt *s, int i)
{
    return r->name(r->ctx, (const char *)sqlite3_column_text(s, i));
}

/* Asks row by row. */
static int each(struct rebuild *r, const char *sql,
                void (*take)(struct rebuild *r, sqlite3_stmt *s))
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(r->sql, sql, -1, &s, NULL);
    while (!code && (code = sqlite3_step(s)) == SQLITE_ROW) {
        take(r, s);
        code = 0;
    }
    sqlite3_finalize(s);
    return code == SQLITE_DONE ? 0 : code;
}

/* ---- ids ---- */

static void id_push(struct rebuild_ids *ids, int64_t old, uint32_t id)
{
    size_t n = ids->list.n;
    if (!n || ids->list.at[n - 1].old < old)
        (void)vec_push(&ids->list, ((struct rebuild_id){old, id}));
}

static uint32_t id_of(const struct rebuild_ids *ids, int64_t old)
{
    size_t low = 0, high = ids->list.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (ids->list.at[mid].old < old)
            low = mid + 1;
        else
            high = mid;
    }
    return low < ids->list.n && ids->list.at[low].old == old ? ids->list.at[low].id : 0;
}

void rebuild_note(struct rebuild *r, int64_t old, const struct call *call)
{
    id_push(&r->fed, old, call->id);
}

/* The call that column i names. *drop: it names one that is not here. */
static struct call *call_at(struct rebuild *r, sqlite3_stmt *s, int i, bool *drop)
{
    uint32_t id = id_of(&r->call, sqlite3_column_int64(s, i));
    struct call *call = id ? calls_by_id(r->calls, id) : NULL;
    *drop = !call && !null_at(s, i);
    return call;
}

/* ---- calls ---- */

static void map_call(struct rebuild *r, sqlite3_stmt *s)
{
    int64_t old = sqlite3_column_int64(s, 0);
    uint32_t id = id_of(&r->fed, old);
    struct call *call = r->skipped(r->ctx, sqlite3_column_int64(s, 2), 0) ? NULL
                        : id ? calls_by_id(r->calls, id)
                             : calls_find(r->calls, text_at(s, 1));
    if (call)
        id_push(&r->call, old, call->id);
}

int rebuild_map(struct rebuild *r, struct rebuild_calls *seen)
{
    int code = each(r,
                    "SELECT c.id, c.call_id, x.capture FROM calls c LEFT JOIN "
                    "call_more x ON x.call=c.id ORDER BY c.id",
                    map_call);
    for (size_t i = 0; i < r->call.list.n; i++)
        if (!vec_push(&seen->rows, r->call.list.at[i].id))
            return SQLITE_NOMEM;
    seen->sorted = false;
    return code;
}

static int by_id(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool is_whole(const struct rebuild *r, const struct call *call)
{
    struct rebuild_calls *s = r->seen;
    if (!call || !s->rows.n)
        return false;
    if (!s->sorted)
        qsort(s->rows.at, s->rows.n, sizeof *s->rows.at, by_id);
    s->sorted = true;
    const uint32_t *end = s->rows.at + s->rows.n;
    const uint32_t *at = bsearch(&call->id, s->rows.at, s->rows.n, sizeof *at, by_id);
    return at && (at == s->rows.at || at[-1] != *at) && (at + 1 == end || at[1] != *at);
}

static void take_call(struct rebuild *r, sqlite3_stmt *s)
{
    bool drop;
    struct call *call = call_at(r, s, 0, &drop);
    struct stored_call c = {
        .session = r->ids ? u32_at(s, 2) : id_of(&r->call, sqlite3_column_int64(s, 2)),
        .state = text_at(s, 3),
        .status = (uint16_t)number_at(s, 4, 999),
        .reason = text_at(s, 5),
        .ended_by = text_at(s, 6),
        .messages = u32_at(s, 7),
        .retransmissions = u32_at(s, 8),
        .link = text_at(s, 9),
        .link_confidence = (uint8_t)number_at(s, 10, 100),
        .incomplete = text_at(s, 11),
        .start = sqlite3_column_int64(s, 12),
        .ring = sqlite3_column_int64(s, 13),
        .answer = sqlite3_column_int64(s, 14),
        .end = sqlite3_column_int64(s, 15),
    };
    if (!is_whole(r, call))
        return;
    restore_call(r->calls, call, &c);
    if (r->listener)
        r->listener->verdict(r->listener->ctx, call, text_at(s, 16));
}

/* ---- streams ---- */

static void take_stream(struct rebuild *r, sqlite3_stmt *s)
{
    enum { NUMBERS = 21 };
    union stored_number number[128];
    bool drop;
    struct stored_stream in = {
        .id = r->ids ? (uint32_t)number_at(s, 0, ID_MAX) : 0,
        .call = call_at(r, s, 1, &drop),
        .src = text_at(s, 2),
        .dst = text_at(s, 3),
        .ssrc = text_at(s, 4),
        .codec = text_at(s, 5),
        .binding = text_at(s, 6),
        .digits = text_at(s, 7),
        .pt = null_at(s, 8) ? 255 : (uint8_t)number_at(s, 8, 127),
        .rate = u32_at(s, 9),
        .pair = {.id = r->ids ? u32_at(s, 10)
                              : id_of(&r->stream, sqlite3_column_int64(s, 10)),
                 .lost = number_at(s, 11, INT64_MAX),
                 .delay = sqlite3_column_double(s, 12),
                 .jitter = sqlite3_column_double(s, 13),
                 .timed = !null_at(s, 12),
                 .basis = text_at(s, 14)},
        .line = {{number_at(s, 15, INT64_MAX), (uint8_t)number_at(s, 16, 255)},
                 {number_at(s, 17, INT64_MAX), (uint8_t)number_at(s, 18, 255)}},
        .file = r->file,
        .files = r->files,
        .number = number,
    };
    /* 19: the run; 20: the row beside is there */
    if (drop || null_at(s, 20) ||
        (!in.call && r->skipped(r->ctx, 0, sqlite3_column_int64(s, 19))))
        return;
    for (size_t i = 0; i < stored_numbers(); i++) {
        int at = NUMBERS + (int)i;
        if (stored_number_real(i))
            number[i].r = sqlite3_column_double(s, at);
        else
            number[i].i = sqlite3_column_int64(s, at);
    }
    struct rtp_stream *n = restore_stream(r->calls->streams, &in);
    if (n)
        id_push(&r->stream, sqlite3_column_int64(s, 0), stored_id(n));
}

static int take_streams(struct rebuild *r)
{
    struct strbuf b = {0};
    strbuf_str(&b, "SELECT s.id, s.call, s.src, s.dst, s.ssrc, s.codec, s.binding, "
                   "s.dtmf, s.pt, s.clock_rate, s.pair, s.added_lost, s.added_delay, "
                   "s.added_jitter, s.pair_reason, x.dst_message, x.dst_line, "
                   "x.src_message, x.src_line, x.run, x.stream");
    for (size_t i = 0; i < stored_numbers(); i++)
        strbuf_printf(&b, ", x.\"%s\"", stored_number_name(i));
    strbuf_str(&b, " FROM streams s LEFT JOIN stream_more x ON x.stream=s.id ORDER BY "
                   "s.id");
    int code = each(r, strbuf_cstr(&b), take_stream);
    strbuf_done(&b);
    return code;
}

/* What was expected is behind the share of it that was lost. */
static uint32_t expected(uint32_t lost, double loss, uint32_t packets)
{
    double n = lost && loss > 0 ? 100.0 * lost / loss : packets;
    return n < UINT32_MAX ? (uint32_t)(n + 0.5) : 0;
}

static void take_slice(struct rebuild *r, sqlite3_stmt *s)
{
    struct rtp_stream *n = rows_find(stored_rows(r->calls->streams, STORED_STREAMS),
                                     id_of(&r->stream, sqlite3_column_int64(s, 0)));
    struct stored_slice in = {
        .n = u32_at(s, 1),
        .packets = u32_at(s, 2),
        .lost = u32_at(s, 3),
        .jitter_mean = sqlite3_column_double(s, 5),
        .jitter_max = sqlite3_column_double(s, 6),
        .late50 = sqlite3_column_double(s, 7),
        .late200 = sqlite3_column_double(s, 8),
        .r = sqlite3_column_double(s, 9),
        .mos = sqlite3_column_double(s, 10),
    };
    in.expected = expected(in.lost, sqlite3_column_double(s, 4), in.packets);
    if (n)
        restore_slice(r->calls->streams, n, &in);
}

/* ---- events ---- */

static void take_event(struct rebuild *r, sqlite3_stmt *s)
{
    bool drop;
    struct stored_event in = {
        .call = call_at(r, s, 0, &drop),
        .stream = id_of(&r->stream, sqlite3_column_int64(s, 1)),
        .frame = number_at(s, 2, INT64_MAX),
        .kind = text_at(s, 3),
        .value = text_at(s, 4),
        .time = sqlite3_column_int64(s, 5),
        .src = text_at(s, 7),
        .dst = text_at(s, 8),
        .transport = text_at(s, 9),
    };
    if (!is_whole(r, in.call))
        return;
    in.file = file_at(r, s, 6);
    restore_event(r->calls, &in);
}

/* ---- findings ---- */

/* ["trunk.pcap:12","trunk.pcap:14"] */
static void read_frames(struct rebuild *r, struct slice json)
{
    struct strbuf *b = &r->text;
    r->frames.n = 0;
    while (r->frames.n < FRAMES_MAX) {
        json = slice_skip(json, slice_find(json, '"') + 1);
        b->n = 0;
        while (json.n && json.p[0] != '"') {
            bool escaped = json.p[0] == '\\' && json.n > 1;
            strbuf_char(b, (char)json.p[escaped]);
            json = slice_skip(json, 1 + escaped);
        }
        if (!json.n)
            return;
        json = slice_skip(json, 1);
        const char *name = strbuf_cstr(b), *colon = name ? strrchr(name, ':') : NULL;
        if (!colon)
            continue;
        struct stored_frame f = {.frame = strtoull(colon + 1, NULL, 10)};
        b->p[colon - name] = 0;
        f.file = r->name(r->ctx, b->p);
        (void)vec_push(&r->frames, f);
    }
}

static void map_finding(struct rebuild *r, sqlite3_stmt *s)
{
    uint32_t id = r->ids ? (uint32_t)number_at(s, 0, ID_MAX) : ++*r->next_finding;
    id_push(&r->finding, sqlite3_column_int64(s, 0), id);
}

static void take_finding(struct rebuild *r, sqlite3_stmt *s)
{
    bool drop;
    struct stored_finding in = {
        .id = id_of(&r->finding, sqlite3_column_int64(s, 0)),
        .call = call_at(r, s, 1, &drop),
        .rule = text_at(s, 2),
        .severity = text_at(s, 3),
        .confidence = (uint8_t)number_at(s, 4, 100),
        .headline = text_at(s, 5),
        .detail = text_at(s, 6),
        .remedy = text_at(s, 7),
        .cause = id_of(&r->finding, sqlite3_column_int64(s, 9)),
        .group = text_at(s, 10),
        .peer = text_at(s, 11),
    };
    if (drop || !in.id || (in.call && !is_whole(r, in.call)) ||
        (!in.call && r->skipped(r->ctx, 0, sqlite3_column_int64(s, 12))))
        return;
    read_frames(r, text_at(s, 8));
    in.frames = r->frames.at;
    in.nframes = r->frames.n;
    r->listener->finding(r->listener->ctx, &in);
}

static int take_findings(struct rebuild *r)
{
    static const char FINDINGS[] =
        "SELECT f.id, f.call, f.rule, f.severity, f.confidence, f.headline, f.detail, "
        "f.remedy, f.frames, f.cause, f.\"group\", f.peer, x.run FROM findings f LEFT "
        "JOIN finding_more x ON x.finding=f.id ORDER BY f.id";
    int code = each(r, "SELECT id FROM findings ORDER BY id", map_finding);
    return code ? code : each(r, FINDINGS, take_finding);
}

/* ---- the ledger ---- */

static void take_ledger(struct rebuild *r, sqlite3_stmt *s)
{
    const char *name = (const char *)sqlite3_column_text(s, 0);
    struct ledger_row row = {
        .count = number_at(s, 1, INT64_MAX),
        .bytes = number_at(s, 2, INT64_MAX),
        .first_frame = number_at(s, 3, INT64_MAX),
        .detail = u32_at(s, 4),
    };
    for (uint32_t i = 1; name && i < LEDGER_END && !row.reason; i++) {
        const char *known = ledger_reason_name(i);
        row.reason = known && !strcmp(known, name) ? i : 0;
    }
    if (!row.reason ||
        (!null_at(s, 6) && r->skipped(r->ctx, 0, sqlite3_column_int64(s, 6))))
        return;
    row.first_file = file_at(r, s, 5);
    ledger_merge(r->ledger, &row);
}

int rebuild_run(struct rebuild *r, bool old)
{
    static const char CALLS[] =
        "SELECT c.id, c.call_id, c.session, c.state, c.status, c.reason, c.ended_by, "
        "c.messages, c.retransmissions, c.link, c.link_confidence, c.incomplete, "
        "c.start_ns, x.ring_ns, x.answer_ns, x.end_ns, c.verdict FROM calls c LEFT "
        "JOIN call_more x ON x.call=c.id ORDER BY c.id";
    static const char SLICES[] =
        "SELECT stream, n, packets, lost, loss, jitter_mean, jitter_max, late50, "
        "late200, r, mos FROM slices ORDER BY rowid";
    static const char EVENTS[] =
        "SELECT e.call, e.stream, e.frame, e.kind, e.value, x.time_ns, x.file, x.src, "
        "x.dst, x.transport FROM events e JOIN event_more x ON x.event=e.rowid ORDER "
        "BY "
        "e.rowid";
    static const char LEDGER[] =
        "SELECT l.reason, l.count, l.bytes, l.first_frame, x.detail, x.file, x.run "
        "FROM ledger l LEFT JOIN ledger_more x ON x.place=l.rowid ORDER BY l.rowid";
    int code = each(r, CALLS, take_call);
    if (code || old)
        return code;
    if (r->calls->streams && !(code = take_streams(r)))
        code = each(r, SLICES, take_slice);
    if (!code)
        code = each(r, EVENTS, take_event);
    if (!code && r->listener)
        code = take_findings(r);
    return code ? code : each(r, LEDGER, take_ledger);
}
