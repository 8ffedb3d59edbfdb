/* Capture files made by hand, in either byte order, for the tests of the readers. */
#ifndef CAPTURE_BUILD_H
#define CAPTURE_BUILD_H

#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct build {
    struct strbuf b;
    bool swap;
    size_t block; /* start of the block being built */
};

static inline void put16(struct build *f, uint16_t v)
{
    v = f->swap ? __builtin_bswap16(v) : v;
    strbuf_add(&f->b, &v, sizeof v);
}

static inline void put32(struct build *f, uint32_t v)
{
    v = f->swap ? __builtin_bswap32(v) : v;
    strbuf_add(&f->b, &v, sizeof v);
}

static inline void put64(struct build *f, uint64_t v)
{
    v = f->swap ? __builtin_bswap64(v) : v;
    strbuf_add(&f->b, &v, sizeof v);
}

static inline void pcap_file(struct build *f, uint32_t magic, uint32_t snaplen,
                             uint32_t link)
{
    put32(f, magic);
    put16(f, 2);
    put16(f, 4);
    put64(f, 0);
    put32(f, snaplen);
    put32(f, link);
}

/* A record of caplen bytes of value `fill`. */
static inline void pcap_record(struct build *f, uint32_t sec, uint32_t frac,
                               uint32_t caplen, uint32_t len, char fill)
{
    put32(f, sec);
    put32(f, frac);
    put32(f, caplen);
    put32(f, len);
    strbuf_fill(&f->b, fill, caplen);
}

static inline void block_begin(struct build *f, uint32_t type)
{
    f->block = f->b.n;
    put32(f, type);
    put32(f, 0);
}

static inline void block_end(struct build *f)
{
    while ((f->b.n - f->block) % 4)
        strbuf_char(&f->b, 0);
    uint32_t n = (uint32_t)(f->b.n - f->block + 4),
             v = f->swap ? __builtin_bswap32(n) : n;
    put32(f, n);
    memcpy(f->b.p + f->block + 4, &v, sizeof v);
}

static inline void option(struct build *f, uint16_t code, const void *value, uint16_t n)
{
    put16(f, code);
    put16(f, n);
    strbuf_add(&f->b, value, n);
    while ((f->b.n - f->block) % 4)
        strbuf_char(&f->b, 0);
}

static inline void ng_section(struct build *f)
{
    block_begin(f, 0x0a0d0d0a);
    put32(f, 0x1a2b3c4d);
    put16(f, 1);
    put16(f, 0);
    put64(f, UINT64_MAX);
    block_end(f);
}

/* tsresol 0xff: the option is left out. offset 0: left out. */
static inline void ng_interface(struct build *f, uint16_t link, const char *name,
                                uint8_t tsresol, int64_t offset)
{
    block_begin(f, 1);
    put16(f, link);
    put16(f, 0);
    put32(f, 0);
    if (name)
        option(f, 2, name, (uint16_t)strlen(name));
    if (tsresol != 0xff)
        option(f, 9, &tsresol, 1);
    if (offset) {
        put16(f, 14);
        put16(f, 8);
        put64(f, (uint64_t)offset);
    }
    block_end(f);
}

static inline void ng_packet(struct build *f, uint32_t interface, uint64_t ticks,
                             uint32_t caplen, uint32_t len, char fill)
{
    block_begin(f, 6);
    put32(f, interface);
    put32(f, (uint32_t)(ticks >> 32));
    put32(f, (uint32_t)ticks);
    put32(f, caplen);
    put32(f, len);
    strbuf_fill(&f->b, fill, caplen);
    block_end(f);
}

/* Writes bytes to a new temporary file; path has room for 64 bytes. */
static inline void temp_file(char *path, const void *bytes, size_t n)
{
    memcpy(path, "/tmp/sipglass-test-XXXXXX", 26);
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
        abort();
    close(fd);
}

#endif
