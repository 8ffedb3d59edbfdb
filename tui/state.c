#include "tui/state.h"

#include "pump.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    SECOND = 1000000000,
    NAMED = 2 /* sources named in the line */
};

char *state_count(uint64_t n, char out[24])
{
    if (n >= 10000000)
        snprintf(out, 24, "%" PRIu64 ".%u M", n / 1000000, (unsigned)(n / 100000 % 10));
    else if (n >= 1000000)
        snprintf(out, 24, "%" PRIu64 " %03u %03u", n / 1000000,
                 (unsigned)(n / 1000 % 1000), (unsigned)(n % 1000));
    else if (n >= 1000)
        snprintf(out, 24, "%" PRIu64 " %03u", n / 1000, (unsigned)(n % 1000));
    else
        snprintf(out, 24, "%" PRIu64, n);
    return out;
}

bool state_harmless(uint32_t reason)
{
    switch (reason) {
    case REASON_LINK_UNKNOWN:
    case REASON_ETHERTYPE_UNKNOWN:
    case REASON_IP_PROTO_UNKNOWN:
    case REASON_NOT_IP:
    case LEDGER_BLOCK_UNKNOWN:
    case LEDGER_TIME_BACK:
    case LEDGER_ICMP: return true;
    default: return false;
    }
}

static void read_ledger(struct state *s, const struct ledger *l)
{
    s->lost = s->other = 0;
    for (unsigned i = 0; i < l->n; i++)
        *(state_harmless(l->row[i].reason) ? &s->other : &s->lost) += l->row[i].count;
    s->drops = ledger_total(l, LEDGER_KERNEL_DROP) +
               ledger_total(l, LEDGER_INTERFACE_DROP) +
               ledger_total(l, LEDGER_RING_DROP);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] ? slash + 1 : path;
}

static void read_sources(struct state *s, struct source_merge *m)
{
    size_t n = source_merge_count(m), used = 0;

    s->source[0] = 0;
    s->ring = 0;
    for (size_t i = 0; i < n; i++) {
        const struct source *one = source_merge_at(m, i);
        const char *name =
            strcmp(one->name, "-") ? base_name(one->name) : "standard input";

        if (one->state.ring_percent > s->ring)
            s->ring = one->state.ring_percent;
        if (i >= NAMED || used >= sizeof s->source)
            continue;
        int k = snprintf(s->source + used, sizeof s->source - used, "%s%s%s",
                         i ? " " : "", name,
                         one->state.gone   ? " (gone)"
                         : one->state.down ? " (down)"
                                           : "");
        used += k > 0 ? (size_t)k : 0;
    }
    if (n > NAMED && used < sizeof s->source)
        snprintf(s->source + used, sizeof s->source - used, " and %zu more", n - NAMED);
}

/* Rates over the last second or more. */
static void read_rates(struct state *s, int64_t now)
{
    int64_t span = now - s->sampled;

    if (!s->begun)
        s->begun = now;
    if (s->sampled && span < SECOND)
        return;
    if (s->sampled) {
        double seconds = (double)span / SECOND;

        s->rate = (uint64_t)((double)(s->packets - s->sampled_packets) / seconds + 0.5);
        s->call_rate =
            (uint64_t)((double)(s->calls - s->sampled_calls) / seconds + 0.5);
    }
    s->sampled = now;
    s->sampled_packets = s->packets;
    s->sampled_calls = s->calls;
}

void state_read(struct state *s, struct trace *t, int64_t now)
{
    const struct engine_counts *counts = engine_counts(t->engine);

    s->live = t->live;
    s->ended = t->ended;
    s->progress = t->ended ? 100 : pump_progress(t);
    s->packets = counts->frames;
    s->messages = counts->sip + counts->malformed;
    s->calls = t->calls->calls_seen;
    s->clock = t->live ? now : 0;
    s->memory = calls_memory(t->calls);
    s->memory_limit = t->limits.max_memory;
    read_ledger(s, &t->ledger);
    read_sources(s, t->sources);
    read_rates(s, now);
}

/* A word of the line; the higher its rank, the sooner it is left out. */
struct word {
    char text[280];
    unsigned style;
    int rank;
    int w; /* columns; fewer than it has where it is cut */
};

enum { WORDS = 14, SOURCE = 1 /* the word that is cut to a third of the line */ };

__attribute__((format(printf, 5, 6))) static void
add(struct word *words, size_t *n, int rank, unsigned style, const char *format, ...)
{
    va_list ap;

    if (*n == WORDS)
        return;
    va_start(ap, format);
    vsnprintf(words[*n].text, sizeof words[*n].text, format, ap);
    va_end(ap);
    words[*n].rank = rank;
    words[(*n)++].style = style;
}

