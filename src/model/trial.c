#include "model/trial.h"

#include <stdlib.h>

enum { SETS = 64, WAYS = 8, TRIALS = SETS * WAYS, TRIAL_RUN = 5 };

/* A series whose newest packet is younger stays: were it to give way, series that share
 * a set would turn each other out for ever. ns; five packets of 20 ms. */
static const int64_t BUSY = 100000000;

void trials_done(struct trials *t)
{
    free(t->at);
    t->at = NULL;
}

size_t trials_memory(const struct trials *t)
{
    return t->at ? TRIALS * sizeof *t->at : 0;
}

void trial_reset(struct trial *t)
{
    t->n = t->run = 0;
    t->hash = 0;
}

struct rtp_packet trial_packet(const struct trial *t, unsigned i)
{
    struct rtp_packet p = t->packet[i];
    p.frame = &t->frame[i];
    return p;
}

struct trial *trial_find(const struct trials *t, uint64_t hash)
{
    struct trial *one = t->at ? &t->at[hash % SETS * WAYS] : NULL;
    for (int i = 0; one && i < WAYS; i++)
        if (one[i].n && one[i].hash == hash)
            return &one[i];
    return NULL;
}

static void stray(struct ledger *ledger, const struct rtp_packet *p,
                  const struct frame *f)
{
    ledger_count(ledger, LEDGER_RTP_STRAY, 0, p->bytes, f->file, f->number);
}

static void give_up(struct trial *t, struct ledger *ledger)
{
    for (unsigned i = 0; i < t->n; i++)
        stray(ledger, &t->packet[i], &t->frame[i]);
    trial_reset(t);
}

/* Room for a series that begins; NULL: all that is there goes on. */
static struct trial *place(const struct trials *t, uint64_t hash, int64_t time,
                           struct ledger *ledger)
{
    struct trial *set = &t->at[hash % SETS * WAYS], *oldest = NULL;
    int64_t since = INT64_MAX;
    for (int i = 0; i < WAYS; i++) {
        if (!set[i].n)
            return &set[i];
        if (set[i].packet[set[i].n - 1].time < since) {
            oldest = &set[i];
            since = set[i].packet[set[i].n - 1].time;
        }
    }
    if (!oldest || (time >= since && time - since < BUSY))
        return NULL;
    give_up(oldest, ledger);
    return oldest;
}

/* The oldest gives way to the newest. */
static void keep(struct trial *t, const struct rtp_packet *p, struct ledger *ledger)
{
    if (t->n == TRIAL_PACKETS) {
        stray(ledger, &t->packet[0], &t->frame[0]);
        memmove(t->packet, t->packet + 1, (TRIAL_PACKETS - 1) * sizeof *t->packet);
        memmove(t->frame, t->frame + 1, (TRIAL_PACKETS - 1) * sizeof *t->frame);
        t->n--;
    }
    t->packet[t->n] = *p;
    t->packet[t->n].payload = (struct slice){0};
    t->frame[t->n] = *p->frame;
    t->frame[t->n++].data = NULL;
}

struct trial *trial_take(struct trials *t, uint64_t hash, const struct packet *packet,
                         const struct rtp *r, const struct rtp_packet *p,
                         struct ledger *ledger)
{
    if (!t->at && !(t->at = calloc(TRIALS, sizeof *t->at)))
        return NULL;
    struct trial *one = trial_find(t, hash);
    bool again = one && r->seq == one->mark.seq && r->ts == one->mark.ts;
    bool goes_on = again || (one && rtp_follows(&one->mark, r));
    if (!goes_on && !rtp_plausible(packet->payload, packet->whole, packet->src.port,
                                   packet->dst.port)) {
        if (one)
            give_up(one, ledger);
        stray(ledger, p, p->frame);
        return NULL;
    }
    if (!one && !(one = place(t, hash, p->time, ledger))) {
        stray(ledger, p, p->frame);
        return NULL;
    }
    one->hash = hash;
    one->mark = rtp_mark(r);
    one->run = goes_on ? one->run + !again : 1;
    if (one->run >= TRIAL_RUN)
        return one;
    keep(one, p, ledger);
    return NULL;
}
