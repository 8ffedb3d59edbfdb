/* Rows of which some shown text contains all the words given: what a person types to
 * find a row. */
#ifndef VIEW_SEARCH_H
#define VIEW_SEARCH_H

#include "view/field.h"

struct search;

/* Any case; at most 16 words count. NULL when memory is short; free accepts NULL. */
struct search *search_new(const struct view *v, const struct table *t,
                          const char *words);
void search_free(struct search *s);

/* The row has them all; without a word every row has. */
bool search_match(struct search *s, const void *object);

#endif
