/* Who calls and who is called: the URI of From or To, and its parts. */
#ifndef MODEL_PARTY_H
#define MODEL_PARTY_H

#include "base/mem.h"
#include "dissect/slice.h"

/* A URI and its parts, in an arena. */
struct party {
    /* NULL: none. host with its port where the URI has one */
    const char *uri, *user, *host;
    const char *display;
};

/* The party that a From or To value names. */
struct party party_of(struct arena *arena, struct slice value);

/* A URI without its password (RFC 3261 19.1.1), which no list, finding or database is
 * to have: it stays in the message's text. NULL: none, or memory is short. */
const char *party_uri(struct arena *arena, struct slice uri);

#endif
