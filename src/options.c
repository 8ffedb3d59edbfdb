#include "options.h"

#include "base/endpoint.h"
#include "base/strbuf.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum option_type {
    OPT_FLAG,
    OPT_TEXT,
    OPT_LIST,
    OPT_COUNT,
    OPT_SIZE,
    OPT_AGE,
    OPT_FORMAT,
    OPT_FAIL,
    OPT_JSON,
    OPT_NONE
};

struct option_row {
    const char *name; /* long name */
    char letter;      /* 0: none */
    char also;        /* a second letter; 0: none */
    enum option_type type;
    const char *argument; /* its name in the help; NULL: takes none */
    size_t at;            /* offset in struct options */
    const char *help;
};

#define AT(member) offsetof(struct options, member)

static const struct option_row OPTIONS[] = {
    {"interface", 'i', 'd', OPT_LIST, "IF", AT(interfaces),
     "capture live from an interface; may be given again; `any` is all"},
    {"hep-listen", 'L', 0, OPT_LIST, "URL", AT(hep_listen),
     "take HEP from capture agents: udp:ADDR:PORT or tcp:ADDR:PORT"},
    {"hep-allow", 0, 0, OPT_TEXT, "NETS", AT(hep_allow),
     "networks that may send HEP: 192.0.2.0/24,...; everybody unless given"},
    {"hep-key", 0, 0, OPT_TEXT, "KEY", AT(hep_key),
     "key that HEP must have, and that is sent with it"},
    {"hep-send", 'H', 0, OPT_TEXT, "URL", AT(hep_send),
     "send what is seen to a HEP collector: udp:HOST:PORT or tcp:HOST:PORT"},
    {"hep-id", 0, 0, OPT_COUNT, "N", AT(hep_id), "our id as a HEP agent; 2001"},
    {"metrics", 0, 0, OPT_TEXT, "ADDR:PORT", AT(metrics),
     "metrics for Prometheus; loopback where no address is given"},
    {"input", 'I', 0, OPT_LIST, "FILE", AT(files), "a source file, as FILE"},
    {"output", 'O', 'w', OPT_TEXT, "FILE", AT(out),
     "write the selected calls to a capture file (.pcapng: pcapng)"},
    {"rotate-size", 0, 0, OPT_SIZE, "SIZE", AT(rotate_size),
     "-O, live: another file after so many bytes"},
    {"rotate-time", 0, 0, OPT_AGE, "AGE", AT(rotate_time),
     "-O, live: another file after so long: 30m, 1h"},
    {"rotate-files", 0, 0, OPT_COUNT, "N", AT(rotate_files),
     "-O, live: files that stay; the oldest are deleted"},
    {"save-bad", 0, 0, OPT_FLAG, NULL, AT(save_bad),
     "-O: only calls with findings of warn or worse"},
    {"bpf", 'f', 0, OPT_TEXT, "EXPR", AT(bpf),
     "capture filter (pcap-filter(7)); none unless given"},
    {"call", 0, 0, OPT_TEXT, "ID", AT(call), "only this call: a row id or a Call-ID"},
    {"where", 'e', 0, OPT_TEXT, "SQL", AT(where),
     "rows of the list that match: an expression, words, or @NAME of a stored filter"},
    {"sql-timeout", 0, 0, OPT_COUNT, "S", AT(sql_timeout),
     "seconds a statement or filter may run"},
    {"follow", 0, 0, OPT_FLAG, NULL, AT(follow), "read on as a file grows or rotates"},
    {"invite", 'c', 0, OPT_FLAG, NULL, AT(invite_only),
     "only calls that begin with INVITE"},
    {"rtp", 'r', 0, OPT_FLAG, NULL, AT(keep_rtp), "keep RTP packets for saving, live"},
    {"no-screen", 'N', 0, OPT_FLAG, NULL, AT(no_screen),
     "no screen, also on a terminal"},
    {"quiet", 'q', 0, OPT_FLAG, NULL, AT(quiet), "print no rows and no notes"},
    {"format", 0, 0, OPT_FORMAT, "F", AT(format), "table, json or csv"},
    {"json", 0, 0, OPT_JSON, NULL, AT(format), "one JSON object a line"},
    {"utc", 0, 0, OPT_FLAG, NULL, AT(utc), "times in UTC, not local"},
    {"no-media", 0, 0, OPT_FLAG, NULL, AT(no_media), "leave RTP alone"},
    {"slices", 0, 0, OPT_FLAG, NULL, AT(slices),
     "streams: a row for each ten seconds of each"},
    {"no-session", 0, 0, OPT_FLAG, NULL, AT(no_session), "ladder: this leg only"},
    {"explain", 0, 0, OPT_TEXT, "WHAT", AT(explain),
     "diagnose: what a rule or response code means; all: everything"},
    {"fail-on", 0, 0, OPT_FAIL, "SEVERITY", AT(fail_on),
     "diagnose: exit status 3 where there is a finding: crit, or warn and worse"},
    {"config", 0, 0, OPT_TEXT, "FILE", AT(config),
     "configuration file; ~/.config/sipglass/config unless given"},
    {"aliases", 0, 0, OPT_TEXT, "FILE", AT(aliases),
     "names for addresses, one a line: ADDRESS NAME"},
    {"ascii", 0, 0, OPT_FLAG, NULL, AT(ascii), "draw with ASCII only"},
    {"width", 0, 0, OPT_COUNT, "N", AT(width), "width of text output"},
    {"redact", 0, 0, OPT_FLAG, NULL, AT(redact),
     "leave out bodies other than SDP, and credentials"},
    {"progress", 0, 0, OPT_FLAG, NULL, AT(progress), "show progress on standard error"},
    {"buffer", 'B', 0, OPT_COUNT, "MB", AT(buffer_mb),
     "kernel buffer for live capture"},
    {"snaplen", 0, 0, OPT_COUNT, "BYTES", AT(snaplen),
     "bytes kept of a frame, live; all unless given"},
    {"user", 0, 0, OPT_TEXT, "NAME", AT(user),
     "live, started by root: who to be; the user of sudo, else nobody"},
    {"max-calls", 'l', 0, OPT_COUNT, "N", AT(limits.max_calls),
     "calls kept; oldest finished leave first"},
    {"max-messages", 0, 0, OPT_COUNT, "N", AT(limits.max_messages),
     "messages kept of a call"},
    {"max-memory", 0, 0, OPT_SIZE, "SIZE", AT(limits.max_memory),
     "memory for calls and messages"},
    {"db", 0, 0, OPT_TEXT, "FILE", AT(db), "also store everything read in a database"},
    {"no-text", 0, 0, OPT_FLAG, NULL, AT(no_text), "store no text of messages"},
    {"db-age", 0, 0, OPT_AGE, "AGE", AT(db_age),
     "calls kept in the database: 36h, 30d; for ever unless given"},
    {"db-size", 0, 0, OPT_SIZE, "SIZE", AT(db_size),
     "size of the database: the oldest calls leave; any unless given"},
    {"spool-size", 0, 0, OPT_SIZE, "SIZE", AT(spool_size),
     "disk for text that is in no file"},
    {"spool-dir", 0, 0, OPT_TEXT, "DIR", AT(spool_dir), "where the spool lies"},
    {"keys", 'k', 0, OPT_TEXT, "FILE", AT(keys),
     "TLS keys: refused until TLS can be read"},
    {"rotate", 'R', 0, OPT_NONE, NULL, 0, "accepted: oldest calls always leave first"},
    {"help", 'h', 0, OPT_FLAG, NULL, AT(help), "this text"},
    {"version", 'V', 0, OPT_FLAG, NULL, AT(version), "the version"},
};
enum { NOPTIONS = sizeof OPTIONS / sizeof *OPTIONS };

