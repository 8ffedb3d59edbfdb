#include "view/list.h"
#include "diagnose/diagnose.h"
#include "model/streams.h"
#include "view/keys.h"
#include "view/search.h"

#include <stdlib.h>

/*
 * The shown rows with their sort keys. What is new or changed is filtered, sorted among
 * itself and merged in, a part at a time. A list that is sorted or filtered anew is
 * made beside the shown one, which stays until the other is whole.
 */
enum {
    REBUILD = 10000, /* keys taken in vain until the texts of old ones are given back */
    GLANCES = 32     /* rows asked whether they changed, for the cost of one taken */
};

struct list {
    const struct view *view;
    const struct table *table;
    struct key_order order, next_order; /* of the shown rows, and of those to come */
    struct keys shown, coming, scratch;
    bool stale;            /* the shown rows are not those asked for */
    bool building;         /* `coming` is being made */
    struct search *search; /* NULL: all rows */
    list_passes *filter;   /* NULL: all rows */
    void *filter_ctx;
    size_t taken;            /* rows of the table looked at for the shown ones */
    size_t built, build_end; /* the same for the coming ones, and where they end */
    size_t swept;            /* rows asked whether they changed, in this round */
    size_t total;            /* rows that exist */
    uint32_t last_id;        /* newest id of `taken`, and of `built` */
    uint32_t built_id;
    uint64_t version, layout, verdicts;    /* verdicts: of the diagnosis */
    uint64_t sweep_version, build_version; /* when the round began; 0: none runs */
    struct strbuf text_scratch, text;
};

void list_free(struct list *l)
{
    if (!l)
        return;
    keys_done(&l->shown);
    keys_done(&l->coming);
    keys_done(&l->scratch);
    strbuf_done(&l->text_scratch);
    strbuf_done(&l->text);
    search_free(l->search);
    free(l);
}

struct list *list_new(const struct view *v, const struct table *t)
{
    struct list *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->view = v;
    l->table = t;
    l->stale = true;
    return l;
}

void list_again(struct list *l)
{
    l->stale = true;
    l->building = false;
}

void list_sort(struct list *l, const struct field *by, bool descending)
{
    if (by == l->next_order.by && descending == l->next_order.descending)
        return;
    l->next_order = (struct key_order){by, descending};
    list_again(l);
}

void list_search(struct list *l, const char *words)
{
    search_free(l->search);
    l->search = words && *words ? search_new(l->view, l->table, words) : NULL;
    list_again(l);
}

void list_filter(struct list *l, list_passes *passes, void *ctx)
{
    l->filter = passes;
    l->filter_ctx = ctx;
    list_again(l);
}

/* ---- rows ---- */

/* The ids of the table's rows, growing; NULL: it has none. */
static const uint32_t *row_ids(const struct list *l, size_t *n)
{
    const struct calls *c = l->view->calls;
    *n = 0;
    if (l->table == &TABLE_CALLS)
        return *n = c->list_ids.n, c->list_ids.at;
    if (l->table == &TABLE_MESSAGES)
        return *n = c->msg_ids.n, c->msg_ids.at;
    if (l->table == &TABLE_STREAMS && l->view->streams)
        return *n = l->view->streams->list.ids.n, l->view->streams->list.ids.at;
    return NULL;
}

static bool has_ids(const struct list *l)
{
    return l->table == &TABLE_CALLS || l->table == &TABLE_MESSAGES ||
           l->table == &TABLE_STREAMS;
}

static bool passes(struct list *l, const void *object)
{
    return (!l->search || search_match(l->search, object)) &&
           (!l->filter || l->filter(l->filter_ctx, l->table, object));
}

static void take_row(struct list *l, struct keys *k, const struct key_order *o,
                     const void *object, size_t at)
{
    struct row row = {.view = l->view,
                      .object = object,
                      .scratch = &l->text_scratch,
                      .text = &l->text};
    size_t n;
    const uint32_t *ids = row_ids(l, &n);
    if (passes(l, object))
        (void)keys_add(k, o, &row, (uint32_t)at, ids && at < n ? ids[at] : 0);
}

/* Only calls change once they are there. */
static bool row_changed(const struct list *l, const void *object)
{
    return l->table == &TABLE_CALLS && object &&
           ((const struct call *)object)->version > l->version;
}

