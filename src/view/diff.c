#include "view/diff.h"
#include "base/err.h"
#include "base/hash.h"
#include "dissect/sip_table.h"
#include "view/align.h"

#include <stdlib.h>

/* Scores of lines: the same text wins over the same header. */
enum { SCORE_EQUAL = 4, SCORE_KEY = 2 };
/* Cells of all word alignments of one comparison; behind it lines differ as a whole. */
enum { WORD_CELLS = 1 << 23 };

struct line {
    struct slice text;
    uint64_t key, digest;
    size_t first, n; /* words */
};

struct side {
    VEC(struct line) lines;
    VEC(struct slice) words;
};

struct work {
    struct diff *diff;
    struct side side[2];
    struct align lines, words;
    VEC(struct diff_line) out;
    VEC(struct diff_word) marked;
    const struct line *pair[2]; /* whose words are being aligned */
    size_t cells;
};

void diff_free(struct diff *d)
{
    if (!d)
        return;
    strbuf_done(&d->text[0]);
    strbuf_done(&d->text[1]);
    free(d->line);
    free(d->word);
    free(d);
}

/* ---- lines and words ---- */

static struct slice name_of(struct slice line, bool body)
{
    size_t colon = slice_find(line, ':');
    if (!body)
        return colon < line.n ? slice_trim(slice_sub(line, 0, colon))
                              : (struct slice){0};
    if (line.n < 2 || line.p[1] != '=')
        return (struct slice){0};
    if (line.p[0] == 'a')
        return slice_sub(line, 0, colon);
    return slice_sub(line, 0, 2);
}

/* What a line is: equal for lines that stand beside each other though they differ. */
static uint64_t key_of(struct slice line, bool first, bool body)
{
    struct slice name = name_of(line, body);
    enum sip_header id = body ? SIP_H_OTHER : sip_header_find(name);
    uint8_t lower[64];
    if (first)
        return 1;
    if (!name.n)
        return hash_bytes(line.p, line.n);
    if (id != SIP_H_OTHER)
        return 2 + (uint64_t)id;
    size_t n = name.n < sizeof lower ? name.n : sizeof lower;
    for (size_t i = 0; i < n; i++)
        lower[i] = slice_lower(name.p[i]);
    return hash_bytes(lower, n);
}

static bool of_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           c >= 0x80 || c == '-' || c == '.' || c == '_' || c == '%' || c == '+' ||
           c == '!' || c == '*' || c == '~' || c == '\'';
}

/* A name, a number, a run of blanks, or one sign. */
static size_t word_length(struct slice s)
{
    size_t n = 1;
    bool word = of_word(s.p[0]), blank = s.p[0] == ' ' || s.p[0] == '\t';
    while (n < s.n &&
           ((word && of_word(s.p[n])) || (blank && (s.p[n] == ' ' || s.p[n] == '\t'))))
        n++;
    return word || blank ? n : 1;
}

static bool add_line(struct side *side, struct slice text, bool body)
{
    struct line l = {.text = text, .first = side->words.n};
    l.key = key_of(text, !side->lines.n, body);
    l.digest = hash_bytes(text.p, text.n);
    for (struct slice s = text; s.n;) {
        struct slice word = slice_sub(s, 0, word_length(s));
        if (!vec_push(&side->words, word))
            return false;
        s = slice_skip(s, word.n);
    }
    l.n = side->words.n - l.first;
    return vec_push(&side->lines, l);
}

static bool split(struct side *side, struct slice text)
{
    bool body = false;
    while (text.n) {
        size_t end = slice_find(text, '\n');
        struct slice line = slice_sub(text, 0, end);
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (!add_line(side, line, body))
            return false;
        body |= !line.n;
        text = slice_skip(text, end + 1);
    }
    return true;
}

/* ---- pairs ---- */

static unsigned score_lines(void *ctx, size_t left, size_t right)
{
    const struct work *w = ctx;
    const struct line *a = &w->side[0].lines.at[left];
    const struct line *b = &w->side[1].lines.at[right];
    if (a->digest == b->digest && slice_eq(a->text, b->text))
        return SCORE_EQUAL;
    return a->key == b->key ? SCORE_KEY : 0;
}

static unsigned score_words(void *ctx, size_t left, size_t right)
{
    const struct work *w = ctx;
    struct slice a = w->side[0].words.at[w->pair[0]->first + left];
    struct slice b = w->side[1].words.at[w->pair[1]->first + right];
    if (!slice_eq(a, b))
        return 0;
    return of_word(a.p[0]) ? 3 : 1;
}

