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

static const struct field KPIS[] = {
    LATER("period", "Period", "", TEXT, 6, 0, 1, "second, minute or hour"),
    LATER("start", "Start", "", TIME, 12, 0, 2, "begin of the period"),
    LATER("peer", "Peer", "", TEXT, 21, 0, 3, "peer, trunk or prefix"),
    LATER("attempts", "Attempts", "", INT, 8, 0, 4,
          "session attempts: new INVITEs, one a Call-ID and From-tag"),
    LATER("answered", "Answered", "", INT, 8, 0, 5, "attempts answered with 200"),
    LATER("cps", "CPS", "/s", REAL, 7, 1, 6, "attempts a second"),
    LATER("concurrent", "Up", "", INT, 6, 0, 7, "calls up at the end of the period"),
    LATER("asr", "ASR", "%", REAL, 6, 1, 8, "answer seizure ratio (ITU-T E.411)"),
    LATER("ner", "NER", "%", REAL, 6, 1, 9,
          "network effectiveness ratio (ITU-T E.425)"),
    LATER("ser", "SER", "%", REAL, 6, 1, 0,
          "session establishment ratio (RFC 6076 4.6)"),
    LATER("seer", "SEER", "%", REAL, 6, 1, 0,
          "session establishment effectiveness ratio (RFC 6076 4.7)"),
    LATER("isa", "ISA", "%", REAL, 6, 1, 0,
          "ineffective session attempts (RFC 6076 4.8)"),
    LATER("scr", "SCR", "%", REAL, 6, 1, 0, "session completion ratio (RFC 6076 4.9)"),
    LATER("acd", "ACD", "s", DURATION, 7, 1, 10, "mean duration of answered calls"),
    LATER("srd", "SRD", "s", DURATION, 7, 2, 0,
          "mean session request delay, successful (RFC 6076 4.3.1)"),
    LATER("srd_failed", "SRD failed", "s", DURATION, 12, 2, 0,
          "mean session request delay, failed (RFC 6076 4.3.2)"),
    LATER("sdd", "SDD", "s", DURATION, 7, 2, 0,
          "mean session disconnect delay (RFC 6076 4.4)"),
    LATER("sdt", "SDT", "s", DURATION, 7, 2, 0,
          "mean session duration time (RFC 6076 4.5)"),
    LATER("rrd", "RRD", "s", DURATION, 7, 2, 0,
          "mean registration request delay (RFC 6076 4.1)"),
    LATER("ira", "IRA", "%", REAL, 6, 1, 0,
          "ineffective registration attempts (RFC 6076 4.2)"),
    LATER("pdd_p50", "PDD p50", "s", DURATION, 9, 1, 11, "median post-dial delay"),
    LATER("pdd_p95", "PDD p95", "s", DURATION, 9, 1, 12,
          "95th percentile of the post-dial delay"),
    LATER("loss", "Loss", "%", REAL, 6, 1, 0, "packets lost, over all streams"),
    LATER("mos_p5", "MOS p5", "", REAL, 6, 1, 0, "5th percentile of the MOS"),
};

const struct table TABLE_REGISTRATIONS = {TABLE_OF("registrations", REGISTRATIONS),
                                          table_no_rows, table_no_row};
const struct table TABLE_KPIS = {TABLE_OF("kpis", KPIS), table_no_rows, table_no_row};
