/* The SDP reader and the multipart splitter: a Content-Type line, then the body. */
#include "dissect/multipart.h"
#include "dissect/sdp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice all = slice_of(data, n);
    size_t end = slice_find(all, '\n');
    struct slice type = slice_sub(all, 0, end), body = slice_skip(all, end + 1);
    struct sdp s;
    struct sdp_media m;
    struct sdp_codec c[16];
    struct multipart parts;
    struct multipart_part part;
    size_t count = 0;

    if (multipart_begin(&parts, type, body))
        while (multipart_next(&parts, &part))
            count++;
    sdp_parse(sdp_find(type, body), &s);
    for (struct slice rest = s.media; sdp_media_next(&s, &rest, &m); count++) {
        size_t codecs = sdp_codecs(&m, c, 16);
        for (size_t i = 0; i < codecs; i++)
            if (c[i].pt > 127)
                abort();
    }
    if (count > n)
        abort();
    return 0;
}
