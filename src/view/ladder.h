/*
 * A ladder as data: participants, rows, notes. Drawn by out/ (text) and tui/ (cells),
 * which share ladder_layout's arithmetic.
 */
#ifndef VIEW_LADDER_H
#define VIEW_LADDER_H

#include "view/field.h"
#include "view/ladder_media.h"

/* A participant: an address (all its ports that act as one host:port pair). */
struct ladder_column {
    struct addr addr;
    char *label;  /* "192.0.2.1:5060" or the alias; owned */
    char *role;   /* User-Agent or Server seen from there; NULL: none; owned */
    unsigned leg; /* index of the leg it first appears in */
};

enum ladder_kind {
    LADDER_MESSAGE,
    LADDER_EVENT, /* ICMP error, digits that were pressed */
    LADDER_GAP,   /* nothing for a long time: `text` says how long */
    LADDER_MEDIA, /* a stream, where it begins */
    LADDER_NOTE,  /* text over the whole width */
};

struct ladder_row {
    enum ladder_kind kind;
    unsigned from, to;          /* columns; the same for a message to itself */
    int64_t time;               /* ns */
    int64_t delta;              /* ns since the row before; 0 for the first */
    const struct msg *msg;      /* of a message */
    const struct event *event;  /* of an event; of several digits the first */
    uint32_t stream;            /* id, of media and of a digit; 0: none */
    struct ladder_media *media; /* figures of media; owned */
    const struct call *call;
    char *text;       /* "INVITE", "180 Ringing": raw, sanitise when drawing; owned */
    const char *mark; /* "sdp", "sdp hold"; NULL: none */
    unsigned hops;    /* further ones that the message took, folded into this row */
    unsigned repeats; /* retransmissions folded into this row (fold option), or its
                         number when shown */
    enum tone tone;
    uint32_t finding;     /* id of the worst finding that this row proves; 0: none */
    const char *rule;     /* its rule, "C01"; static; NULL: none */
    enum tone proof_tone; /* of its severity */
};

struct ladder {
    struct ladder_column *column;
    struct ladder_row *row;
    size_t columns, rows;
    size_t folded;           /* columns that are not there: they only relay */
    const struct call **leg; /* the calls shown, by id */
    size_t legs;
    uint64_t version; /* of the model when it was built */
};

struct ladder_options {
    bool session;     /* all legs of the call's session, side by side */
    bool by_host;     /* one column per IP, whatever the port */
    bool hide_copies; /* copies are left out (default true in faces) */
    bool sdp;         /* what each description says is in the row's text */
    bool hide_media;  /* no streams, and no digits of them */
    bool fold;        /* what proxies relay and what is sent again, in one row each */
};

/* Builds the ladder of a call. NULL when memory is short. */
struct ladder *ladder_build(const struct view *v, const struct call *call,
                            const struct ladder_options *options);
void ladder_free(struct ladder *l);

/* Where things go for a width in terminal columns. */
struct ladder_layout {
    unsigned time_width; /* of the time column on the left */
    unsigned first;      /* x of the first participant's line */
    unsigned step;       /* distance between two lines */
    /* of everything; may be more than asked when step is at its minimum */
    unsigned width;
};
struct ladder_layout ladder_layout(const struct ladder *l, unsigned width);

#endif
