/* Lines that stand under other output: the ledger in one line. */
#ifndef OUT_NOTE_H
#define OUT_NOTE_H

#include "view/view.h"

/* Adds "ledger: 12 ethertype_unknown, 2 ip_cut - see `sipglass stats`"; nothing for an
 * empty ledger. */
void note_ledger(const struct view *v, struct strbuf *out);

#endif
