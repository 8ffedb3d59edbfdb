#include "cli/command.h"

#include "cli/cli.h"
#include "out/verdict_text.h"
#include "view/explain.h"

#include <stdlib.h>
#include <string.h>

/* Findings as rows, worst first: JSON and CSV. */
static int list_findings(struct cli *c, const struct call *only)
{
    struct listing_options lo = command_listing(c->o);
    struct listing l;
    size_t n;
    const struct finding **all = verdict_sorted(&c->trace->view, only, &n);
    int err = listing_begin(&l, &c->out, &c->trace->view, &TABLE_FINDINGS, &lo);
    for (size_t i = 0; i < n && !err; i++)
        err = listing_row(&l, all[i]);
    int last = listing_end(&l, n);
    free(all);
    return err ? err : last;
}

static int print_groups(struct cli *c, const struct verdict_groups *g)
{
    struct verdict_text_options to = {
        .width = command_width(c->o), .color = command_color(), .ascii = c->o->ascii};
    verdict_groups_text(&c->trace->view, g, &to, &c->out.buf);
    return writer_check(&c->out);
}

static int print_panel(struct cli *c, const struct call *call)
{
    struct verdict_text_options to = {
        .width = command_width(c->o), .color = command_color(), .ascii = c->o->ascii};
    struct verdict_panel *p = verdict_panel(&c->trace->view, call);
    if (!p)
        return -ERR_NOMEM;
    verdict_panel_text(&c->trace->view, p, &to, &c->out.buf);
    verdict_panel_free(p);
    return writer_check(&c->out);
}

static bool fails(const struct options *o, const struct verdict_groups *g)
{
    return (o->fail_on == FAIL_CRIT && g->worst >= VERDICT_CRIT) ||
           (o->fail_on == FAIL_WARN && g->worst >= VERDICT_WARN);
}

int command_diagnose(struct cli *c)
{
    const struct call *only = NULL;
    int err = 0;
    if (c->o->call && !(only = command_call(c)))
        return -ERR_NOENT;
    struct verdict_groups *g = verdict_groups(&c->trace->view);
    if (!g)
        return -ERR_NOMEM;
    if (c->o->quiet)
        err = 0;
    else if (c->o->format != FORMAT_TABLE)
        err = list_findings(c, only);
    else
        err = only ? print_panel(c, only) : print_groups(c, g);
    c->findings = fails(c->o, g);
    verdict_groups_free(g);
    return err;
}

int command_explain(struct cli *c)
{
    struct errmsg why;
    if (!strcmp(c->o->explain, "all"))
        explain_all(&c->out.buf);
    else if (!explain(c->o->explain, &c->out.buf)) {
        errmsg_set(&why, 0, "%.100s: no rule and no response code (--explain all)",
                   c->o->explain);
        cli_error(why.text);
        return -ERR_USAGE;
    }
    return writer_check(&c->out);
}
