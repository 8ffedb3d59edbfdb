#include "capture/pcapng_writer.h"

#include <string.h>

static void put32(struct strbuf *b, uint32_t v)
{
    strbuf_add(b, &v, sizeof v);
}

static void put16(struct strbuf *b, uint16_t v)
{
    strbuf_add(b, &v, sizeof v);
}

/* Blocks and options are padded to 32 bits. */
static void put_padded(struct strbuf *b, const void *bytes, size_t n)
{
    strbuf_add(b, bytes, n);
    strbuf_fill(b, 0, -n & 3);
}

static uint32_t padded(size_t n)
{
    return (uint32_t)((n + 3) & ~(size_t)3);
}

static void put_option(struct strbuf *b, uint16_t code, const void *value, size_t n)
{
    put16(b, code);
    put16(b, (uint16_t)n);
    put_padded(b, value, n);
}

void pcapng_section(struct strbuf *b)
{
    uint64_t unknown = UINT64_MAX;
    put32(b, PCAPNG_SHB);
    put32(b, 28);
    put32(b, PCAPNG_MAGIC);
    put16(b, 1); /* version 1.0 */
    put16(b, 0);
    strbuf_add(b, &unknown, sizeof unknown);
    put32(b, 28);
}

void pcapng_interface(struct strbuf *b, uint32_t link, const char *name)
{
    uint8_t resolution = 9; /* 10^-9 s */
    size_t n = name ? strlen(name) : 0;
    n = n > 1024 ? 1024 : n;
    uint32_t size = 20 + 8 + (n ? 4 + padded(n) : 0) + 4;
    put32(b, PCAPNG_IDB);
    put32(b, size);
    put16(b, (uint16_t)link);
    put16(b, 0);
    put32(b, 0); /* no snap length */
    if (n)
        put_option(b, PCAPNG_OPT_NAME, name, n);
    put_option(b, PCAPNG_OPT_TSRESOL, &resolution, 1);
    put32(b, 0); /* end of options */
    put32(b, size);
}

size_t pcapng_packet(struct strbuf *b, uint32_t index, const struct frame *f,
                     bool numbered)
{
    uint32_t size = PCAPNG_EPB_HEAD + padded(f->caplen) + (numbered ? 16 : 0) + 4;
    uint64_t time = (uint64_t)f->time;
    put32(b, PCAPNG_EPB);
    put32(b, size);
    put32(b, index);
    put32(b, (uint32_t)(time >> 32));
    put32(b, (uint32_t)time);
    put32(b, f->caplen);
    put32(b, f->len);
    put_padded(b, f->data, f->caplen);
    if (numbered) {
        put_option(b, PCAPNG_OPT_PACKETID, &f->number, sizeof f->number);
        put32(b, 0);
    }
    put32(b, size);
    return PCAPNG_EPB_HEAD;
}

size_t pcapng_text(struct strbuf *b, const void *bytes, size_t n)
{
    uint32_t size = 12 + padded(n);
    put32(b, PCAPNG_TEXT);
    put32(b, size);
    put_padded(b, bytes, n);
    put32(b, size);
    return 8;
}
