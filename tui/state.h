/* The line on top: what is read, how far, how fast, and what was lost. */
#ifndef TUI_STATE_H
#define TUI_STATE_H

#include "tui/canvas.h"

struct trace;

struct state {
    char source[256]; /* names of the sources; raw */
    bool live, ended, paused;
    int progress; /* 0-100; -1: not known */
    uint64_t packets, messages, calls;
    uint64_t rate, call_rate;      /* a second; live only */
    uint64_t drops;                /* kernel, interface and ring */
    unsigned ring;                 /* percent full */
    uint64_t memory, memory_limit; /* bytes, of the model; 0: not shown */
    uint64_t lost;                 /* ledger: what may touch calls */
    uint64_t other;                /* ledger: what is no SIP in any case */
    int64_t clock;                 /* ns since 1970; 0: not shown */
    int64_t begun;                 /* when reading began, ns */
    int64_t sampled;               /* of the rates: when, ns, and the counts then */
    uint64_t sampled_packets, sampled_calls;
};

/* Reads it from a trace; `now` is the wall clock in ns since 1970. */
void state_read(struct state *s, struct trace *t, int64_t now);

/* Draws the line at y = 0 in w columns: what does not fit is left out, least important
 * first. */
void state_draw(const struct state *s, struct canvas *c, int w);

/* Draws the time of day at the right end of the line, where there is room for it.
 * Returns how many columns are left before it. */
int state_clock(const struct state *s, struct canvas *c);

/* True for a ledger reason that can never have been part of a call: ARP, unknown
 * blocks... */
bool state_harmless(uint32_t reason);

/* A count for people: "9 999", "12 345", then "1.2 M". Returns out. */
char *state_count(uint64_t n, char out[24]);

#endif
