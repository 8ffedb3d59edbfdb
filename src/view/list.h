/*
 * A sorted, filtered list over a table, for screens: indices that follow the model at a
 * cost of what changed, and a selection that stays on its row.
 */
#ifndef VIEW_LIST_H
#define VIEW_LIST_H

#include "view/field.h"

struct list;

/* A list of all rows of the table in order of arrival, owned by the caller; NULL when
 * memory is short. Both belong to the caller and outlive the list. free accepts NULL.
 */
struct list *list_new(const struct view *v, const struct table *t);
void list_free(struct list *l);

/* Sort by a field (NULL: order of arrival), ascending or not. */
void list_sort(struct list *l, const struct field *by, bool descending);

/* Only rows of which some shown text contains all the words given (any case). "" or
 * NULL: all. */
void list_search(struct list *l, const char *words);

/* A predicate of rows, such as query/filter.h's filter_pass. */
typedef bool list_passes(void *ctx, const struct table *t, const void *object);

/* Only rows for which passes(ctx, table, row) holds and that list_search lets through;
 * asked once for a row, and again when it changed. NULL: all. */
void list_filter(struct list *l, list_passes *passes, void *ctx);

/* Follows the model. Returns true where anything changed. O(changed) while sorted by
 * arrival. */
bool list_refresh(struct list *l);

/*
 * The same a part at a time: takes about `rows` rows. Rows that left are gone at once;
 * while the list is sorted or filtered anew the old rows stay until the new ones are
 * whole. Returns true where anything changed.
 */
bool list_step(struct list *l, size_t rows);

/* More steps are needed to follow the model. */
bool list_pending(const struct list *l);

/* It is being sorted or filtered anew. */
bool list_building(const struct list *l);

/* All rows are looked at again: their values changed without the model's version. */
void list_again(struct list *l);

size_t list_count(const struct list *l);                    /* rows that pass */
size_t list_total(const struct list *l);                    /* rows of the table */
const void *list_at(const struct list *l, size_t position); /* NULL: out of range */

/* Id of the row at a position, and where the row with an id is (SIZE_MAX: nowhere). 0:
 * the table has none, or out of range. */
uint32_t list_id(const struct list *l, size_t position);
size_t list_find(const struct list *l, uint32_t id);

/* Position of an object; SIZE_MAX: it is not in the list. */
size_t list_position(const struct list *l, const void *object);

#endif
