"""What mkinitramfs makes of a tree, and what bootgraph says of the same tree.

A tree (runs/*.tree) is a Debian system (lib/recipes/debian-storage) with more files laid over it:

    packages: NAME...    the boot scripts of these packages (lib/recipes/script-packages), not their hooks
    file PATH:           one that can be executed
    plain PATH:          one that cannot
    link PATH: TARGET
    options: WORDS       for mkinitramfs
    order-files: PHASE...  whose file ORDER is compared to the letter

Both observations are of the same facts:

    order PHASE NAME         scripts, or hooks, in the order in which they are run
    ORDER PHASE TEXT         lines of the phase's file ORDER in the image
    skipped PATH             a file that is left out
    asked NAME=VALUE         what a script was told when it was asked for its prereqs
    body WHAT                a script ran whole when it was asked
    unknown NAME             a prereq that is nobody
    loop                     scripts wait for each other
    image TYPE MODE PATH     a file of the image: configuration, and the programs of storage
    text PATH LINE           what stands in it"""

import hashlib
import re
import shutil
import subprocess

import cache
import casefile
import newc

RECIPE = "debian-storage"
SHARE = "usr/share/initramfs-tools"
# Where scripts of a tree leave what they were told; in bootgraph's sandbox nobody can.
TOLD = "told-when-asked"
BUILD = """
mount -t proc proc "$1/proc"
root=$1 release=$2
shift 2
chroot "$root" mkinitramfs -v -o /initrd "$@" "$release"
"""
CONFIGURATION = re.compile(r"(conf|scripts|cryptroot|etc/(fstab|mtab|lvm|mdadm)|init)(/.*)?")
PROGRAMS = re.compile(r"(usr/)?(sbin/(mdadm|mdmon|lvm|dmsetup|cryptsetup)|lib/(cryptsetup|udev/rules\.d)/.+"
                      r"|local/sbin/.+)")
IN_ORDER = ("order ", "ORDER ", "text ")
KINDS = {newc.REGULAR: "file", newc.DIRECTORY: "directory", 0o120000: "link"}


class Tree:
    def __init__(self, path):
        self.fields, self.packages, self.options, self.order_files = [], [], [], []
        self.text = path.read_text()
        for field in casefile.read(path):
            kind, _, name = field.key.partition(" ")
            if kind in ("file", "plain", "link") and name:
                self.fields.append((kind, name, field.value))
            elif field.key in ("packages", "options", "order-files"):
                setattr(self, field.key.replace("-", "_"), field.value.split())
            elif field.key != "summary":
                raise casefile.CaseError(f"{field.where}: no such key here")

    def fill(self, root):
        """Whatever is there already may have other names in the cache: it is replaced."""
        cache.link_tree(cache.make(RECIPE) / "root", root)
        packages = cache.make("script-packages") / "packages"
        for package in self.packages:
            scripts = packages / package / SHARE / "scripts"
            shutil.copytree(scripts, root / SHARE / "scripts", dirs_exist_ok=True, symlinks=True)
        for kind, name, value in self.fields:
            path = root / name
            if kind == "link":
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
                path.symlink_to(value)
            else:
                cache.replace(path, value).chmod(0o755 if kind == "file" else 0o644)


def observe(path, build, work):
    tree = Tree(path)
    root = work / f"{path.stem}.root"
    shutil.rmtree(root, ignore_errors=True)
    try:
        tree.fill(root)
        ours, findings = _ours(build, root, tree)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return _by_phase(_theirs(tree, path.stem)), _by_phase(ours), lambda: findings


def _by_phase(lines):
    """Phases, files and what was said in an order of their own; their lines stay as they follow."""
    return sorted(lines, key=lambda line: line.split(" ")[:1 + line.startswith(IN_ORDER)])


def _release():
    return (cache.make("kernel") / "version").read_text().strip()


# --- theirs ---


