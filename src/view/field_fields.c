#include "view/value.h"

/* The table that a field is of: fields of a table lie side by side. */
static const struct table *table_of(const struct field *f)
{
    for (size_t i = 0; TABLES[i]; i++)
        for (size_t j = 0; j < TABLES[i]->n; j++)
            if (&TABLES[i]->fields[j] == f)
                return TABLES[i];
    return NULL;
}

#define GET(column, text)                                        \
    static void get_##column(struct row *row, struct value *out) \
    {                                                            \
        const struct field *f = row->object;                     \
        value_set_str(out, text);                                \
    }

GET(table, table_of(f)->name)
GET(name, f->name)
GET(type, value_type_name(f->type))
GET(unit, *f->unit ? f->unit : NULL)
GET(meaning, f->help)

static const struct field FIELDS[] = {
    {FIELD("table", "Table", "", TEXT, 13, 0, 1, "table that has the column"),
     get_table, NULL},
    {FIELD("name", "Name", "", TEXT, 16, 0, 2, "name of the column"), get_name, NULL},
    {FIELD("type", "Type", "", TEXT, 8, 0, 3,
           "boolean, integer, real, text, time (Unix seconds) or duration (seconds)"),
     get_type, NULL},
    {FIELD("unit", "Unit", "", TEXT, 5, 0, 4, "unit of its numbers"), get_unit, NULL},
    {FIELD("meaning", "Meaning", "", TEXT, 0, 0, 5, "what it says"), get_meaning, NULL},
};

static size_t count(const struct view *v)
{
    size_t n = 0;
    (void)v;
    for (size_t i = 0; TABLES[i]; i++)
        n += TABLES[i]->n;
    return n;
}

static const void *at(const struct view *v, size_t i)
{
    (void)v;
    for (size_t t = 0; TABLES[t]; t++) {
        if (i < TABLES[t]->n)
            return &TABLES[t]->fields[i];
        i -= TABLES[t]->n;
    }
    return NULL;
}

const struct table TABLE_FIELDS = {TABLE_OF("fields", FIELDS), count, at};
