#include "cli/command.h"

#include "base/vec.h"
#include "cli/cli.h"
#include "diagnose/diagnose.h"
#include "save.h"

struct chosen {
    struct call **at;
    size_t n, cap;
};

static bool bad(const struct cli *c, const struct call *call)
{
    return !c->o->save_bad ||
           diagnose_verdict(c->trace->diagnosis, call->id) >= VERDICT_WARN;
}

/* The calls to save: that of --call, or those that the filter lets through. Returns 0,
 * or -ERR_*. */
static int choose_calls(struct cli *c, struct chosen *out)
{
    const struct calls *calls = c->trace->calls;
    if (c->o->call) {
        struct call *only = (struct call *)command_call(c);
        return !only ? -ERR_NOENT : vec_push(out, only) ? 0 : -ERR_NOMEM;
    }
    for (size_t i = 0; i < calls->list.n; i++)
        if (command_passes(c, calls->list.at[i]) && bad(c, calls->list.at[i]) &&
            !vec_push(out, calls->list.at[i]))
            return -ERR_NOMEM;
    return command_filter_failed(c);
}

static long save_chosen(struct cli *c, struct errmsg *why)
{
    struct chosen chosen = {0};
    long n = choose_calls(c, &chosen);
    if (!n && (chosen.n || !(c->filter || c->o->call || c->o->save_bad)))
        n = save_calls(c->trace, chosen.at, chosen.n, true, c->o->out, NULL, NULL, why);
    else if (!n)
        n = errmsg_set(why, -ERR_NOENT, "no call matches");
    vec_done(&chosen);
    return n;
}

/* What comes through a pipe is not there a second time: was its RTP not kept? */
static bool without_media(const struct cli *c)
{
    struct source_merge *m = c->trace->sources;
    for (size_t i = 0; i < source_merge_count(m); i++)
        if (source_merge_at(m, i)->state.pipe)
            return !c->o->keep_rtp && !c->o->no_media;
    return false;
}

int command_save(struct cli *c)
{
    struct errmsg why = {""}, line;
    long n = save_chosen(c, &why);
    if (n == -ERR_USAGE || n == -ERR_LIMIT || (n == -ERR_NOENT && c->o->call))
        return (int)n;
    if (n < 0)
        errmsg_set(&line, 0, "%.200s: not saved: %.250s", c->o->out,
                   why.text[0] ? why.text : err_text((int)n));
    else
        errmsg_set(&line, 0, "%.200s: %ld frames saved%s", c->o->out, n,
                   without_media(c) ? ", signalling only: -r keeps RTP of a pipe" : "");
    if (n < 0 || !c->o->quiet)
        cli_error(line.text);
    return n < 0 ? -ERR_IO : 0;
}
