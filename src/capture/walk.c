#include "capture/walk.h"

void walk_init(struct walk *w, struct file_reader *reader, struct ledger *ledger,
               uint16_t file)
{
    memset(w, 0, sizeof *w);
    w->reader = reader;
    w->ledger = ledger;
    w->file = file;
}

void walk_done(struct walk *w)
{
    pcapng_walk_done(w);
}

int walk_start(struct walk *w)
{
    if (w->format != WALK_UNKNOWN)
        return 0;
    int err = pcapng_walk_start(w);
    return err == -ERR_FORMAT ? pcap_walk_start(w) : err;
}

int walk_next(struct walk *w, struct frame *out)
{
    return w->format == WALK_PCAP ? pcap_walk_next(w, out) : pcapng_walk_next(w, out);
}

bool walk_ready(const struct walk *w)
{
    return w->format == WALK_PCAP     ? pcap_walk_ready(w)
           : w->format == WALK_PCAPNG ? pcapng_walk_ready(w)
                                      : false;
}

void walk_restart(struct walk *w)
{
    w->format = WALK_UNKNOWN;
    w->pcapng.interfaces.n = 0;
}

void walk_bad(struct walk *w, uint64_t bytes)
{
    w->bad = true;
    ledger_count(w->ledger, LEDGER_FILE_BAD, 0, bytes, w->file, w->number + 1);
}

int walk_end(struct walk *w)
{
    struct file_reader *r = w->reader;
    size_t left = file_reader_left(r);
    if (r->status == -ERR_AGAIN || (r->status == -ERR_END && !left))
        return r->status;
    w->bad = true;
    if (r->status == -ERR_END || r->status == -ERR_CUT) {
        ledger_count(w->ledger, LEDGER_FILE_CUT, 0, left, w->file, w->number + 1);
        file_reader_take(r, left);
        return -ERR_CUT;
    }
    return r->status;
}

void walk_resync(struct walk *w, size_t step, bool (*plausible)(struct walk *w))
{
    struct file_reader *r = w->reader;
    uint64_t from = file_reader_at(r);
    do {
        if (!file_reader_need(r, step)) {
            file_reader_take(r, file_reader_left(r));
            break;
        }
        file_reader_take(r, step);
    } while (!plausible(w));
    walk_bad(w, file_reader_at(r) - from);
}

bool walk_hidden(struct walk *w, size_t step, bool (*plausible)(struct walk *w))
{
    /* At the end nothing is read any more, so that the bytes stay where they are. */
    struct file_reader *r = w->reader;
    size_t start = r->start;
    if (r->status != -ERR_END)
        return false;
    while (file_reader_left(r) > step) {
        file_reader_take(r, step);
        if (plausible(w)) {
            walk_bad(w, r->start - start);
            return true;
        }
    }
    r->start = start;
    return false;
}
