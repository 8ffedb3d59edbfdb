/*
 * A database as a source: a file as it is, or a good one with values and bytes changed.
 * The first byte tells: 'S' (of "SQLite format 3") the file itself; else changes
 * follow: kind, then for a byte of the file its offset (two bytes) and value; for a
 * value a table, a row, a column, a type, a length and bytes.
 */
#include "base/ledger.h"
#include "diagnose/diagnose.h"
#include "dissect/cursor.h"
#include "model/streams.h"
#include "query/database.h"
#include "query/schema.h"
#include "view/ladder.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHANGES = 64, COLUMNS = 80 };

static const char *const TABLES_CHANGED[] = {
    "calls",       "call_more",    "messages", "message_more", "streams",
    "stream_more", "slices",       "events",   "event_more",   "findings",
    "captures",    "finding_more", "ledger",   "ledger_more"};

static const char ROWS[] =
    "INSERT INTO captures(id,name,digest,ended,run) VALUES(1,'a.pcap','aa',1,1),"
    "(2,'b.pcap','bb',NULL,2);"
    "INSERT INTO calls(id,call_id,session,state,status,reason,start_ns,verdict) VALUES"
    "(1,'1@example.com',1,'completed',200,'OK',1700000000000000000,'crit'),"
    "(2,'2@example.com',1,'busy',486,'Busy',1700000001000000000,'ok');"
    "INSERT INTO call_more VALUES(1,1,1700000000100000000,1700000000200000000,"
    "1700000009000000000),(2,2,0,0,0);"
    "INSERT INTO messages(id,call,call_id,frame,file,interface,time_ns,src,dst,"
    "transport,method,status,cseq,from_tag,to_tag,branch,size,sdp,summary) VALUES"
    "(1,1,'1@example.com',1,'a.pcap','eth0',1700000000000000000,'192.0.2.1:5060',"
    "'192.0.2.2:5060','udp','INVITE',NULL,1,'a',NULL,'z9hG4bKa',300,1,"
    "'INVITE sip:bob@example.com'),"
    "(2,1,'1@example.com',2,'a.pcap','eth0',1700000000200000000,'192.0.2.2:5060',"
    "'192.0.2.1:5060','udp','INVITE',200,1,'a','b','z9hG4bKa',300,1,'200 OK'),"
    "(3,1,'1@example.com',3,'a.pcap','eth0',1700000009000000000,'192.0.2.1:5060',"
    "'192.0.2.2:5060','udp','BYE',NULL,2,'a','b','z9hG4bKb',300,0,"
    "'BYE sip:bob@example.com'),"
    "(4,2,'2@example.com',4,'b.pcap','eth0',1700000001000000000,'[2001:db8::1]:5060',"
    "'[2001:db8::2]:5060','tcp','INVITE',NULL,1,'c',NULL,'z9hG4bKc',154,0,"
    "'INVITE sip:carol@example.com'),"
    "(5,NULL,NULL,5,'b.pcap','eth0',1700000001000000000,'192.0.2.1:5060',"
    "'192.0.2.2:5060','udp',NULL,NULL,NULL,NULL,NULL,NULL,4,0,'nonsense');"
    "INSERT INTO message_more(message,capture,flags,frames,sdp,text) VALUES"
    "(1,1,0,NULL,'v=0"
    "\n"
    "c=IN IP4 192.0.2.1"
    "\n"
    "m=audio 4000 RTP/AVP 8 101"
    "\n"
    "a=rtpmap:101 telephone-event/8000"
    "\n',NULL),"
    "(2,1,1,'1 2','v=0"
    "\n"
    "c=IN IP4 192.0.2.2"
    "\n"
    "m=audio 4002 RTP/AVP 8"
    "\n',NULL),"
    "(3,1,2,NULL,NULL,NULL),"
    "(4,2,0,NULL,NULL,'INVITE sip:carol@example.com SIP/2.0"
    "\r\n"
    "From: <sip:a@example.com>;tag=c"
    "\r\n"
    "To: <sip:carol@example.com>"
    "\r\n"
    "Call-ID: 2@example.com"
    "\r\n"
    "CSeq: 1 INVITE"
    "\r\n\r\n"
    "12345678'),"
    "(5,2,0,NULL,NULL,'abcd');"
    "INSERT INTO streams(id,call,src,dst,ssrc,pt,codec,clock_rate,dtmf,binding,pair,"
    "added_lost,added_delay,added_jitter,pair_reason) VALUES"
    "(1,1,'192.0.2.1:4000','192.0.2.2:4002','0x00000001',8,'PCMA',8000,'12#',"
    "'sdp-both',NULL,NULL,NULL,NULL,NULL),"
    "(2,NULL,'192.0.2.2:4002','192.0.2.1:4000','0x00000002',96,'opus',48000,NULL,"
    "'orphan',1,3,1.5,0.5,'same numbers and timestamps');"
    "INSERT INTO stream_more(stream,run,dst_message,dst_line,src_message,src_line,"
    "start_ns,end_ns,frame,packets,bytes,receiver,expected,lost,loss,mos,has_mos,r) "
    "VALUES(1,1,2,0,1,0,1700000000300000000,1700000008000000000,7,400,68800,2,400,0,0,"
    "4.4,1,93.2),(2,2,NULL,0,NULL,0,1700000000300000000,1700000008000000000,8,400,"
    "68800,1,410,10,2.4,3.1,1,70);"
    "INSERT INTO slices(rowid,stream,n,start,packets,lost,loss,jitter_mean,jitter_max,"
    "late50,late200,r,mos) VALUES(1,1,1,1700000000.3,400,0,0,0.1,0.2,0,0,93.2,4.4),"
    "(2,2,1,1700000000.3,400,10,2.4,1,2,0,0,70,3.1),(3,2,2,0,1,0,0,0,0,0,0,NULL,NULL);"
    "INSERT INTO events(rowid,call,stream,frame,kind,value) VALUES(1,1,1,9,'dtmf','1'),"
    "(2,1,NULL,10,'icmp','type 3 code 3 from 192.0.2.2'),(3,2,NULL,11,'hold','caller');"
    "INSERT INTO event_more VALUES(1,1700000000400000000,'a.pcap',NULL,NULL,NULL),"
    "(2,1700000000500000000,'a.pcap','192.0.2.1:5060','192.0.2.2:5060','udp'),"
    "(3,1700000000600000000,'b.pcap',NULL,NULL,NULL);"
    "INSERT INTO findings(id,call,rule,severity,confidence,headline,detail,remedy,"
    "frames,cause,\"group\",peer) VALUES(1,1,'D01','crit',90,'no audio','d','r',"
    "'[\"a.pcap:1\",\"a.pcap:7\"]',NULL,'D01-00000001','192.0.2.2'),"
    "(2,2,'A12','warn',80,'busy','d','r','[\"b.pcap:4\"]',1,'A12-00000002',NULL),"
    "(3,NULL,'CAP05','info',95,'copies','d','r','[]',NULL,'CAP05-00000003',NULL);"
    "INSERT INTO finding_more VALUES(1,1),(2,1),(3,1);"
    "INSERT INTO ledger(rowid,reason,count,bytes) VALUES(1,'rtp_copy',3,100),"
    "(2,'not_ip',1,60);"
    "INSERT INTO ledger_more VALUES(1,1,0,'a.pcap'),(2,2,2054,'b.pcap');";

