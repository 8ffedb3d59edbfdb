/*
 * Frames a second of our walk over a capture file beside an empty pcap_next_ex loop
 * over the same file: bench_walk FILE [ROUNDS]. Prints the median of each and their
 * ratio.
 */
#include "capture/source.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS_MAX = 99 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double ours(const char *path, uint64_t *frames)
{
    static struct ledger ledger;
    struct errmsg why;
    struct source *s;
    struct frame f;
    double start = now();
    if (source_file_open(path, 0, NULL, &ledger, &s, &why)) {
        fprintf(stderr, "%s: %s\n", path, why.text);
        exit(1);
    }
    while (!source_next(s, &f))
        continue;
    *frames = s->state.frames;
    source_free(s);
    return now() - start;
}

static double theirs(const char *path)
{
    char text[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *data;
    double start = now();
    pcap_t *p =
        pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, text);
    while (p && pcap_next_ex(p, &header, &data) == 1)
        continue;
    if (p)
        pcap_close(p);
    return p ? now() - start : 0;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_value);
    return v[n / 2];
}

int main(int argc, char **argv)
{
    double a[ROUNDS_MAX], b[ROUNDS_MAX];
    int rounds = argc > 2 ? atoi(argv[2]) : 5;
    uint64_t frames = 0;
    if (argc < 2 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_walk FILE [ROUNDS]\n");
        return 2;
    }
    for (int i = 0; i < rounds; i++) {
        a[i] = ours(argv[1], &frames);
        b[i] = theirs(argv[1]);
    }
    double x = median(a, rounds), y = median(b, rounds);
    printf("%llu frames: walk %.2f M/s, pcap_next_ex %.2f M/s, %.2fx\n",
           (unsigned long long)frames, (double)frames / x / 1e6,
           y > 0 ? (double)frames / y / 1e6 : 0, y / x);
    return 0;
}
