/* Who takes part in a ladder: addresses folded into columns. */
#ifndef VIEW_PARTICIPANT_H
#define VIEW_PARTICIPANT_H

#include "base/vec.h"
#include "model/call.h"

/* Addresses over this many share one last participant. */
enum { PARTICIPANTS_MAX = 256 };

/*
 * An IP address and port that messages came from or went to. What was seen of it tells
 * a socket of its own from an ephemeral port of the same host.
 */
struct participant {
    struct addr addr;
    unsigned leg;   /* index of the leg it first appears in */
    bool requested; /* requests go to it */
    bool receives;  /* datagrams go to it */
    bool inner;     /* talks to another port of the same IP */
    /* when it first sent, received a request without To-tag; 0: never */
    int64_t asks, asked;
    unsigned column; /* once participants_fold is done */
    bool own;        /* its column is not another's */
};

struct participants {
    VEC(struct participant) list; /* in order of columns */
};

/* Notes a message of leg `leg`. Returns false when memory is short. */
bool participants_add(struct participants *p, const struct msg *m, unsigned leg);

/*
 * Notes an address of media. One of an IP that is known is no party of its own; another
 * stands right of who announced it (`beside`; NULL: nobody known, at the end). Call it
 * when all messages are in. Returns false when memory is short.
 */
bool participants_add_media(struct participants *p, const struct addr *a,
                            const struct addr *beside, unsigned leg);

/* Numbers the columns: one for each IP, and for each port that is a party of its own.
 * by_host: one an IP, always. Returns how many there are. */
unsigned participants_fold(struct participants *p, bool by_host);

/* Column of an address; that of its IP where the port is unknown; UINT_MAX: none. */
unsigned participants_column(const struct participants *p, const struct addr *a);

/* Column of an address of media: of its IP, where possible one that first appeared in
 * this leg; UINT_MAX: none. */
unsigned participants_media_column(const struct participants *p, const struct addr *a,
                                   unsigned leg);

/* Frees what it holds. */
void participants_done(struct participants *p);

#endif