static const struct {
    const char *name, *help;
} COMMANDS[] = {
#define COMMAND(id, name, help) {name, help},
    COMMAND_TABLE(COMMAND)
#undef COMMAND
};
enum { NCOMMANDS = sizeof COMMANDS / sizeof *COMMANDS };

void options_done(struct options *o)
{
    free(o->files);
    free(o->interfaces);
    free(o->hep_listen);
    o->files = o->interfaces = o->hep_listen = NULL;
    o->nfiles = o->ninterfaces = o->nhep_listen = 0;
}

static int list_add(const char ***list, size_t *n, const char *value)
{
    const char **p = realloc(*list, (*n + 1) * sizeof *p);
    if (!p)
        return -ERR_NOMEM;
    p[(*n)++] = value;
    *list = p;
    return 0;
}

/* A number with an optional K, M or G (powers of 1024). */
static bool read_number(const char *text, bool size, uint64_t *out)
{
    char *end;
    int shift = 0;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 10);
    if (end == text || errno || *text == '-')
        return false;
    if (size && *end) {
        const char *unit = strchr("KMG", *end >= 'a' ? *end - 32 : *end);
        if (!unit)
            return false;
        shift = 10 * (int)(unit - "KMG" + 1);
        end++;
    }
    if (*end || v > UINT64_MAX >> shift)
        return false;
    *out = (uint64_t)v << shift;
    return true;
}

