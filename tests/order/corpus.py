#!/usr/bin/env python3
"""usage: corpus.py BOOTGRAPH packages|subsets|odd [COUNT]

Compares `bootgraph order` with mkinitramfs's own code, on the scripts and hooks of Debian's
packages (tests/lib/recipes/script-packages).

    packages        each package by itself, and all of them together
    subsets COUNT   random choices of scripts and hooks
    odd COUNT       the same, with everything an administrator can do to them: files that are not
                    executable, links, copies and masks in /etc, broken syntax, names that do not
                    count, prereqs that are patterns, loops

What is compared with is made of the text of mkinitramfs itself, run in a root of its own. Needs
root; without it the exit status is 77."""

import os
import pathlib
import random
import re
import shutil
import stat
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import cache  # noqa: E402

sys.path.insert(0, str(HERE))
import findings  # noqa: E402

SHARE = "usr/share/initramfs-tools"
ETC = "etc/initramfs-tools"


def between(text, start, end):
    """The part of mkinitramfs from one of its lines to before another; both occur once."""
    assert text.count(start) == 1 and end in text, f"mkinitramfs has no \"{start}\""
    at = text.index(start)
    return text[at:text.index(end, at)]


def oracle(root):
    """mkinitramfs with all left out that has nothing to do with the order, as a script. Hooks are
    not called but named."""
    text = (root / "usr/sbin/mkinitramfs").read_text()
    return "\n".join([
        "umask 0022",
        between(text, "export PATH=", "# Defaults"),
        between(text, "CONFDIR=\"/etc", "usage()"),
        between(text, ". /usr/share/initramfs-tools/scripts/functions", "# Check busybox"),
        "version=0.0.0 MODULESDIR=/lib/modules/0.0.0",
        "DESTDIR=$(mktemp -d /var/tmp/mkinitramfs_XXXXXX)",
        "__TMPCPIOGZ=/var/tmp/mkinitramfs-OL_000000 __TMPEARLYCPIO=/var/tmp/mkinitramfs-FW_000000",
        between(text, "DPKG_ARCH=$(dpkg", "# Create usr-merged"),
        "mkdir -p \"${DESTDIR}/conf\" \"${DESTDIR}/scripts\"",
        between(text, "# add existant boot scripts", "echo \"DPKG_ARCH="),
        """
        call_scripts() {
            for cs_x in ${runlist}; do
                [ -f "${initdir}/${cs_x}" ] || continue
                printf '%s\\t%s\\n' "$phase" "$cs_x" >>/oracle.out
            done
        }
        : >/oracle.out
        """,
        "phase=hooks",
        between(text, "run_scripts /usr/share/initramfs-tools/hooks", "run_scripts \"${CONFDIR}\""),
        "phase=hooks-etc",
        between(text, "run_scripts \"${CONFDIR}\"/hooks", "# cache boot run order"),
        between(text, "# cache boot run order", "# decompress modules"),
        "rm -rf /oracle.scripts",
        "mv \"${DESTDIR}/scripts\" /oracle.scripts",
    ])


