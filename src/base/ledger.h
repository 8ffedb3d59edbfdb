/*
 * The ledger: everything that was not shown, and why. A row is a reason, a detail (an
 * EtherType, a link type, ...), a count, bytes and the first frame. Reasons below
 * LEDGER_FIRST are those of dissect/reason.h; base only carries their numbers.
 */
#ifndef BASE_LEDGER_H
#define BASE_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#define LEDGER_FIRST 256

/* LEDGER(enum suffix, short name, sentence) */
#define LEDGER_TABLE(LEDGER)                                                           \
    /* capture */                                                                      \
    LEDGER(KERNEL_DROP, "kernel_drop",                                                 \
           "frames dropped by the kernel: its buffer was full")                        \
    LEDGER(INTERFACE_DROP, "interface_drop", "frames dropped by the interface")        \
    LEDGER(RING_DROP, "ring_drop", "frames dropped because the program was behind")    \
    LEDGER(FILE_CUT, "file_cut", "the file ends inside a packet record")               \
    LEDGER(FILE_BAD, "file_bad", "bytes of the file that are no packet record")        \
    LEDGER(FRAME_CUT, "frame_cut", "frames shorter than on the wire (snap length)")    \
    LEDGER(BLOCK_UNKNOWN, "block_unknown", "pcapng blocks of a kind that is not read") \
    LEDGER(TIME_BACK, "time_back",                                                     \
           "frames older than the one before by over a second")                        \
    LEDGER(INTERFACE_DOWN, "interface_down", "an interface went down or away")         \
    /* fragments and streams */                                                        \
    LEDGER(FRAGMENT_LOST, "fragment_lost",                                             \
           "IP fragments whose packet never became whole")                             \
    LEDGER(FRAGMENT_OVERLAP, "fragment_overlap",                                       \
           "IP fragments that overlap: the first bytes count")                         \
    LEDGER(FRAGMENT_BAD, "fragment_bad", "IP fragments with impossible offsets")       \
    LEDGER(FRAGMENT_LIMIT, "fragment_limit",                                           \
           "IP fragments dropped at the memory limit")                                 \
    LEDGER(TCP_HOLE, "tcp_hole", "bytes missing in a TCP connection with SIP")         \
    LEDGER(TCP_OVERLAP, "tcp_overlap",                                                 \
           "TCP segments that overlap with other bytes: the first count")              \
    LEDGER(TCP_LIMIT, "tcp_limit", "TCP bytes dropped at the memory limit")            \
    LEDGER(STREAM_NOT_SIP, "stream_not_sip",                                           \
           "bytes between SIP messages in a stream that are no SIP")                   \
    LEDGER(STREAM_CUT, "stream_cut", "streams that end inside a SIP message")          \
    LEDGER(SCTP_LOST, "sctp_lost", "SCTP user messages with missing fragments")        \
    LEDGER(TLS, "tls", "TLS records that cannot be read without keys")                 \
    /* what was decoded but is not shown as a message */                               \
    LEDGER(MALFORMED, "malformed",                                                     \
           "looked like SIP and could not be used: listed as malformed")               \
    LEDGER(SIP_SURPLUS, "sip_surplus",                                                 \
           "SIP behind the body of a message in one datagram: receivers discard it")   \
    LEDGER(ICMP, "icmp", "ICMP errors that quote no known flow")                       \
    LEDGER(RTP_STRAY, "rtp_stray",                                                     \
           "packets like RTP that belong to no call and no series")                    \
    LEDGER(RTCP_STRAY, "rtcp_stray", "RTCP about streams that were not seen")          \
    LEDGER(RTP_COPY, "rtp_copy", "RTP packets seen again at another place")            \
    LEDGER(HEP_OTHER, "hep_other",                                                     \
           "HEP envelopes with something else than SIP or RTCP")                       \
    LEDGER(HEP_LOG, "hep_log", "log lines in HEP about calls that were not seen")      \
    LEDGER(HEP_REFUSED, "hep_refused", "HEP from hosts that are not allowed")          \
    LEDGER(HEP_KEY, "hep_key", "HEP envelopes without the key, or with another")       \
    LEDGER(HEP_NOISE, "hep_noise", "what came to the HEP listener and is no envelope") \
    LEDGER(HEP_CLOCK, "hep_clock",                                                     \
           "HEP from agents whose clock is ahead: the time of arrival counts")         \
    LEDGER(HEP_LIMIT, "hep_limit", "HEP connections over the limit")                   \
    LEDGER(HEP_UNSENT, "hep_unsent",                                                   \
           "HEP not sent: the collector was away, or too slow")                        \
    /* limits */                                                                       \
    LEDGER(CALLS_LIMIT, "calls_limit",                                                 \
           "oldest calls given up at --max-calls or --max-memory")                     \
    LEDGER(MESSAGES_LIMIT, "messages_limit",                                           \
           "messages of a call over --max-messages: counted, not kept")                \
    LEDGER(STREAMS_LIMIT, "streams_limit",                                             \
           "RTP packets of streams over the limit of streams")                         \
    LEDGER(OFFERS_LIMIT, "offers_limit",                                               \
           "session descriptions with more media, or more of them, than are kept")     \
    LEDGER(PEERS_LIMIT, "peers_limit",                                                 \
           "peers and prefixes whose KPIs were given up: too many")                    \
    LEDGER(REGISTRATIONS_LIMIT, "registrations_limit",                                 \
           "registrations given up: too many, or of one user")                         \
    LEDGER(SPOOL_LIMIT, "spool_limit", "text given up because the spool was full")     \
    LEDGER(SPOOL_FAILED, "spool_failed",                                               \
           "text not kept: the spool could not be written")                            \
    LEDGER(SAVE_LOST, "save_lost", "frames not saved: the file could not be written")  \
    LEDGER(SAVE_GONE, "save_gone",                                                     \
           "frames of calls to save that the spool had given up")                      \
    LEDGER(SAVE_UNKNOWN, "save_unknown",                                               \
           "calls given up before a verdict: not among those of --save-bad")           \
    LEDGER(STORE_DROP, "store_drop",                                                   \
           "rows not stored: the database's writer was behind")                        \
    LEDGER(STORE_FAILED, "store_failed",                                               \
           "rows not stored: the database could not be written")                       \
    LEDGER(ALARM_COMMAND, "alarm_command",                                             \
           "commands of alarms not run: too many, or the helper was busy")             \
    LEDGER(NO_MEMORY, "no_memory", "messages lost for want of memory")

