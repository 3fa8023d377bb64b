"""bootgraph's own packages, and Debian systems that they are installed into."""

import hashlib
import os
import pathlib
import shutil
import subprocess

import cache

TOP = cache.LIB.parent.parent
# What goes into the packages; a change of anything else leaves them as they are.
SOURCES = ("CMakeLists.txt", "LICENSE", "compiler", "integration", "man", "runtime", "specs", "stdlib-units")
PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}


def build():
    """The folder with the packages of this tree."""
    digest = hashlib.sha256()
    for name in SOURCES:
        top = TOP / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                digest.update(f"{path.relative_to(TOP)} {path.stat().st_mode & 0o111}\n".encode())
                digest.update(path.read_bytes())

    def fill(out, log):
        return subprocess.run([TOP / "integration/debian/build", out / "debs"], stdin=subprocess.DEVNULL,
                              stdout=log, stderr=log).returncode == 0

    return cache.keep("packages", f"packages-{digest.hexdigest()[:16]}", fill) / "debs"


def files(debs):
    """The packages themselves, without those for debuggers."""
    return sorted(path for path in debs.glob("*.deb") if "-dbgsym" not in path.name)


class System:
    """A copy of a recipe's Debian system, which may be changed. Nothing is started in it."""

    def __init__(self, recipe, folder):
        self.root = pathlib.Path(folder) / "root"
        shutil.rmtree(self.root, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", cache.make(recipe) / "root", self.root], check=True)
        policy = self.root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)

    def write(self, name, text):
        path = self.root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def command(self, *words):
        """The words of a command that runs these in the system, in namespaces that end with it. There
        is /proc, and no /sys: so nobody takes the devices of this machine for the system's own."""
        script = 'mount -t proc proc "$1/proc" && mount -t devtmpfs dev "$1/dev" && root=$1 && shift && exec chroot "$root" "$@"'
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh",
                str(self.root), *words]

    def run(self, *words):
        """The exit status, and all that was said."""
        done = subprocess.run(self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", env={**os.environ, **PATH})
        return done.returncode, done.stdout

    def install(self, paths):
        names = []
        for path in paths:
            shutil.copy(path, self.root / path.name)
            names.append(f"/{path.name}")
        said = self.run("dpkg", "-i", *names)
        for name in names:
            (self.root / name[1:]).unlink()
        return said

    def image(self):
        """Of the one kernel that the system has; not what an update-initramfs that was killed left."""
        return next(path for path in (self.root / "boot").glob("initrd.img-*[0-9a-z]")
                    if path.suffix != ".new")
