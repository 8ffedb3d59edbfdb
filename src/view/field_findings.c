/* Columns of findings. */
#include "base/utf8.h"
#include "diagnose/diagnose.h"
#include "view/value.h"

static const struct finding *finding_of(const struct row *row)
{
    return row->object;
}

#define GET(field, set, ...)                                    \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        const struct finding *f = finding_of(row);              \
        set(out, __VA_ARGS__);                                  \
    }
#define GET_IF(field, has, set, ...)                            \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        const struct finding *f = finding_of(row);              \
        if (has)                                                \
            set(out, __VA_ARGS__);                              \
    }

GET(id, value_set_int, f->id)
GET_IF(call, f->call, value_set_int, f->call)
GET_IF(session, f->session, value_set_int, f->session)
GET(rule, value_set_str, f->rule->id)
GET(name, value_set_str, f->rule->name)
GET(severity, value_set_str, severity_name(f->severity))
GET(confidence, value_set_int, f->confidence)
GET(headline, value_set_str, f->headline)
GET(detail, value_set_str, f->detail)
GET(remedy, value_set_str, f->remedy)
GET(reference, value_set_str, f->rule->reference)
GET_IF(cause, f->cause, value_set_int, f->cause)
GET_IF(peer, f->peer.family, value_set_addr, row, &f->peer)

static void get_frames(struct row *row, struct value *out)
{
    const struct finding *f = finding_of(row);
    const struct view *v = row->view;
    struct strbuf *b = row->scratch;
    b->n = 0;
    strbuf_char(b, '[');
    for (size_t i = 0; i < f->nevidence; i++) {
        const struct evidence *e = &f->evidence[i];
        const char *file = v->file_name ? v->file_name(v->ctx, e->file) : "";
        strbuf_str(b, i ? ",\"" : "\"");
        utf8_json(b, file, strlen(file));
        strbuf_char(b, ':');
        strbuf_u64(b, e->frame);
        strbuf_char(b, '"');
    }
    strbuf_char(b, ']');
    value_set_scratch(out, row);
}

/* The rule and the first digits of the group's hash: the same in every output of a run.
 */
static void get_group(struct row *row, struct value *out)
{
    const struct finding *f = finding_of(row);
    row->scratch->n = 0;
    strbuf_printf(row->scratch, "%s-%08x", f->rule->id, (unsigned)(f->group >> 32));
    value_set_scratch(out, row);
}

static enum tone tone_severity(struct row *row)
{
    static const enum tone TONES[] = {TONE_PLAIN, TONE_WARN, TONE_BAD};
    return finding_of(row)->cause ? TONE_DIM : TONES[finding_of(row)->severity];
}

static const struct field FIELDS[] = {
    {FIELD("id", "Id", "", INT, 5, 0, 1, "from 1"), get_id, NULL},
    {FIELD("call", "Call", "", INT, 5, 0, 2, "id of the call; null: the capture"),
     get_call, NULL},
    {FIELD("session", "Session", "", INT, 7, 0, 0, "id of the session"), get_session,
     NULL},
    {FIELD("rule", "Rule", "", TEXT, 5, 0, 3, "id of the rule"), get_rule,
     tone_severity},
    {FIELD("name", "Name", "", TEXT, 20, 0, 0, "name of the rule"), get_name, NULL},
    {FIELD("severity", "Severity", "", TEXT, 8, 0, 4, "crit, warn or info"),
     get_severity, tone_severity},
    {FIELD("confidence", "Conf", "", INT, 4, 0, 5, "0 to 100"), get_confidence, NULL},
    {FIELD("headline", "Headline", "", TEXT, 0, 0, 6, "what happened, in one line"),
     get_headline, tone_severity},
    {FIELD("detail", "Detail", "", TEXT, 40, 0, 0, "the evidence in words"), get_detail,
     NULL},
    {FIELD("remedy", "Remedy", "", TEXT, 40, 0, 0, "what to do"), get_remedy, NULL},
    {FIELD("reference", "Reference", "", TEXT, 20, 0, 0, "standard and section"),
     get_reference, NULL},
    {FIELD("frames", "Frames", "", JSON, 20, 0, 0,
           "frames that prove it, as a JSON array of file:frame"),
     get_frames, NULL},
    {FIELD("cause", "Cause", "", INT, 5, 0, 0,
           "id of the finding that it follows from"),
     get_cause, NULL},
    {FIELD("group", "Group", "", TEXT, 16, 0, 0,
           "what findings of the same cause share"),
     get_group, NULL},
    {FIELD("peer", "Peer", "", TEXT, 21, 0, 0, "peer that it concerns"), get_peer,
     NULL},
};

static size_t count(const struct view *v)
{
    return v->diagnosis ? diagnose_count(v->diagnosis) : 0;
}

static const void *at(const struct view *v, size_t i)
{
    return v->diagnosis ? diagnose_at(v->diagnosis, i) : NULL;
}

const struct table TABLE_FINDINGS = {TABLE_OF("findings", FIELDS), count, at};
