/* pcapng files: the input is what follows a section header, in either byte order. */
#include "walk_twice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { HEADER = 28 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const uint8_t SECTION[2][HEADER] = {
        "\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0"
        "\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0",
        "\x0a\x0d\x0d\x0a\0\0\0\x1c\x1a\x2b\x3c\x4d\0\1\0\0"
        "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\x1c"};
    uint8_t *file = n ? malloc(HEADER + n - 1) : NULL;
    if (!file)
        return 0;
    memcpy(file, SECTION[data[0] & 1], HEADER);
    memcpy(file + HEADER, data + 1, n - 1);
    walk_twice(file, HEADER + n - 1);
    free(file);
    return 0;
}
