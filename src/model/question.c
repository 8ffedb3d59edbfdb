#include "model/question.h"

#include "dissect/dns.h"

#include <stdlib.h>
#include <string.h>

static const int64_t SAME = 30000000000; /* ns: a question asked again, not anew */

/* No padding: hashed as bytes. */
struct key {
    struct addr client, server;
    uint16_t id, type;
};

static bool same(const void *value, const void *wanted)
{
    const struct question *l = value;
    const struct key *k = wanted;
    return l->id == k->id && l->type == k->type && addr_eq(&l->client, &k->client) &&
           addr_eq(&l->server, &k->server);
}

static uint64_t hash_of(const struct addr *client, const struct addr *server,
                        uint16_t id, uint16_t type)
{
    uint64_t h = hash_more(hash_bytes(client, sizeof *client), server, sizeof *server);
    uint16_t rest[2] = {id, type};
    return hash_more(h, rest, sizeof rest);
}

static uint64_t hash_question(const struct question *l)
{
    return hash_of(&l->client, &l->server, l->id, l->type);
}

static struct question *room(struct questions *l)
{
    struct question *one;
    if (l->list.n == QUESTIONS_MAX) {
        one = l->list.at[l->next % QUESTIONS_MAX];
        hash_remove(&l->by_key, hash_question(one), one);
    } else {
        if (!(one = malloc(sizeof *one)))
            return NULL;
        if (!vec_push(&l->list, one)) {
            free(one);
            return NULL;
        }
    }
    *one = (struct question){.time = 0};
    l->next++;
    return one;
}

void questions_done(struct questions *l)
{
    for (size_t i = 0; i < l->list.n; i++)
        free(l->list.at[i]);
    vec_done(&l->list);
    hash_done(&l->by_key);
    *l = (struct questions){.next = 0};
}

static void copy(char *to, const char *from)
{
    size_t n = strlen(from);
    n = n < QUESTION_TEXT ? n : QUESTION_TEXT - 1;
    memcpy(to, from, n);
    to[n] = 0;
}

static void ask(struct questions *l, const struct frame *f, const struct key *k,
                const struct dns *d)
{
    uint64_t hash = hash_of(&k->client, &k->server, k->id, k->type);
    struct question *one = hash_find(&l->by_key, hash, same, k);
    if (one && !one->answered && f->time - one->last < SAME) {
        one->last = f->time;
        one->asked++;
        return;
    }
    struct question *fresh = room(l);
    if (!fresh)
        return;
    if (one && one != fresh)
        hash_remove(&l->by_key, hash, one);
    fresh->client = k->client;
    fresh->server = k->server;
    fresh->id = k->id;
    fresh->type = k->type;
    fresh->time = fresh->last = f->time;
    fresh->frame = f->number;
    fresh->file = f->file;
    fresh->asked = 1;
    copy(fresh->name, d->name);
    if (hash_add(&l->by_key, hash, fresh))
        fresh->answered = f->time; /* its answer would not be found */
}

static void answer(struct question *one, const struct frame *f, struct dns *d)
{
    struct dns_answer a;
    one->answered = f->time;
    one->answer_frame = f->number;
    one->code = d->code;
    one->ttl = UINT32_MAX;
    while (dns_answer_next(d, &a)) {
        if (a.type != one->type)
            continue;
        one->records++;
        one->ttl = a.ttl < one->ttl ? a.ttl : one->ttl;
        if (one->targets == QUESTION_TARGETS)
            continue;
        copy(one->target[one->targets].name, a.target);
        one->target[one->targets].addr = a.addr;
        one->target[one->targets].priority = a.priority;
        one->target[one->targets++].port = a.port;
    }
    if (!one->records)
        one->ttl = 0;
}

void questions_feed(struct questions *l, const struct frame *frame,
                    const struct addr *src, const struct addr *dst,
                    struct slice datagram)
{
    struct dns d;
    if (!dns_parse(datagram, &d) || (d.type != DNS_SRV && d.type != DNS_NAPTR &&
                                     d.type != DNS_A && d.type != DNS_AAAA))
        return;
    struct key k = {d.response ? *dst : *src, d.response ? *src : *dst, d.id, d.type};
    if (!d.response) {
        ask(l, frame, &k, &d);
        return;
    }
    struct question *one =
        hash_find(&l->by_key, hash_of(&k.client, &k.server, k.id, k.type), same, &k);
    if (one && !one->answered)
        answer(one, frame, &d);
}
