/* STUN and what TURN carries, as deep as it is nested. */
#include "dissect/stun.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice d = slice_of(data, n), inner;
    struct stun_facts facts;
    struct stun m;
    uint16_t number;
    while (d.n) {
        struct slice outer = d;
        if (stun_channel(d, &number, &inner)) {
            d = inner;
        } else if (!stun_parse(d, &m)) {
            stun_facts(&m, &facts);
            if (!stun_carries(&m, &facts))
                break;
            d = facts.data;
        } else {
            break;
        }
        if (d.n >= outer.n)
            abort();
    }
    return 0;
}
