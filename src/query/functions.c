#include "query/functions.h"

#include "query/convert.h"
#include "view/value.h"
#include "view/redact.h"

#include <arpa/inet.h>
#include <sqlite3.h>

static struct connection *connection_of(sqlite3_context *ctx)
{
    return sqlite3_user_data(ctx);
}

static struct slice argument(sqlite3_value *value)
{
    const unsigned char *p = sqlite3_value_text(value);
    return slice_of(p, p ? (size_t)sqlite3_value_bytes(value) : 0);
}

/* ---- header, text ---- */

/* The text of a message by id, read once while the same one is asked for. Returns false
 * where there is none. */
static bool read_text(struct connection *c, sqlite3_value *id, struct slice *out)
{
    sqlite3_int64 wanted = sqlite3_value_int64(id);
    const struct msg *m = NULL;
    if (wanted <= 0 || wanted > UINT32_MAX || !c->view->calls)
        return false;
    if (c->text_of != (uint32_t)wanted) {
        c->text_of = (uint32_t)wanted;
        m = calls_msg_by_id(c->view->calls, c->text_of);
        c->text_err = m ? view_text(c->view, m, &c->text) : -ERR_GONE;
    }
    *out = slice_of(c->text.n ? c->text.p : "", c->text.n);
    return !c->text_err;
}

static void result_text(sqlite3_context *ctx, struct slice s)
{
    struct value value;
    value_set_text(&value, s.p, s.n);
    convert_result(ctx, &value);
}

static void fn_text(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct slice text;
    (void)argc;
    if (connection_of(ctx)->view->redact)
        sqlite3_result_error(ctx, "text() is not given with --redact", -1);
    else if (read_text(connection_of(ctx), argv[0], &text))
        result_text(ctx, text);
}

/* --redact: credentials are not given. */
static void result_header(sqlite3_context *ctx, const struct sip_line *line)
{
    struct strbuf t = {0};
    if (!connection_of(ctx)->view->redact)
        result_text(ctx, line->value);
    else if (!redact_header(line->name))
        result_text(ctx,
                    redact_text(&t, line->value) ? slice_of(t.p, t.n) : line->value);
    strbuf_done(&t);
}

static bool same_header(const struct sip_line *line, enum sip_header id,
                        struct slice name)
{
    return id != SIP_H_OTHER ? line->id == id : slice_ieq(line->name, name);
}

static void fn_header(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct slice text, name = slice_trim(argument(argv[1]));
    struct sip_line line;
    struct sip sip;
    sqlite3_int64 n = argc > 2 ? sqlite3_value_int64(argv[2]) : 1;
    if (!name.n || !read_text(connection_of(ctx), argv[0], &text))
        return;
    enum sip_header id = sip_header_find(name);
    (void)sip_parse(text, &sip);
    struct slice rest = sip.head.n ? sip.head : text;
    while (sip_line_next(&rest, &line))
        if (same_header(&line, id, name) && --n == 0) {
            result_header(ctx, &line);
            return;
        }
}

/* ---- ip_in, number ---- */

/* An address as 16 bytes, IPv4 mapped; "192.0.2.1:5060", "[2001:db8::1]:5060", or
 * without a port. */
static bool read_address(struct slice s, uint8_t out[16], bool *v4)
{
    char text[INET6_ADDRSTRLEN + 1];
    s = slice_trim(s);
    if (s.n && s.p[0] == '[') {
        s = slice_skip(s, 1);
        s = slice_sub(s, 0, slice_find(s, ']'));
    } else if (slice_find(s, '.') < s.n && slice_find(s, ':') < s.n &&
               slice_find(s, '.') < slice_find(s, ':')) {
        s = slice_sub(s, 0, slice_find(s, ':'));
    }
    if (!s.n || s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    memcpy(out, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    *v4 = inet_pton(AF_INET, text, out + 12) == 1;
    return *v4 || inet_pton(AF_INET6, text, out) == 1;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(a, b, whole))
        return false;
    return !rest || !((a[whole] ^ b[whole]) >> (8 - rest));
}

/* Returns 1 inside, 0 outside, -1 where the prefix is none. */
static int in_prefix(const uint8_t address[16], struct slice prefix)
{
    uint8_t net[16];
    bool v4;
    uint64_t bits = 0;
    size_t slash = slice_find(prefix, '/');
    if (!read_address(slice_sub(prefix, 0, slash), net, &v4))
        return -1;
    unsigned all = v4 ? 32 : 128;
    struct slice number = slice_skip(prefix, slash + 1);
    if (slash == prefix.n)
        bits = all;
    else if (!number.n || slice_u64(number, &bits) != number.n || bits > all)
        return -1;
    return same_bits(address, net, (unsigned)bits + (v4 ? 96 : 0));
}

static void fn_ip_in(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    uint8_t address[16];
    bool v4;
    struct slice list = argument(argv[1]);
    (void)argc;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL ||
        !read_address(argument(argv[0]), address, &v4))
        return;
    int in = 0;
    while (!in && (list = slice_trim(list)).n) {
        size_t n = 0;
        while (n < list.n && !slice_blank(list.p[n]) && list.p[n] != ',')
            n++;
        if (n)
            in = in_prefix(address, slice_sub(list, 0, n));
        list = slice_skip(list, n + 1);
    }
    if (in < 0)
        sqlite3_result_error(ctx, "ip_in: not an address or prefix like 192.0.2.0/24",
                             -1);
    else
        sqlite3_result_int(ctx, in);
}

static void fn_number(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct slice s = argument(argv[0]);
    struct strbuf b = {0};
    (void)argc;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
        return;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            strbuf_char(&b, (char)s.p[i]);
    result_text(ctx, slice_of(b.n ? b.p : "", b.n));
    strbuf_done(&b);
}

int functions_register(struct connection *c)
{
    static const struct {
        const char *name;
        int arguments;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
    } FUNCTIONS[] = {
        {"header", 2, fn_header}, {"header", 3, fn_header}, {"text", 1, fn_text},
        {"ip_in", 2, fn_ip_in},   {"number", 1, fn_number},
    };
    int err = SQLITE_OK;
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS && !err; i++)
        err = sqlite3_create_function_v2(
            c->sql, FUNCTIONS[i].name, FUNCTIONS[i].arguments,
            SQLITE_UTF8 | SQLITE_DETERMINISTIC, c, FUNCTIONS[i].call, NULL, NULL, NULL);
    if (!err)
        err = regexp_register(c->sql);
    if (!err)
        err = percentile_register(c->sql);
    return err ? err : timestamp_register(c);
}
