/* UDPTL. */
#include "dissect/udptl.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice d = slice_of(data, n);
    struct udptl u;
    int used = udptl_parse(d, &u);
    udptl_plausible(d);
    if (used > 0 && ((size_t)used > n || u.primary.n + u.packets + 4 > n))
        abort();
    return 0;
}
