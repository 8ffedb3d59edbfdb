#include "out/format.h"
#include "out/ladder_text.h"

static const char *kind_name(enum ladder_kind kind)
{
    static const char *const NAMES[] = {
        [LADDER_MESSAGE] = "message", [LADDER_EVENT] = "event", [LADDER_GAP] = "gap",
        [LADDER_MEDIA] = "media",     [LADDER_NOTE] = "note",
    };
    return NAMES[kind];
}

static void string(struct strbuf *out, const char *key, const char *s)
{
    strbuf_printf(out, ",\"%s\":", key);
    json_text(out, s, s ? strlen(s) : 0);
}

static void number(struct strbuf *out, const char *key, uint64_t n, bool known)
{
    strbuf_printf(out, ",\"%s\":", key);
    if (known)
        strbuf_u64(out, n);
    else
        strbuf_str(out, "null");
}

static void ends(const struct ladder *l, const struct ladder_row *r, struct strbuf *out)
{
    bool has = r->kind != LADDER_GAP && r->kind != LADDER_NOTE;
    string(out, "from", has ? l->column[r->from].label : NULL);
    string(out, "to", has ? l->column[r->to].label : NULL);
}

static void real(struct strbuf *out, const char *key, double r, bool known)
{
    struct value v = {.type = known ? VALUE_REAL : VALUE_NULL, .r = r};
    strbuf_printf(out, ",\"%s\":", key);
    json_value(out, &v);
}

/* MOS of each slice of ten seconds. */
static void slices(struct strbuf *out, const struct ladder_media *m)
{
    strbuf_str(out, ",\"slices\":");
    if (!m) {
        strbuf_str(out, "null");
        return;
    }
    for (size_t i = 0; i < m->slices; i++) {
        strbuf_char(out, i ? ',' : '[');
        if (m->tenth[i])
            strbuf_printf(out, "%u.%u", m->tenth[i] / 10U, m->tenth[i] % 10U);
        else
            strbuf_str(out, "null");
    }
    strbuf_str(out, m->slices ? "]" : "[]");
}

static void media(struct strbuf *out, const struct ladder_row *r)
{
    const struct ladder_media *m = r->media;
    number(out, "stream", r->stream, r->stream != 0);
    string(out, "codec", m ? m->codec : NULL);
    number(out, "packets", m ? m->packets : 0, m != NULL);
    real(out, "loss", m ? m->loss : 0, m != NULL);
    real(out, "jitter", m ? m->jitter : 0, m && m->has_jitter);
    real(out, "mos", m ? m->mos : 0, m && m->has_mos);
    slices(out, m);
}

void ladder_json(const struct view *v, const struct ladder *l, struct strbuf *out)
{
    for (size_t i = 0; i < l->rows; i++) {
        const struct ladder_row *r = &l->row[i];
        bool framed = r->msg || r->event;
        uint16_t file = r->msg ? r->msg->file : r->event ? r->event->file : 0;
        strbuf_printf(out, "{\"kind\":\"%s\",\"time\":", kind_name(r->kind));
        json_seconds(out, r->time, false);
        strbuf_str(out, ",\"delta\":");
        json_seconds(out, r->delta, true);
        ends(l, r, out);
        string(out, "text", r->text);
        string(out, "mark", r->mark);
        string(out, "rule", r->rule);
        number(out, "repeats", r->repeats, true);
        number(out, "call", r->call ? r->call->id : 0, r->call != NULL);
        number(out, "message", r->msg ? r->msg->id : 0, r->msg != NULL);
        number(out, "frame",
               r->msg     ? r->msg->frame
               : r->event ? r->event->frame
                          : 0,
               framed);
        string(out, "file", framed && v->file_name ? v->file_name(v->ctx, file) : NULL);
        media(out, r);
        strbuf_str(out, "}\n");
    }
}

/* ---- CSV ---- */

/* A number, or an empty cell, and the comma behind it. */
static void csv_number(struct strbuf *out, uint64_t n, bool known)
{
    if (known)
        strbuf_u64(out, n);
    strbuf_char(out, ',');
}

static void csv_string(struct strbuf *out, const char *s)
{
    csv_text(out, s);
    strbuf_char(out, ',');
}

static void csv_real(struct strbuf *out, double r, bool known)
{
    struct value v = {.type = VALUE_REAL, .r = r};
    if (known)
        json_value(out, &v);
    strbuf_char(out, ',');
}

/* Figures of a stream; slices: the MOS of each ten seconds, with blanks between. */
static void csv_media(struct strbuf *out, const struct ladder_row *r)
{
    const struct ladder_media *m = r->media;
    csv_number(out, r->stream, r->stream != 0);
    csv_string(out, m ? m->codec : NULL);
    csv_number(out, m ? m->packets : 0, m != NULL);
    csv_real(out, m ? m->loss : 0, m != NULL);
    csv_real(out, m ? m->jitter : 0, m && m->has_jitter);
    csv_real(out, m ? m->mos : 0, m && m->has_mos);
    for (size_t i = 0; m && i < m->slices; i++)
        strbuf_printf(out, "%s%u.%u", i ? " " : "", m->tenth[i] / 10U,
                      m->tenth[i] % 10U);
}

void ladder_csv(const struct view *v, const struct ladder *l, struct strbuf *out)
{
    strbuf_str(out, "kind,time,delta,from,to,text,mark,rule,repeats,call,message,frame,"
                    "file,stream,codec,packets,loss,jitter,mos,slices\r\n");
    for (size_t i = 0; i < l->rows; i++) {
        const struct ladder_row *r = &l->row[i];
        bool framed = r->msg || r->event;
        uint16_t file = r->msg ? r->msg->file : r->event ? r->event->file : 0;
        uint64_t frame = r->msg ? r->msg->frame : r->event ? r->event->frame : 0;
        bool ends = r->kind != LADDER_GAP && r->kind != LADDER_NOTE;
        csv_string(out, kind_name(r->kind));
        json_seconds(out, r->time, false);
        strbuf_char(out, ',');
        json_seconds(out, r->delta, true);
        strbuf_char(out, ',');
        csv_string(out, ends ? l->column[r->from].label : NULL);
        csv_string(out, ends ? l->column[r->to].label : NULL);
        csv_string(out, r->text);
        csv_string(out, r->mark);
        csv_string(out, r->rule);
        csv_number(out, r->repeats, true);
        csv_number(out, r->call ? r->call->id : 0, r->call != NULL);
        csv_number(out, r->msg ? r->msg->id : 0, r->msg != NULL);
        csv_number(out, frame, framed);
        csv_string(out, framed && v->file_name ? v->file_name(v->ctx, file) : NULL);
        csv_media(out, r);
        strbuf_str(out, "\r\n");
    }
}
