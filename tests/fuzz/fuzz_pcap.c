/* Classic pcap files, also compressed: any bytes are a file. */
#include "walk_twice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return walk_twice(data, n);
}
