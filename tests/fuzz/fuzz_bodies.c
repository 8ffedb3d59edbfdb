/* Bodies about media other than SDP: voice quality reports, digits. */
#include "dissect/dtmf_body.h"
#include "dissect/vqreport.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const TYPES[] = {"application/dtmf-relay", "application/dtmf",
                                        "application/kpml-response+xml;charset=UTF-8"};
    struct slice body = slice_of(data, n);
    struct dtmf_body digits;
    struct vqreport report;
    double v;
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (!dtmf_body_parse(slice_str(TYPES[i]), body, &digits) && digits.digits.n > n)
            abort();
    dtmf_kind(body);
    vqreport_is(body);
    if (!vqreport_parse(body, &report))
        for (unsigned i = 0; i < VQ_METRIC_COUNT; i++)
            if (vq_value(&report.heard, (enum vq_metric)i, &v) &&
                (v > 1.1e6 || v < -1.1e6))
                abort();
    return 0;
}
