/*
 * The column tables: one table of fields per table of the product. They drive columns,
 * sorting, text, JSON, CSV, `fields`, and later filters and SQL.
 */
#ifndef VIEW_FIELD_H
#define VIEW_FIELD_H

#include "dissect/sip.h"
#include "view/view.h"

enum value_type {
    VALUE_NULL,
    VALUE_BOOL,     /* i: 0 or 1 */
    VALUE_INT,      /* i */
    VALUE_REAL,     /* r */
    VALUE_TEXT,     /* p, n: raw bytes, not sanitised */
    VALUE_TIME,     /* i: ns since 1970 */
    VALUE_DURATION, /* i: ns */
    VALUE_JSON,     /* of fields alone: texts that are JSON; a value is VALUE_TEXT */
};

struct value {
    enum value_type type;
    union {
        int64_t i;
        double r;
        struct {
            const char *p; /* in the model, static, or in the row's scratch: until the
                              next get with the same scratch */
            size_t n;
        };
    };
};

struct row {
    const struct view *view;
    const void *object; /* struct call, struct msg, struct ledger_row, struct field */
    struct strbuf *scratch;    /* for values that have to be made */
    struct strbuf *text;       /* cache of the message text read last (object's) */
    const void *text_of;       /* whose text it is; NULL: none yet */
    bool text_kept;            /* it is the message's own text */
    struct sip sip;            /* that text parsed */
    const struct field *field; /* that field_get asks for */
};

/* What the tone of a cell is: colours carry meaning and nothing else. */
enum tone { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_REQUEST, TONE_DIM };

/* Tone of a response: 1xx dim, 2xx good, 3xx as requests, 401/407 warn, others bad; 0:
 * plain. */
enum tone tone_of_status(unsigned status);

/* Tone of a MOS: the bands of ITU-T G.109, best or high, medium, low, poor. */
enum tone tone_of_mos(double mos);

struct field {
    const char *name;  /* as SPEC has it */
    const char *title; /* column heading */
    const char *unit;  /* "s", "ms", "%", "bytes"; "" none */
    enum value_type type;
    uint8_t width;  /* columns in a table; 0: takes what is left */
    uint8_t digits; /* decimals in a table, of REAL, TIME and DURATION; of INT 1: 0 is
                       left blank there, it means none; of a TEXT without width: the
                       least it is of use with, below which it is left out */
    uint8_t place;  /* in the default table, from 1; 0: not in it. On a narrow terminal
                       the last places are left out first */
    const char *help;
    void (*get)(struct row *row, struct value *out);
    enum tone (*tone)(struct row *row); /* NULL: plain */
};

struct table {
    const char *name;
    const struct field *fields;
    size_t n;
    /* Adds what is to be told of a row before its flexible column in a text table;
     * NULL: nothing. */
    void (*mark)(struct row *row, struct strbuf *out);
    /* Rows by position, some of which may be NULL (given up). */
    size_t (*count)(const struct view *v);
    const void *(*at)(const struct view *v, size_t i);
};

extern const struct table TABLE_CALLS, TABLE_MESSAGES, TABLE_STREAMS, TABLE_SLICES,
    TABLE_OFFERS, TABLE_EVENTS, TABLE_FINDINGS, TABLE_REGISTRATIONS, TABLE_LEDGER,
    TABLE_KPIS, TABLE_FIELDS;

/* All tables, in SPEC's order, NULL at the end. Those whose data comes later have no
 * rows. */
extern const struct table *const TABLES[];

/* Table and field by name; NULL: none. */
const struct table *table_find(const char *name);
const struct field *field_find(const struct table *t, const char *name);

/* The nearest field name to a wrong one, for messages; never NULL. */
const char *field_nearest(const struct table *t, const char *name);

/* How far two short names are apart: letters put in, left out, changed or
 * swapped with the next. */
unsigned field_distance(const char *a, const char *b);

/* The field's value for the row's object; null where it has no data yet. */
static inline void field_get(const struct field *f, struct row *row, struct value *out)
{
    out->type = VALUE_NULL;
    row->field = f;
    if (f->get)
        f->get(row, out);
}

/* "text", "integer": how `fields` names a type. */
const char *value_type_name(enum value_type type);

/* Order of two values of one field: < 0, 0, > 0; null comes last. */
int value_compare(const struct value *a, const struct value *b);

/* Short name of a row of the ledger, and its sentence with the detail. */
const char *ledger_reason_name(uint32_t reason);
void ledger_what(const struct ledger_row *r, struct strbuf *out);

/* A value as a person reads it in a table (sanitised, without padding): times as local
 * or UTC time of day or date, durations with field->digits. Null: "". */
void value_text(const struct view *v, const struct field *f, const struct value *value,
                struct strbuf *out);

#endif
