/* The strict reading of one message: its views lie in the message, its findings are
 * bounded, libosip2 stays silent and within its copies. */
#include "dissect/strict.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct strict *s = strict_decode(slice_of(data, n));
    if (!s)
        return 0;
    if (s->findings > STRICT_MAX_FINDINGS || s->nodes > 2 * n + 16)
        abort();
    for (size_t i = 0; i < s->nodes; i++) {
        struct slice v = s->node[i].value;
        if (v.n && (v.p < data || v.p + v.n > data + n))
            abort();
    }
    for (size_t i = 0; i < s->findings; i++) {
        struct slice at = s->finding[i].at;
        if (!s->finding[i].name || (at.n && (at.p < data || at.p + at.n > data + n)))
            abort();
    }
    strict_free(s);
    return 0;
}
