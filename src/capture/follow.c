#include "capture/follow.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SECOND ((int64_t)1000000000)

/* A file that is older than the one being read is no successor; a ring of files that
 * are written again (tcpdump -W) is told by what came this much later. */
enum { LATER = 3 };

struct follow {
    char *path;    /* as given */
    char *folder;  /* of it */
    char *current; /* name in the folder of the file being read */
    char *next;    /* path that follow_over found */
    int64_t looked;
    bool nothing; /* was read of the file */
};

void follow_free(struct follow *f)
{
    if (!f)
        return;
    free(f->path);
    free(f->folder);
    free(f->current);
    free(f->next);
    free(f);
}

struct follow *follow_new(const char *path)
{
    struct follow *f = calloc(1, sizeof *f);
    const char *slash = strrchr(path, '/');
    if (!f)
        return NULL;
    f->path = strdup(path);
    f->folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup("./");
    f->current = strdup(slash ? slash + 1 : path);
    if (f->path && f->folder && f->current)
        return f;
    follow_free(f);
    return NULL;
}

/* Where a name's ending begins, as ".pcap" of "cap.pcap12", and where it ends. Without
 * one both are where the name ends, digits left out. */
static size_t ending_of(const char *name, size_t *end)
{
    size_t n = strlen(name), dot;
    while (n && isdigit((unsigned char)name[n - 1]))
        n--;
    for (dot = n; dot && isalpha((unsigned char)name[dot - 1]); dot--)
        ;
    *end = n;
    return dot > 1 && name[dot - 1] == '.' && n - dot <= 6 ? dot - 1 : n;
}

size_t follow_stem(const char *name)
{
    size_t end, n = ending_of(name, &end);
    while (n && (isdigit((unsigned char)name[n - 1]) || strchr("_-.", name[n - 1])))
        n--;
    return n;
}

bool follow_same_series(const char *a, const char *b)
{
    size_t a_end, b_end, stem = follow_stem(a);
    size_t a_dot = ending_of(a, &a_end), b_dot = ending_of(b, &b_end);
    return stem && follow_stem(b) == stem && !memcmp(a, b, stem) &&
           a_end - a_dot == b_end - b_dot &&
           !memcmp(a + a_dot, b + b_dot, a_end - a_dot);
}

static int64_t ns_of(const struct statx_timestamp *t)
{
    return t->tv_sec * SECOND + t->tv_nsec;
}

static bool look_at(const char *path, struct statx *st)
{
    return statx(AT_FDCWD, path, 0, STATX_BASIC_STATS | STATX_BTIME, st) == 0 &&
           S_ISREG(st->stx_mode);
}

static bool same_file(const struct statx *a, const struct statx *b)
{
    return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
           a->stx_dev_minor == b->stx_dev_minor;
}

static bool made_after(const struct statx *a, const struct statx *b)
{
    return (b->stx_mask & STATX_BTIME) && ns_of(&b->stx_btime) >= ns_of(&a->stx_mtime);
}

/* Written after the file that is being read: written to much later, or made later. Of
 * two that say so of each other, as copies and files of one moment do, the names tell.
 */
static bool later(const struct follow *f, const struct statx *now, const char *name,
                  const struct statx *st)
{
    int64_t more = ns_of(&st->stx_mtime) - ns_of(&now->stx_mtime);
    if (more > LATER * SECOND || more < -LATER * SECOND)
        return more > 0;
    if (!made_after(now, st))
        return false;
    return !made_after(st, now) || strverscmp(name, f->current) > 0;
}

static bool set_next(struct follow *f, const char *folder, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s%s", folder, name) < 0)
        return false;
    free(f->next);
    f->next = path;
    return true;
}

/* The oldest file of the series that is later than the one being read. */
static bool find_in_series(struct follow *f, const struct statx *now)
{
    int64_t oldest = INT64_MAX;
    struct dirent *e;
    DIR *d = opendir(f->folder);
    if (!d)
        return false;
    while ((e = readdir(d))) {
        struct statx st;
        if (!follow_same_series(f->current, e->d_name) ||
            !strcmp(e->d_name, f->current))
            continue;
        if (statx(dirfd(d), e->d_name, 0, STATX_BASIC_STATS | STATX_BTIME, &st) ||
            !S_ISREG(st.stx_mode) || same_file(&st, now) ||
            !later(f, now, e->d_name, &st) || ns_of(&st.stx_mtime) > oldest)
            continue;
        if (ns_of(&st.stx_mtime) == oldest &&
            strverscmp(f->next + strlen(f->folder), e->d_name) < 0)
            continue;
        if (set_next(f, f->folder, e->d_name))
            oldest = ns_of(&st.stx_mtime);
    }
    closedir(d);
    return oldest != INT64_MAX;
}

bool follow_over(struct follow *f, int fd, uint64_t position)
{
    struct timespec t;
    struct statx now, named;
    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t clock = t.tv_sec * SECOND + t.tv_nsec;
    if (clock - f->looked < SECOND / 5)
        return false;
    f->looked = clock;
    f->nothing = !position;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &now))
        return false;
    if (now.stx_size < position) /* emptied and written again */
        return set_next(f, f->folder, f->current);
    char *path = NULL;
    if (asprintf(&path, "%s%s", f->folder, f->current) < 0)
        return false;
    bool replaced = look_at(path, &named) && !same_file(&named, &now);
    free(path);
    return replaced ? set_next(f, f->folder, f->current) : find_in_series(f, &now);
}

int follow_open(struct follow *f)
{
    int fd = f->next ? open(f->next, O_RDONLY | O_CLOEXEC) : -1;
    const char *slash = f->next ? strrchr(f->next, '/') : NULL;
    char *name = fd >= 0 && slash ? strdup(slash + 1) : NULL;
    if (name) {
        free(f->current);
        f->current = name;
    }
    if (!f->nothing) /* a series that was written is read through without a wait */
        f->looked = 0;
    return fd;
}
