/* What `D` compares: the two marked, the selected with the one marked, or the selected
 * with what it is best compared with. */
#ifndef TUI_COMPARE_H
#define TUI_COMPARE_H

#include "tui/ui.h"

/* Opens the comparison of a message (an id; 0: none is selected), or says why not. */
void compare_message(struct ui *ui, uint32_t msg);

/* The same of a call. */
void compare_call(struct ui *ui, uint32_t call);

#endif
