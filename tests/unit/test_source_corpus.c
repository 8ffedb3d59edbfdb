/*
 * Frames of real captures counted by the walk and by capinfos (Wireshark). They lie
 * beside the checkout (../shared/corpus), not in it: skipped where they, or the tool,
 * are not there.
 */
#include "capture/source.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SKIPPED = 77 };

/* Frames that capinfos counts; -1: it reads no such file. */
static long counted(const char *path)
{
    int fd[2];
    long n = -1;
    fflush(NULL);
    if (pipe(fd))
        return -1;
    pid_t child = fork();
    if (!child) {
        dup2(fd[1], STDOUT_FILENO);
        close(fd[0]);
        close(fd[1]);
        execlp("capinfos", "capinfos", "-T", "-r", "-M", "-c", path, (char *)NULL);
        _exit(127);
    }
    close(fd[1]);
    FILE *in = fdopen(fd[0], "r");
    char line[4096], *tab = NULL;
    while (in && fgets(line, sizeof line, in))
        for (char *p = line; *p; p++)
            tab = *p == '\t' ? p : tab;
    if (tab)
        n = strtol(tab + 1, NULL, 10);
    if (in)
        fclose(in);
    return n;
}

static long walked(const char *path)
{
    static struct ledger ledger;
    struct errmsg why = {""};
    struct source *s;
    struct frame f;
    if (source_file_open(path, 0, NULL, &ledger, &s, &why))
        return -1;
    while (!source_next(s, &f))
        continue;
    long n = (long)s->state.frames;
    source_free(s);
    return n;
}

int main(void)
{
    const char *root = getenv("SIPGLASS_ROOT");
    char pattern[4096];
    glob_t found;
    unsigned bad = 0, compared = 0;
    snprintf(pattern, sizeof pattern, "%s/../shared/corpus/*/{*.pcap,*.pcapng,*.cap}",
             root ? root : ".");
    if (glob(pattern, GLOB_BRACE, NULL, &found)) {
        printf("no corpus beside the checkout: skipped\n");
        return SKIPPED;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        long want = counted(found.gl_pathv[i]), got;
        if (want < 0)
            continue;
        compared++;
        if ((got = walked(found.gl_pathv[i])) == want)
            continue;
        printf("%s: %ld frames, capinfos counts %ld\n", found.gl_pathv[i], got, want);
        bad++;
    }
    globfree(&found);
    printf("%u captures compared, %u differ\n", compared, bad);
    return bad ? 1 : compared ? 0 : SKIPPED;
}
