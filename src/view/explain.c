#include "view/explain.h"
#include "diagnose/rule.h"
#include "diagnose/tuning.h"
#include "diagnose/threshold.h"
#include "dissect/sip_table.h"

#include <stdlib.h>

static const struct code_help CODES[] = {
    {100, "the next hop has the request", "every proxy",
     "nothing; alone for long: A03"},
    {180, "the phone rings", "the called phone", "who does not pick up"},
    {181, "the call is forwarded", "a proxy or PBX", "Diversion, History-Info"},
    {182, "the call waits in a queue", "a call centre", "how long"},
    {183, "progress, often with early media", "gateways and PBXs",
     "whether media comes before the answer (D10)"},
    {199, "one branch of a fork ended", "a proxy", "the other branches"},
    {200, "success", "the called side", "the ACK that must follow (C01)"},
    {202, "accepted, the result comes later", "the side that transfers", "the NOTIFYs"},
    {300, "several targets", "a redirect server", "whether the caller follows (A21)"},
    {301, "moved for good", "a redirect server", "the Contact"},
    {302, "moved for now: forwarding", "a phone or redirect server",
     "the Contact (A21)"},
    {305, "use the proxy named", "a server", "the outbound proxy of the client"},
    {380, "use another service", "an emergency or IMS server", "the body"},
    {400, "the request is malformed", "the first strict box",
     "its phrase, Warning (A25)"},
    {401, "who are you? (normal once)", "registrars, PBXs",
     "repeated: A06; unanswered: A07"},
    {402, "payment required", "a prepaid platform", "the balance"},
    {403, "refused by policy", "PBX, trunk, registrar",
     "account, allowed addresses and numbers (A08)"},
    {404, "user or number unknown", "the server of that domain",
     "number format, domain (A11)"},
    {405, "method not allowed", "the called server", "Allow (A17)"},
    {406, "no body type that is accepted", "the called side", "Accept"},
    {407, "who are you? (normal once)", "proxies", "repeated: A06; unanswered: A07"},
    {408, "something further on is silent", "a proxy", "the leg behind it (A05)"},
    {410, "the number is gone", "gateways", "the new number, Q.850 22"},
    {412, "the event state to change is not there", "presence servers",
     "PUBLISH's entity tag"},
    {413, "the body is too large", "a server", "sizes (A17)"},
    {414, "the Request-URI is too long", "a server", "its parameters"},
    {415, "body type not supported", "the called side", "Content-Type, codecs (A09)"},
    {416, "scheme not supported (sips, tel)", "a server", "the Request-URI (A11)"},
    {420, "an extension in Require is not supported", "the called side",
     "Unsupported (A17)"},
    {421, "an extension is required", "the called side", "Require (A17)"},
    {422, "session timer too short", "a proxy or the called side", "Min-SE (A18)"},
    {423, "expiry too short", "registrars", "Min-Expires (B01)"},
    {428, "an identity is required", "networks with STIR", "the Identity header"},
    {429, "no Referred-By", "the called side of a transfer", "REFER's headers"},
    {430, "the flow to the phone failed", "an edge proxy", "its connection (RFC 5626)"},
    {433, "anonymous calls are refused", "the called side", "Privacy, From"},
    {436, "the identity information is bad", "networks with STIR",
     "the Identity header"},
    {437, "the certificate is not supported", "networks with STIR", "the certificate"},
    {438, "the identity signature is wrong", "networks with STIR",
     "what a box changed"},
    {440, "too many branches", "a proxy that forks", "Max-Breadth"},
    {469, "bad INFO package", "the called side", "Info-Package"},
    {470, "consent is needed", "a relay", "the list of recipients"},
    {480, "not there now: unregistered, no answer, do-not-disturb", "PBX, proxy, phone",
     "with ringing: A13; without: A12; its registration (B02)"},
    {481, "no such call or transaction", "the side that is asked",
     "restarts, tags (C09)"},
    {482, "loop", "a proxy", "Via list, routes between boxes (A14)"},
    {483, "too many hops", "a proxy", "Max-Forwards, routes (A14)"},
    {484, "the number is incomplete", "gateways", "overlap dialling, number length"},
    {485, "the user is ambiguous", "a server", "the Contact list"},
    {486, "busy", "the called phone", "nothing: no fault (A12)"},
    {487, "the request was cancelled", "the called side",
     "who sent CANCEL, and when (A13)"},
    {488, "no media in common", "the called side", "codecs, SRTP, Warning (A09)"},
    {489, "event package unknown", "the called side", "Event (A17)"},
    {491, "both sides change the call at once", "either side", "retries (A19)"},
    {493, "the body cannot be decrypted", "the called side", "S/MIME"},
    {494, "security agreement required", "IMS edge", "Security-Client"},
    {500, "an error inside a server", "a server", "its log, Server, Warning (A16)"},
    {501, "method not implemented", "a server", "the method (A17)"},
    {502, "what came back could not be used", "a gateway or proxy",
     "the leg behind it"},
    {503, "overload, maintenance, nothing free behind it", "trunks, proxies",
     "Retry-After, calls up at that time (A15)"},
    {504, "what is behind did not answer in time", "a proxy", "its DNS and next hop"},
    {505, "version not supported", "a server", "the start line"},
    {513, "the message is too large", "a server", "its size (A17)"},
    {555, "the push service is not supported", "a proxy", "RFC 8599"},
    {580, "a precondition was not met", "IMS", "resources, RFC 3312"},
    {600, "busy everywhere", "the called side", "nothing: no fault (A12)"},
    {603, "declined", "the called user, or a blocking service", "603+ in the phrase"},
    {604, "exists nowhere", "the server of that domain", "number and domain (A11)"},
    {606, "no media in common", "the called side", "codecs (A09)"},
    {607, "unwanted", "the called user", "the caller's reputation"},
    {608, "rejected by analytics", "a blocking service", "the contact it names"},
};

