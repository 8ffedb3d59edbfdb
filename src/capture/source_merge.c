#include "capture/source.h"

#include <stdlib.h>
#include <string.h>

/*
 * Files wait in a binary heap with their next frame; the top is handed on. Sources that
 * have nothing now (and live ones) are asked in turn. A single source goes straight
 * through.
 */
struct waiting {
    size_t source;
    struct frame frame;
};

struct source_merge {
    struct source **source;
    bool *ended;
    size_t n, heap_n, turn;
    struct waiting *heap; /* by time, then by the order given */
    bool *idle;           /* has no frame in the heap: ask it again */
    bool started;         /* heap[0] was handed on: its source goes on first */
};

void source_merge_free(struct source_merge *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n; i++)
        source_free(m->source[i]);
    free(m->source);
    free(m->ended);
    free(m->idle);
    free(m->heap);
    free(m);
}

int source_merge_new(struct source **sources, size_t n, struct source_merge **out)
{
    struct source_merge *m = calloc(1, sizeof *m);
    if (!m)
        return -ERR_NOMEM;
    m->source = calloc(n + 1, sizeof(struct source *));
    m->ended = calloc(n + 1, sizeof *m->ended);
    m->idle = calloc(n + 1, sizeof *m->idle);
    m->heap = calloc(n + 1, sizeof *m->heap);
    if (!m->source || !m->ended || !m->idle || !m->heap) {
        source_merge_free(m); /* n is still 0: the caller keeps its sources */
        return -ERR_NOMEM;
    }
    memcpy(m->source, sources, n * sizeof *sources);
    memset(m->idle, true, n);
    m->n = n;
    *out = m;
    return 0;
}

static bool before(const struct waiting *a, const struct waiting *b)
{
    if (a->frame.time != b->frame.time)
        return a->frame.time < b->frame.time;
    return a->source < b->source;
}

static void sift_down(struct source_merge *m)
{
    struct waiting moved = m->heap[0];
    size_t i = 0, child;
    while ((child = 2 * i + 1) < m->heap_n) {
        if (child + 1 < m->heap_n && before(&m->heap[child + 1], &m->heap[child]))
            child++;
        if (!before(&m->heap[child], &moved))
            break;
        m->heap[i] = m->heap[child];
        i = child;
    }
    m->heap[i] = moved;
}

static void push(struct source_merge *m, size_t source, const struct frame *f)
{
    struct waiting added = {source, *f};
    size_t i = m->heap_n++;
    for (; i && before(&added, &m->heap[(i - 1) / 2]); i = (i - 1) / 2)
        m->heap[i] = m->heap[(i - 1) / 2];
    m->heap[i] = added;
}

/* The source of the top, whose frame was handed on, goes on. */
static void advance_top(struct source_merge *m)
{
    size_t source = m->heap[0].source;
    int err = source_next(m->source[source], &m->heap[0].frame);
    m->started = false;
    if (err) {
        m->ended[source] = err != -ERR_AGAIN;
        m->idle[source] = err == -ERR_AGAIN;
        m->heap[0] = m->heap[--m->heap_n];
    }
    if (m->heap_n)
        sift_down(m);
}

/* Asks the sources that had nothing. A live one's frame is handed on at once (true); a
 * file's waits in the heap for its turn. */
static bool ask_idle(struct source_merge *m, struct frame *out)
{
    struct frame f;
    for (size_t k = 0; k < m->n; k++) {
        size_t i = (m->turn + k) % m->n;
        if (!m->idle[i] || m->ended[i])
            continue;
        int err = source_next(m->source[i], &f);
        m->ended[i] = err && err != -ERR_AGAIN;
        if (err)
            continue;
        if (m->source[i]->state.live) {
            m->turn = i + 1;
            *out = f;
            return true;
        }
        m->idle[i] = false;
        push(m, i, &f);
    }
    return false;
}

static int all_ended(const struct source_merge *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (!m->ended[i])
            return -ERR_AGAIN;
    return -ERR_END;
}

int source_merge_next(struct source_merge *m, struct frame *out)
{
    size_t one;
    if (m->n == 1)
        return source_merge_next_some(m, out, 1, &one);
    if (m->started)
        advance_top(m);
    if (ask_idle(m, out))
        return 0;
    if (!m->heap_n)
        return all_ended(m);
    *out = m->heap[0].frame;
    m->started = true;
    return 0;
}

int source_merge_next_some(struct source_merge *m, struct frame *out, size_t max,
                           size_t *n)
{
    if (m->n != 1) {
        *n = 1;
        return source_merge_next(m, out);
    }
    if (m->ended[0])
        return -ERR_END;
    int err = source_next_some(m->source[0], out, max, n);
    m->ended[0] = err && err != -ERR_AGAIN;
    return m->ended[0] ? -ERR_END : err;
}

int source_merge_progress(const struct source_merge *m)
{
    uint64_t read = 0, total = 0;
    for (size_t i = 0; i < m->n; i++) {
        const struct source_state *s = &m->source[i]->state;
        if (!s->bytes_total || s->follow)
            return -1;
        read += s->bytes_read;
        total += s->bytes_total;
    }
    return !total ? -1 : read >= total ? 100 : (int)(read * 100.0 / total);
}

struct source *source_merge_at(struct source_merge *m, size_t i)
{
    return m->source[i];
}

size_t source_merge_count(const struct source_merge *m)
{
    return m->n;
}
