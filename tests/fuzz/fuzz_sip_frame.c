/* The SIP framer on a stream cut into segments; the first byte seeds their lengths.
 * However they fall, the same messages come out. */
#include "dissect/sip_frame.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Feeds the stream in segments and returns a sum over the messages found. */
static uint64_t feed(struct slice stream, unsigned seed)
{
    struct sip_frame f = {0};
    size_t begin = 0, have = 0, skip;
    uint64_t sum = 0;

    while (begin < stream.n) {
        bool final = have == stream.n;
        enum sip_frame_result r =
            sip_frame_next(&f, slice_sub(stream, begin, have - begin), final, &skip);
        if (r == SIP_FRAME_MORE) {
            if (final)
                abort();
            seed = seed * 1103515245 + 12345;
            size_t step = seed ? 1 + (seed >> 16) % 40 : stream.n;
            have = step > stream.n - have ? stream.n : have + step;
            continue;
        }
        if (r == SIP_FRAME_MESSAGE) {
            skip = f.length;
            sum = sum * 31 + begin * 7 + skip;
        }
        if (!skip || skip > have - begin)
            abort();
        begin += skip;
        f = (struct sip_frame){0};
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!n)
        return 0;
    struct slice stream = slice_of(data + 1, n - 1);
    if (feed(stream, data[0]) != feed(stream, data[0] + 1000u))
        abort();
    return 0;
}
