/* A stream of frames, as long as they hold together. */
#include "dissect/websocket.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice s = slice_of(data, n);
    struct websocket f;
    int used;
    while ((used = websocket_parse(s, &f)) > 0) {
        if ((size_t)used > s.n || f.payload.n > s.n)
            abort();
        uint8_t *text = malloc(f.payload.n ? f.payload.n : 1);
        if (!text)
            abort();
        websocket_unmask(&f, text);
        free(text);
        s = slice_skip(s, (size_t)used);
    }
    return 0;
}
