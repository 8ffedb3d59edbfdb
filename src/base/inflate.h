/* Bytes that somebody deflated, whole and at once. */
#ifndef BASE_INFLATE_H
#define BASE_INFLATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Inflates n bytes (zlib, gzip or bare deflate) into a block of at most `limit` bytes.
 * Returns 0, *out to be freed and *size; -ERR_FORMAT where they are none of these,
 * -ERR_LIMIT where there is more than the limit, -ERR_NOMEM, and -ERR_UNSUPPORTED where
 * zlib is not built in.
 */
int inflate_block(const void *bytes, size_t n, size_t limit, uint8_t **out,
                  size_t *size);

#endif
