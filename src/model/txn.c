#include "model/txn.h"

enum { TXN_LOOKS = 128, MSG_LOOKS = 64 };
#define MS                    INT64_C(1000000)
#define RETRANSMISSION_WINDOW (32000 * MS)

static bool same_branch(const struct txn *t, const struct txn_key *key)
{
    if (!t->branch_n || !key->branch.n)
        return !t->branch_n && !key->branch.n && t->newest &&
               t->newest->from_tag == key->from_tag;
    return t->branch_n == key->branch.n &&
           !memcmp(t->branch, key->branch.p, key->branch.n);
}

static bool same_method(const struct txn *t, const struct txn_key *key)
{
    return t->method == key->method ||
           (key->method == SIP_ACK && t->method == SIP_INVITE && t->branch_n);
}

/* A request is on the transaction's hop, a response on its reverse. */
static bool same_hop(const struct txn *t, const struct txn_key *key)
{
    return key->response ? t->hop == key->hop->back : t->hop == key->hop;
}

struct txn *txn_find(struct txn *newest, const struct txn_key *key)
{
    struct txn *elsewhere = NULL;
    unsigned looks = TXN_LOOKS;
    for (struct txn *t = newest; t && looks; t = t->next, looks--) {
        if (t->cseq != key->cseq || !same_method(t, key) || !same_branch(t, key))
            continue;
        if (same_hop(t, key))
            return t;
        if (!elsewhere)
            elsewhere = t;
    }
    /* Answers may come back from another address than the request went to; a request
     * seen on two hops with one branch was forwarded without a Via: two transactions.
     */
    return key->response ? elsewhere : NULL;
}

/* The INVITE that a CANCEL or an ACK of its own is about. */
static struct txn *invite_of(struct txn *newest, const struct txn_key *key)
{
    unsigned looks = TXN_LOOKS;
    for (struct txn *t = newest; t && looks; t = t->next, looks--)
        if (t->method == SIP_INVITE && t->cseq == key->cseq &&
            (key->method == SIP_ACK || same_branch(t, key)))
            return t;
    return NULL;
}

struct txn *txn_new(struct arena *arena, struct txn *newest, const struct txn_key *key)
{
    struct slice branch = slice_sub(key->branch, 0, UINT32_MAX);
    struct txn *t = arena_alloc(arena, sizeof *t + branch.n);
    if (!t)
        return NULL;
    *t = (struct txn){
        .cseq = key->cseq, .method = key->method, .branch_n = (uint32_t)branch.n};
    if (branch.n)
        memcpy(t->branch, branch.p, branch.n);
    if (key->method == SIP_CANCEL || key->method == SIP_ACK)
        t->invite = invite_of(newest, key);
    t->hop = key->response && key->hop->back ? key->hop->back : key->hop;
    t->hop->refs++;
    t->initial = !key->response && !key->to_tag;
    return t;
}

static bool same_message(const struct msg *a, const struct msg *b)
{
    return a->status == b->status && a->method == b->method && a->hop == b->hop &&
           (!a->status || (a->to_tag == b->to_tag && a->rseq == b->rseq));
}

struct msg *txn_repeated(const struct txn *txn, const struct msg *draft)
{
    unsigned looks = MSG_LOOKS;
    for (struct msg *m = txn->newest; m && looks; m = m->distinct, looks--)
        if (same_message(m, draft) &&
            draft->time - m->time - m->repeated * MS <= RETRANSMISSION_WINDOW)
            return m;
    return NULL;
}

static void count(uint16_t *n)
{
    if (*n < UINT16_MAX)
        ++*n;
}

void txn_add(struct txn *txn, struct msg *m)
{
    count(m->status ? &txn->responses : &txn->requests);
    if (m->flags & MSG_RETRANSMISSION) {
        count(&txn->retransmissions);
        return;
    }
    m->distinct = txn->newest;
    txn->newest = m;
    if (m->status >= 200) {
        if (!txn->final)
            txn->final = m;
    } else if (m->status > 100) {
        if (!txn->provisional)
            txn->provisional = m;
    } else if (!m->status && m->method == SIP_ACK) {
        if (!txn->ack)
            txn->ack = m;
        if (txn->method == SIP_ACK && txn->invite && !txn->invite->ack)
            txn->invite->ack = m;
        if (txn->method == SIP_ACK && !txn->request)
            txn->request = m;
    } else if (!m->status && !txn->request) {
        txn->request = m;
        txn->initial = !m->to_tag;
    }
}
