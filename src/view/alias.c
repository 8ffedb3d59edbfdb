#include "view/alias.h"
#include "base/vec.h"

#include <stdlib.h>

struct entry {
    struct addr addr; /* bits after the prefix are zero */
    unsigned bits;    /* of the prefix: 32 or 128 for a whole address */
    char *name;
};

struct alias {
    VEC(struct entry) list; /* most specific first; of equals the later line first */
};

void alias_free(struct alias *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->list.n; i++)
        free(a->list.at[i].name);
    vec_done(&a->list);
    free(a);
}

static unsigned bits_of(const struct addr *a)
{
    return a->family == 6 ? 128 : 32;
}

static void mask(struct addr *a, unsigned bits)
{
    for (unsigned i = 0; i < sizeof a->ip; i++) {
        unsigned keep = bits > 8 * i ? bits - 8 * i : 0;
        if (keep < 8)
            a->ip[i] &= (uint8_t)(0xff00 >> keep);
    }
}

/* "192.0.2.0/24", "192.0.2.1", "192.0.2.1:5060", "[2001:db8::1]:5060", "2001:db8::/32".
 */
static bool parse_target(struct slice text, struct entry *out)
{
    size_t slash = slice_find(text, '/');
    uint64_t bits;
    if (!addr_parse(slice_sub(text, 0, slash), &out->addr))
        return false;
    out->bits = bits_of(&out->addr);
    if (slash == text.n)
        return true;
    struct slice number = slice_skip(text, slash + 1);
    if (!number.n || slice_u64(number, &bits) != number.n || bits > out->bits ||
        out->addr.port)
        return false;
    out->bits = (unsigned)bits;
    mask(&out->addr, out->bits);
    return true;
}

static bool before(const struct entry *a, const struct entry *b)
{
    if (!a->addr.port != !b->addr.port)
        return a->addr.port != 0;
    return a->bits >= b->bits;
}

static bool insert(struct alias *a, struct entry *e)
{
    size_t i = 0;
    if (!e->name || !vec_reserve(&a->list, 1)) {
        free(e->name);
        return false;
    }
    while (i < a->list.n && !before(e, &a->list.at[i]))
        i++;
    memmove(a->list.at + i + 1, a->list.at + i, (a->list.n - i) * sizeof *e);
    a->list.at[i] = *e;
    a->list.n++;
    return true;
}

static size_t word_length(struct slice s)
{
    size_t n = 0;
    while (n < s.n && !slice_blank(s.p[n]))
        n++;
    return n;
}

/* One line without its comment. Returns what is wrong with it, or NULL; sets *failed
 * when memory is short. */
static const char *read_line(struct alias *a, struct slice line, bool *failed)
{
    struct entry e = {0};
    size_t n = word_length(line);
    struct slice name = slice_trim(slice_skip(line, n));
    if (!n)
        return NULL;
    if (!parse_target(slice_sub(line, 0, n), &e))
        return "no address";
    if (!name.n)
        return "no name after the address";
    if (memchr(name.p, 0, name.n))
        return "a zero byte in the name";
    e.name = strndup((const char *)name.p, name.n);
    *failed = !insert(a, &e);
    return NULL;
}

struct alias *alias_read(struct slice text, alias_wrong *wrong, void *ctx)
{
    struct alias *a = calloc(1, sizeof *a);
    bool failed = !a;
    for (unsigned number = 1; text.n && !failed; number++) {
        size_t end = slice_find(text, '\n');
        struct slice line = slice_sub(text, 0, end);
        line = slice_trim(slice_sub(line, 0, slice_find(line, '#')));
        const char *what = read_line(a, line, &failed);
        if (what && wrong)
            wrong(ctx, number, what);
        text = slice_skip(text, end + 1);
    }
    if (failed) {
        alias_free(a);
        return NULL;
    }
    return a;
}

size_t alias_count(const struct alias *a)
{
    return a ? a->list.n : 0;
}

const char *alias_find(const struct alias *a, const struct addr *addr)
{
    for (size_t i = 0; a && i < a->list.n; i++) {
        const struct entry *e = &a->list.at[i];
        struct addr masked = *addr;
        mask(&masked, e->bits);
        if (!e->addr.port)
            masked.port = 0;
        if (addr_eq(&masked, &e->addr))
            return e->name;
    }
    return NULL;
}
