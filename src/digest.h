/* By what a capture file is known again: its size and the bytes at both ends. */
#ifndef DIGEST_H
#define DIGEST_H

#include <stdbool.h>
#include <stdint.h>

enum { DIGEST_TEXT = 40 };

/* The digest as text with a NUL, and the size. Returns false for what cannot come
 * twice: pipes, interfaces, empty files. */
bool digest_of_file(const char *path, uint64_t *size, char out[DIGEST_TEXT]);

#endif
