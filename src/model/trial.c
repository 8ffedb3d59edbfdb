#include "model/trial.h"

#include <stdlib.h>

enum { TRIALS = 512, TRIAL_RUN = 5 };

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
    struct trial *one = t->at ? &t->at[hash % TRIALS] : NULL;
    return one && one->n && one->hash == hash ? one : NULL;
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
    struct trial *one = &t->at[hash % TRIALS];
    if (one->hash != hash)
        give_up(one, ledger);
    bool again = one->n && r->seq == one->mark.seq && r->ts == one->mark.ts;
    bool goes_on = again || (one->n && rtp_follows(&one->mark, r));
    if (!goes_on && !rtp_plausible(packet->payload, packet->whole, packet->src.port,
                                   packet->dst.port)) {
        give_up(one, ledger);
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
