/* Columns of the tables whose rows come with registrations and KPIs: named here so
 * that `fields` lists them; without rows. */
#include "view/value.h"

#define LATER(...)                     \
    {                                  \
        FIELD(__VA_ARGS__), NULL, NULL \
    }

static const struct field REGISTRATIONS[] = {
    LATER("id", "Id", "", INT, 5, 0, 1, "from 1"),
    LATER("aor", "AOR", "", TEXT, 24, 0, 2, "address of record"),
    LATER("contact", "Contact", "", TEXT, 28, 0, 3, "where it is reached"),
    LATER("src", "Source", "", TEXT, 21, 0, 4, "source of the REGISTER"),
    LATER("user_agent", "User-Agent", "", TEXT, 24, 0, 0, "User-Agent"),
    LATER("state", "State", "", TEXT, 10, 0, 5, "state of the registration"),
    LATER("status", "Code", "", INT, 4, 0, 6, "last final response"),
    LATER("expires", "Expires", "s", INT, 9, 0, 7, "seconds granted"),
    LATER("registered", "Registered", "", TIME, 12, 3, 0, "first success"),
    LATER("refreshed", "Refreshed", "", TIME, 12, 3, 8, "latest success"),
    LATER("interval", "Interval", "s", DURATION, 10, 0, 0, "time between refreshes"),
    LATER("nat", "NAT", "", BOOL, 3, 0, 0,
          "the Contact is not where the REGISTER came from"),
    LATER("attempts", "Attempts", "", INT, 8, 0, 0,
          "REGISTER requests without repeats"),
    LATER("failures", "Failures", "", INT, 8, 0, 0,
          "final responses that refuse, and timeouts"),
};

const struct table TABLE_REGISTRATIONS = {TABLE_OF("registrations", REGISTRATIONS),
                                          table_no_rows, table_no_row};
