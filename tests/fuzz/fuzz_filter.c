/* Text that a person types: a filter of a table, a statement. The first byte tells
 * which (its lowest bit) and of which table. */
#include "base/ledger.h"
#include "model/streams.h"
#include "query/filter.h"
#include "query/select.h"
#include "query/words.h"

#include <stdlib.h>

enum { LONGEST = 4096, ROWS = 50 };

static const char *const MESSAGES[] = {
    "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP "
    "192.0.2.1;branch=z9hG4bKa\r\n"
    "From: \"Alice\" <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>\r\n"
    "Call-ID: 1@example.com\r\nCSeq: 1 INVITE\r\nReason: Q.850;cause=16\r\n\r\n",
    "SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n"
    "From: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>;tag=b\r\n"
    "Call-ID: 1@example.com\r\nCSeq: 1 INVITE\r\n\r\n",
};

static struct limits limits = LIMITS_DEFAULT;
static struct ledger ledger;
static struct view view;
static struct connection *connection;

static int get_text(struct text *self, struct span span, uint8_t *buffer)
{
    (void)self;
    memcpy(buffer, MESSAGES[span.offset], span.length);
    return 0;
}

static void setup(void)
{
    static struct text text = {.get = get_text};
    struct errmsg why;
    if (connection)
        return;
    struct calls *calls = calls_new(&limits, &ledger);
    for (size_t i = 0; i < sizeof MESSAGES / sizeof *MESSAGES; i++) {
        struct slice bytes = slice_str(MESSAGES[i]);
        struct frame frame = {.time = 1700000000000000000 + (int64_t)i,
                              .number = i + 1};
        struct sip sip;
        if (sip_parse(bytes, &sip) < 0)
            abort();
        struct arrival a = {.frame = &frame,
                            .sip = &sip,
                            .text = bytes,
                            .span = {.offset = i, .length = (uint32_t)bytes.n},
                            .time = frame.time};
        addr_parse(slice_str(i ? "192.0.2.2:5060" : "192.0.2.1:5060"), &a.src);
        addr_parse(slice_str(i ? "192.0.2.1:5060" : "192.0.2.2:5060"), &a.dst);
        calls_feed(calls, &a);
    }
    view = (struct view){.calls = calls,
                         .streams = streams_new(calls, &ledger),
                         .ledger = &ledger,
                         .text = &text};
    if (connection_new(&view, 1, &connection, &why))
        abort();
}

static void filter(const struct table *t, const char *text)
{
    struct filter *f = NULL;
    struct errmsg why;
    if (filter_new(connection, t, text, &f, &why))
        return;
    for (size_t i = 0, n = t->count(&view); i < n && i < ROWS; i++)
        (void)filter_match(f, t->at(&view, i));
    (void)filter_error(f, NULL);
    filter_free(f);
}

static void statement(const char *text)
{
    struct select *s = NULL;
    struct errmsg why;
    struct value v;
    if (select_new(connection, text, &s, &why))
        return;
    for (int i = 0; i < ROWS && select_next(s, &why) == 1; i++)
        for (size_t k = 0; k < select_columns(s); k++)
            select_value(s, k, &v);
    select_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char text[LONGEST + 1];
    size_t tables = 0;
    setup();
    if (!n || n > LONGEST)
        return 0;
    memcpy(text, data + 1, n - 1);
    text[n - 1] = 0;
    while (TABLES[tables])
        tables++;
    if (data[0] & 1)
        statement(text);
    else
        filter(TABLES[data[0] / 2 % tables], text);
    /* Nothing was written, and the connection still answers. */
    struct select *s = NULL;
    struct errmsg why;
    if (select_new(connection, "SELECT count(*) FROM messages", &s, &why) ||
        select_next(s, &why) != 1)
        abort();
    select_free(s);
    return 0;
}
