/* A call: all messages of one Call-ID, with what SPEC's `calls` table says of it. */
#ifndef MODEL_CALL_H
#define MODEL_CALL_H

#include "base/mem.h"
#include "model/dialog.h"
#include "model/party.h"
#include "model/txn.h"

/* STATE(id, name, finished) */
#define CALL_STATE_TABLE(STATE)        \
    STATE(TRYING, "trying", 0)         \
    STATE(RINGING, "ringing", 0)       \
    STATE(ANSWERED, "answered", 0)     \
    STATE(COMPLETED, "completed", 1)   \
    STATE(CANCELLED, "cancelled", 1)   \
    STATE(BUSY, "busy", 1)             \
    STATE(REDIRECTED, "redirected", 1) \
    STATE(CHALLENGED, "challenged", 1) \
    STATE(TIMEOUT, "timeout", 1)       \
    STATE(REJECTED, "rejected", 1)     \
    STATE(FAILED, "failed", 1)         \
    STATE(ACTIVE, "active", 0)         \
    STATE(DONE, "done", 1)             \
    STATE(TERMINATED, "terminated", 1)

enum call_state {
#define STATE(id, name, finished) CALL_##id,
    CALL_STATE_TABLE(STATE)
#undef STATE
        CALL_STATE_COUNT
};

/* Name of a state as SPEC has it. */
const char *call_state_name(unsigned state);

/* True for a state after which nothing is expected: such calls leave first at a limit.
 */
bool call_state_finished(unsigned state);

/* Why the capture does not show all of a call: bits, with a name each. INCOMPLETE(id,
 * text) */
#define CALL_INCOMPLETE_TABLE(INCOMPLETE)                   \
    INCOMPLETE(START, "begins before the capture")          \
    INCOMPLETE(END, "goes on after the capture")            \
    INCOMPLETE(HOLE, "bytes missing in its TCP connection") \
    INCOMPLETE(CUT, "a message was cut by the snap length") \
    INCOMPLETE(FRAGMENT, "IP fragments missing")            \
    INCOMPLETE(DROPS, "frames were dropped during it")      \
    INCOMPLETE(LIMIT, "more messages than are kept")

enum call_incomplete_bit {
#define INCOMPLETE(id, text) CALL_INCOMPLETE_BIT_##id,
    CALL_INCOMPLETE_TABLE(INCOMPLETE)
#undef INCOMPLETE
        CALL_INCOMPLETE_BITS
};
enum {
#define INCOMPLETE(id, text) CALL_INCOMPLETE_##id = 1 << CALL_INCOMPLETE_BIT_##id,
    CALL_INCOMPLETE_TABLE(INCOMPLETE)
#undef INCOMPLETE
};
/* Sentence of one CALL_INCOMPLETE_BIT_*; NULL for a number out of range. */
const char *call_incomplete_text(unsigned bit);

enum { CALL_NOBODY, CALL_CALLER, CALL_CALLEE }; /* ended_by */

/* Something that is no SIP message: an ICMP error, and later media events. */
enum event_kind {
    EVENT_ICMP,
    EVENT_DTMF,
    EVENT_HOLD,
    EVENT_RESUME,
    EVENT_SSRC,
    EVENT_CODEC,
    EVENT_LOG,
    EVENT_REPORT /* what an endpoint says of a stream */
};
struct event {
    struct event *next; /* in order of time */
    struct call *call;
    const char *value; /* digit, side, codec, line, ...; NULL: ICMP */
    uint32_t id;       /* row, from 1 */
    uint32_t stream;   /* id; 0: none */
    int64_t time;
    uint64_t frame;
    struct hop *hop;  /* ICMP: the flow whose packet was refused; NULL otherwise */
    struct addr from; /* ICMP: who sent it */
    uint16_t file;
    uint8_t kind;
    uint8_t version, type, code; /* ICMP */
};

/* A session: the calls (legs) that belong together across a B2BUA. */
struct session {
    struct call *first; /* leg of lowest id; the others by call->leg_next */
    uint32_t id;        /* its first leg's id */
    uint32_t legs;
};

