#include "view/clock.h"

#include <time.h>

enum { QUARTER = 900, DAY = 86400 };
static const int64_t SECOND = 1000000000;

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q * b > a ? q - 1 : q;
}

int64_t clock_offset(int64_t seconds)
{
    static _Thread_local int64_t slot = INT64_MIN, offset;
    int64_t now = floor_div(seconds, QUARTER);
    if (now == slot)
        return offset;
    time_t t = (time_t)seconds;
    struct tm tm;
    slot = now;
    offset = localtime_r(&t, &tm) ? tm.tm_gmtoff : 0;
    return offset;
}

/* Seconds since 1970 on the clock that the user reads. */
static int64_t seen(int64_t ns, bool utc)
{
    int64_t s = floor_div(ns, SECOND);
    return utc ? s : s + clock_offset(s);
}

static void two(char *p, unsigned v)
{
    p[0] = (char)('0' + v / 10 % 10);
    p[1] = (char)('0' + v % 10);
}

static void hms(char *p, unsigned s)
{
    two(p, s / 3600);
    p[2] = ':';
    two(p + 3, s / 60 % 60);
    p[5] = ':';
    two(p + 6, s % 60);
}

void clock_time(struct strbuf *b, int64_t ns, bool utc, unsigned digits)
{
    char t[20];
    int64_t s = seen(ns, utc);
    uint32_t fraction = (uint32_t)(ns - floor_div(ns, SECOND) * SECOND);
    hms(t, (unsigned)(s - floor_div(s, DAY) * DAY));
    t[8] = '.';
    for (unsigned i = 9; i--; fraction /= 10)
        t[9 + i] = (char)('0' + fraction % 10);
    strbuf_add(b, t, digits ? 9 + (digits < 9 ? digits : 9) : 8);
}

int64_t clock_day(int64_t ns, bool utc)
{
    return floor_div(seen(ns, utc), DAY);
}

/* Civil date of a day count: eras of 400 years that begin on 1 March. */
void clock_date(struct strbuf *b, int64_t ns, bool utc)
{
    int64_t z = clock_day(ns, utc) + 719468;
    int64_t era = floor_div(z, 146097);
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    unsigned month = mp < 10 ? mp + 3 : mp - 9;
    int64_t year = yoe + era * 400 + (month <= 2);
    char t[6] = "-00-00";
    two(t + 1, month);
    two(t + 4, doy - (153 * mp + 2) / 5 + 1);
    strbuf_i64(b, year);
    strbuf_add(b, t, sizeof t);
}

void clock_talk(struct strbuf *b, int64_t ns)
{
    char t[8];
    int64_t s = ns > 0 ? ns / SECOND : 0;
    hms(t, (unsigned)(s % 3600));
    if (s >= 3600) {
        strbuf_i64(b, s / 3600);
        strbuf_char(b, ':');
    }
    strbuf_add(b, t + 3, 5);
}

void clock_span(struct strbuf *b, int64_t ns)
{
    int64_t s = ns / SECOND;
    char t[2];
    if (s < 60) {
        strbuf_fixed(b, ns / (SECOND / 10), 1);
        strbuf_str(b, " s");
        return;
    }
    bool hours = s >= 3600;
    strbuf_i64(b, hours ? s / 3600 : s / 60);
    strbuf_str(b, hours ? " h " : " m ");
    two(t, (unsigned)(hours ? s / 60 % 60 : s % 60));
    strbuf_add(b, t, 2);
    strbuf_str(b, hours ? " m" : " s");
}
