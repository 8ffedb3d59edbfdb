#include "diagnose/rule.h"

#include <string.h>
#include <strings.h>

const struct rule_family *const RULE_FAMILIES[] = {
    &FAMILY_SETUP,  &FAMILY_REFUSED,   &FAMILY_FLOW,    &FAMILY_REGISTRATION,
    &FAMILY_DIALOG, &FAMILY_RELEASE,   &FAMILY_MEDIA,   &FAMILY_QUALITY,
    &FAMILY_CODEC,  &FAMILY_ODD,       &FAMILY_DIGITS,  &FAMILY_SECURE,
    &FAMILY_NAT,    &FAMILY_TRANSPORT, &FAMILY_CAPTURE, NULL,
};

/* Cause and what it explains, within one session. "*": any other rule of the letter. */
static const struct {
    char cause[6], effect[4];
} EXPLAINS[] = {
    {"A02", "A01"},   {"A02", "A05"},   {"A01", "A05"},   {"A01", "A03"},
    {"A01", "A04"},   {"A01", "A13"},   {"A01", "A16"},   {"A01", "A20"},
    {"A01", "C13"},   {"A02", "C13"},   {"A01", "A12"},   {"A03", "C13"},
    {"A03", "A04"},   {"A22", "A01"},   {"A22", "A16"},   {"A22", "A13"},
    {"A22", "A05"},   {"A26", "A01"},   {"A26", "A05"},   {"C08", "C04"},
    {"C08", "C13"},   {"C03", "C01"},   {"C03", "C04"},   {"C03", "C09"},
    {"E01", "C01"},   {"E01", "C04"},   {"E02", "A01"},   {"E02", "C04"},
    {"E02", "C01"},   {"E02", "C02"},   {"E03", "C04"},   {"D03", "C01"},
    {"C01", "C07"},   {"C01", "C11"},   {"C01", "C12"},   {"C01", "C06"},
    {"C01", "C13"},   {"C01", "C04"},   {"C01", "D06"},   {"C01", "D02"},
    {"C01", "D01"},   {"C01", "C09"},   {"C05", "C09"},   {"C05", "C11"},
    {"C05", "C07"},   {"C04", "C11"},   {"C04", "C13"},   {"A18", "A16"},
    {"A09", "A16"},   {"A09", "D01"},   {"A10", "D07"},   {"A23", "D01"},
    {"A23", "D02"},   {"A23", "C13"},   {"A14", "A05"},   {"A14", "A16"},
    {"A14", "A15"},   {"A24", "C01"},   {"A25", "A01"},   {"A25", "A16"},
    {"A06", "A07"},   {"A06", "A08"},   {"B04", "A01"},   {"B03", "A01"},
    {"B02", "A12"},   {"B02", "A11"},   {"A27", "A01"},   {"A27", "A15"},
    {"A28", "A11"},   {"A28", "A08"},   {"A28", "A06"},   {"A28", "A07"},
    {"A28", "B01"},   {"C06", "C11"},   {"D03", "D02"},   {"D03", "D01"},
    {"D05", "D02"},   {"D05", "D01"},   {"D12", "D02"},   {"D12", "D01"},
    {"D28", "D02"},   {"D28", "D01"},   {"D24", "D02"},   {"D24", "D01"},
    {"D02", "C06"},   {"D01", "C06"},   {"D06", "C06"},   {"D14", "D20"},
    {"D15", "D20"},   {"D07", "D20"},   {"C06", "C12"},   {"C05", "C12"},
    {"D01", "C12"},   {"D02", "C12"},   {"A20", "C13"},   {"CAP02", "D14"},
    {"CAP02", "D20"}, {"CAP02", "D15"}, {"CAP02", "D06"}, {"CAP02", "D18"},
    {"CAP01", "D01"}, {"CAP01", "D02"}, {"C08", "A01"},   {"E04", "A01"},
    {"D10", "D11"},   {"D02", "D11"},   {"D01", "D11"},   {"D04", "D03"},
};

const char *severity_name(unsigned severity)
{
    static const char *const NAMES[SEVERITY_COUNT] = {"info", "warn", "crit"};
    return severity < SEVERITY_COUNT ? NAMES[severity] : "?";
}

const struct rule *rule_find(const char *id)
{
    for (size_t i = 0; RULE_FAMILIES[i]; i++)
        for (size_t k = 0; k < RULE_FAMILIES[i]->n; k++) {
            const struct rule *r = &RULE_FAMILIES[i]->rule[k];
            if (!strcasecmp(r->id, id) || !strcasecmp(r->name, id))
                return r;
        }
    return NULL;
}

unsigned rule_index(const struct rule *r)
{
    unsigned before = 0;
    for (size_t i = 0; RULE_FAMILIES[i]; i++) {
        const struct rule_family *f = RULE_FAMILIES[i];
        if (r >= f->rule && r < f->rule + f->n)
            return before + (unsigned)(r - f->rule);
        before += (unsigned)f->n;
    }
    return RULE_MAX - 1;
}

bool rule_explains(const char *cause, const char *effect)
{
    for (size_t i = 0; i < sizeof EXPLAINS / sizeof *EXPLAINS; i++)
        if (!strcmp(EXPLAINS[i].cause, cause) && !strcmp(EXPLAINS[i].effect, effect))
            return true;
    return false;
}
