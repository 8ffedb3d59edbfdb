/*
 * The configuration file: named filters, columns shown by default, names of addresses.
 *     [filters]
 *     slow = pdd > 5
 *     [columns]
 *     calls = id start from_user to_user status pdd mos
 *     [aliases]
 *     office = 192.0.2.0/24
 *     [trunks]
 *     carrier-a = 198.51.100.0/24 203.0.113.7
 *     [kpis]
 *     prefix = 4
 *     early_487 = failed
 *     [alarms]
 *     refused = ner < 90 for 4m clear 93 on trunks
 *     command = /usr/local/bin/page
 *     syslog = yes
 *     [diagnose]
 *     loss_warn = 2
 *     off = D22 D23
 *     [hep]
 *     key = secret
 *     allow = 192.0.2.0/24
 *     [screen]
 *     colours = 256
 */
#ifndef SERVICE_CONFIG_H
#define SERVICE_CONFIG_H

#include "base/err.h"
#include "view/field.h"

struct alarm_rule; /* service/alarm_rule.h */

struct config;

/* Told of each wrong line, from 1 (0: of the file); the rest of the file is used. */
typedef void config_wrong(void *ctx, unsigned line, const char *what);

/* Where the file lies: $XDG_CONFIG_HOME/sipglass/config, else ~/.config/...; into out.
 * Returns false where neither variable is set. */
bool config_path(char *out, size_t cap);

/* Reads a file. Returns 0, -ERR_NOENT where there is none, -ERR_ACCESS, -ERR_IO,
 * -ERR_NOMEM. free accepts NULL. */
int config_read(const char *path, config_wrong *wrong, void *ctx, struct config **out);
void config_free(struct config *c);

/* The filter of a name; NULL: there is none, or c is NULL. */
const char *config_filter(const struct config *c, const char *name);

/* Name of the filter at a position, in the order of the file; NULL: there are no more.
 */
const char *config_filter_name(const struct config *c, size_t i);

/* A setting of the screen; NULL: it is not set, or c is NULL. */
const char *config_screen(const struct config *c, const char *name);

/* A setting of the diagnosis at a position, in the order of the file. Returns false
 * where there are no more. */
bool config_diagnose(const struct config *c, size_t i, const char **name,
                     const char **value);

/* Columns of a table, at most cap, into out; 0: none are set. */
size_t config_columns(const struct config *c, const struct table *t,
                      const struct field **out, size_t cap);

/* The names of addresses, as an alias file has them (view/alias.h). */
struct slice config_aliases(const struct config *c);

/* The trunks: sets of addresses, in the same form. */
struct slice config_trunks(const struct config *c);

/* How KPIs are counted: the digits of a number that are its prefix (0: prefixes are not
 * told apart), and whether NER leaves out a 487 before any ringing. */
struct config_kpis {
    unsigned prefix;
    bool early_487_left_out;
};
struct config_kpis config_kpis(const struct config *c);

/* "key" or "allow" of HEP, where the command line has none: a command line can be seen
 * by every user. NULL: not set. */
const char *config_hep(const struct config *c, const char *name);

/* Rules of alarms, *n of them, in the order of the file. */
const struct alarm_rule *config_alarms(const struct config *c, size_t *n);

/* The command to run at an alarm, for a shell; NULL: none. */
const char *config_alarm_command(const struct config *c);

/* Whether alarms go to the system's log. */
bool config_alarm_syslog(const struct config *c);

#endif
