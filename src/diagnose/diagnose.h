/*
 * The engine of the verdicts: looks at calls that settled or changed, asks every rule,
 * orders what they say into causes and consequences, and keeps it.
 */
#ifndef DIAGNOSE_DIAGNOSE_H
#define DIAGNOSE_DIAGNOSE_H

#include "base/text.h"
#include "diagnose/finding.h"
#include "diagnose/threshold.h"
#include "model/calls.h"

struct diagnose;
struct stored_finding; /* model/restore.h */
struct streams;        /* model/streams.h */

enum verdict { VERDICT_UNKNOWN, VERDICT_OK, VERDICT_INFO, VERDICT_WARN, VERDICT_CRIT };

/* "unknown", "ok", "info", "warn", "crit". */
const char *verdict_name(unsigned verdict);

/* All are kept by reference; streams and text may be NULL. NULL when memory is short.
 */
struct diagnose *diagnose_new(const struct calls *calls, const struct streams *streams,
                              const struct ledger *ledger, struct text *text);
void diagnose_free(struct diagnose *d);

/* The figures that rules compare with; set them before the first run. */
struct thresholds *diagnose_thresholds(struct diagnose *d);

/* Switches a rule on or off. Returns false where there is none of that id or name. */
bool diagnose_switch(struct diagnose *d, const char *rule, bool on);

/*
 * Examines what settled or changed since the last run, and the capture as a whole.
 * over: the input has ended, so that calls in progress are looked at too. Findings of
 * calls that are examined anew, or were given up, are freed: hold none over a run.
 */
void diagnose_run(struct diagnose *d, bool over);

/*
 * The same for an input that has ended, in steps of so many calls, so that a screen
 * stays alive meanwhile. Returns true while there is more to do.
 */
bool diagnose_step(struct diagnose *d, size_t calls);

/* The input has ended; whoever reads next waits for diagnose_run(d, true). Verdicts
 * that nobody asks for cost nothing. */
void diagnose_end(struct diagnose *d);

/* Each run tells whoever listens of the calls (by id) whose verdict or findings are not
 * what they were: who may raise call->version. NULL: nobody. */
void diagnose_listen(struct diagnose *d, void (*news)(void *ctx, uint32_t call),
                     void *ctx);

/*
 * What was concluded when a capture was stored (model/restore.h). A call with a verdict
 * is not examined before it changes; its findings come after it. Findings of the
 * capture hold until the next run.
 */
void diagnose_restore_verdict(struct diagnose *d, const struct call *call,
                              struct slice verdict);
void diagnose_restore(struct diagnose *d, const struct stored_finding *finding);

/* After the last of them. Returns true where every call has its verdict: no run is
 * needed. */
bool diagnose_restored(struct diagnose *d);

/* Grows with every run that changed a finding. */
uint64_t diagnose_version(const struct diagnose *d);

/* All findings, of the capture first, then in order of their calls. */
size_t diagnose_count(const struct diagnose *d);
const struct finding *diagnose_at(const struct diagnose *d, size_t i);

/* By id; NULL: none. */
const struct finding *diagnose_by_id(const struct diagnose *d, uint32_t id);

/* First finding of a call, worst first, the others by finding->next; NULL: none.
 * Call 0: of the capture. */
const struct finding *diagnose_of(const struct diagnose *d, uint32_t call);

/* What is said of a call in one word, and in one line: the finding that stands for it,
 * which may be another leg's; NULL: none. */
enum verdict diagnose_verdict(const struct diagnose *d, uint32_t call);
const struct finding *diagnose_headline(const struct diagnose *d, uint32_t call);

#endif
