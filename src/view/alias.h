/*
 * Names that the user gave to addresses. A file of lines
 *     192.0.2.1 alice-phone
 *     198.51.100.7:5060 carrier
 *     192.0.2.0/24 office
 * where # begins a comment. The most specific line wins: address with port, address,
 * longest prefix.
 */
#ifndef VIEW_ALIAS_H
#define VIEW_ALIAS_H

#include "dissect/addr.h"

struct alias;

/* What is wrong with a line, from 1; told for each of them. */
typedef void alias_wrong(void *ctx, unsigned line, const char *what);

/*
 * Reads the text of an alias file. Wrong lines are told (wrong may be NULL) and left
 * out. NULL when memory is short.
 */
struct alias *alias_read(struct slice text, alias_wrong *wrong, void *ctx);
void alias_free(struct alias *a);

/* Names that are kept. */
size_t alias_count(const struct alias *a);

/* The name of an address; NULL: it has none, or a is NULL. Valid as long as a is. */
const char *alias_find(const struct alias *a, const struct addr *addr);

#endif
