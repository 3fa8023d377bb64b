#!/usr/bin/env python3
"""usage: storage.py BOOTGRAPH

A Debian system with all that storage can be made of (tests/lib/recipes/storage-root), as a server
has it: the root is a logical volume on LUKS on a RAID 1. bootgraph orders its scripts as mkinitramfs
does, finds what storage.findings says and no error, compiles it, and says what changes when a
package is removed again: only what dpkg removed."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import corpus  # noqa: E402
import findings  # noqa: E402

EXPECTED = findings.FILE.with_name("storage.findings")
REMOVED = "multipath-tools-boot"
FILES = {
    "etc/fstab": """\
/dev/mapper/vg-root / ext4 errors=remount-ro 0 1
/dev/mapper/vg-swap none swap sw 0 0
""",
    "etc/crypttab": """\
md0_crypt UUID=00000000-0000-4000-8000-000000000002 none luks,discard,initramfs
""",
    "etc/mdadm/mdadm.conf": """\
HOMEHOST <system>
ARRAY /dev/md/0 metadata=1.2 UUID=00000000:00000000:00000000:00000003
""",
}
COMMAND_LINE = "root=/dev/mapper/vg-root ro quiet"


class Storage(corpus.Machine):
    """The comparisons of corpus.py, on a root of its own."""

    def __init__(self, bootgraph, directory):
        # pylint: disable=super-init-not-called
        self.bootgraph, self.directory, self.root = bootgraph, directory, directory / "root"
        self.failures = self.compared = self.scripts = 0
        made = corpus.cache.make("storage-root")
        subprocess.run(["cp", "-a", made / "root", self.root], check=True)
        for path, text in FILES.items():
            (self.root / path).write_text(text)
        (self.root / "oracle").write_text(corpus.oracle(self.root))

    def order(self):
        return self.ours()[0]

    def command(self, *arguments, status=0):
        run = subprocess.run([self.bootgraph, *arguments], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True)
        if run.returncode != status:
            self.fail(arguments[0], f"exit status {run.returncode}\n{run.stdout}{run.stderr}")
        return run.stdout

    def compile(self, name):
        blob = self.directory / name
        self.command("compile", "--root", self.root, "--cmdline", COMMAND_LINE, "-o", blob)
        return blob, self.command("dump", blob)

    def remove(self, package):
        """What dpkg says it has removed: names of scripts and hooks."""
        listed = subprocess.run(["chroot", self.root, "dpkg", "-L", package], check=True,
                                stdout=subprocess.PIPE, text=True).stdout
        subprocess.run(["unshare", "-mnpf", "chroot", self.root, "dpkg", "--remove", package],
                       check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL,
                       env={"PATH": os.environ["PATH"], "DEBIAN_FRONTEND": "noninteractive"})
        paths = re.findall(r"/initramfs-tools/(hooks/[^/\n]+|scripts/[^/\n]+/[^/\n]+)$", listed, re.M)
        return [path.removeprefix("scripts/") for path in paths]


def compare_findings(machine):
    run = corpus.check(machine)
    _, reasons = findings.read(EXPECTED.read_text())
    found, texts = findings.found(run.stdout), findings.scripts_of(machine.root)
    if run.returncode != 0 or run.stderr or ": error: " in run.stdout:
        machine.fail("check", f"exit status {run.returncode}\n{run.stdout}{run.stderr}")
    for finding, reason in reasons.items():
        if not findings.quotes_script(reason, texts):
            machine.fail("check", f"no reason in a script's words: {finding}")
    for what, lines in (("missing", reasons.keys() - set(found)),
                        ("new", set(found) - reasons.keys())):
        for line in sorted(lines):
            machine.fail("check", f"{what}: {line}")
    print(f"{len(found)} findings compared, each with a reason")
    return found


def compare_removal(machine):
    before, found_before = machine.order(), compare_findings(machine)
    old, old_listing = machine.compile("old")
    gone = machine.remove(REMOVED)
    if not gone:
        machine.fail("dpkg", f"{REMOVED} has no scripts")
    machine.compare(f"without {REMOVED}", order_files=True)
    after = machine.order()
    lost = {f"{phase}/{name}" for phase, names in before.items()
            for name in set(names) - set(after.get(phase, []))}
    if lost != set(gone):
        machine.fail("order", f"dpkg removed {sorted(gone)}, the order lost {sorted(lost)}")
    # Findings about the scripts that stay may go, those of scripts that went must.
    run = corpus.check(machine)
    for line in findings.found(run.stdout):
        if any(f"/{name}:" in line for name in gone):
            machine.fail("check", f"still: {line}")
    if run.returncode != 0 or not set(found_before) - set(findings.found(run.stdout)):
        machine.fail("check", f"exit status {run.returncode}, or nothing is gone")
    new, new_listing = machine.compile("new")
    compare_blobs(machine, old, new, old_listing != new_listing, gone)


def compare_blobs(machine, old, new, differ, gone):
    said = machine.command("diff", old, new, status=1 if differ else 0)
    if machine.command("diff", old, old) != "":
        machine.fail("diff", "a blob differs from itself")
    if bool(said) != differ:
        machine.fail("diff", f"the listings {'differ' if differ else 'are the same'}:\n{said}")
    for name in gone:
        if differ and not name.startswith("hooks/") and name not in said:
            machine.fail("diff", f"{name} is not in it:\n{said}")


def main(bootgraph):
    if os.geteuid() != 0:
        print("dpkg removes packages only for root")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        machine = Storage(pathlib.Path(bootgraph).resolve(), pathlib.Path(directory))
        machine.compare("all packages", order_files=True)
        compare_removal(machine)
    print(f"{machine.compared} lists of {machine.scripts} scripts and hooks compared, "
          f"{machine.failures} failures")
    return 1 if machine.failures or not machine.compared else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
