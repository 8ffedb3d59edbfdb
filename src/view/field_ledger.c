#include "view/value.h"

static const struct ledger_row *ledger_of(const struct row *row)
{
    return row->object;
}

static void get_reason(struct row *row, struct value *out)
{
    value_set_str(out, ledger_reason_name(ledger_of(row)->reason));
}

static void get_what(struct row *row, struct value *out)
{
    const struct ledger_row *r = ledger_of(row);
    row->scratch->n = 0;
    ledger_what(r, row->scratch);
    value_set_scratch(out, row);
}

static void get_count(struct row *row, struct value *out)
{
    value_set_int(out, (int64_t)ledger_of(row)->count);
}

static void get_bytes(struct row *row, struct value *out)
{
    value_set_int(out, (int64_t)ledger_of(row)->bytes);
}

static void get_first_frame(struct row *row, struct value *out)
{
    if (ledger_of(row)->first_frame)
        value_set_int(out, (int64_t)ledger_of(row)->first_frame);
}

const char *ledger_reason_name(uint32_t reason)
{
    return reason < LEDGER_FIRST ? reason_name((int)reason) : ledger_name(reason);
}

/* Numbers that people know in hexadecimal are given so. */
static void detail(struct strbuf *out, const struct ledger_row *r)
{
    switch (r->reason) {
    case REASON_ETHERTYPE_UNKNOWN:
    case REASON_NOT_IP: strbuf_printf(out, " (EtherType 0x%04x)", r->detail); break;
    case REASON_IP_PROTO_UNKNOWN:
        strbuf_printf(out, " (protocol %u)", r->detail);
        break;
    case REASON_LINK_UNKNOWN: strbuf_printf(out, " (link type %u)", r->detail); break;
    default: strbuf_printf(out, " (%u)", r->detail); break;
    }
}

void ledger_what(const struct ledger_row *r, struct strbuf *out)
{
    const char *text =
        r->reason < LEDGER_FIRST ? reason_text((int)r->reason) : ledger_text(r->reason);
    strbuf_str(out, text ? text : "");
    if (r->detail == UINT32_MAX)
        strbuf_str(out, " (others)");
    else if (r->reason == LEDGER_MALFORMED && r->detail)
        strbuf_printf(out, " (%s)", reason_name((int)r->detail));
    else if (r->detail)
        detail(out, r);
}

static const struct field FIELDS[] = {
    {FIELD("reason", "Reason", "", TEXT, 18, 0, 2, "short name"), get_reason, NULL},
    {FIELD("what", "What", "", TEXT, 0, 0, 3, "what was not shown, and why"), get_what,
     NULL},
    {FIELD("count", "Count", "", INT, 9, 0, 1, "how often"), get_count, NULL},
    {FIELD("bytes", "Bytes", "bytes", INT, 12, 0, 4, "bytes that it concerns"),
     get_bytes, NULL},
    {FIELD("first_frame", "First frame", "", INT, 11, 0, 5,
           "number of the first frame that it concerns; null: no frame"),
     get_first_frame, NULL},
};

static size_t count(const struct view *v)
{
    return v->ledger ? v->ledger->n : 0;
}

static const void *at(const struct view *v, size_t i)
{
    return i < v->ledger->n ? &v->ledger->row[i] : NULL;
}

const struct table TABLE_LEDGER = {TABLE_OF("ledger", FIELDS), count, at};
