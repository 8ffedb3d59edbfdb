/* What a person typed as a filter: an expression of SQL, or words to search for. */
#ifndef QUERY_WORDS_H
#define QUERY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* True where the text has an operator or parenthesis of SQL outside of quotes: =, <, >,
 * LIKE, IS, ...; else it is plain words. */
bool words_operator(const char *text);

/*
 * True where parentheses and quotes close and no statement ends in it, so that it can
 * stand in parentheses and stays there. Else *at is the offset of what does not fit and
 * *what says it.
 */
bool words_balanced(const char *text, size_t *at, const char **what);

#endif
