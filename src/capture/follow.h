/*
 * Where a followed file goes on: another file under the same name (logrotate), the same
 * file emptied, or the next one of a series (tcpdump -C, -G and -W, dumpcap -b).
 */
#ifndef CAPTURE_FOLLOW_H
#define CAPTURE_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct follow;

/* Follows the file at path. NULL when memory is short. */
struct follow *follow_new(const char *path);

/* NULL is fine. */
void follow_free(struct follow *f);

/*
 * Asks at the end of the file behind fd, of which `position` bytes were read, whether
 * another one came after it. Looks at the disk five times a second at most.
 */
bool follow_over(struct follow *f, int fd, uint64_t position);

/* Opens what follow_over found. Returns a descriptor, or -1 when it is gone again. */
int follow_open(struct follow *f);

/* Length of the part of a file name that all of a series share. */
size_t follow_stem(const char *name);

/* Can two file names be of one series? The stem is the same, and the ending. */
bool follow_same_series(const char *a, const char *b);

#endif
