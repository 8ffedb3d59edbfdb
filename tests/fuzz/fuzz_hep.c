/* A stream of envelopes, as long as they hold together. */
#include "dissect/hep.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice s = slice_of(data, n);
    struct hep h;
    int used;
    hep_is(s);
    while (s.n && (used = hep_parse(s, &h)) > 0) {
        if ((size_t)used > s.n || h.payload.n > (size_t)used)
            abort();
        s = slice_skip(s, (size_t)used);
    }
    return 0;
}
