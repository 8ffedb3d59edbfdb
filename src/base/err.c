#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const TEXT[] = {
#define ERR(id, text) text,
    ERR_TABLE(ERR)
#undef ERR
};

const char *err_text(int err)
{
    int n = err < 0 ? -err : err;
    return n >= 0 && n < ERR_COUNT ? TEXT[n] : "unknown error";
}

int errmsg_set(struct errmsg *m, int err, const char *format, ...)
{
    va_list ap;
    if (!m)
        return err;
    va_start(ap, format);
    vsnprintf(m->text, sizeof m->text, format, ap);
    va_end(ap);
    return err;
}
