#include "model/msg.h"

#include "dissect/reason.h"
#include "dissect/sip.h"

const char *transport_name(unsigned transport)
{
    static const char *const NAME[] = {
#define TRANSPORT(id, name) name,
        TRANSPORT_TABLE(TRANSPORT)
#undef TRANSPORT
    };
    return transport < TRANSPORT_COUNT ? NAME[transport] : "?";
}

unsigned msg_method(const struct sip *sip)
{
    return sip->method == SIP_OTHER ? sip->cseq_method : sip->method;
}

const char *msg_method_name(const struct msg *m)
{
    if (m->method != SIP_OTHER)
        return sip_method_name(m->method);
    const struct msg_extra *extra = msg_extra(m);
    return extra && extra->method_name ? extra->method_name->p : "?";
}