static int read_format(const char *text, enum format *out)
{
    static const char *const NAMES[] = {"table", "json", "csv"};
    for (int i = 0; i < 3; i++)
        if (!strcmp(text, NAMES[i])) {
            *out = (enum format)i;
            return 0;
        }
    return -ERR_USAGE;
}

/* A number with an optional s, m, h or d, in seconds. */
static bool read_age(const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 10), unit = 1;
    if (end == text || errno || *text == '-' || v > UINT32_MAX)
        return false;
    switch (*end) {
    case 'm': unit = 60; break;
    case 'h': unit = 3600; break;
    case 'd': unit = 86400; break;
    case 's':
    case 0: break;
    default: return false;
    }
    *out = v * unit;
    return !*end || !end[1];
}

/* Counts go into members of 32 bits, sizes into those of 64. */
static int store_number(void *member, const struct option_row *row, const char *value,
                        struct errmsg *why)
{
    uint64_t n;
    bool read = row->type == OPT_AGE ? read_age(value, &n)
                                     : read_number(value, row->type == OPT_SIZE, &n);
    if (!read || (row->type == OPT_COUNT && n > INT32_MAX) || !n)
        return errmsg_set(why, -ERR_USAGE,
                          "--%s %s: not a number that makes sense here", row->name,
                          value);
    if (row->type == OPT_COUNT)
        *(uint32_t *)member = (uint32_t)n;
    else
        *(uint64_t *)member = n;
    return 0;
}

/* Lists: files, interfaces, listeners. */
static int store_word(struct options *o, const struct option_row *row,
                      const char *value, struct errmsg *why)
{
    struct endpoint e;
    int err = row->letter == 'L' ? endpoint_parse(value, &e, why) : 0;
    if (err)
        return err;
    switch (row->letter) {
    case 'i': return list_add(&o->interfaces, &o->ninterfaces, value);
    case 'L': return list_add(&o->hep_listen, &o->nhep_listen, value);
    default: return list_add(&o->files, &o->nfiles, value);
    }
}

static int store(struct options *o, const struct option_row *row, const char *value,
                 struct errmsg *why)
{
    void *member = (char *)o + row->at;
    switch (row->type) {
    case OPT_FLAG: *(bool *)member = true; return 0;
    case OPT_TEXT: *(const char **)member = value; return 0;
    case OPT_LIST: return store_word(o, row, value, why);
    case OPT_COUNT:
    case OPT_SIZE:
    case OPT_AGE: return store_number(member, row, value, why);
    case OPT_JSON: o->format = FORMAT_JSON; return 0;
    case OPT_FORMAT:
        if (read_format(value, &o->format))
            return errmsg_set(why, -ERR_USAGE, "--format %s: it is table, json or csv",
                              value);
        return 0;
    case OPT_FAIL:
        if (strcmp(value, "crit") != 0 && strcmp(value, "warn") != 0)
            return errmsg_set(why, -ERR_USAGE, "--fail-on %s: it is crit or warn",
                              value);
        o->fail_on = *value == 'c' ? FAIL_CRIT : FAIL_WARN;
        return 0;
    case OPT_NONE: return 0;
    }
    return 0;
}

