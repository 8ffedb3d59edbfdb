/* Whole reads and writes on a descriptor, however the kernel splits them. */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stddef.h>
#include <stdint.h>

/* Writes n bytes where the descriptor stands. Returns 0 or -ERR_IO (errno is set). */
int io_write(int fd, const void *bytes, size_t n);

/* Writes n bytes at an offset. Returns as io_write does. */
int io_write_at(int fd, const void *bytes, size_t n, uint64_t at);

/* Reads n bytes at an offset. Returns 0; -ERR_IO also where the file ends before. */
int io_read_at(int fd, void *bytes, size_t n, uint64_t at);

#endif