const struct code_help *explain_code(unsigned status)
{
    for (size_t i = 0; i < sizeof CODES / sizeof *CODES; i++)
        if (CODES[i].status == status)
            return &CODES[i];
    return NULL;
}

static void add_line(struct strbuf *out, const char *name, const char *text)
{
    if (!*text)
        return;
    strbuf_printf(out, "%-11s %s\n", name, text);
}

static const char *needs_text(unsigned need)
{
    switch (need) {
    case NEED_START: return "the first request of the call";
    case NEED_WHOLE: return "no drops, holes or cut messages during the call";
    case NEED_BOTH: return "both directions in the capture";
    case NEED_MEDIA: return "RTP in the capture";
    case NEED_ANSWER: return "an answered call";
    default: return "";
    }
}

static void add_needs(struct strbuf *out, unsigned needs)
{
    const char *before = "";
    for (unsigned need = 1; need <= NEED_ANSWER; need <<= 1)
        if (needs & need) {
            strbuf_str(out, before);
            strbuf_str(out, needs_text(need));
            before = "; ";
        }
}

static void explain_rule(const struct rule *r, struct strbuf *out)
{
    strbuf_printf(out, "%s  %s  (up to %s)\n", r->id, r->name,
                  severity_name(r->severity));
    add_line(out, "Means", r->meaning);
    add_line(out, "Fires", r->fires);
    add_line(out, "Silent", r->silent);
    if (r->needs) {
        strbuf_printf(out, "%-11s ", "Needs");
        add_needs(out, r->needs);
        strbuf_str(out, " (else: unknown)\n");
    }
    add_line(out, "Do", r->remedy);
    add_line(out, "Reference", r->reference);
}

bool explain(const char *what, struct strbuf *out)
{
    char *end;
    unsigned long status = strtoul(what, &end, 10);
    const struct code_help *code =
        *what && !*end && status < 700 ? explain_code((unsigned)status) : NULL;
    const struct rule *r = code ? NULL : rule_find(what);
    if (r)
        explain_rule(r, out);
    if (code) {
        strbuf_printf(out, "%u %s\n", code->status, sip_status_phrase(code->status));
        add_line(out, "Means", code->meaning);
        add_line(out, "Sent by", code->sender);
        add_line(out, "Look at", code->look);
    }
    return r || code;
}

/* ---- the document ---- */

static void paragraph(struct strbuf *out, const char *name, const char *text)
{
    if (*text)
        strbuf_printf(out, "- **%s:** %s\n", name, text);
}

static void document_rule(const struct rule *r, struct strbuf *out)
{
    strbuf_printf(out, "\n### %s %s\n\n%s\n\n", r->id, r->name, r->meaning);
    strbuf_printf(out, "- **Severity:** up to %s\n", severity_name(r->severity));
    paragraph(out, "Fires", r->fires);
    paragraph(out, "Silent", r->silent);
    if (r->needs) {
        strbuf_str(out, "- **Needs:** ");
        add_needs(out, r->needs);
        strbuf_str(out, "; else nothing is concluded.\n");
    }
    paragraph(out, "What to do", r->remedy);
    paragraph(out, "Reference", r->reference);
}

const char *explain_setting(const char *name, const char *value)
{
    return tuning_apply(NULL, name, value);
}

static void document_tables(struct strbuf *out)
{
    strbuf_str(out, "\n## Thresholds\n\nSet under `[diagnose]` in the configuration; "
                    "there, `off = D22 D23` switches rules off.\n\n| name | default | "
                    "what it decides |\n"
                    "|---|---|---|\n");
    for (const struct threshold *t = THRESHOLDS; t->name; t++)
        strbuf_printf(out, "| %s | %g%s%s | %s |\n", t->name, t->value,
                      *t->unit ? " " : "", t->unit, t->help);
    strbuf_str(out,
               "\n## Response codes\n\n| code | phrase | means | sent by | look at "
               "|\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof CODES / sizeof *CODES; i++)
        strbuf_printf(out, "| %u | %s | %s | %s | %s |\n", CODES[i].status,
                      sip_status_phrase(CODES[i].status), CODES[i].meaning,
                      CODES[i].sender, CODES[i].look);
}

void explain_all(struct strbuf *out)
{
    strbuf_str(out,
               "# Diagnosis rules\n\nMade by `sipglass diagnose --explain all` from "
               "the tables of the rules.\n\nA finding names the frames that prove "
               "it. Nothing is concluded from what a capture cannot show: where a "
               "rule needs more than is there, the verdict is `unknown`.\n");
    for (size_t i = 0; RULE_FAMILIES[i]; i++) {
        strbuf_printf(out, "\n## %s\n", RULE_FAMILIES[i]->title);
        for (size_t k = 0; k < RULE_FAMILIES[i]->n; k++)
            document_rule(&RULE_FAMILIES[i]->rule[k], out);
    }
    document_tables(out);
}