def _theirs(tree, name):
    release = _release()
    parts = (tree.text, BUILD, cache.Recipe(RECIPE).key(), cache.Recipe("script-packages").key())
    key = hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def fill(out, log):
        root = out / "root"
        try:
            tree.fill(root)
            with open(out / "said", "wb") as said:
                done = subprocess.run(["unshare", "--mount", "sh", "-eu", "-c", BUILD, "sh", str(root),
                                       release, *tree.options], stdin=subprocess.DEVNULL, stdout=said,
                                      stderr=said, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
            log.write((out / "said").read_bytes())
            if done.returncode == 0:
                (root / "initrd").rename(out / "initrd")
                (out / "told").write_text((root / TOLD).read_text() if (root / TOLD).exists() else "")
        finally:
            shutil.rmtree(root, ignore_errors=True)
        return done.returncode == 0

    out = cache.keep(f"mkinitramfs's image of {name}", f"their-build-{key}", fill)
    told = (out / "told").read_text().splitlines()
    return _said((out / "said").read_text()) + _image((out / "initrd").read_bytes(), release) + told


def _said(text):
    """Hooks of /etc come last; their names cannot be told from the others' otherwise."""
    lines = []
    for line in text.splitlines():
        hook = re.match(r"Calling hook (\S+)$", line)
        skipped = re.match(rf"/(?:{SHARE}|etc/initramfs-tools)/(?:scripts/)?(\S+) ignored: ", line)
        if hook:
            lines.append(f"order hooks {hook[1]}")
        elif skipped:
            lines.append(f"skipped {skipped[1]}")
        elif re.match(r"tsort: -: input contains a loop", line):
            lines.append("loop")
    return lines


def _image(image, release):
    lines = []
    for entry in newc.read(image):
        name = entry.name.removeprefix("./")
        program, configuration = PROGRAMS.fullmatch(name), CONFIGURATION.fullmatch(name)
        if not program and not configuration:
            continue
        kind = KINDS.get(newc.kind(entry), "special")
        lines.append(f"image {kind} {entry.mode & 0o7777:04o} {name}")
        if configuration and kind != "directory":
            lines += _text(name, entry.data.decode(errors="replace").replace(release, "RELEASE"))
    return lines


def _text(name, text):
    """The lines of a file that is no program: a script's are not of interest, its ORDER is."""
    phase = re.fullmatch(r"scripts/(.+)/ORDER", name)
    if phase:
        yield from (f"ORDER {phase[1]} {line}" for line in text.splitlines())
        yield from (f"order {phase[1]} {path.removeprefix(f'/scripts/{phase[1]}/')}"
                    for path in re.findall(r'^(/scripts/\S+) "\$@"$', text, re.M))
    elif not name.startswith(("scripts/", "init")):
        yield from (f"text {name} {line}" for line in text.splitlines())


# --- ours ---


def _ours(build, root, tree):
    def run(*arguments, status=(0,)):
        done = subprocess.run([str(build / "bootgraph"), *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        if done.returncode not in status:
            raise ValueError(f"bootgraph {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
        return done.stdout

    here = ("--root", str(root))
    lines = []
    # 1: there are errors, like a loop.
    for line in run("order", *here, status=(0, 1)).splitlines():
        phase, name = line.split("\t")
        lines.append(f"order {phase.replace('hooks-etc', 'hooks')} {name}")
    for phase in tree.order_files:
        text = run("order", *here, "--format=ORDER", phase, status=(0, 1))
        lines += [f"ORDER {phase} {line}" for line in text.splitlines()]
    said = run("check", *here, status=(0, 1))
    if ": error: " not in said:
        release = _release()
        initrd = root / "initrd"
        run("image", *here, "--kernel", release, "--generic", "--compress", "none", "--init",
            str(build / "bootgraph-init"), "-o", str(initrd))
        # What this image runs is not told by files ORDER, whether it has any or not.
        lines += [line for line in _image(initrd.read_bytes(), release)
                  if line.startswith(("image ", "text "))]
    return lines + _found(said), set(re.findall(r"\[([a-z0-9-]+)\]$", said, re.M))


def _found(said):
    lines = []
    for path, text, finding in re.findall(r"^(\S+?):(?:\d+:\d+:)? \w+: (.*) \[([a-z0-9-]+)\]$", said, re.M):
        name = re.sub(r"^.*?initramfs-tools/(scripts/)?", "", path)
        unknown = re.match(r'\S+ waits for "(.*?)", which is no script', text)
        if finding == "script-skipped":
            lines.append(f"skipped {name}")
        elif finding == "cycle":
            lines.append("loop")
        elif finding == "no-prereqs-handler":
            lines.append(f"body {name}")
        elif unknown and "=" in unknown[1]:
            lines.append(f"asked {unknown[1]}")
        elif unknown:
            lines.append(f"unknown {name} {unknown[1]}")
    return lines
