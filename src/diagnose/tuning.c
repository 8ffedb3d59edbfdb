#include "diagnose/tuning.h"

#include "diagnose/diagnose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 40 };

static const char *switch_off(struct diagnose *d, const char *list)
{
    const char *wrong = NULL;
    for (size_t n;; list += n) {
        char word[WORD];
        list += strspn(list, " \t,");
        if (!(n = strcspn(list, " \t,")))
            return wrong;
        if (n < sizeof word) {
            memcpy(word, list, n);
            word[n] = 0;
        }
        if (n >= sizeof word || !rule_find(word))
            wrong = "off names a rule that there is not (diagnose --explain all)";
        else if (d)
            diagnose_switch(d, word, false);
    }
}

const char *tuning_apply(struct diagnose *d, const char *name, const char *value)
{
    struct thresholds none;
    char *end;
    if (!strcmp(name, "off"))
        return switch_off(d, value);
    thresholds_init(&none);
    double v = strtod(value, &end);
    if (end == value || *end || !isfinite(v) || v < 0)
        return "a threshold is a number that is not below zero";
    return thresholds_set(d ? diagnose_thresholds(d) : &none, name, v)
               ? NULL
               : "neither off nor a threshold (diagnose --explain all)";
}