/* Adds the words of one side, those of one kind side by side as one. */
static bool mark(struct work *w, struct diff_line *out, unsigned s, const bool *same)
{
    const struct line *l = w->pair[s];
    out->side[s].first = w->marked.n;
    for (size_t i = 0; i < l->n; i++) {
        struct slice word = w->side[s].words.at[l->first + i];
        struct diff_word *last =
            w->marked.n > out->side[s].first ? &w->marked.at[w->marked.n - 1] : NULL;
        bool differs = !same || !same[i];
        if (last && last->differs == differs) {
            last->n += word.n;
            continue;
        }
        struct diff_word next = {(const char *)word.p, word.n, differs};
        if (!vec_push(&w->marked, next))
            return false;
    }
    if (!l->n) { /* an empty line is one too */
        struct diff_word next = {"", 0, false};
        if (!vec_push(&w->marked, next))
            return false;
    }
    out->side[s].n = w->marked.n - out->side[s].first;
    return true;
}

static bool pair_words(struct work *w, struct diff_line *out)
{
    size_t n = w->pair[0]->n, m = w->pair[1]->n;
    bool *same = calloc(n + m + 1, sizeof *same), ok = same != NULL;
    bool fits = n * m <= WORD_CELLS - w->cells;
    w->cells += fits ? n * m : 0;
    ok = ok && (!fits || align(&w->words, n, m, score_words, w));
    for (size_t i = 0; ok && fits && i < w->words.steps.n; i++) {
        struct align_step s = w->words.steps.at[i];
        if (s.left != ALIGN_NONE && s.right != ALIGN_NONE)
            same[s.left] = same[n + s.right] = true;
    }
    ok = ok && mark(w, out, 0, same) && mark(w, out, 1, same + n);
    free(same);
    return ok;
}

/* ---- what differs in any two messages ---- */

/* Headers that are new in each message, and origins of descriptions. */
static bool is_usual(struct slice line)
{
    static const enum sip_header ids[] = {SIP_H_VIA, SIP_H_CALL_ID, SIP_H_CSEQ,
                                          SIP_H_CONTENT_LENGTH};
    static const char *const others[] = {"Date",
                                         "Timestamp",
                                         "Session-ID",
                                         "Max-Forwards",
                                         "Authorization",
                                         "Proxy-Authorization",
                                         "WWW-Authenticate",
                                         "Proxy-Authenticate",
                                         "X-Call-ID"};
    struct slice name = name_of(line, false);
    if (line.n > 1 && line.p[0] == 'o' && line.p[1] == '=')
        return true;
    enum sip_header id = sip_header_find(name);
    for (size_t i = 0; name.n && i < sizeof ids / sizeof *ids; i++)
        if (id == ids[i])
            return true;
    for (size_t i = 0; name.n && i < sizeof others / sizeof *others; i++)
        if (slice_ieq(name, slice_str(others[i])))
            return true;
    return false;
}

/* Only tags and branches differ. */
static bool only_tags(const struct work *w, const struct diff_line *l)
{
    for (unsigned s = 0; s < 2; s++)
        for (size_t i = 0; i < l->side[s].n; i++) {
            const struct diff_word *word = &w->marked.at[l->side[s].first + i];
            struct slice before = {0};
            if (!word->differs)
                continue;
            if (i)
                before = slice_of(word[-1].p, word[-1].n);
            if (before.n < 4 ||
                !slice_ieq(slice_skip(before, before.n - 4), SLICE("tag=")))
                return false;
        }
    return true;
}

static enum diff_kind kind_of(const struct work *w, const struct diff_line *l)
{
    if (slice_eq(w->pair[0]->text, w->pair[1]->text))
        return DIFF_SAME;
    return is_usual(w->pair[0]->text) || only_tags(w, l) ? DIFF_USUAL : DIFF_CHANGED;
}

/* ---- the comparison ---- */

static bool add_step(struct work *w, struct align_step step)
{
    struct diff_line out = {.kind = DIFF_CHANGED};
    bool left = step.left != ALIGN_NONE, right = step.right != ALIGN_NONE, ok;
    w->pair[0] = left ? &w->side[0].lines.at[step.left] : NULL;
    w->pair[1] = right ? &w->side[1].lines.at[step.right] : NULL;
    if (left && right) {
        ok = pair_words(w, &out);
        out.kind = ok ? kind_of(w, &out) : DIFF_SAME;
    } else {
        ok = mark(w, &out, left ? 0 : 1, NULL);
        out.kind = left ? DIFF_LEFT : DIFF_RIGHT;
    }
    w->diff->changed += out.kind != DIFF_SAME && out.kind != DIFF_USUAL;
    return ok && vec_push(&w->out, out);
}

static void work_done(struct work *w)
{
    for (unsigned s = 0; s < 2; s++) {
        vec_done(&w->side[s].lines);
        vec_done(&w->side[s].words);
    }
    align_done(&w->lines);
    align_done(&w->words);
    vec_done(&w->out);
    vec_done(&w->marked);
}

