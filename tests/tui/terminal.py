"""The program in a terminal of tmux, for tests: keys in, what the screen says out. Every step waits for a text."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.abspath(sys.argv[1])
ROOT = os.path.abspath(sys.argv[2])
SAMPLES = os.path.join(ROOT, "samples")
WAIT = 30.0


class Failure(Exception):
    pass


class Skip(Exception):
    """The test needs what is not here."""


class Screen:
    """The program in a terminal of its own."""

    opened = 0

    def __init__(self, args, size=(80, 24), term="tmux-256color", env="", shell=None, folder=None):
        Screen.opened += 1  # a server each: one that ends is no longer to be talked to
        self.name = "sipglass-test-%d-%d" % (os.getpid(), Screen.opened)
        words = " ".join("'%s'" % a for a in args)
        locale = "" if "LC_ALL" in env else "LC_ALL=C.UTF-8"
        command = shell or "env %s TZ=UTC TERM=%s %s '%s' %s" % (locale, term, env, PROGRAM, words)
        self.home = tempfile.mkdtemp(prefix="sipglass-home-")  # no configuration of the user's
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]),
                  "-c", folder or ROOT, "sh")
        self.tmux("set", "-g", "status", "off")
        self.tmux("resize-window", "-x", str(size[0]), "-y", str(size[1]))
        self.tmux("respawn-pane", "-k", "-c", folder or ROOT, "export XDG_CONFIG_HOME='%s'; " % self.home + command +
                  "; printf 'exit status %d\\n' $?; exec sleep 600")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-L", self.name, *words], capture_output=True, text=True).stdout

    def close(self):
        self.tmux("kill-server")
        shutil.rmtree(self.home, ignore_errors=True)

    def text(self):
        return self.tmux("capture-pane", "-p")

    def keys(self, *keys):
        self.tmux("send-keys", *keys)
        return self

    def type(self, text):
        self.tmux("send-keys", "-l", text)
        return self

    def wait(self, pattern, absent=False):
        """Waits until the screen shows the pattern (or shows it no more)."""
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            text = self.text()
            if bool(re.search(pattern, text)) != absent:
                return text
            if re.search(r"^exit status", text, re.M):
                break
            time.sleep(0.02)
        raise Failure("%s '%s' on the screen:\n%s" % ("still" if absent else "no", pattern, self.text()))

    def line(self, pattern):
        self.wait(pattern)
        return next(l for l in self.text().splitlines() if re.search(pattern, l))

    def ended(self):
        """Waits for the end; returns the exit status."""
        return int(re.search(r"exit status (\d+)", self.wait(r"exit status \d"))[1])

    def pid(self):
        return int(self.tmux("display", "-p", "#{pane_pid}"))


def sample(name):
    return os.path.join(SAMPLES, name)


def expect(condition, what):
    if not condition:
        raise Failure(what)


def run(test):
    """None, "skipped: ..." or what went wrong."""
    opened = []

    def open_screen(*args, **kwargs):
        opened.append(Screen(*args, **kwargs))
        return opened[-1]

    try:
        test(open_screen)
        return None
    except Skip as e:
        return "skipped: %s" % e
    except Failure as e:
        return str(e)
    finally:
        for s in opened:
            s.close()


def main(tests):
    """Runs the tests named on the command line, else all. Returns the exit status."""
    if not shutil.which("tmux"):
        print("tmux is not installed")
        return 77
    failed = 0
    for test in tests:
        if sys.argv[3:] and test.__name__ not in sys.argv[3:]:
            continue
        why = run(test)
        skipped = (why or "").startswith("skipped: ")
        failed += why is not None and not skipped
        print("%s %s%s" % ("ok  " if why is None else "skip" if skipped else "FAIL", test.__name__,
                           "" if why is None else "\n" + why), flush=True)
    return 1 if failed else 0
