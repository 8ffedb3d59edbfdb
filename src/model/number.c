#include "model/number.h"

#include "base/hash.h"
#include "dissect/sip_value.h"

enum { NAME_LONG = 6 };

static bool is_anonymous(struct slice user)
{
    return slice_ieq(user, SLICE("anonymous")) || slice_ieq(user, SLICE("unknown")) ||
           slice_ieq(user, SLICE("unavailable")) ||
           slice_ieq(user, SLICE("restricted"));
}

bool number_read(struct slice user, struct number *out)
{
    char text[NUMBER_MAX];
    *out = (struct number){0};
    if (!user.n || user.n > NUMBER_MAX || is_anonymous(user))
        return false;
    size_t n = sip_number(user, text, sizeof text), skip = 0;
    if (n && text[0] == '+')
        skip = 1;
    else if (n > NUMBER_LONG + 2 && text[0] == '0' && text[1] == '0')
        skip = 2;
    if (n >= NUMBER_LONG + skip) {
        out->digits = true;
        out->n = (uint8_t)(n - skip);
        memcpy(out->p, text + skip, out->n);
        return true;
    }
    out->n = (uint8_t)user.n;
    memcpy(out->p, user.p, user.n);
    return true;
}

uint64_t number_hash(uint64_t seed, const struct number *a)
{
    return a->digits ? hash_more(seed, a->p + a->n - NUMBER_LONG, NUMBER_LONG)
                     : hash_more(seed ^ 1, a->p, a->n);
}

static struct slice without_trunk(const struct number *a)
{
    struct slice s = slice_of(a->p, a->n);
    return s.n > NUMBER_LONG && s.p[0] == '0' ? slice_skip(s, 1) : s;
}

bool number_same(const struct number *a, const struct number *b)
{
    if (a->n == b->n && !memcmp(a->p, b->p, a->n))
        return true;
    if (!a->digits || !b->digits)
        return false;
    struct slice x = without_trunk(a), y = without_trunk(b);
    struct slice less = x.n < y.n ? x : y, more = x.n < y.n ? y : x;
    return less.n >= NUMBER_LONG && slice_eq(less, slice_skip(more, more.n - less.n));
}

bool number_strong(const struct number *a)
{
    return a->digits || a->n >= NAME_LONG;
}
