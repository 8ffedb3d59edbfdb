#include "capture/frame_filter.h"
#include "base/vec.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

enum { SNAPLEN = 262144 };

struct program {
    uint32_t link;
    bool compiled;
    struct bpf_program code;
};

struct frame_filter {
    char *expression;
    size_t newest; /* program of the newest frame */
    VEC(struct program) programs;
};

void frame_filter_free(struct frame_filter *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->programs.n; i++)
        if (f->programs.at[i].compiled)
            pcap_freecode(&f->programs.at[i].code);
    vec_done(&f->programs);
    free(f->expression);
    free(f);
}

/* The numbers differ where systems do not agree on the DLT_ one (pcap-linktype(7)). */
static const struct {
    uint32_t link;
    int dlt;
} NUMBERS[] = {
    {101, DLT_RAW}, {100, DLT_ATM_RFC1483}, {104, DLT_C_HDLC}, {108, DLT_LOOP}};

int frame_filter_dlt(uint32_t link)
{
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
        if (NUMBERS[i].link == link)
            return NUMBERS[i].dlt;
    return (int)link;
}

uint32_t frame_filter_link(int dlt)
{
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
        if (NUMBERS[i].dlt == dlt)
            return NUMBERS[i].link;
    return (uint32_t)dlt;
}

static bool compile(const char *expression, struct program *p, struct errmsg *why)
{
    pcap_t *dead = pcap_open_dead(frame_filter_dlt(p->link), SNAPLEN);
    if (!dead)
        return errmsg_set(why, 0, "out of memory"), false;
    p->compiled =
        pcap_compile(dead, &p->code, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!p->compiled)
        errmsg_set(why, 0, "%s", pcap_geterr(dead));
    pcap_close(dead);
    return p->compiled;
}

int frame_filter_new(const char *expression, struct frame_filter **out,
                     struct errmsg *why)
{
    struct errmsg text = {""};
    struct program ethernet = {.link = DLT_EN10MB};
    struct frame_filter *f = calloc(1, sizeof *f);
    if (!f || !(f->expression = strdup(expression))) {
        free(f);
        return errmsg_set(why, -ERR_NOMEM, "out of memory");
    }
    if (!compile(expression, &ethernet, &text)) {
        frame_filter_free(f);
        return errmsg_set(why, -ERR_USAGE, "filter \"%s\": %s", expression, text.text);
    }
    if (!vec_push(&f->programs, ethernet)) {
        pcap_freecode(&ethernet.code);
        frame_filter_free(f);
        return errmsg_set(why, -ERR_NOMEM, "out of memory");
    }
    *out = f;
    return 0;
}

static struct program *program_of(struct frame_filter *f, uint32_t link,
                                  struct errmsg *why)
{
    struct program p = {.link = link};
    struct errmsg text = {""};
    for (f->newest = 0; f->newest < f->programs.n; f->newest++)
        if (f->programs.at[f->newest].link == link)
            return &f->programs.at[f->newest];
    if (!compile(f->expression, &p, &text))
        errmsg_set(why, 0, "the filter cannot be used on link type %u: %s", link,
                   text.text);
    f->newest = 0;
    if (!vec_push(&f->programs, p))
        return NULL;
    f->newest = f->programs.n - 1;
    return &f->programs.at[f->newest];
}

bool frame_filter_match(struct frame_filter *f, const struct frame *frame,
                        struct errmsg *why)
{
    struct program *p = &f->programs.at[f->newest];
    struct pcap_pkthdr header = {.caplen = frame->caplen, .len = frame->len};
    if (p->link != frame->link)
        p = program_of(f, frame->link, why);
    return p && p->compiled && pcap_offline_filter(&p->code, &header, frame->data);
}
