#include "service/privilege.h"

#include "service/errand.h"

#ifdef HAVE_CAP_NG
#include <cap-ng.h>
#endif
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { END_MS = 1000 };

struct privilege {
    int fd; /* to the helper */
    pid_t helper;
    const char *const *commands;
};

/* Who to be. `change`: we are root, and so may become another. */
struct identity {
    uid_t uid;
    gid_t gid;
    char name[64];
    bool change;
};

void privilege_free(struct privilege *p)
{
    if (!p)
        return;
    if (p->fd >= 0)
        close(p->fd);
    /* It ends by itself then; a second is more than it needs. */
    for (int ms = 0; p->helper > 0 && !waitpid(p->helper, NULL, WNOHANG); ms += 5) {
        if (ms == END_MS)
            kill(p->helper, SIGKILL);
        poll(NULL, 0, 5);
    }
    free(p);
}

int privilege_fd(const struct privilege *p)
{
    return p->fd;
}

/* ---- who to be ---- */

static bool read_id(const char *text, unsigned *out)
{
    char *end;
    unsigned long v = text ? strtoul(text, &end, 10) : 0;
    if (!text || !*text || *end || v >= UINT32_MAX)
        return false;
    *out = (unsigned)v;
    return true;
}

static const struct passwd *user_of(const char *name)
{
    unsigned id;
    if (name)
        return read_id(name, &id) ? getpwuid(id) : getpwnam(name);
    if (read_id(getenv("SUDO_UID"), &id) && id)
        return getpwuid(id);
    return getpwnam("nobody");
}

static int choose(const char *user, struct identity *out, struct errmsg *why)
{
    *out = (struct identity){.uid = getuid(), .gid = getgid()};
    if (geteuid() != getuid())
        return errmsg_set(why, -ERR_ACCESS,
                          "not made to be installed setuid: use setcap "
                          "cap_net_raw,cap_net_admin=eip instead");
    if (out->uid != 0)
        return user ? errmsg_set(why, -ERR_USAGE, "--user: only root can choose one")
                    : 0;
    const struct passwd *pw = user_of(user);
    if (!pw)
        return errmsg_set(why, -ERR_USAGE, "--user %.100s: there is no such user",
                          user ? user : "nobody");
    out->uid = pw->pw_uid;
    out->gid = pw->pw_gid;
    out->change = pw->pw_uid != 0;
    return 0;
}

/* ---- dropping ---- */

static int refused(struct errmsg *why, const char *what)
{
    return errmsg_set(why, -ERR_ACCESS, "rights cannot be dropped: %s: %s", what,
                      strerror(errno));
}

#ifdef HAVE_CAP_NG
static int drop(const struct identity *who, bool helper, struct errmsg *why)
{
    capng_clear(CAPNG_SELECT_BOTH);
    if (helper)
        capng_updatev(CAPNG_ADD, (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
                      CAP_NET_RAW, CAP_NET_ADMIN, -1);
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (who->change) {
        int flags = CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING;
        if (capng_change_id((int)who->uid, (int)who->gid, (capng_flags_t)flags))
            return refused(why, "change of user");
        return 0;
    }
    /* What a process does not have it need not keep. */
    if (helper && !capng_have_capability(CAPNG_PERMITTED, CAP_NET_RAW))
        return 0;
    capng_select_t what = getuid() == 0 ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS;
    if (capng_apply(what) && (!helper || getuid() == 0))
        return refused(why, "capabilities");
    return 0;
}
#else
/* Without libcap-ng the helper stays what it is. */
static int drop(const struct identity *who, bool helper, struct errmsg *why)
{
    if (helper || !who->change)
        return 0;
    if (setgroups(0, NULL) || setresgid(who->gid, who->gid, who->gid) ||
        setresuid(who->uid, who->uid, who->uid))
        return refused(why, "change of user");
    return 0;
}
#endif

static int no_new_rights(struct errmsg *why)
{
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? refused(why, "no_new_privs") : 0;
}

/* ---- the helper ---- */

static void ignore_signals(void)
{
    static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP};
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++)
        signal(SIGNALS[i], SIG_IGN); /* it ends when the other process does */
}

static void leave_terminal(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3 && null >= 0; fd++)
        dup2(null, fd);
}

/* First it says whether it could drop its rights: a message of its own, or none. */
__attribute__((noreturn)) static void be_helper(int fd, const struct identity *who,
                                                const struct privilege_options *o)
{
    struct errmsg why = {""};
    ignore_signals();
    leave_terminal();
    prctl(PR_SET_NAME, "sipglass-tap");
    int err = drop(who, true, &why);
    if (!err)
        err = no_new_rights(&why);
    prctl(PR_SET_DUMPABLE, 0);
    (void)!send(fd, why.text, strlen(why.text) + 1, MSG_NOSIGNAL);
    if (err)
        _exit(1);
    if (o->begin)
        o->begin(o->ctx);
    errand_serve(fd, o->commands);
    if (o->end)
        o->end(o->ctx);
    _exit(0);
}

int privilege_split(const struct privilege_options *options, struct privilege **out,
                    struct errmsg *why)
{
    struct identity who;
    struct errmsg said = {""};
    int pair[2], err = choose(options->user, &who, why);
    struct privilege *p = err ? NULL : calloc(1, sizeof *p);
    if (!p)
        return err ? err : -ERR_NOMEM;
    p->fd = -1;
    p->commands = options->commands;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
        free(p);
        return errmsg_set(why, -ERR_IO, "no socket for the helper");
    }
    p->helper = fork();
    if (!p->helper) {
        close(pair[0]);
        be_helper(pair[1], &who, options);
    }
    close(pair[1]);
    p->fd = pair[0];
    if (p->helper < 0 || recv(p->fd, said.text, sizeof said.text - 1, 0) <= 0)
        err = errmsg_set(why, -ERR_IO, "no helper process: %s", strerror(errno));
    else if (said.text[0])
        err = errmsg_set(why, -ERR_ACCESS, "%s", said.text);
    if (!err && !(err = drop(&who, false, why)))
        err = no_new_rights(why);
    if (err) {
        privilege_free(p);
        return err;
    }
    *out = p;
    return 0;
}

int privilege_run(struct privilege *p, const char *command,
                  const char *const *environment)
{
    return p ? errand_send(p->fd, p->commands, command, environment) : -ERR_GONE;
}