/* Takes at most `budget` rows of the table from *taken on; returns how many. */
static size_t take_new(struct list *l, struct keys *k, const struct key_order *o,
                       size_t *taken, uint32_t *last_id, size_t budget)
{
    size_t n = l->table->count(l->view), from = *taken, ids;
    const uint32_t *id = row_ids(l, &ids);
    for (; *taken < n && *taken - from < budget; ++*taken) {
        const void *object = l->table->at(l->view, *taken);
        if (object)
            take_row(l, k, o, object, *taken);
        if (id && *taken < ids)
            *last_id = id[*taken];
    }
    return *taken - from;
}

/* ---- rows that left ---- */

/* Where rows are now, by id. */
struct places {
    const struct list *list;
    const uint32_t *ids;
    size_t n;
    uint32_t first, *by_id; /* position + 1 by id - first; NULL: to be searched */
};

static size_t place_of(const struct places *p, uint32_t id)
{
    size_t low = 0, high = p->n;
    if (p->by_id)
        return id >= p->first && id <= p->ids[p->n - 1] ? p->by_id[id - p->first] : 0;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (p->ids[mid] < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < p->n && p->ids[low] == id ? low + 1 : 0;
}

static bool still_there(void *ctx, struct key *key)
{
    const struct places *p = ctx;
    size_t place = place_of(p, key->id);
    if (!place || p->list->table->at(p->list->view, place - 1) != key->object)
        return false;
    key->order = (uint32_t)(place - 1);
    return true;
}

/* How many rows have an id up to this one. */
static size_t rows_until(const struct places *p, uint32_t id)
{
    size_t low = 0, high = p->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (p->ids[mid] <= id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Takes out the rows that left, and learns where the others are now. Runs do not stay
 * runs of known length, so what was being built begins again. */
static void follow_layout(struct list *l)
{
    struct places p = {.list = l};
    p.ids = row_ids(l, &p.n);
    l->building = false;
    l->sweep_version = 0;
    size_t span = p.n ? (size_t)(p.ids[p.n - 1] - p.ids[0]) + 1 : 0;
    if (span && span < 16 * p.n + 1024 &&
        (p.by_id = calloc(span, sizeof *p.by_id)) != NULL) {
        p.first = p.ids[0];
        for (size_t i = 0; i < p.n; i++)
            p.by_id[p.ids[i] - p.first] = (uint32_t)i + 1;
    }
    keys_keep(&l->shown, still_there, &p);
    l->taken = rows_until(&p, l->last_id);
    free(p.by_id);
}

/* ---- a step ---- */

/* A key that is taken anew in this part of the round. */
struct part {
    const struct list *list;
    size_t from, to;
};

static bool not_in_part(void *ctx, struct key *key)
{
    const struct part *p = ctx;
    return key->order < p->from || key->order >= p->to ||
           !row_changed(p->list, key->object);
}

/* Looks for changed rows, and takes at most `budget` of them anew. Returns what it
 * cost. */
static size_t sweep(struct list *l, size_t budget)
{
    const struct calls *c = l->view->calls;
    struct part part = {l, l->swept, 0};
    size_t found = 0, glances = 0;
    if (!l->sweep_version) {
        l->sweep_version = c->version;
        part.from = l->swept = 0;
    }
    while (l->swept < l->taken && found < budget && glances < budget * GLANCES) {
        found += row_changed(l, l->table->at(l->view, l->swept++));
        glances++;
    }
    part.to = l->swept;
    if (found) {
        keys_keep(&l->shown, not_in_part, &part);
        size_t from = l->shown.rows.n;
        for (size_t i = part.from; i < part.to; i++) {
            const void *object = l->table->at(l->view, i);
            if (row_changed(l, object))
                take_row(l, &l->shown, &l->order, object, i);
        }
        keys_settle(&l->shown, &l->order, from, &l->scratch);
    }
    if (l->swept >= l->taken) {
        l->version = l->sweep_version;
        l->sweep_version = 0;
    }
    return found + glances / GLANCES + 1;
}

static void begin_build(struct list *l)
{
    keys_clear(&l->coming);
    l->built = 0;
    l->build_end = l->table->count(l->view);
    l->built_id = 0;
    l->build_version = l->view->calls->version;
    l->building = true;
    l->stale = false;
}

/* Makes the next part of the coming rows; shows them when they are whole. */
static void build(struct list *l, size_t budget)
{
    size_t from = l->coming.rows.n;
    struct keys shown = l->shown;
    size_t left = l->build_end - l->built;
    take_new(l, &l->coming, &l->next_order, &l->built, &l->built_id,
             budget < left ? budget : left);
    keys_settle_run(&l->coming, &l->next_order, from, &l->scratch);
    if (l->built < l->build_end)
        return;
    keys_end(&l->coming, &l->next_order, &l->scratch);
    l->shown = l->coming;
    l->coming = shown;
    keys_clear(&l->coming);
    l->order = l->next_order;
    l->taken = l->built;
    l->last_id = l->built_id;
    l->version = l->build_version;
    l->sweep_version = 0;
    l->building = false;
}

/* In order of arrival without a filter, a change moves nothing. */
static bool changes_matter(const struct list *l)
{
    return l->table == &TABLE_CALLS && (l->search || l->filter || l->order.by);
}

static size_t count_rows(const struct list *l)
{
    if (l->table == &TABLE_CALLS)
        return l->view->calls->calls_kept;
    if (l->table == &TABLE_MESSAGES)
        return l->view->calls->msgs_kept;
    if (l->table == &TABLE_STREAMS)
        return l->view->streams ? l->view->streams->list.kept : 0;
    return l->table->count(l->view);
}

/* Rows that may be gone must not be looked at again. */
static bool see_layout(struct list *l)
{
    const struct calls *c = l->view->calls;
    uint64_t verdicts = l->view->diagnosis ? diagnose_version(l->view->diagnosis) : 0;
    bool moved = c->layout != l->layout, judged = verdicts != l->verdicts;
    if (!moved && !judged)
        return false;
    if (moved && has_ids(l)) {
        bool again = l->building;
        follow_layout(l);
        l->stale |= again;
    } else if (moved ||
               l->table == &TABLE_FINDINGS) { /* a verdict raises call->version */
        keys_clear(&l->shown);
        l->taken = 0;
        list_again(l);
    }
    l->layout = c->layout;
    l->verdicts = verdicts;
    return true;
}

bool list_building(const struct list *l)
{
    return l->stale || l->building;
}

bool list_pending(const struct list *l)
{
    return l->stale || l->building || l->taken < l->table->count(l->view) ||
           (changes_matter(l) && l->version != l->view->calls->version);
}

bool list_step(struct list *l, size_t budget)
{
    bool changed = see_layout(l);
    l->stale |= !l->building && l->shown.taken > 2 * l->shown.rows.n + REBUILD;
    if (!changed && !list_pending(l) && l->version == l->view->calls->version)
        return false;
    if (l->stale && !l->building)
        begin_build(l);
    if (l->building) {
        build(l, budget);
    } else {
        size_t spent = changes_matter(l) && l->version != l->view->calls->version
                           ? sweep(l, budget)
                           : 0;
        size_t from = l->shown.rows.n;
        if (spent < budget) {
            take_new(l, &l->shown, &l->order, &l->taken, &l->last_id, budget - spent);
            keys_settle(&l->shown, &l->order, from, &l->scratch);
        }
        if (!changes_matter(l))
            l->version = l->view->calls->version;
    }
    l->total = count_rows(l);
    return true;
}

bool list_refresh(struct list *l)
{
    bool changed = list_step(l, SIZE_MAX / GLANCES);
    while (list_pending(l))
        changed |= list_step(l, SIZE_MAX / GLANCES);
    return changed;
}

size_t list_count(const struct list *l)
{
    return l->shown.rows.n;
}

size_t list_total(const struct list *l)
{
    return l->total;
}

const void *list_at(const struct list *l, size_t position)
{
    return position < l->shown.rows.n ? l->shown.rows.at[position].object : NULL;
}

uint32_t list_id(const struct list *l, size_t position)
{
    return position < l->shown.rows.n ? l->shown.rows.at[position].id : 0;
}

size_t list_find(const struct list *l, uint32_t id)
{
    for (size_t i = 0; i < l->shown.rows.n; i++)
        if (l->shown.rows.at[i].id == id)
            return i;
    return SIZE_MAX;
}

size_t list_position(const struct list *l, const void *object)
{
    for (size_t i = 0; i < l->shown.rows.n; i++)
        if (l->shown.rows.at[i].object == object)
            return i;
    return SIZE_MAX;
}
