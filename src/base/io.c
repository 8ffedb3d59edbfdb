#include "base/io.h"

#include "base/err.h"

#include <errno.h>
#include <unistd.h>

int io_write(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return -ERR_IO;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

int io_write_at(int fd, const void *bytes, size_t n, uint64_t at)
{
    const char *p = bytes;
    while (n) {
        ssize_t k = pwrite(fd, p, n, (off_t)at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return -ERR_IO;
        p += k;
        n -= (size_t)k;
        at += (uint64_t)k;
    }
    return 0;
}

int io_read_at(int fd, void *bytes, size_t n, uint64_t at)
{
    char *p = bytes;
    while (n) {
        ssize_t k = pread(fd, p, n, (off_t)at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return -ERR_IO;
        p += k;
        n -= (size_t)k;
        at += (uint64_t)k;
    }
    return 0;
}