static void add_progress(const struct state *s, struct word *w, size_t *n)
{
    int64_t seconds = (s->clock - s->begun) / SECOND;

    if (s->paused)
        add(w, n, 0, TONE_WARN | STYLE_BOLD, "PAUSED");
    if (!s->ended && !s->live) {
        if (s->progress >= 0)
            add(w, n, 0, TONE_WARN, "loading %d %%", s->progress);
        else
            add(w, n, 0, TONE_WARN, "reading");
    }
    if (s->live && s->clock)
        add(w, n, 4, TONE_PLAIN, "%02d:%02d:%02d", (int)(seconds / 3600),
            (int)(seconds / 60 % 60), (int)(seconds % 60));
}

/* In colour from nine tenths of the limit on: then the oldest calls leave. */
static void add_memory(const struct state *s, struct word *w, size_t *n)
{
    bool near = s->memory_limit && s->memory > s->memory_limit / 10 * 9;
    uint64_t mb = (s->memory >> 20) + !(s->memory >> 20);

    add(w, n, near ? 0 : 7, near ? TONE_WARN : TONE_PLAIN, "%" PRIu64 " MB", mb);
}

static size_t words_of(const struct state *s, struct word *w)
{
    char count[24];
    size_t n = 0;

    add(w, &n, 6, STYLE_BOLD, "sipglass");
    add(w, &n, 1, TONE_PLAIN, "%s", s->source);
    add_progress(s, w, &n);
    if (s->live) {
        add(w, &n, 3, TONE_PLAIN, "%s cps", state_count(s->call_rate, count));
        add(w, &n, 5, TONE_PLAIN, "%s pkt/s", state_count(s->rate, count));
    }
    add(w, &n, 4, TONE_PLAIN, "%s pkt", state_count(s->packets, count));
    add(w, &n, 3, TONE_PLAIN, "%s msg", state_count(s->messages, count));
    if (s->live)
        add(w, &n, s->ring >= 50 ? 0 : 5, s->ring >= 50 ? TONE_WARN : TONE_PLAIN,
            "ring %u %%", s->ring);
    if (s->live || s->drops)
        add(w, &n, s->drops ? 0 : 2, s->drops ? TONE_BAD : TONE_PLAIN, "drops %s",
            state_count(s->drops, count));
    if (s->memory)
        add_memory(s, w, &n);
    if (s->lost)
        add(w, &n, 0, TONE_WARN, "ledger %s", state_count(s->lost, count));
    else
        add(w, &n, 2, s->other ? TONE_PLAIN : TONE_DIM, "ledger %s",
            state_count(s->other, count));
    return n;
}

static void drop_words(struct word *w, size_t n, int room)
{
    int used = 0, whole = 0, spare;

    for (size_t i = 0; i < n; i++) {
        w[i].w = canvas_columns(w[i].text, strlen(w[i].text));
        if (i == SOURCE && (whole = w[i].w) > room / 3)
            w[i].w = room / 3;
        used += w[i].w + 2;
    }
    for (int rank = 9; rank > 0 && used - 2 > room; rank--)
        for (size_t i = n; i-- > 0 && used - 2 > room;)
            if (w[i].rank == rank && w[i].w) {
                used -= w[i].w + 2;
                w[i].w = 0;
            }
    spare = room - (used - 2);
    if (w[SOURCE].w && spare > 0)
        w[SOURCE].w = w[SOURCE].w + spare < whole ? w[SOURCE].w + spare : whole;
}

int state_clock(const struct state *s, struct canvas *c)
{
    time_t seconds = (time_t)(s->clock / SECOND);
    struct tm tm;
    char text[16];

    if (!s->clock || c->w < 100)
        return c->w;
    strftime(text, sizeof text, "%H:%M:%S", localtime_r(&seconds, &tm));
    canvas_put(c, c->w - 8, 0, TONE_PLAIN, text);
    return c->w - 10;
}

void state_draw(const struct state *s, struct canvas *c, int w)
{
    struct word word[WORDS];
    size_t n = words_of(s, word);
    struct rect clip = canvas_clip(c, (struct rect){0, 0, w, 1});
    int x = 0;

    drop_words(word, n, w);
    for (size_t i = 0; i < n; i++) {
        if (!word[i].w)
            continue;
        canvas_field(c, x, 0, word[i].w, false, word[i].style, word[i].text,
                     strlen(word[i].text));
        x += word[i].w + 2;
    }
    canvas_clip(c, clip);
}
