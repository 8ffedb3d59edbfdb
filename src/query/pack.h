/*
 * Rows of the model as records for the database's writer, with the ids that they have
 * in the file: those of the model begin at 1 in each run, and go on there from what it
 * has.
 */
#ifndef QUERY_PACK_H
#define QUERY_PACK_H

#include "model/restore.h"
#include "query/record.h"

struct finding;

enum pack_kind {
    PACK_NONE,
    PACK_CALL,
    PACK_MESSAGE,
    PACK_STREAM,
    PACK_FINDING,
    PACK_REGISTRATION,
    PACK_SLICE,
    PACK_OFFER,
    PACK_EVENT,
    PACK_KINDS
};

struct pack {
    const struct view *view;
    bool text; /* texts of messages are stored */
    int64_t run;
    int64_t base[PACK_KINDS]; /* newest ids in the file before */
    struct strbuf record;     /* what was packed last */
    struct strbuf scratch, text_of;
};

/* What is behind base[kind], as a statement; NULL: nothing. */
const char *pack_base(enum pack_kind kind);

/* Frees the buffers. */
void pack_done(struct pack *p);

/* Each makes p->record. `capture`: its id in the file. */
void pack_message(struct pack *p, const struct msg *m, int64_t capture);
void pack_call(struct pack *p, const struct call *call, int64_t capture);
void pack_stream(struct pack *p, const struct rtp_stream *s);
void pack_event(struct pack *p, const struct event *e);
void pack_finding(struct pack *p, const struct finding *f);

/* A slice or a line of an offer: `id` is the row's. */
void pack_row(struct pack *p, const struct table *t, const void *object,
              enum pack_kind kind, uint32_t id);

/* A row of the ledger, at its place in it; and a row of any other table. */
void pack_ledger(struct pack *p, const struct ledger_row *r, size_t place);
void pack_place(struct pack *p, const struct table *t, const void *object,
                size_t place);

/* The findings of a call (NULL: of none) leave: they are stored anew. */
void pack_forget(struct pack *p, const struct call *call);

#endif
