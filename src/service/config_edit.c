#include "service/config_edit.h"

#include "base/io.h"
#include "base/strbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 1 << 20 /* bytes of a file that a person wrote */ };

static int err_of(int number)
{
    return number == EACCES || number == EPERM || number == EROFS ? -ERR_ACCESS
           : number == ENOMEM                                     ? -ERR_NOMEM
                                                                  : -ERR_IO;
}

static int read_all(const char *path, struct strbuf *out)
{
    FILE *f = fopen(path, "re");
    size_t n = 1;
    if (!f)
        return errno == ENOENT ? 0 : err_of(errno);
    while (n && out->n < MOST) {
        char *p = strbuf_room(out, 4096);
        n = p ? fread(p, 1, 4096, f) : 0;
        out->n += n;
    }
    int err = ferror(f) || out->n >= MOST ? -ERR_IO : 0;
    fclose(f);
    return err;
}

/* "[name]" with blanks around. */
static bool is_section(const char *line, size_t n, const char *name)
{
    size_t k = strlen(name);
    while (n && (*line == ' ' || *line == '\t'))
        line++, n--;
    return n > k + 1 && *line == '[' && !memcmp(line + 1, name, k) &&
           line[k + 1] == ']';
}

static bool begins_section(const char *line, size_t n)
{
    while (n && (*line == ' ' || *line == '\t'))
        line++, n--;
    return n && *line == '[';
}

static bool sets(const char *line, size_t n, const char *name)
{
    size_t k = strlen(name);
    while (n && (*line == ' ' || *line == '\t'))
        line++, n--;
    if (n <= k || memcmp(line, name, k) != 0)
        return false;
    for (; k < n && (line[k] == ' ' || line[k] == '\t'); k++)
        ;
    return k < n && (line[k] == '=' || line[k] == ':');
}

static void put(struct strbuf *out, const char *name, const char *value)
{
    if (*value)
        strbuf_printf(out, "%s = ", name);
    strbuf_str(out, value);
    strbuf_str(out, *value ? "\n" : "");
}

/* The text with the setting changed: in its place, else at the end of its section, else
 * in a new section. */
static void change(const struct strbuf *in, struct strbuf *out, const char *section,
                   const char *name, const char *value)
{
    bool inside = false, done = false;
    size_t blank = 0; /* where the empty lines at the end of `out` begin */
    for (size_t i = 0; i < in->n;) {
        const char *line = in->p + i, *end = memchr(line, '\n', in->n - i);
        size_t n = end ? (size_t)(end - line) : in->n - i;
        i += n + (end != NULL);
        if (begins_section(line, n)) {
            if (inside && !done) {
                struct strbuf rest = {0};
                strbuf_add(&rest, out->p + blank, out->n - blank);
                out->n = blank;
                put(out, name, value);
                strbuf_add(out, rest.p, rest.n);
                strbuf_done(&rest);
                done = true;
            }
            inside = is_section(line, n, section);
        }
        if (inside && sets(line, n, name)) {
            if (!done)
                put(out, name, value);
            done = true;
        } else {
            strbuf_add(out, line, n);
            strbuf_char(out, '\n');
        }
        if (n)
            blank = out->n;
    }
    if (done || !*value)
        return;
    if (!inside)
        strbuf_printf(out, "%s[%s]\n", out->n ? "\n" : "", section);
    put(out, name, value);
}

/* Every folder on the way. */
static void make_folders(const char *path)
{
    char part[4096];
    for (size_t i = 1; path[i] && i < sizeof part; i++)
        if (path[i] == '/') {
            memcpy(part, path, i);
            part[i] = 0;
            (void)mkdir(part, 0700); /* what failed shows when the file is made */
        }
}

/* Beside the old one, then in its place: a reader sees one or the other. */
static int replace(const char *path, const struct strbuf *text)
{
    struct strbuf temporary = {0};
    struct stat st;
    strbuf_printf(&temporary, "%s.XXXXXX", path);
    if (!temporary.n)
        return -ERR_NOMEM;
    char *name = (char *)(uintptr_t)strbuf_cstr(&temporary);
    int fd = mkostemp(name, O_CLOEXEC), err = fd < 0 ? err_of(errno) : 0;
    if (!err) {
        if (!stat(path, &st))
            (void)fchmod(fd, st.st_mode & 0777);
        err = io_write(fd, text->p, text->n) ? err_of(errno) : 0;
        if (!err && fsync(fd))
            err = err_of(errno);
        if (close(fd) && !err)
            err = err_of(errno);
        if (!err && rename(name, path))
            err = err_of(errno);
        if (err)
            unlink(name);
    }
    strbuf_done(&temporary);
    return err;
}

int config_edit(const char *path, const char *section, const char *name,
                const char *value)
{
    struct strbuf before = {0}, after = {0};
    if (strpbrk(value, "\r\n") || strlen(value) > 4000)
        return -ERR_USAGE;
    struct stat st;
    /* A device or a pipe must not be renamed away. */
    if (!stat(path, &st) && !S_ISREG(st.st_mode))
        return -ERR_ACCESS;
    char *real = realpath(path, NULL); /* a link stays a link */
    int err = read_all(path, &before);
    if (!err) {
        change(&before, &after, section, name, value);
        make_folders(path);
        err = replace(real ? real : path, &after);
    }
    free(real);
    strbuf_done(&before);
    strbuf_done(&after);
    return err;
}