enum ledger_reason {
    LEDGER_BEFORE = LEDGER_FIRST - 1,
#define LEDGER(id, name, text) LEDGER_##id,
    LEDGER_TABLE(LEDGER)
#undef LEDGER
        LEDGER_END
};

struct ledger_row {
    uint32_t reason; /* enum reason, or enum ledger_reason from LEDGER_FIRST on */
    uint32_t detail; /* 0: none */
    uint64_t count, bytes;
    uint64_t first_frame; /* 0: no frame */
    uint16_t first_file;
};

enum { LEDGER_ROWS = 256 };

/* Fixed size: a capture with more kinds of trouble adds them to detail UINT32_MAX. */
struct ledger {
    struct ledger_row row[LEDGER_ROWS]; /* in order of first appearance */
    unsigned n;
    uint64_t version; /* changes with every count */
};

/* Empties a ledger. */
void ledger_init(struct ledger *l);

/* Counts one happening of `bytes` bytes. frame 0: none. O(1) for rows in use. */
void ledger_count(struct ledger *l, uint32_t reason, uint32_t detail, uint64_t bytes,
                  uint16_t file, uint64_t frame);

/* Adds `count` happenings that were not seen one by one (drops). */
void ledger_add(struct ledger *l, uint32_t reason, uint32_t detail, uint64_t count);

/* Adds a row of another ledger. */
void ledger_merge(struct ledger *l, const struct ledger_row *row);

/* Sets a row to an absolute count (kernel drops are told as totals). */
void ledger_set(struct ledger *l, uint32_t reason, uint32_t detail, uint64_t count);

/* Sum of the counts of a reason over all details. */
uint64_t ledger_total(const struct ledger *l, uint32_t reason);

/* Short name and sentence of a reason from LEDGER_FIRST on; NULL for others. */
const char *ledger_name(uint32_t reason);
const char *ledger_text(uint32_t reason);

#endif