class Machine:
    """A root with a shell and mkinitramfs, whose trees are filled for each comparison."""

    def __init__(self, bootgraph, directory):
        self.bootgraph = bootgraph
        self.made = cache.make("script-packages")
        self.root = directory / "root"
        shutil.copytree(self.made / "root", self.root, symlinks=True)
        (self.root / "oracle").write_text(oracle(self.root))
        os.mknod(self.root / "dev/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        self.empty = directory / "empty"
        for tree in (SHARE, ETC):
            shutil.copytree(self.root / tree, self.empty / tree, symlinks=True)
        self.failures = 0
        self.compared = 0
        self.scripts = 0

    def clear(self):
        for tree in (SHARE, ETC):
            shutil.rmtree(self.root / tree)
            shutil.copytree(self.empty / tree, self.root / tree, symlinks=True)

    def add(self, source, path):
        """A file of a package; a name that another package has already keeps what it is."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copy2(source, target, follow_symlinks=False)

    def files(self, package):
        top = self.made / "packages" / package
        return [(p, p.relative_to(top)) for p in sorted(top.rglob("*")) if not p.is_dir()]

    def packages(self):
        return sorted(p.name for p in (self.made / "packages").iterdir())

    def theirs(self):
        """phase -> names, and phase -> ORDER file."""
        run = subprocess.run(["unshare", "-mnpf", "chroot", self.root, "/bin/sh", "/oracle"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, env={"PATH": os.environ["PATH"]})
        if not (self.root / "oracle.scripts").is_dir():
            raise RuntimeError(f"mkinitramfs's code failed:\n{run.stderr.decode()}")
        names = {}
        for line in (self.root / "oracle.out").read_text().splitlines():
            phase, name = line.split("\t")
            names.setdefault(phase, []).append(name)
        files = {}
        scripts = self.root / "oracle.scripts"
        for order in scripts.rglob("ORDER"):
            phase = str(order.parent.relative_to(scripts))
            files[phase] = order.read_text()
            for line in files[phase].splitlines():
                if line.startswith("/scripts/"):
                    name = line.removeprefix(f"/scripts/{phase}/").removesuffix(' "$@"')
                    names.setdefault(phase, []).append(name)
        shutil.rmtree(scripts)
        return names, files

    def run(self, *arguments):
        return subprocess.run([self.bootgraph, "order", "--root", self.root, *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def ours(self):
        run = self.run()
        names = {}
        for line in run.stdout.splitlines():
            phase, name = line.split("\t")
            names.setdefault(phase, []).append(name)
        return names, run

    def compare(self, title, order_files=False):
        names, files = self.theirs()
        got, run = self.ours()
        loops = ": error: " in run.stderr
        if run.returncode not in ((1,) if loops else (0,)):
            self.fail(title, f"exit status {run.returncode}\n{run.stderr}")
        elif got != names:
            self.fail(title, "".join(
                f"{phase}\n    mkinitramfs: {names.get(phase)}\n    bootgraph:   {got.get(phase)}\n"
                for phase in sorted({*names, *got}) if names.get(phase) != got.get(phase)))
        for phase, text in files.items() if order_files else ():
            if self.run("--format=ORDER", phase).stdout != text:
                self.fail(title, f"another ORDER file for {phase}")
        self.compared += len(names)
        self.scripts += sum(len(phase) for phase in names.values())

    def fail(self, title, text):
        self.failures += 1
        print(f"FAILED: {title}\n{text}\n", flush=True)


def compare_packages(machine):
    for package in machine.packages():
        machine.clear()
        for source, path in machine.files(package):
            machine.add(source, path)
        machine.compare(package, order_files=True)
    print(f"{len(machine.packages())} packages")
    fill(machine)
    machine.compare("all packages", order_files=True)
    compare_findings(machine)
    check_annotations(machine)


def fill(machine):
    """All packages in one tree."""
    machine.clear()
    for package in machine.packages():
        for source, path in machine.files(package):
            machine.add(source, path)


def check(machine):
    return subprocess.run([machine.bootgraph, "check", "--root", machine.root],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)


def compare_findings(machine):
    """What `check` says of all packages together: merged.findings, each with its reason."""
    run = check(machine)
    _, reasons = findings.read(findings.FILE.read_text())
    found, texts = findings.found(run.stdout), findings.scripts_of(machine.root)
    if run.returncode != 0 or run.stderr or ": error: " in run.stdout:
        machine.fail("findings", f"exit status {run.returncode}\n{run.stdout}{run.stderr}")
    for finding, reason in reasons.items():
        if not findings.quotes_script(reason, texts):
            machine.fail("findings", f"no reason in a script's words: {finding}")
    for line in sorted(reasons.keys() - set(found)):
        machine.fail("findings", f"missing: {line}")
    for line in sorted(set(found) - reasons.keys()):
        machine.fail("findings", f"new: {line}")
    print(f"{len(found)} findings compared, each with a reason")


def check_annotations(machine):
    """Every row of stdlib-units/scripts.def quotes its script, and adds what reading does not find
    by itself."""
    text = (HERE.parent.parent / "stdlib-units/scripts.def").read_text()
    rows = re.findall(r'^SCRIPT_USE\("(.+?)", "(.+?)", [A-Z]+, "(.+?)",\s*"((?:[^"\\]|\\.)*)"\)$',
                      text, re.M)
    if len(rows) != text.count("\nSCRIPT_USE("):
        machine.fail("annotations", "a row of scripts.def cannot be read")
    data = machine.run("--format=data").stdout
    for phase, name, use, words in rows:
        script = (machine.root / SHARE / "scripts" / phase / name).read_text()
        if words.replace('\\"', '"') not in " ".join(script.split()):
            machine.fail("annotations", f"{phase}/{name} has no \"{words}\"")
        if not re.search(rf"^{phase}/{name}\t[a-z]+\t{re.escape(use)}\t.*\bannotated", data, re.M):
            machine.fail("annotations", f"{phase}/{name}: reading finds \"{use}\" by itself")
    print(f"{len(rows)} annotations quote their scripts")


def fill_randomly(machine, rng):
    """Each script and hook with some probability; configuration always."""
    machine.clear()
    probability = rng.choice([0.15, 0.4, 0.7])
    for package in machine.packages():
        for source, path in machine.files(package):
            is_script = len(path.parts) > 3 and ("scripts" in path.parts or "hooks" in path.parts)
            if not is_script or rng.random() < probability:
                machine.add(source, path)


def compare_subsets(machine, count):
    for seed in range(count):
        fill_randomly(machine, random.Random(seed))
        machine.compare(f"subset {seed}")


# --- odd trees

ODD_BODIES = {
    "not a script": "\x7fELF\x01\x01\n(\n",
    "python": "#!/usr/bin/python3\nimport sys\nif sys.argv[1] == 'prereqs':\n    print('udev')\n",
    "no first line": "case $1 in prereqs) echo udev; exit;; esac\n",
    "empty": "",
    "star": "#!/bin/sh\n[ \"$1\" = prereqs ] && echo '*'\nexit 0\n",
    "pattern": "#!/bin/sh\ncase $1 in prereqs) echo '[a-e]* ?ib none*';; esac\n",
    "backslash": "#!/bin/sh\ncase $1 in prereqs) printf '%s\\n' 'a\\b u\\dev';; esac\n",
    "nul": "#!/bin/sh\ncase $1 in prereqs) printf 'ud\\000ev\\n\\n';; esac\n",
    "all others": "#!/bin/sh\nfor i in \"${0%/*}\"/*; do echo \"${i##*/}\"; done\n",
    "image": "#!/bin/sh\nfor i in \"$DESTDIR\"/scripts/init-top/[!O]*; do echo \"${i##*/}\"; done\n",
    "directory": "#!/bin/sh\ncase $1 in prereqs) pwd; echo \"$PATH\" $MODULES $BUSYBOX;; esac\n",
    "path": "#!/bin/sh\ncase $1 in prereqs) echo ../init-top/udev ./udev udev/;; esac\n",
    "itself": "#!/bin/sh\necho \"${0##*/}\" ORDER functions\n",
    "fails": "#!/bin/sh\necho udev\nexit 7\n",
    "no interpreter": "#!/no/such/thing\necho udev\n",
    "in the background": "#!/bin/sh\necho udev\n(sleep 1) >/dev/null 2>&1 &\n",
    "broken": "#!/bin/sh\ncase $1 in prereqs) echo udev ;;\n",
    "bash": "#!/bin/bash\na=(1 2)\necho udev\n",
}
ODD_NAMES = ["a", "b", "zz", "udev", "cryptroot", "mdadm", "plymouth", "x~", "x.dpkg-old", "-n",
             ".hidden", "ORDER", "a+b", "00_first", "\u00e9"]
ODD_PHASES = ["init-top", "local-top", "local-block", "init-premount", "own-phase", "nfs-top",
              "a/b", "init-top/deep", ".dot", "hooks"]


def loop_body(rng):
    words = " ".join(rng.sample(ODD_NAMES[:7], rng.randint(1, 3)))
    return f"#!/bin/sh\nPREREQ=\"{words}\"\ncase $1 in prereqs) echo \"$PREREQ\"; exit;; esac\n"


def odd_file(machine, rng):
    tree, phase, name = rng.choice([SHARE, ETC]), rng.choice(ODD_PHASES), rng.choice(ODD_NAMES)
    path = machine.root / tree / ("hooks" if phase == "hooks" else f"scripts/{phase}") / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() or path.is_symlink():
            path.unlink()
    except OSError:
        return # a file where a directory is to be, or the other way round
    kind = rng.random()
    if kind < 0.1:
        target = rng.choice(["/dev/null", "udev", "/no/such/thing", f"/{SHARE}/{phase}/udev", "/tmp"])
        path.symlink_to(target)
    elif kind < 0.15 and name != "ORDER":
        path.mkdir()
    else:
        body = rng.choice(list(ODD_BODIES.values())) if kind < 0.6 else loop_body(rng)
        path.write_text(body)
        path.chmod(rng.choice([0o755, 0o755, 0o755, 0o644, 0o700, 0o001]))


def compare_odd(machine, count):
    for seed in range(count):
        rng = random.Random(1000 + seed)
        fill_randomly(machine, rng)
        for _ in range(rng.randint(1, 25)):
            odd_file(machine, rng)
        machine.compare(f"odd tree {seed}")


def main(bootgraph, what, count="0"):
    if os.geteuid() != 0:
        print("mkinitramfs's code wants a root of its own, which only root can give it")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        machine = Machine(pathlib.Path(bootgraph).resolve(), pathlib.Path(directory))
        if what == "packages":
            compare_packages(machine)
        elif what == "subsets":
            compare_subsets(machine, int(count))
        elif what == "odd":
            compare_odd(machine, int(count))
    print(f"{machine.compared} lists of {machine.scripts} scripts and hooks compared, "
          f"{machine.failures} failures")
    return 1 if machine.failures or not machine.compared else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
