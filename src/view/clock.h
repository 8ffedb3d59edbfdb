/* Times and spans as people read them. Local time costs a table look-up: the offset to
 * UTC is kept for the quarter of an hour asked last. */
#ifndef VIEW_CLOCK_H
#define VIEW_CLOCK_H

#include "base/strbuf.h"

/* Seconds that local time is ahead of UTC at a time (seconds since 1970). */
int64_t clock_offset(int64_t seconds);

/* Adds "12:03:58.104" for a time in ns, with `digits` decimals (at most 9), cut not
 * rounded. */
void clock_time(struct strbuf *b, int64_t ns, bool utc, unsigned digits);

/* Adds "2026-11-21". */
void clock_date(struct strbuf *b, int64_t ns, bool utc);

/* Days since 1970 of a time, in local time or UTC. */
int64_t clock_day(int64_t ns, bool utc);

/* Adds a talk time: "02:31", from an hour on "1:02:31". */
void clock_talk(struct strbuf *b, int64_t ns);

/* Adds a span of time: "7.2 s", "2 m 31 s", "1 h 02 m". */
void clock_span(struct strbuf *b, int64_t ns);

#endif
