"""PID 1 as process 1 of a process namespace, in a mount namespace and a root of its own. Nothing of the
machine is touched: no module, no device."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# The real init: says what it got, and ends, which ends the namespace. Descriptor 10 is the script.
REAL_INIT = """\
#!/bin/sh
echo "real: pid $$ args $*"
env | sort | sed 's/^/real: env /'
for fd in /proc/self/fd/*; do [ ${fd##*/} -gt 2 ] && [ ${fd##*/} != 10 ] && [ -e $fd ] && echo "real: fd ${fd##*/}"; done
grep -E '^Sig(Blk|Ign)' /proc/self/status | sed 's/^/real: /'
for process in /proc/[0-9]*; do
    line=$(tr '\\000' ' ' 2>/dev/null <$process/cmdline)
    case ${process##*/} in 1|$$) ;; *) [ "$line" ] && echo "real: process $line" ;; esac
done
sed 's/^/outcome: /' /run/bootgraph/outcome
sed 's/^/left: /' /run/bootgraph/left
[ -e /run/sendsigs.omit.d/bootgraph ] && for pid in $(cat /run/sendsigs.omit.d/bootgraph); do
    echo "real: spared $(tr '\\000' ' ' </proc/$pid/cmdline)"
    echo "real: started $pid $(cut -d ' ' -f 22 /proc/$pid/stat)"
done
sed 's/^/trace: /' /run/bootgraph/trace
umask | sed 's/^/real: umask /'
bootgraph-hold $$ 2>&1 | sed 's/^/real: /'
"""


def copy_program(root, path, to):
    """A program and the libraries it has been linked with."""
    shutil.copy(path, root / to)
    out = subprocess.run(["ldd", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         check=False, text=True).stdout
    for library in re.findall(r"(/\S+) \(0x", out):
        target = root / library.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copy(library, target)


def write_files(root, files):
    """Each is executable: a script of the boot, or of no concern."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
        path.chmod(0o755)


class Container:
    """A build of PID 1 (init) with its compiler. programs: PATH in its root: the file of this machine
    that is copied there, with the libraries it has been linked with."""

    def __init__(self, init, bootgraph, programs):
        self.init, self.bootgraph, self.programs = init, bootgraph, programs
        self.failures = []

    def make_root(self, root, units, extra, sysroot):
        for name in ("bin", "dev", "etc/bootgraph", "proc", "root", "run", "sys", "real/bin", "real/dev",
                     "real/proc", "real/run", "real/sbin"):
            (root / name).mkdir(parents=True)
        busybox = shutil.which("busybox")
        copy_program(root, self.init, "init")
        copy_program(root, busybox, "bin/busybox")
        (root / "bin/sh").symlink_to("/bin/busybox")
        copy_program(root, shutil.which("sleep"), "bin/sleep")
        for to, path in self.programs.items():
            copy_program(root, path, to)
        copy_program(root / "real", busybox, "bin/busybox")
        for applet in ("sh", "env", "sort", "sed", "grep", "tr", "umask"):
            (root / "real/bin" / applet).symlink_to("/bin/busybox")
        # The console is where the output of this test goes.
        for directory in (root / "dev", root / "real/dev"):
            (directory / "console").symlink_to("/proc/self/fd/1")
            (directory / "null").symlink_to("/proc/self/fd/1")
        write_files(root, {"real/sbin/init": REAL_INIT, **extra})
        if units is not None:
            self.compile(root / "etc/bootgraph/boot.blob", units, sysroot)

    def compile(self, blob, units, sysroot):
        with tempfile.TemporaryDirectory() as scratch:
            write_files(pathlib.Path(scratch), {"units/units.yaml": units, **sysroot})
            done = subprocess.run([self.bootgraph, "compile", "--root", scratch, "--no-stdlib", "--no-run",
                                   "--units", f"{scratch}/units", "-o", blob], check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode != 0:
                sys.exit(f"the units do not compile:\n{done.stdout}")

    def boot(self, units, command_line="", arguments=(), damage=None, extra=None, variables=(),
             sysroot=None):
        """What the console shows. Its root is a tmpfs, as an initramfs's is. sysroot: files that only
        the compiler sees."""
        with tempfile.TemporaryDirectory() as scratch:
            tree, root = pathlib.Path(scratch, "tree"), pathlib.Path(scratch, "root")
            tree.mkdir()
            root.mkdir()
            self.make_root(tree, units, extra or {}, sysroot or {})
            pathlib.Path(scratch, "cmdline").write_text(command_line + "\n", encoding="ascii")
            if damage:
                damage(tree / "etc/bootgraph/boot.blob")
            script = ('set -e; mount -t tmpfs root "$1/root"; cp -a "$1/tree/." "$1/root/"; '
                      'mount -t proc proc "$1/root/proc"; '
                      'mount --bind "$1/cmdline" "$1/root/proc/cmdline"; scratch=$1; shift; '
                      'exec chroot "$scratch/root" /init "$@"')
            done = subprocess.run(
                ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation", "private",
                 "env", "-i", "HOME=/", "TERM=linux", f"PATH={os.environ['PATH']}:/usr/sbin:/sbin",
                 "ASAN_OPTIONS=detect_leaks=0:handle_segv=0:handle_abort=0:handle_sigbus=0:"
                 "handle_sigfpe=0:handle_sigill=0:use_sigaltstack=0", *variables,
                 "sh", "-c", script, "sh", scratch, *arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                timeout=60, check=False)
            return done.stdout.decode(errors="replace")

    def check(self, name, text, see=(), never=()):
        before = len(self.failures)
        for pattern in see:
            if not re.search(pattern, text, re.M):
                self.failures.append(f"{name}: not seen: {pattern}")
        for pattern in (*never, r"ERROR: \w*Sanitizer", r"runtime error:"):
            match = re.search(pattern, text, re.M)
            if match:
                self.failures.append(f"{name}: should not be: {match.group()}")
        if len(self.failures) > before:
            print(f"--- {name}\n{text}\n---")
