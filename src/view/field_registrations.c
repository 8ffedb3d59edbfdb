/* Columns of registrations. */
#include "model/registration.h"
#include "view/value.h"

static const struct registration *registration_of(const struct row *row)
{
    return row->object;
}

static enum registration_state state_of(const struct row *row)
{
    return registration_state(registration_of(row), row->view->calls->now);
}

#define GET_IF(field, has, set, ...)                            \
    static void get_##field(struct row *row, struct value *out) \
    {                                                           \
        const struct registration *g = registration_of(row);    \
        if (has)                                                \
            set(out, __VA_ARGS__);                              \
    }
#define GET(field, set, ...) GET_IF(field, true, set, __VA_ARGS__)

GET(id, value_set_int, g->id)
GET(aor, value_set_str, g->aor)
GET(contact, value_set_str, g->contact)
GET(src, value_set_addr, row, g->src.family ? &g->src : NULL)
GET(user_agent, value_set_str, g->user_agent)
GET_IF(state, g, value_set_str, registration_state_name(state_of(row)))
GET_IF(status, g->status, value_set_int, g->status)
GET_IF(expires, g->until, value_set_int, g->expires)
GET(registered, value_set_time, g->registered)
GET(refreshed, value_set_time, g->refreshed)
GET_IF(interval, g->interval, value_set_duration, g->interval)
GET_IF(nat, g->contact, value_set_bool, g->nat)
GET(attempts, value_set_int, g->attempts)
GET(failures, value_set_int, g->failures)

static enum tone tone_state(struct row *row)
{
    switch (state_of(row)) {
    case REGISTRATION_ACTIVE: return TONE_GOOD;
    case REGISTRATION_TRYING:
    case REGISTRATION_CHALLENGED: return TONE_WARN;
    case REGISTRATION_REMOVED:
    case REGISTRATION_SCANNER: return TONE_DIM;
    default: return TONE_BAD;
    }
}

static enum tone tone_status(struct row *row)
{
    return tone_of_status(registration_of(row)->status);
}

static enum tone tone_failures(struct row *row)
{
    return registration_of(row)->failures ? TONE_BAD : TONE_DIM;
}

static const struct field FIELDS[] = {
    {FIELD("id", "Id", "", INT, 5, 0, 1, "from 1"), get_id, NULL},
    {FIELD("aor", "AOR", "", TEXT, 24, 0, 2, "address of record"), get_aor, NULL},
    {FIELD("contact", "Contact", "", TEXT, 28, 0, 4, "where it is reached"),
     get_contact, NULL},
    {FIELD("src", "Source", "", TEXT, 21, 0, 5, "source of the REGISTER"), get_src,
     NULL},
    {FIELD("user_agent", "User-Agent", "", TEXT, 24, 0, 0, "User-Agent"),
     get_user_agent, NULL},
    {FIELD("state", "State", "", TEXT, 10, 0, 3,
           "active, expired, removed, trying, challenged, rejected, failed, timeout; "
           "scanner: stands for all that a scanner tried"),
     get_state, tone_state},
    {FIELD("status", "Code", "", INT, 4, 0, 6, "last final response"), get_status,
     tone_status},
    {FIELD("expires", "Expires", "s", INT, 9, 0, 7, "seconds granted"), get_expires,
     NULL},
    {FIELD("registered", "Registered", "", TIME, 12, 3, 0, "first success"),
     get_registered, NULL},
    {FIELD("refreshed", "Refreshed", "", TIME, 12, 3, 8, "latest success"),
     get_refreshed, NULL},
    {FIELD("interval", "Interval", "s", DURATION, 10, 1, 0, "time between refreshes"),
     get_interval, NULL},
    {FIELD("nat", "NAT", "", BOOL, 3, 0, 0,
           "the Contact is not where the REGISTER came from"),
     get_nat, NULL},
    {FIELD("attempts", "Attempts", "", INT, 8, 0, 0,
           "REGISTER requests without repeats"),
     get_attempts, NULL},
    {FIELD("failures", "Failures", "", INT, 8, 0, 0,
           "final responses that refuse, and timeouts"),
     get_failures, tone_failures},
};

static size_t count(const struct view *v)
{
    return v->calls ? v->calls->registrations->list.list.n : 0;
}

static const void *at(const struct view *v, size_t i)
{
    return v->calls->registrations->list.list.at[i];
}

const struct table TABLE_REGISTRATIONS = {TABLE_OF("registrations", FIELDS), count, at};
