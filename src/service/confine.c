#include "service/confine.h"

#ifdef HAVE_SECCOMP
#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* Nothing in the program has a reason to ask for these. */
static const int FORBIDDEN[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(quotactl),
    SCMP_SYS(acct),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(modify_ldt),
    SCMP_SYS(personality),
    SCMP_SYS(move_pages),
    SCMP_SYS(kcmp),
    SCMP_SYS(name_to_handle_at),
};

/* A call of which only one value of one argument is meant. */
static const struct {
    int call;
    unsigned argument, value;
    bool network; /* allowed with a network; it fails, which a library may try */
} ARGUMENTS[] = {
    {SCMP_SYS(ioctl), 1, TIOCSTI, false},    {SCMP_SYS(socket), 0, AF_PACKET, false},
    {SCMP_SYS(socket), 0, AF_INET, true},    {SCMP_SYS(socket), 0, AF_INET6, true},
    {SCMP_SYS(socket), 0, AF_NETLINK, true},
};

static int add_rules(scmp_filter_ctx f, bool network)
{
    int err = 0;
    for (size_t i = 0; i < sizeof FORBIDDEN / sizeof *FORBIDDEN && !err; i++)
        err = seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, FORBIDDEN[i], 0);
    for (size_t i = 0; i < sizeof ARGUMENTS / sizeof *ARGUMENTS && !err; i++) {
        uint32_t action =
            ARGUMENTS[i].network ? SCMP_ACT_ERRNO(EACCES) : SCMP_ACT_KILL_PROCESS;
        /* The kernel looks at the lower 32 bits of both. */
        struct scmp_arg_cmp is = {.arg = ARGUMENTS[i].argument,
                                  .op = SCMP_CMP_EQ,
                                  .datum_a = (uint32_t)ARGUMENTS[i].value};
        if (!(ARGUMENTS[i].network && network))
            err = seccomp_rule_add(f, action, ARGUMENTS[i].call, 1, is);
    }
    return err;
}

int confine(bool network, struct errmsg *why)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    int err = f ? add_rules(f, network) : -ENOMEM;
    if (!err)
        err = seccomp_load(f); /* sets no_new_privs */
    if (f)
        seccomp_release(f);
    bool unknown = err == -EINVAL || err == -ENOSYS || err == -ECANCELED;
    return err ? errmsg_set(why, unknown ? -ERR_UNSUPPORTED : -ERR_ACCESS,
                            "seccomp: %s", strerror(-err))
               : 0;
}

bool confine_built(void)
{
    return true;
}
#else
int confine(bool network, struct errmsg *why)
{
    return errmsg_set(why, -ERR_UNSUPPORTED, "seccomp: not built in");
}

bool confine_built(void)
{
    return false;
}
#endif
