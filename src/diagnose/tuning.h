/* Settings of the diagnosis, as a configuration has them: names and values. */
#ifndef DIAGNOSE_TUNING_H
#define DIAGNOSE_TUNING_H

struct diagnose;

/*
 * Sets a threshold ("loss_warn", "2"), or switches rules off ("off", "D22 D23": ids or
 * names, cut by blanks or commas). d NULL: the setting is only looked at. Returns NULL
 * where it is right, else what is wrong; then what is right of it has been set.
 */
const char *tuning_apply(struct diagnose *d, const char *name, const char *value);

#endif
