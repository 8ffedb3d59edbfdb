/* A connection to the HEP listener, as it comes in pieces: the first byte is the length
 * of the pieces, the second whether a key is asked for. */
#include "capture/hep_door.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Envelopes cut off from what has come until now; false: it is none. */
static bool take(struct slice *waiting, const char *key, size_t *whole)
{
    int n = 0;
    while (waiting->n && (n = hep_door_cut(*waiting)) > 0) {
        if ((size_t)n > waiting->n || n > HEP_DOOR_LONGEST)
            abort();
        hep_door_look(key, slice_sub(*waiting, 0, (size_t)n));
        *waiting = slice_skip(*waiting, (size_t)n);
        *whole += 1;
    }
    return n >= 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2)
        return 0;
    size_t piece = data[0] + 1u, pieces = 0, at_once = 0;
    const char *key = data[1] & 1 ? "key" : NULL;
    struct slice all = slice_of(data + 2, n - 2), waiting = slice_of(data + 2, 0);
    for (size_t at = 0; at < all.n; at += piece) {
        waiting.n = slice_sub(all, 0, at + piece).n - (size_t)(waiting.p - all.p);
        if (!take(&waiting, key, &pieces))
            break;
    }
    /* However it is cut, the same envelopes come out. */
    take(&all, key, &at_once);
    if (pieces != at_once)
        abort();
    return 0;
}
