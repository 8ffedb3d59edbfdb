/*
 * The fast SIP parser beside libosip2: where both take a message, Call-ID, CSeq, tags
 * and branch are the same. Reads every file and every capture of the folders named on
 * the command line; a folder that is not there is passed over.
 */
#include "dissect/packet.h"
#include "dissect/sip.h"
#include "dissect/sip_sniff.h"

#include <dirent.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <osipparser2/osip_parser.h>

enum { LONGEST = 16 * 1024, SKIPPED = 77 };

static unsigned both, different, only_fast, only_osip, neither;

static void silent(const char *file, int line, osip_trace_level_t level,
                   const char *format, va_list args)
{
}

/* Same text, any blank like any other, quotes aside. */
static bool same(struct slice fast, const char *osip)
{
    struct slice other = slice_trim(slice_str(osip ? osip : ""));
    if (other.n > 1 && other.p[0] == '"' && other.p[other.n - 1] == '"')
        other = slice_sub(other, 1, other.n - 2);
    if (fast.n != other.n)
        return false;
    for (size_t i = 0; i < fast.n; i++)
        if (fast.p[i] != other.p[i] &&
            !(slice_blank(fast.p[i]) && slice_blank(other.p[i])))
            return false;
    return true;
}

static void check(const char *name, const char *what, struct slice fast,
                  const char *osip)
{
    if (same(fast, osip))
        return;
    different++;
    printf("%s: %s: '%.*s', libosip2 '%s'\n", name, what, (int)fast.n,
           (const char *)fast.p, osip ? osip : "");
}

static const char *tag_of(osip_from_t *f)
{
    osip_generic_param_t *tag = NULL;
    if (f)
        osip_from_get_tag(f, &tag);
    return tag ? tag->gvalue : NULL;
}

static void compare(const char *name, const struct sip *s, osip_message_t *m)
{
    char text[LONGEST + 64];
    osip_via_t *via = osip_list_get(&m->vias, 0);
    osip_generic_param_t *branch = NULL;
    const char *host = m->call_id->host;

    snprintf(text, sizeof text, "%s%s%s", m->call_id->number, host ? "@" : "",
             host ? host : "");
    check(name, "Call-ID", s->header[SIP_H_CALL_ID], text);
    check(name, "CSeq method", s->response ? s->method_name : (struct slice){0},
          s->response ? m->cseq->method : "");
    if (s->cseq != strtoul(m->cseq->number, NULL, 10))
        check(name, "CSeq number", s->header[SIP_H_CSEQ], m->cseq->number);
    if (s->response && s->status != m->status_code)
        check(name, "status", SLICE("another"), "");
    check(name, "From tag", s->from_tag, tag_of(m->from));
    check(name, "To tag", s->to_tag, tag_of(m->to));
    if (via)
        osip_via_param_get_byname(via, (char *)(uintptr_t) "branch", &branch);
    check(name, "branch", s->branch, branch ? branch->gvalue : NULL);
}

/* The headers without Content-Length, so that libosip2 wants no body. */
static size_t head_of(const struct sip *s, char *out)
{
    struct slice rest = s->head;
    struct sip_line line;
    size_t n = slice_find(rest, '\n') + 1;
    memcpy(out, rest.p, n);
    rest = slice_skip(rest, n);
    while (sip_header_next(&rest, &line)) {
        if (line.id == SIP_H_CONTENT_LENGTH)
            continue;
        memcpy(out + n, line.raw.p, line.raw.n);
        memcpy(out + n + line.raw.n, "\r\n", 2);
        n += line.raw.n + 2;
    }
    memcpy(out + n, "\r\n\0\0\0\0\0\0\0", 9);
    return n + 2;
}

/* libosip2 ends a line at a CR alone, RFC 3261 does not. */
static bool lone_cr(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\r' && (i + 1 == s.n || s.p[i + 1] != '\n'))
            return true;
    return false;
}

static void message(const char *name, struct slice text)
{
    static char head[2 * LONGEST + 16];
    osip_message_t *m = NULL;
    struct sip s;
    int rc = sip_parse(text, &s);

    if (text.n > LONGEST || s.flags & (SIP_NUL | SIP_NO_BLANK) || !s.head.n ||
        lone_cr(s.head))
        return;
    size_t n = head_of(&s, head);
    if (osip_message_init(&m))
        return;
    bool osip = !osip_message_parse(m, head, n) && m->call_id && m->call_id->number &&
                m->cseq && m->cseq->number && m->cseq->method;
    both += !rc && osip;
    only_fast += !rc && !osip;
    only_osip += rc && osip;
    neither += rc && !osip;
    if (!rc && osip)
        compare(name, &s, m);
    osip_message_free(m);
}

static void capture(const char *path, pcap_t *p)
{
    struct pcap_pkthdr *h;
    const u_char *data;
    char name[4200];
    for (unsigned frame = 1; pcap_next_ex(p, &h, &data) == 1; frame++) {
        struct packet packet;
        if (packet_decode((uint32_t)pcap_datalink(p), slice_of(data, h->caplen), h->len,
                          &packet) ||
            !sip_sniff(packet.payload))
            continue;
        snprintf(name, sizeof name, "%s:%u", path, frame);
        message(name, packet.payload);
    }
    pcap_close(p);
}

static void file(const char *path)
{
    static uint8_t bytes[1 << 20];
    char error[PCAP_ERRBUF_SIZE];
    FILE *f = fopen(path, "rb");
    if (!f)
        return;
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    if (sip_sniff(slice_of(bytes, n))) {
        message(path, slice_of(bytes, n));
        return;
    }
    pcap_t *p = pcap_open_offline(path, error);
    if (p)
        capture(path, p);
}

static void folder(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir) {
        printf("%s is not there: passed over\n", path);
        return;
    }
    for (struct dirent *e; (e = readdir(dir));) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (e->d_type == DT_REG)
            file(name);
    }
    closedir(dir);
}

int main(int argc, char **argv)
{
    osip_trace_initialize_func(END_TRACE_LEVEL, silent);
    parser_init();
    for (int i = 1; i < argc; i++)
        folder(argv[i]);
    printf(
        "%u messages taken by both, %u differences; by us alone %u, by libosip2 alone "
        "%u, by none %u\n",
        both, different, only_fast, only_osip, neither);
    if (!both)
        return SKIPPED;
    return different ? 1 : 0;
}
