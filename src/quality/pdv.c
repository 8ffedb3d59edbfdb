#include "quality/pdv.h"

#include <math.h>

/* The first buckets are 1 ms wide; then each is wider by an eighth. */
static const double FIRST = PDV_FINE, WIDER = 1.125;

/* Where a bucket begins, ms. */
static double bound(unsigned bucket)
{
    return bucket < PDV_FINE ? bucket : FIRST * pow(WIDER, bucket - PDV_FINE);
}

static unsigned bucket_of(float ms)
{
    /* bound() at the place of every eighth of an octave would be as good; a logarithm
     * costs less than to look for it. */
    static const float SCALE = 5.8849493f; /* 1 / log2(1.125) */
    if (!(ms > 0))
        return 0;
    if (ms < PDV_FINE)
        return (unsigned)ms;
    float at = PDV_FINE + log2f(ms / PDV_FINE) * SCALE;
    return at < PDV_BUCKETS - 1 ? (unsigned)at : PDV_BUCKETS - 1;
}

void pdv_add(struct pdv *p, float ms)
{
    uint16_t *count = &p->count[bucket_of(ms)];
    if (*count == UINT16_MAX)
        for (unsigned i = 0; i < PDV_BUCKETS; i++)
            p->count[i] /= 2;
    ++*count;
}

bool pdv_percentile(const struct pdv *p, double percent, double *ms)
{
    double all = 0, before = 0;
    for (unsigned i = 0; i < PDV_BUCKETS; i++)
        all += p->count[i];
    if (!(all > 0))
        return false;
    for (unsigned i = 0; i < PDV_BUCKETS; i++) {
        double wanted = all * percent / 100 - before;
        if (p->count[i] && wanted <= p->count[i]) {
            double share = wanted > 0 ? wanted / p->count[i] : 0;
            *ms = bound(i) + share * (bound(i + 1) - bound(i));
            return true;
        }
        before += p->count[i];
    }
    *ms = bound(PDV_BUCKETS);
    return true;
}
