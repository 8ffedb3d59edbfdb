/* What --db stores a trace in: opens the file, and knows captures again. */
#ifndef DEPOT_H
#define DEPOT_H

#include "query/store.h"
#include "trace.h"

/*
 * Opens the file of --db for a trace whose sources are open. What goes wrong is
 * reported and costs the storing, never the capture: t->store is then NULL.
 */
void depot_open(struct trace *t, void (*report)(const char *line));

/* Ends the storing; says what could not be stored. `whole`: sources came to their end.
 */
void depot_close(struct trace *t, bool whole);

#endif
