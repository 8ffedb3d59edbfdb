#include "cli/command.h"

#include "cli/cli.h"
#include "cli/sql.h"
#include "out/detail_text.h"
#include "out/ladder_text.h"
#include "out/stats_text.h"
#include "view/detail.h"

#include <stdlib.h>

int command_ladder(struct cli *c)
{
    const struct options *o = c->o;
    const struct call *call = command_call(c);
    struct ladder_options lo = {.session = !o->no_session, .hide_copies = true};
    struct ladder *l = call ? ladder_build(&c->trace->view, call, &lo) : NULL;
    if (!l)
        return call ? -ERR_NOMEM : -ERR_NOENT;
    struct ladder_text_options to = {
        .width = command_width(o), .color = command_color(), .ascii = o->ascii};
    if (o->format == FORMAT_JSON)
        ladder_json(&c->trace->view, l, &c->out.buf);
    else if (o->format == FORMAT_CSV)
        ladder_csv(&c->trace->view, l, &c->out.buf);
    else
        ladder_text(&c->trace->view, call, l, &to, &c->out.buf);
    ladder_free(l);
    return writer_check(&c->out);
}

int command_message(struct cli *c)
{
    char *end;
    struct errmsg why;
    struct detail *d = NULL;
    unsigned long id = strtoul(c->o->argument, &end, 10);
    const struct msg *m =
        *end || id > UINT32_MAX ? NULL : calls_msg_by_id(c->trace->calls, (uint32_t)id);
    int err = m ? detail_build(&c->trace->view, m, &d) : -ERR_NOENT;
    if (!m)
        errmsg_set(&why, 0, "no message %.100s (ids: sipglass messages FILE)",
                   c->o->argument);
    else if (err)
        errmsg_set(&why, 0, "message %.100s: its text is %s", c->o->argument,
                   err_text(err));
    if (err) {
        cli_error(why.text);
        return -ERR_NOENT;
    }
    if (c->o->format == FORMAT_JSON)
        detail_json(d, &c->out.buf);
    else if (c->o->format == FORMAT_CSV)
        detail_csv(d, &c->out.buf);
    else
        detail_text(d, command_color(), &c->out.buf);
    detail_free(d);
    return writer_check(&c->out);
}

int command_stats(struct cli *c)
{
    struct stats *s = stats_build(&c->trace->view);
    if (!s)
        return -ERR_NOMEM;
    if (c->o->format == FORMAT_JSON)
        stats_json(&c->trace->view, s, &c->out.buf);
    else if (c->o->format == FORMAT_CSV)
        stats_csv(&c->trace->view, s, &c->out.buf);
    else
        stats_text(&c->trace->view, s, command_width(c->o), command_color(),
                   &c->out.buf);
    stats_free(s);
    return writer_check(&c->out);
}

int command_sql(struct cli *c)
{
    struct listing_options lo = command_listing(c->o);
    return c->o->argument ? sql_print(c->connection, c->o->argument, &c->out, &lo)
                          : sql_prompt(c->connection, &c->out, &lo);
}
