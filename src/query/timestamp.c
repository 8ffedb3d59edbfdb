#include "query/functions.h"

#include "query/convert.h"
#include "view/clock.h"

#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

#define SECOND INT64_C(1000000000)

/* "2024-03-12", "2024-03-12 09:30", "2024-03-12T09:30:05.25Z" in the zone of the view.
 * Returns false for anything else. */
static bool read_date(const char *s, bool utc, double *out)
{
    struct tm tm = {0};
    char *end = strptime(s, "%Y-%m-%d", &tm);
    double part = 0;
    if (!end)
        return false;
    if (*end == ' ' || *end == 'T') {
        if (!(end = strptime(end + 1, "%H:%M", &tm)))
            return false;
        char *more = *end == ':' ? strptime(end + 1, "%S", &tm) : end;
        if (!(end = more))
            return false;
        double unit = 0.1;
        if (*end == '.')
            for (end++; *end >= '0' && *end <= '9'; end++, unit /= 10)
                part += unit * (*end - '0');
    }
    utc |= *end == 'Z';
    end += *end == 'Z';
    tm.tm_isdst = -1;
    *out = (double)(utc ? timegm(&tm) : mktime(&tm)) + part;
    return !*end;
}

/* Decimals of the seconds shown for a unit: all, none, or the seconds left out. */
static const struct unit {
    const char *name;
    int64_t seconds;
    size_t shown; /* characters of "2024-03-12 09:30:05" */
} UNITS[] = {
    {"second", 1, 19}, {"minute", 60, 16}, {"hour", 3600, 16}, {"day", 86400, 10}};

static void write_date(sqlite3_context *ctx, int64_t ns, const char *unit, bool utc)
{
    struct strbuf b = {0};
    const struct unit *u = NULL;
    for (size_t i = 0; unit && i < sizeof UNITS / sizeof *UNITS; i++)
        if (!strcmp(UNITS[i].name, unit))
            u = &UNITS[i];
    if (unit && !u) {
        sqlite3_result_error(ctx, "time: the unit is second, minute, hour or day", -1);
        return;
    }
    if (u) {
        int64_t seconds = ns / SECOND, ahead = utc ? 0 : clock_offset(seconds);
        seconds += ahead;
        ns = (seconds - seconds % u->seconds - ahead) * SECOND;
    }
    clock_date(&b, ns, utc);
    strbuf_char(&b, ' ');
    clock_time(&b, ns, utc, u ? 0 : 3);
    if (u && b.n > u->shown)
        b.n = u->shown;
    sqlite3_result_text64(ctx, strbuf_cstr(&b), b.n, SQLITE_TRANSIENT, SQLITE_UTF8);
    strbuf_done(&b);
}

static void fn_time(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    const struct connection *c = sqlite3_user_data(ctx);
    const char *unit = argc > 1 ? (const char *)sqlite3_value_text(argv[1]) : NULL;
    int type = sqlite3_value_type(argv[0]);
    double seconds;
    if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
        write_date(ctx, convert_ns(sqlite3_value_double(argv[0])), unit, c->view->utc);
    } else if (type == SQLITE_TEXT) {
        const char *s = (const char *)sqlite3_value_text(argv[0]);
        if (!strcmp(s, "now"))
            sqlite3_result_double(ctx, (double)time(NULL));
        else if (read_date(s, c->view->utc, &seconds))
            sqlite3_result_double(ctx, seconds);
        else
            sqlite3_result_error(ctx, "time: write it as 2024-03-12 09:30:05", -1);
    }
}

int timestamp_register(struct connection *c)
{
    int err = SQLITE_OK;
    for (int arguments = 1; arguments <= 2 && !err; arguments++)
        err = sqlite3_create_function_v2(c->sql, "time", arguments, SQLITE_UTF8, c,
                                         fn_time, NULL, NULL, NULL);
    return err;
}
