#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "service/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each case runs in a process of its own: rights do not come back. */
static int in_child(int (*body)(void))
{
    int status = -1;
    pid_t child = fork();
    if (!child)
        _exit(body());
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static char folder[] = "/tmp/sipglass-privilege-XXXXXX";
static char command[300];
static const char *const COMMANDS[] = {"exit 3", command, NULL};

/* The size of a file that is to appear; -1: it did not within two seconds. */
static long appears(const char *name)
{
    char path[300];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (int i = 0; i < 200; i++) {
        if (!stat(path, &st) && st.st_size)
            return (long)st.st_size;
        poll(NULL, 0, 10);
    }
    return -1;
}

static int runs_commands(void)
{
    static const char *const GOOD[] = {"SIPGLASS_TEXT=$(id) `id` ;id", NULL};
    static const char *const BAD[] = {"LD_PRELOAD=/tmp/x", NULL};
    struct privilege_options o = {.commands = COMMANDS};
    struct privilege *p = NULL;
    struct errmsg why = {""};
    if (privilege_split(&o, &p, &why))
        return 1;
    if (privilege_run(p, "rm -rf x", NULL) != -ERR_ACCESS)
        return 2;
    if (privilege_run(p, command, BAD) || appears("out") != -1)
        return 3;
    if (privilege_run(p, command, GOOD) || appears("out") < 10)
        return 4;
    privilege_free(p);
    return 0;
}

static void commands_run_with_their_environment(void **state)
{
    char path[300], text[200] = "";
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0777), 0);
    snprintf(command, sizeof command,
             "printf '%%s|' \"$SIPGLASS_TEXT\" \"$HOME\" > %s/out", folder);
    assert_int_equal(in_child(runs_commands), 0);
    snprintf(path, sizeof path, "%s/out", folder);
    int fd = open(path, O_RDONLY);
    assert_true(read(fd, text, sizeof text - 1) > 0);
    close(fd);
    assert_string_equal(text, "$(id) `id` ;id||");
    unlink(path);
    rmdir(folder);
}

static int drops_rights(void)
{
    struct privilege_options o = {0};
    struct privilege *p = NULL;
    struct errmsg why = {""};
    bool root = getuid() == 0;
    if (privilege_split(&o, &p, &why))
        return 1;
    if (root && (getuid() == 0 || geteuid() == 0 || getgid() == 0 || !setuid(0)))
        return 2;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return 3;
    if (socket(AF_PACKET, SOCK_RAW, 0) >= 0 || errno != EPERM)
        return 4;
    struct pollfd f = {.fd = privilege_fd(p), .events = 0};
    if (poll(&f, 1, 0) != 0)
        return 5;
    privilege_free(p);
    return 0;
}

static void rights_are_dropped(void **state)
{
    (void)state;
    assert_int_equal(in_child(drops_rights), 0);
}

static int unknown_user(void)
{
    struct privilege_options o = {.user = "no-such-user-here"};
    struct privilege *p = NULL;
    struct errmsg why = {""};
    int err = privilege_split(&o, &p, &why);
    return err != -ERR_USAGE || p || !why.text[0];
}

static void wrong_user_is_refused(void **state)
{
    (void)state;
    assert_int_equal(in_child(unknown_user), 0);
    assert_int_equal(privilege_run(NULL, "x", NULL), -ERR_GONE);
    privilege_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_run_with_their_environment),
        cmocka_unit_test(rights_are_dropped),
        cmocka_unit_test(wrong_user_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
