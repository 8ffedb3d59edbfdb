/*
 * DNS questions in the capture (RFC 3263): what was asked, whether it was answered, and
 * where SRV and address records pointed. Evidence for rules; a bounded number is kept,
 * the newest.
 */
#ifndef MODEL_QUESTION_H
#define MODEL_QUESTION_H

#include "base/frame.h"
#include "base/hash.h"
#include "base/vec.h"
#include "dissect/addr.h"
#include "dissect/slice.h"

enum { QUESTIONS_MAX = 4096, QUESTION_TARGETS = 4, QUESTION_TEXT = 64 };

struct question {
    struct addr client, server;
    int64_t time, last, answered; /* ns; answered 0: never */
    uint64_t frame, answer_frame;
    uint32_t ttl; /* s, the smallest */
    uint16_t file, id, type, asked;
    uint16_t records; /* of the type asked for, in the answer */
    uint8_t code, targets;
    char name[QUESTION_TEXT]; /* cut where it is longer */
    struct {
        char name[QUESTION_TEXT]; /* SRV */
        struct addr addr;         /* A, AAAA */
        uint16_t priority, port;
    } target[QUESTION_TARGETS];
};

struct questions {
    struct hash by_key;
    VEC(struct question *) list;
    uint32_t next;
};

/* Takes a datagram to or from port 53; what is no DNS is left alone. */
void questions_feed(struct questions *l, const struct frame *frame,
                    const struct addr *src, const struct addr *dst,
                    struct slice datagram);

/* Forgets everything. */
void questions_done(struct questions *l);

#endif
