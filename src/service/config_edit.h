/* Changes a setting in the configuration file and leaves all else in it as it is. */
#ifndef SERVICE_CONFIG_EDIT_H
#define SERVICE_CONFIG_EDIT_H

#include "base/err.h"

/*
 * Sets `name` in `[section]` of the file to a value ("": takes it out); makes the file
 * and its folder where there are none. The new file takes the place of the old in one
 * step. Returns 0, -ERR_USAGE for a value that is no line, -ERR_ACCESS, -ERR_IO,
 * -ERR_NOMEM.
 */
int config_edit(const char *path, const char *section, const char *name,
                const char *value);

#endif
