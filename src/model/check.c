#include "model/check.h"

#include "dissect/cursor.h"
#include "dissect/stun.h"

#include <stdlib.h>

static const int64_t ANEW = 120000000000; /* ns: the port is used by another call */

enum { HANDSHAKE = 22, CLIENT_HELLO = 1, SERVER_HELLO = 2 };

static bool same(const void *value, const void *key)
{
    return addr_eq(&((const struct check *)value)->at, key);
}

const struct check *checks_find(const struct checks *c, const struct addr *at)
{
    return hash_find(&c->by_addr, hash_bytes(at, sizeof *at), same, at);
}

static struct check *room(struct checks *c)
{
    struct check *one;
    if (c->list.n == CHECKS_MAX) {
        one = c->list.at[c->next % CHECKS_MAX];
        hash_remove(&c->by_addr, hash_bytes(&one->at, sizeof one->at), one);
    } else {
        if (!(one = malloc(sizeof *one)))
            return NULL;
        if (!vec_push(&c->list, one)) {
            free(one);
            return NULL;
        }
    }
    c->next++;
    return one;
}

/* The entry of an address, fresh where it was idle long; NULL when memory is short. */
static struct check *get(struct checks *c, const struct frame *f, const struct addr *at)
{
    uint64_t hash = hash_bytes(at, sizeof *at);
    struct check *one = hash_find(&c->by_addr, hash, same, at);
    bool known = one != NULL;
    if (!one && !(one = room(c)))
        return NULL;
    if (!known || f->time - one->last > ANEW)
        *one = (struct check){.at = *at, .first = f->time, .file = f->file};
    one->last = f->time;
    if (!known && hash_add(&c->by_addr, hash, one))
        return NULL;
    return one;
}

void checks_done(struct checks *c)
{
    for (size_t i = 0; i < c->list.n; i++)
        free(c->list.at[i]);
    vec_done(&c->list);
    hash_done(&c->by_addr);
    *c = (struct checks){.next = 0};
}

void checks_stun(struct checks *c, const struct frame *frame, const struct addr *src,
                 const struct addr *dst, struct slice datagram)
{
    struct stun m;
    struct stun_facts facts;
    if (stun_parse(datagram, &m) < 0 || m.classic || m.method != STUN_BINDING ||
        (m.class != STUN_REQUEST && m.class != STUN_SUCCESS))
        return;
    struct check *one = get(c, frame, m.class == STUN_REQUEST ? dst : src);
    if (!one)
        return;
    if (m.class == STUN_SUCCESS) {
        one->success = one->success ? one->success : frame->time;
        return;
    }
    stun_facts(&m, &facts);
    if (!one->requests++)
        one->frame = frame->number;
    if (facts.use_candidate && !one->nominated)
        one->nominated = frame->time;
}

/* The first record: content type, version, epoch, number, length; then the handshake's
 * type (RFC 6347 4.1). */
void checks_dtls(struct checks *c, const struct frame *frame, const struct addr *src,
                 const struct addr *dst, struct slice datagram)
{
    struct cursor at = cursor_of(datagram);
    uint8_t type = cursor_u8(&at);
    cursor_skip(&at, 2);
    uint16_t epoch = cursor_u16(&at);
    cursor_skip(&at, 8);
    uint8_t kind = cursor_u8(&at);
    if (at.cut || type != HANDSHAKE || epoch ||
        (kind != CLIENT_HELLO && kind != SERVER_HELLO))
        return;
    struct check *one = get(c, frame, kind == CLIENT_HELLO ? dst : src);
    if (!one)
        return;
    if (kind == SERVER_HELLO) {
        one->answer = one->answer ? one->answer : frame->time;
        return;
    }
    if (!one->hellos++) {
        one->hello = frame->time;
        one->hello_frame = frame->number;
    }
}