static const struct option_row *row_of(int c)
{
    for (int i = 0; i < NOPTIONS; i++)
        if (c == 256 + i || (c && (OPTIONS[i].letter == c || OPTIONS[i].also == c)))
            return &OPTIONS[i];
    return NULL;
}

/* getopt's two tables, made from ours. */
static void getopt_tables(char *letters, struct option *longs)
{
    *letters++ = ':';
    for (int i = 0; i < NOPTIONS; i++) {
        const struct option_row *r = &OPTIONS[i];
        longs[i] = (struct option){
            r->name, r->argument ? required_argument : no_argument, NULL, 256 + i};
        for (int k = 0; k < 2; k++) {
            char c = k ? r->also : r->letter;
            if (c) {
                *letters++ = c;
                if (r->argument)
                    *letters++ = ':';
            }
        }
    }
    *letters = 0;
    longs[NOPTIONS] = (struct option){0};
}

/* The last word of `sql` is its statement, unless it is a file or a word alone. */
static bool is_statement(const char *word)
{
    static const char *const STARTS[] = {"select", "values", "with"};
    struct stat st;
    for (size_t i = 0; i < sizeof STARTS / sizeof *STARTS; i++) {
        size_t n = strlen(STARTS[i]);
        if (!strncasecmp(word, STARTS[i], n) && !isalnum((unsigned char)word[n]) &&
            word[n] != '.')
            return true;
    }
    return strpbrk(word, " \t\n;(") && stat(word, &st);
}

/* A misspelt statement of one word, behind files: sqlite says what is wrong with it. */
static bool is_misspelt(const char *word)
{
    struct stat st;
    return !strpbrk(word, "./") && strcmp(word, "-") != 0 && stat(word, &st);
}

/* What is left after the options: [command] files, and for `message` an id last. */
static int read_words(struct options *o, int n, char **word, struct errmsg *why)
{
    for (int k = 0; n && o->command == COMMAND_SCREEN && k < NCOMMANDS; k++)
        if (!strcmp(word[0], COMMANDS[k].name)) {
            o->command = (enum command)(k + 1);
            word++, n--;
        }
    bool sql = n && o->command == COMMAND_SQL &&
               (is_statement(word[n - 1]) || (n > 1 && is_misspelt(word[n - 1])));
    if (n && (o->command == COMMAND_MESSAGE || sql))
        o->argument = word[--n];
    for (int i = 0; i < n; i++)
        if (list_add(&o->files, &o->nfiles, word[i]))
            return errmsg_set(why, -ERR_NOMEM, "out of memory");
    return 0;
}

static bool has_source(const struct options *o)
{
    return o->nfiles || o->ninterfaces || o->nhep_listen;
}

