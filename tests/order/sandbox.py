#!/usr/bin/env python3
"""usage: sandbox.py BOOTGRAPH [Sandbox|Unprivileged]

What a script can do while it is asked for its prereqs: nothing. Scripts try, and print words that
say how it went; bootgraph shows them, since no script has such a name. Unprivileged does all
of it as somebody else, whom only root can become."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

BOOTGRAPH = ""
SOMEBODY = 65534 # nobody, nogroup

# Each prints `NAME-no` if it could not, which is what is expected.
ATTEMPTS = {
    "write": "echo x >>@PLACE@/file",
    "create": "touch @PLACE@/new",
    "remove": "rm @PLACE@/file",
    "write-script": "echo x >>\"$0\"",
    "remount": "mount -o remount,rw /",
    "mount": "mount -t tmpfs none /tmp",
    "chown": "touch /tmp/own && chown 12345 /tmp/own",
    "device": "mknod /tmp/device c 1 3",
    "user-namespace": "unshare -r true",
    "processes": "[ -e /proc/self ]",
    "sysfs": "[ -e /sys/class ]",
    "kill": "kill -0 @PID@",
    "tcp": "@PYTHON@ -c 'import socket; socket.create_connection((\"127.0.0.1\", @PORT@))'",
    "unix": "@PYTHON@ -c 'import socket; socket.socket(socket.AF_UNIX).connect(\"@SOCKET@\")'",
    "tmp": "[ -e @SECRET@ ]",
    "stdin": "read line",
    "descriptors": "@PYTHON@ -c 'import os; os.fstat(3)'",
}
# How long what must not outlive a script sleeps, but for the last digit: another test, of another
# build, may be looking for its own at the same time.
NAP = 10000 + os.getpid() % 10000

# Those that may be tried without a sandbox, too.
HARMLESS = ["write", "create", "processes", "sysfs", "tcp", "unix", "tmp", "stdin"]


def as_somebody(command):
    return ["setpriv", "--reuid", str(SOMEBODY), "--regid", str(SOMEBODY), "--clear-groups",
            *command]


def seen_directory(prefix):
    """Where files can be made that no private directory of the sandbox hides, nor an owner."""
    for place in (os.environ.get("BOOTGRAPH_CACHE", "/var/cache"), "/var/cache",
                  pathlib.Path.home()):
        place = pathlib.Path(place).resolve()
        if os.access(place, os.W_OK) and place.parts[1:2] not in (("tmp",), ("run",)) \
                and place.parts[1:3] != ("var", "tmp") \
                and subprocess.run(prefix(["test", "-x", place])).returncode == 0:
            return place
    raise unittest.SkipTest("no directory to make a socket in")


def processes_with(words):
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if words in path.read_bytes().replace(b"\0", b" ").decode(errors="replace"):
                found.append(int(path.parent.name))
        except OSError:
            pass # it has just ended
    return found


class Sandbox(unittest.TestCase):
    prefix = staticmethod(list)

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.top = pathlib.Path(holder.name)
        self.top.chmod(0o755)
        (self.top / "scripts/init-top").mkdir(parents=True)

    def add(self, name, text):
        path = self.top / "scripts/init-top" / name
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)

    def command(self, *arguments):
        return self.prefix([BOOTGRAPH, *arguments, "--scripts", str(self.top / "scripts")])

    def run_check(self, status=0):
        run = subprocess.run(self.command("check"), capture_output=True, text=True,
                             stdin=subprocess.DEVNULL, timeout=120)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stdout

    def words(self, body):
        self.add("asked", f"case $1 in prereqs) {body};; esac\n")
        return re.findall(r'waits for "([^"]*)"', self.run_check())

    def test_attempts(self):
        listener = socket.create_server(("127.0.0.1", 0))
        daemon = socket.socket(socket.AF_UNIX)
        # At a place that the script does see.
        place = tempfile.TemporaryDirectory(dir=seen_directory(self.prefix))
        path = pathlib.Path(place.name) / "socket"
        daemon.bind(str(path))
        daemon.listen()
        file = pathlib.Path(place.name) / "file"
        for name in (place.name, path, file):
            file.touch()
            os.chmod(name, 0o777)
        secret = tempfile.NamedTemporaryFile(dir="/tmp")
        for close in (listener.close, daemon.close, secret.close, place.cleanup):
            self.addCleanup(close)
        values = {"PID": os.getpid(), "PORT": listener.getsockname()[1], "SECRET": secret.name,
                  "SOCKET": path, "PLACE": place.name, "PYTHON": "/usr/bin/python3"}
        for name, attempt in ATTEMPTS.items():
            attempt = re.sub("@([A-Z]*)@", lambda match: str(values[match[1]]), attempt)
            self.add(name, f"case $1 in prereqs) ({attempt}) >/tmp/said 2>&1 && echo {name}-yes ||"
                     f" echo {name}-no;; esac\n")
            if name in HARMLESS:
                # Outside it works: otherwise its failure inside would show nothing.
                subprocess.run(self.prefix(["sh", "-c", attempt]), check=True, input=b"line\n",
                               stdout=subprocess.DEVNULL)
        said = re.findall(r'waits for "([^"]*)"', self.run_check())
        self.assertEqual(sorted(said), sorted(f"{name}-no" for name in ATTEMPTS))

    def test_what_there_is(self):
        self.assertEqual(self.words("echo $(ls /dev)"), ["full", "null", "random", "urandom", "zero"])
        self.assertEqual(self.words("id -u; pwd; echo $$"), ["0", "/", "1"])
        self.assertEqual(self.words("echo a >/tmp/a && cat /tmp/a; ls /run /var/tmp"),
                         ["a", "/run:", "/var/tmp:", "mkinitramfs_000000"])
        self.assertFalse(pathlib.Path("/tmp/a").exists())

    def test_environment(self):
        expected = {"BUSYBOX": "auto", "BUSYBOXDIR": "", "CONFDIR": "/etc/initramfs-tools",
                    "KEYMAP": "n", "MODULES": "most", "verbose": "n", "PATH": "/usr/bin:/sbin:/bin",
                    "DESTDIR": "/var/tmp/mkinitramfs_000000"}
        os.environ["BOOTGRAPH_TEST"] = "leaks"
        words = self.words("env | tr ' ' _")
        names = {word.split("=")[0]: word.partition("=")[2] for word in words}
        self.assertNotIn("BOOTGRAPH_TEST", names)
        for name in ("MODULESDIR", "version", "DPKG_ARCH", "__TMPCPIOGZ", "__TMPEARLYCPIO",
                     *expected):
            self.assertIn(name, names)
        if not pathlib.Path("/etc/initramfs-tools").exists() and \
                not pathlib.Path("/usr/share/initramfs-tools/conf-hooks.d").exists():
            self.assertEqual({name: names[name] for name in expected}, expected)

    def test_nothing_is_left(self):
        words = self.words(f"setsid sleep {NAP}5 >/dev/null 2>&1 & sleep {NAP}6 & echo done")
        self.assertEqual(words, ["done"])
        self.assertEqual(processes_with(f"sleep {NAP}"), [])

    def test_time_limit(self):
        self.add("slow", f"setsid sleep {NAP}7 & exec sleep {NAP}7\n")
        self.add("udev", "exit 0\n")
        begin = time.monotonic()
        run = subprocess.run(self.command("order"), capture_output=True, text=True, timeout=120)
        self.assertEqual(run.returncode, 4, run.stderr)
        self.assertIn("[prereqs-time]", run.stderr)
        self.assertEqual(run.stdout, "init-top\tslow\ninit-top\tudev\n")
        self.assertGreater(time.monotonic() - begin, 9)
        self.assertEqual(processes_with(f"sleep {NAP}7"), [])

    def test_output_limit(self):
        self.add("endless", "exec yes\n")
        self.add("silent", "exec yes >&2\n")
        run = subprocess.run(self.command("order"), capture_output=True, text=True, timeout=120)
        self.assertEqual(run.returncode, 4, run.stderr)
        self.assertEqual(run.stderr.count("[prereqs-length]"), 2, run.stderr)

    def test_dies_with_us(self):
        self.add("slow", f"exec sleep {NAP}8\n")
        run = subprocess.Popen(self.command("order"), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not processes_with(f"sleep {NAP}8") and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertNotEqual(processes_with(f"sleep {NAP}8"), [])
        run.send_signal(signal.SIGKILL)
        run.wait()
        while processes_with(f"sleep {NAP}8") and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(processes_with(f"sleep {NAP}8"), [])

    def test_package_without_shell(self):
        """--root of an unpacked package: the host's programs, the package's trees."""
        tree = self.top / "package/usr/share/initramfs-tools/scripts/local-top"
        tree.mkdir(parents=True)
        for name in ("aa", "zz"):
            (tree / name).write_text("#!/bin/sh\nexit 0\n")
            (tree / name).chmod(0o755)
        (tree / "last").write_text("#!/bin/sh\necho \"${0%/*}\"; cd \"${0%/*}\" && echo *\n")
        (tree / "last").chmod(0o755)
        run = subprocess.run(self.prefix([BOOTGRAPH, "order", "--root", self.top / "package"]),
                             capture_output=True, text=True, timeout=120)
        self.assertEqual((run.stdout, run.stderr),
                         ("local-top\taa\nlocal-top\tzz\nlocal-top\tlast\n", ""))

    def test_no_sandbox(self):
        """Where there are no namespaces to be had, nothing is run, not even sh -n."""
        # Whatever runs as a script would leave the mark, if it were not confined.
        mark = self.top / "mark"
        self.add("marking", f"touch {mark}\n")
        none = ["unshare", "-Ur", "sh", "-c",
                "echo 0 >/proc/sys/user/max_user_namespaces && "
                "exec setpriv --bounding-set=-all --inh-caps=-all \"$@\"", "sh"]
        for command in ("order", "check"):
            run = subprocess.run(self.prefix(none) + self.command(command)[len(self.prefix([])):],
                                 capture_output=True, text=True, timeout=120)
            self.assertEqual(run.returncode, 3, run.stdout + run.stderr)
            self.assertIn("[no-sandbox]", run.stdout + run.stderr)
            self.assertNotIn("marking", run.stdout)
        run = subprocess.run(self.prefix(none) + self.command("order", "--no-run")
                             [len(self.prefix([])):], capture_output=True, text=True, timeout=120)
        self.assertEqual((run.returncode, run.stdout), (0, "init-top\tmarking\n"))
        self.assertFalse(mark.exists())


@unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
class Unprivileged(Sandbox):
    prefix = staticmethod(as_somebody)


if __name__ == "__main__":
    BOOTGRAPH = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=2)
