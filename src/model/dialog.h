/* Dialogs (RFC 3261 12) of a call: one per remote tag, so a forked call has several. */
#ifndef MODEL_DIALOG_H
#define MODEL_DIALOG_H

#include "model/msg.h"

struct dialog {
    struct dialog *next; /* of the same call, oldest first */
    const struct str *caller_tag, *callee_tag;
    struct msg *first; /* the message that made it */
    int64_t answer;    /* first 2xx to the INVITE, ns; 0: none */
    int64_t end;       /* first BYE; 0: none */
    bool early;        /* no 2xx yet */
};

struct call;

/* The dialog of a message with two tags, made where it is new. NULL: no tags, too many
 * dialogs, or memory is short. */
struct dialog *dialog_get(struct call *call, struct msg *m);

#endif
