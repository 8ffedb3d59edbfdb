#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "service/confine.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int in_child(int (*body)(void))
{
    int status = -1;
    pid_t child = fork();
    if (!child)
        _exit(body());
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int confined(bool network)
{
    struct errmsg why = {""};
    return confine(network, &why);
}

static int runs_a_program(void)
{
    if (!confined(false))
        execl("/bin/true", "true", (char *)NULL);
    return 1;
}

static int traces(void)
{
    return confined(false) || ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static int opens_sockets(void)
{
    if (confined(false))
        return 1;
    if (socket(AF_INET, SOCK_DGRAM, 0) >= 0 || errno != EACCES)
        return 2;
    return socket(AF_UNIX, SOCK_DGRAM, 0) < 0 ? 3 : 0;
}

static int opens_sockets_of_the_network(void)
{
    return confined(true) || socket(AF_INET, SOCK_DGRAM, 0) < 0;
}

static void filter_holds(void **state)
{
    (void)state;
    if (!confine_built()) {
        assert_int_equal(confined(false), -ERR_UNSUPPORTED);
        skip();
    }
    assert_int_equal(in_child(runs_a_program), 1000 + SIGSYS);
    assert_int_equal(in_child(traces), 1000 + SIGSYS);
    assert_int_equal(in_child(opens_sockets), 0);
    assert_int_equal(in_child(opens_sockets_of_the_network), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(filter_holds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
