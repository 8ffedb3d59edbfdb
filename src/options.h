/* The command line: one table of options makes the parser, --help and the manual's
 * list. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "base/err.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct guard;

/* COMMAND(id, name, what it lists) */
#define COMMAND_TABLE(COMMAND)                                                    \
    COMMAND(CALLS, "calls", "one row a call")                                     \
    COMMAND(MESSAGES, "messages", "one row a SIP message")                        \
    COMMAND(STREAMS, "streams", "one row an RTP stream")                          \
    COMMAND(LADDER, "ladder", "a call as a ladder diagram: --call ID")            \
    COMMAND(MESSAGE, "message", "one message, decoded and validated: FILE... ID") \
    COMMAND(DIAGNOSE, "diagnose", "what is wrong, worst first")                   \
    COMMAND(STATS, "stats", "codes, methods, peers, KPIs; the ledger")            \
    COMMAND(REGISTRATIONS, "registrations", "one row a user and Contact")         \
    COMMAND(SQL, "sql",                                                           \
            "a SELECT over all tables: FILE... 'SELECT ...'; else a prompt")      \
    COMMAND(FIELDS, "fields", "every column of every table")                      \
    COMMAND(SAVE, "save", "write calls to a capture file: FILE... -O OUT")        \
    COMMAND(WATCH, "watch",                                                       \
            "no screen, for services: JSON of what ended, --db, -H, --metrics")

enum command {
    COMMAND_SCREEN, /* none given: the screen on a terminal, else calls */
#define COMMAND(id, name, help) COMMAND_##id,
    COMMAND_TABLE(COMMAND)
#undef COMMAND
};

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV };

struct options {
    enum command command;
    const char **files; /* in the order given; owned array of the user's strings */
    size_t nfiles;
    const char **interfaces;
    size_t ninterfaces;
    const char **hep_listen; /* "udp:ADDR:PORT" */
    size_t nhep_listen;
    const char *bpf;       /* NULL: none */
    const char *call;      /* row id or Call-ID; NULL: all */
    const char *where;     /* expression or words that rows must match; NULL: all */
    const char *argument;  /* `message`: the id; `sql`: the statement, NULL: none */
    const char *out;       /* -O; NULL: none */
    const char *explain;   /* a rule or response code; "all"; NULL: none */
    const char *hep_allow; /* networks that may send HEP; NULL: everybody */
    const char *hep_key;   /* that HEP must have, and is sent with; NULL: none */
    const char *hep_send;  /* collector; NULL: none */
    const char *metrics;   /* where metrics are to be had; NULL: nowhere */
    const char *keys;      /* NULL: none; refused so far */
    const char *config;    /* configuration file; NULL: the usual one */
    const struct config *settings; /* what it says: service/config.h; NULL: none */
    struct guard *guard;           /* the helper process; NULL: none */
    const char *user;              /* who to be, live; NULL: the usual one */
    const char *aliases;           /* file of names for addresses; NULL: none */
    const char *db;                /* database to store in; NULL: none */
    const char *spool_dir;         /* NULL: the default */
    enum format format;
    enum fail_on { FAIL_NEVER, FAIL_CRIT, FAIL_WARN } fail_on;
    struct limits limits;
    uint64_t spool_size;
    uint64_t db_age, db_size;          /* seconds, bytes; 0: no limit */
    uint64_t rotate_size, rotate_time; /* bytes, seconds of a file of -O; 0: all */
    uint32_t rotate_files;             /* that stay; 0: all */
    int hep_id;                        /* capture agent id; 0: the default */
    int buffer_mb;                     /* kernel buffer; 0: the default */
    int snaplen;                       /* bytes of a frame; 0: all */
    int sql_timeout;                   /* seconds; 0: the default */
    int width;                         /* of text output; 0: the terminal's */
    bool follow, utc, no_media, no_screen, quiet, invite_only, keep_rtp, progress;
    bool save_bad; /* -O: only calls with findings */
    bool ascii, redact, no_session, no_text, slices;
    bool help, version;
};

/*
 * Reads the command line. Returns 0, or -ERR_USAGE and a line that says what is wrong.
 * The strings stay the caller's argv. options_done frees the arrays.
 */
int options_parse(struct options *o, int argc, char **argv, struct errmsg *why);
void options_done(struct options *o);

/* The text of --help, in static memory that lasts. */
const char *options_help(void);

#endif