/* Compares d->text. */
static int compare(struct diff *d)
{
    struct work w = {.diff = d};
    bool ok = true;
    for (unsigned s = 0; s < 2 && ok; s++) {
        ok = !d->text[s].failed;
        ok = ok && split(&w.side[s],
                         slice_of(d->text[s].n ? d->text[s].p : "", d->text[s].n));
    }
    ok = ok && align(&w.lines, w.side[0].lines.n, w.side[1].lines.n, score_lines, &w);
    for (size_t i = 0; ok && i < w.lines.steps.n; i++)
        ok = add_step(&w, w.lines.steps.at[i]);
    if (ok) {
        d->line = w.out.at;
        d->lines = w.out.n;
        d->word = w.marked.at;
        d->words = w.marked.n;
        memset(&w.out, 0, sizeof w.out);
        memset(&w.marked, 0, sizeof w.marked);
    }
    work_done(&w);
    return ok ? 0 : -ERR_NOMEM;
}

static int finish(struct diff *d, struct diff **out)
{
    int err = compare(d);
    if (err)
        diff_free(d);
    else
        *out = d;
    return err;
}

int diff_texts(struct slice left, struct slice right, struct diff **out)
{
    struct diff *d = calloc(1, sizeof *d);
    if (!d)
        return -ERR_NOMEM;
    strbuf_add(&d->text[0], left.p, left.n);
    strbuf_add(&d->text[1], right.p, right.n);
    return finish(d, out);
}

int diff_messages(const struct view *v, const struct msg *left, const struct msg *right,
                  struct diff **out)
{
    struct diff *d = calloc(1, sizeof *d);
    int err = d ? view_text(v, left, &d->text[0]) : -ERR_NOMEM;
    if (!err)
        err = view_text(v, right, &d->text[1]);
    if (err) {
        diff_free(d);
        return err;
    }
    return finish(d, out);
}

/* The name of a line, from its words. */
static struct slice line_name(const struct diff *d, const struct diff_line *l,
                              bool body)
{
    unsigned s = l->side[0].n ? 0 : 1;
    const struct diff_word *first = &d->word[l->side[s].first];
    const struct diff_word *last = first + l->side[s].n - 1;
    struct slice text = slice_of(first->p, (size_t)(last->p + last->n - first->p));
    return name_of(text, body);
}

void diff_leave_parties(struct diff *d)
{
    for (size_t i = 1; i < d->lines; i++) {
        struct diff_line *l = &d->line[i];
        enum sip_header id = SIP_H_OTHER;
        if (l->kind == DIFF_CHANGED)
            id = sip_header_find(line_name(d, l, false));
        if (id != SIP_H_FROM && id != SIP_H_TO)
            continue;
        l->kind = DIFF_USUAL;
        d->changed--;
    }
}

void diff_summary(const struct diff *d, unsigned most, struct strbuf *out)
{
    struct slice before = {0};
    unsigned n = 0;
    bool body = false, whole[] = {false, false, false, false, false};
    for (size_t i = 0; i < d->lines; i++) {
        const struct diff_line *l = &d->line[i];
        struct slice name = i ? line_name(d, l, body) : SLICE("first line");
        body |= i && l->kind == DIFF_SAME && !name.n && !d->word[l->side[0].first].n;
        if (l->kind == DIFF_SAME || l->kind == DIFF_USUAL || slice_ieq(name, before) ||
            whole[l->kind])
            continue;
        if (body && l->kind != DIFF_CHANGED && slice_eq(name, SLICE("v="))) {
            whole[l->kind] = true;
            name = SLICE("SDP");
        }
        if (n++ == most) {
            strbuf_str(out, ", ...");
            return;
        }
        before = name;
        strbuf_str(out, n > 1 ? ", " : "");
        strbuf_str(out, l->kind == DIFF_LEFT ? "-" : l->kind == DIFF_RIGHT ? "+" : "");
        strbuf_add(out, name.n ? (const char *)name.p : "body", name.n ? name.n : 4);
    }
}

bool diff_alike(const struct msg *a, const struct msg *b)
{
    return a->status == b->status && a->method == b->method &&
           (a->method != SIP_OTHER || !strcmp(msg_method_name(a), msg_method_name(b)));
}

/* Lower is better. */
static uint64_t distance(const struct msg *m, const struct msg *o)
{
    uint64_t n = o->id < m->id ? m->id - o->id : (uint64_t)o->id - m->id;
    return n + (o->id > m->id ? UINT64_C(1) << 32 : 0) +
           (o->hop == m->hop ? UINT64_C(1) << 33 : 0);
}

const struct msg *diff_counterpart(const struct msg *m)
{
    const struct session *s = m->call ? m->call->session : NULL;
    const struct call *c = s ? s->first : m->call;
    const struct msg *best = NULL;
    for (; c; c = s ? c->leg_next : NULL)
        for (const struct msg *o = c->first; o; o = o->next)
            if (o != m && !(o->flags & MSG_COPY) && diff_alike(o, m) &&
                msg_same(o) != m && msg_same(m) != o &&
                (!best || distance(m, o) < distance(m, best)))
                best = o;
    return best;
}
