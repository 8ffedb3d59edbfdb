/* Streaming decompression of capture files: gzip, zstd, lz4 frames. */
#ifndef CAPTURE_DECOMPRESS_H
#define CAPTURE_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decompress;

enum decompress_kind {
    DECOMPRESS_NONE,
    DECOMPRESS_GZIP, /* RFC 1952 */
    DECOMPRESS_ZSTD, /* RFC 8878 */
    DECOMPRESS_LZ4,  /* LZ4 frame format 1.6 */
};

/* Kind of the stream that starts with these four bytes; *name: "gzip", ... */
enum decompress_kind decompress_detect(const uint8_t magic[4], const char **name);

/* Returns 0 and *out, -ERR_UNSUPPORTED (not built in) or -ERR_NOMEM. */
int decompress_new(enum decompress_kind kind, struct decompress **out);

/* NULL is fine. */
void decompress_free(struct decompress *d);

/*
 * Uses up to *in_n bytes and makes up to *out_n; sets both to what was used and made.
 * Members that follow each other are one stream. Returns 0, or -ERR_FORMAT where the
 * data is damaged.
 */
int decompress_run(struct decompress *d, const uint8_t *in, size_t *in_n, uint8_t *out,
                   size_t *out_n);

/* True where an end of the input now would be in the middle of a member. */
bool decompress_inside(const struct decompress *d);

#endif
