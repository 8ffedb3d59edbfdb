#include "dissect/reason.h"

static const struct {
    const char *name, *text;
} ROWS[] = {
#define REASON(id, name, text) {name, text},
    REASON_TABLE(REASON)
#undef REASON
};

const char *reason_name(int reason)
{
    return reason >= 0 && reason < REASON_COUNT ? ROWS[reason].name : "unknown";
}

const char *reason_text(int reason)
{
    return reason >= 0 && reason < REASON_COUNT ? ROWS[reason].text : "unknown reason";
}