static uint8_t *base;
static sqlite3_int64 base_size;
static char path[64];

static void make_base(void)
{
    struct sqlite3 *sql;
    struct errmsg why;
    if (base)
        return;
    snprintf(path, sizeof path, "%s/sipglass-fuzz-%d.db",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", (int)getpid());
    unlink(path);
    if (sqlite3_open(path, &sql) || schema_run(sql, "PRAGMA page_size=512", &why) ||
        schema_prepare(sql, false, &why) || schema_run(sql, ROWS, &why) ||
        schema_run(sql, "PRAGMA journal_mode=DELETE", &why))
        abort();
    base = sqlite3_serialize(sql, "main", &base_size, 0);
    sqlite3_close(sql);
    if (!base)
        abort();
}

/* ---- changes ---- */

struct change {
    struct cursor c;
    struct sqlite3 *sql;
    struct slice patch[CHANGES];
    size_t patches;
};

static void bind(struct sqlite3_stmt *s, struct cursor *c)
{
    unsigned type = cursor_u8(c), n = cursor_u8(c);
    struct slice bytes = cursor_take(c, n);
    int64_t i = 0;
    double r;
    memcpy(&i, bytes.p ? bytes.p : (const void *)"", bytes.n < 8 ? bytes.n : 8);
    memcpy(&r, &i, sizeof r);
    switch (type % 5) {
    case 0: sqlite3_bind_int64(s, 1, i); break;
    case 1: sqlite3_bind_double(s, 1, r); break;
    case 2:
        sqlite3_bind_text(s, 1, (const char *)bytes.p, (int)bytes.n, SQLITE_TRANSIENT);
        break;
    case 3: sqlite3_bind_blob(s, 1, bytes.p, (int)bytes.n, SQLITE_TRANSIENT); break;
    default: break;
    }
}

/* Another value in a column; or a row twice, or gone. */
static void change_value(struct change *x)
{
    unsigned table =
        cursor_u8(&x->c) % (sizeof TABLES_CHANGED / sizeof *TABLES_CHANGED);
    unsigned row = cursor_u8(&x->c), column = cursor_u8(&x->c) % COLUMNS;
    const char *name = TABLES_CHANGED[table];
    struct sqlite3_stmt *s = NULL;
    char *sql = sqlite3_mprintf(
        "SELECT name FROM pragma_table_info('%s') LIMIT 1 OFFSET %u", name, column);
    char *field = NULL;
    if (!sqlite3_prepare_v2(x->sql, sql, -1, &s, NULL) && sqlite3_step(s) == SQLITE_ROW)
        field = sqlite3_mprintf("%s", sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    sqlite3_free(sql);
    sql = field ? sqlite3_mprintf("UPDATE OR IGNORE %s SET \"%w\"=?1 WHERE rowid=%u",
                                  name, field, row % 6)
                : sqlite3_mprintf("DELETE FROM %s WHERE rowid=%u", name, row % 6);
    s = NULL;
    if (!sqlite3_prepare_v2(x->sql, sql, -1, &s, NULL)) {
        if (field)
            bind(s, &x->c);
        sqlite3_step(s);
    }
    sqlite3_finalize(s);
    sqlite3_free(sql);
    sqlite3_free(field);
}

static void changed_file(const uint8_t *data, size_t n, FILE *f)
{
    struct change x = {.c = cursor_of(slice_of(data, n))};
    uint8_t *copy = sqlite3_malloc64((sqlite3_uint64)base_size);
    if (!copy || sqlite3_open(":memory:", &x.sql))
        abort();
    memcpy(copy, base, (size_t)base_size);
    sqlite3_deserialize(x.sql, "main", copy, base_size, base_size,
                        SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
    for (unsigned i = 0; i < CHANGES && cursor_left(&x.c); i++) {
        if (cursor_u8(&x.c) % 4)
            change_value(&x);
        else
            x.patch[x.patches++] = cursor_take(&x.c, 4);
    }
    sqlite3_int64 size;
    uint8_t *file = sqlite3_serialize(x.sql, "main", &size, 0);
    for (size_t i = 0; file && i < x.patches; i++) {
        const uint8_t *p = x.patch[i].p;
        if (x.patch[i].n == 4)
            file[(size_t)(p[0] << 16 | p[1] << 8 | p[2]) % (size_t)size] = p[3];
    }
    if (file)
        fwrite(file, 1, (size_t)size, f);
    sqlite3_free(file);
    sqlite3_close(x.sql);
}

/* ---- reading ---- */

static void take_verdict(void *ctx, const struct call *call, struct slice verdict)
{
    diagnose_restore_verdict(ctx, call, verdict);
}

static void take_finding(void *ctx, const struct stored_finding *finding)
{
    diagnose_restore(ctx, finding);
}

static void read_rows(const struct view *v)
{
    struct strbuf scratch = {0}, text = {0};
    for (size_t t = 0; TABLES[t]; t++)
        for (size_t i = 0, n = TABLES[t]->count(v); i < n; i++) {
            struct row row = {.view = v,
                              .object = TABLES[t]->at(v, i),
                              .scratch = &scratch,
                              .text = &text};
            struct value value;
            for (size_t k = 0; row.object && k < TABLES[t]->n; k++)
                field_get(&TABLES[t]->fields[k], &row, &value);
        }
    strbuf_done(&scratch);
    strbuf_done(&text);
}

static void draw(const struct view *v)
{
    struct ladder_options o = {.session = true};
    for (size_t i = 0; i < v->calls->list.n; i++)
        if (v->calls->list.at[i])
            ladder_free(ladder_build(v, v->calls->list.at[i], &o));
}

static void read_all(struct database *d)
{
    struct limits limits = LIMITS_DEFAULT;
    struct ledger *ledger = calloc(1, sizeof *ledger);
    struct calls *calls = calls_new(&limits, ledger);
    struct streams *streams = streams_new(calls, ledger);
    struct diagnose *diagnosis = diagnose_new(calls, streams, ledger, NULL);
    struct rebuild_listener listener = {take_verdict, take_finding, diagnosis};
    struct rebuild_calls seen = {.rows = {0}};
    uint32_t finding = 0;
    struct database_rest rest = {&seen, ledger, &listener, &finding, true};
    int64_t time;
    while (database_peek(d, &time))
        database_next(d, calls, true);
    calls_end(calls);
    database_map(d, calls, &seen);
    database_finish(d, &rest);
    diagnose_restored(diagnosis);
    struct view v = {
        .calls = calls, .streams = streams, .diagnosis = diagnosis, .ledger = ledger};
    read_rows(&v);
    draw(&v);
    diagnose_run(diagnosis, true);
    read_rows(&v);
    vec_done(&seen.rows);
    diagnose_free(diagnosis);
    streams_free(streams);
    calls_free(calls);
    free(ledger);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct database *d = NULL;
    struct errmsg why;
    make_base();
    FILE *f = fopen(path, "wb");
    if (!f)
        abort();
    if (n && data[0] == 'S')
        fwrite(data, 1, n, f);
    else
        changed_file(data, n, f);
    fclose(f);
    if (database_is(path) && !database_open(path, 1, &d, &why))
        read_all(d);
    database_free(d);
    unlink(path);
    return 0;
}