struct call {
    struct arena arena;
    uint32_t id; /* from 1 */
    const struct str *call_id;
    uint64_t hash; /* of the Call-ID */

    struct session *session; /* NULL: a session of its own */
    struct call *leg_next;   /* next leg of the session, by id */
    const char *link;        /* why it was joined; NULL: it was not */
    uint8_t link_confidence; /* 0-100 */

    struct msg *first, *last; /* all messages, in order */
    struct txn *txns;         /* newest first */
    struct dialog *dialogs;   /* oldest first */
    struct event *events;     /* oldest first */
    struct event *last_event;
    struct offer *offers;       /* oldest first: model/offer.h */
    struct claim *claims;       /* model/binding.h */
    struct rtp_stream *streams; /* newest first: model/rtp_stream.h */
    struct attempt *attempts;   /* newest first: model/attempt.h */
    struct str *strings;        /* interned tags and branches */

    /* of the first request (or of CSeq, when only responses were seen) */
    uint8_t method;
    uint8_t state; /* enum call_state */
    uint8_t ended_by;
    uint8_t incomplete;      /* CALL_INCOMPLETE_* */
    uint16_t status;         /* 0: none */
    uint16_t interim;        /* highest 1xx */
    const char *reason;      /* phrase of `status`; NULL: none */
    const char *method_name; /* never NULL */
    struct party from, to;
    const char *ruri, *user_agent; /* NULL: none */
    struct hop *hop;               /* of the first message; held */
    const struct str *caller_tag;  /* From-tag of the first request */

    int64_t start, ring, answer, end; /* ns; 0: null */
    int64_t newest;                   /* time of the last message */
    int64_t last_request; /* time of the last request that awaits a final response; 0:
                             none */
    int64_t expires;      /* ACTIVE: until when; 0: none */

    uint32_t messages; /* retransmissions in, copies out */
    uint32_t retransmissions;
    uint32_t copies;
    uint32_t kept;    /* messages in the list */
    uint32_t attempt; /* CSeq of the newest initial request; 0: none seen */
    uint32_t asked;   /* REGISTER, SUBSCRIBE: seconds that the request asks for */
    uint16_t vias; /* Via values of the initial request nearest to the caller; 0: none
                      seen */
    uint16_t event_count, stream_count;
    bool invite;    /* its messages are those of an INVITE dialog */
    bool opened;    /* it began with an initial request */
    bool cancelled; /* CANCEL seen */
    bool bye;       /* BYE seen after an answer */
    bool timed_out;
    uint64_t version; /* struct calls.version when it last changed */

    /* Lists that calls.c keeps: for eviction (finished ones apart), pending for
     * time-outs. */
    struct call *older, *newer;
    struct call *pending_prev, *pending_next;
    int64_t queued;        /* capture time when it joined its list for eviction */
    int64_t pending_since; /* the same for time-outs */
    bool pending, retired; /* retired: in the list of finished calls */
    void *related;         /* what related.c keeps for it */
};

/* Name of the call's method: "INVITE", ... */
static inline const char *call_method(const struct call *c)
{
    return c->method_name;
}

struct arrival;

/* Takes the parties, the Request-URI and so on from the call's first message. */
void call_open(struct call *c, const struct arrival *a);

/*
 * Brings the facts up to date with a message that is neither copy nor malformed. txn
 * NULL: not kept. Returns true where a final response is awaited anew (c->last_request
 * changed).
 */
bool call_see(struct call *c, struct msg *m, const struct txn *txn,
              const struct arrival *a);

/* The state that the facts mean at capture time `now`. */
unsigned call_evaluate(const struct call *c, int64_t now);

/* A tag, interned in the call; NULL for an empty one, when it is not there and !add, or
 * when memory is short. */
const struct str *call_tag(struct call *c, struct slice tag, bool add);

/* SPEC: pdd = (ring or answer) - start; setup = answer - start; duration = end -
 * answer. In ns; return false where the value is null. */
bool call_pdd(const struct call *c, int64_t *ns);
bool call_setup(const struct call *c, int64_t *ns);
bool call_duration(const struct call *c, int64_t *ns);

#endif