static int check(const struct options *o, struct errmsg *why)
{
    if (o->help || o->version || o->command == COMMAND_FIELDS ||
        (o->command == COMMAND_DIAGNOSE && o->explain))
        return 0;
    if (o->keys)
        return errmsg_set(
            why, -ERR_USAGE,
            "--keys %.200s: TLS cannot be decrypted yet; capture where the "
            "signalling is in the clear, or have the proxy send copies of it",
            o->keys);
    if (o->command == COMMAND_MESSAGE && (!o->argument || !has_source(o)))
        return errmsg_set(
            why, -ERR_USAGE,
            "message needs files and the message's id: sipglass message FILE ID");
    if (!has_source(o))
        return errmsg_set(
            why, -ERR_USAGE,
            "nothing to read: give capture files, -i INTERFACE or -L URL (see --help)");
    if (o->where && (o->command == COMMAND_LADDER || o->command == COMMAND_MESSAGE ||
                     o->command == COMMAND_STATS || o->command == COMMAND_SQL))
        return errmsg_set(why, -ERR_USAGE,
                          "--where goes with a list: calls, messages, save");
    if (o->command == COMMAND_LADDER && !o->call)
        return errmsg_set(why, -ERR_USAGE,
                          "ladder needs --call ID (ids: sipglass calls FILE)");
    if (o->command == COMMAND_SAVE && !o->out)
        return errmsg_set(why, -ERR_USAGE, "save needs -O FILE, the file to write");
    if (o->hep_send && o->redact)
        return errmsg_set(
            why, -ERR_USAGE,
            "--redact and --hep-send exclude each other: a collector gets "
            "messages as they were");
    if (!o->out && (o->save_bad || o->rotate_size || o->rotate_time || o->rotate_files))
        return errmsg_set(why, -ERR_USAGE, "--save-bad and --rotate-* go with -O FILE");
    if (o->rotate_files && !o->rotate_size && !o->rotate_time)
        return errmsg_set(why, -ERR_USAGE,
                          "--rotate-files needs --rotate-size or --rotate-time");
    if (o->out && o->redact)
        return errmsg_set(why, -ERR_USAGE,
                          "--redact and -O exclude each other: a capture file holds "
                          "messages as they were");
    return 0;
}

int options_parse(struct options *o, int argc, char **argv, struct errmsg *why)
{
    char letters[4 * NOPTIONS + 2];
    struct option longs[NOPTIONS + 1];
    int c, err;
    *o = (struct options){.limits = LIMITS_DEFAULT, .spool_size = (uint64_t)1 << 30};
    getopt_tables(letters, longs);
    optind = 0;
    opterr = 0;
    while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const struct option_row *row = c == '?' || c == ':' ? NULL : row_of(c);
        const char *word = argv[optind > 0 ? optind - 1 : 0];
        if (c == ':')
            return errmsg_set(why, -ERR_USAGE, "%s needs a value (see --help)", word);
        if (!row && optopt && optopt < 256)
            return errmsg_set(why, -ERR_USAGE, "there is no option -%c (see --help)",
                              optopt);
        if (!row)
            return errmsg_set(why, -ERR_USAGE, "%s: no such option (see --help)", word);
        if ((err = store(o, row, optarg, why)))
            return err;
    }
    if ((err = read_words(o, argc - optind, argv + optind, why)))
        return err;
    return check(o, why);
}

const char *options_help(void)
{
    static struct strbuf b;
    b.n = 0;
    strbuf_str(
        &b,
        "usage: sipglass [options] FILE...             the screen; without a terminal "
        "the same as `calls`\n"
        "       sipglass [options] -i INTERFACE...     live\n"
        "       sipglass COMMAND [options] FILE...\n\n"
        "FILE: pcap or pcapng, plain, .gz, .zst or .lz4; `-` is standard input.\n\n"
        "Commands\n");
    for (int i = 0; i < NCOMMANDS; i++)
        strbuf_printf(&b, "  %-14s %s\n", COMMANDS[i].name, COMMANDS[i].help);
    strbuf_str(&b, "\nOptions\n");
    for (int i = 0; i < NOPTIONS; i++) {
        const struct option_row *r = &OPTIONS[i];
        char letter[4] = {'-', r->letter, ',', 0};
        strbuf_printf(&b, "  %-3s --%s%s%s", r->letter ? letter : "", r->name,
                      r->argument ? " " : "", r->argument ? r->argument : "");
        size_t used = 8 + strlen(r->name) + (r->argument ? 1 + strlen(r->argument) : 0);
        strbuf_fill(&b, ' ', used < 26 ? 26 - used : 1);
        strbuf_str(&b, r->help);
        if (r->also)
            strbuf_printf(&b, " (also -%c)", r->also);
        strbuf_char(&b, '\n');
    }
    strbuf_str(&b, "\nExit status: 0 done; 1 an input was bad or partly unreadable; 2 "
                   "usage; 3 --fail-on.\n"
                   "sipglass(1) has the rest.\n");
    return strbuf_cstr(&b);
}
