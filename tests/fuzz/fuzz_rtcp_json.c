/* Whatever JSON an agent sends becomes nothing, or one whole packet. */
#include "dissect/rtcp.h"
#include "dissect/rtcp_json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint8_t out[RTCP_JSON_MOST];
    size_t k = rtcp_json_read(slice_of(data, n), out);
    struct slice rest = slice_of(out, k);
    struct rtcp p;
    if (k > sizeof out || (k && (rtcp_next(&rest, &p) != 1 || rest.n || p.cut)))
        abort();
    return 0;
}
