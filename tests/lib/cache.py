"""Things that are made once and kept: kernels, roots, disks.

A recipe is a shell script in `recipes/` or `disks/`, or an example's `disk`. Comment lines in it that begin with
one of these words tell what it stands on:

    # needs: kernel sysroot      other recipes; their paths are in $kernel and $sysroot
    # inputs: ../x.c ../list     files, relative to the script, that it reads

The script is run with $OUT as working directory and puts there whatever it makes. The key of the
result is a hash of the script, of its inputs and of the keys of what it needs, so a change
anywhere makes a new thing, and nothing is ever refreshed in place. The result is made beside its
final name and renamed; a lock per result lets two runs want the same thing at the same time.
"""

import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LIB = pathlib.Path(__file__).resolve().parent
HEADER = re.compile(rb"^# (needs|inputs|guest|disks|size|tools|source):[ \t]*(.*)$", re.M)


class CacheError(Exception):
    """A recipe that does not exist, or that failed."""


def directory():
    path = pathlib.Path(os.environ.get("BOOTGRAPH_CACHE", "/var/cache/bootgraph"))
    path.mkdir(parents=True, exist_ok=True)
    return path


def places(name):
    """Where the recipe of this name may be. Examples bring their own."""
    example = LIB.parent.parent / "examples" / name.removeprefix("example-") / "disk"
    return [LIB / "recipes" / name, LIB / "disks" / name] + [example] * name.startswith("example-")


class Recipe:
    def __init__(self, name):
        self.name = name
        self.script = next((p for p in places(name) if p.is_file()), None)
        if not self.script:
            raise CacheError(f"no recipe {name}: not one of " + ", ".join(map(str, places(name))))
        self.is_disk = self.script.parent.name != "recipes"
        self.text = self.script.read_bytes()
        self.header = {k.decode(): v.decode().split() for k, v in HEADER.findall(self.text)}
        self.needs = [Recipe(need) for need in
                      self.header.get("needs", []) + self.header.get("source", [])]
        # Every disk script reads disk.sh, and one that says so runs in the workshop machine.
        self.inputs = [self.script.parent / path for path in self.header.get("inputs", [])]
        if self.is_disk:
            self.inputs.append(LIB / "disk.sh")
        self.in_guest = self.header.get("guest", ["no"]) == ["yes"]
        if self.in_guest:
            self.needs += [Recipe("kernel"), Recipe("workshop")]
            self.needs += [Recipe("sysroot")] * ("tools" in self.header)
            self.inputs.append(LIB / "workshop-init")

    def key(self):
        total = hashlib.sha256(self.text)
        for path in self.inputs:
            for file in sorted(p for p in (path.rglob("*") if path.is_dir() else [path])):
                if file.is_file():
                    total.update(b"\0" + file.name.encode() + b"\0" + file.read_bytes())
        for need in self.needs:
            total.update(b"\0" + need.key().encode())
        return total.hexdigest()[:16]

    def path(self):
        return directory() / f"{self.name}-{self.key()}"


def make(name):
    """The path of what the recipe makes, made now if it is not there yet."""
    recipe = Recipe(name)
    path = recipe.path()
    if path.is_dir():
        return path
    needs = {need.name: make(need.name) for need in recipe.needs}

    def fill(out, stream):
        if recipe.in_guest:
            import workshop

            return workshop.run(recipe, needs, out, stream)
        return _run_here(recipe, needs, out, stream)

    return keep(recipe.name, path.name, fill)


def keep(what, name, fill):
    """The path of the directory of that name in the cache. If it is not there yet, fill(directory, log)
    puts there what is to be kept, and returns whether it could."""
    path = directory() / name
    locks = directory() / "locks"
    locks.mkdir(exist_ok=True)
    with open(locks / name, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.is_dir():
            _fill(what, path, fill)
    return path


def _fill(what, path, fill):
    print(f"making {what}", file=sys.stderr, flush=True)
    out = pathlib.Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    out.chmod(0o755)
    log = out / "make.log"
    try:
        with open(log, "wb") as stream:
            ok = fill(out, stream)
        if not ok:
            tail = log.read_text(errors="replace").splitlines()[-30:]
            raise CacheError(f"{what} failed:\n" + "\n".join(tail))
        out.rename(path)
    finally:
        shutil.rmtree(out, ignore_errors=True)


def _run_here(recipe, needs, out, stream):
    names = {name.replace("-", "_"): str(place) for name, place in needs.items()}
    environment = dict(os.environ, **names, OUT=str(out), LIB=str(LIB), LC_ALL="C.UTF-8")
    # debootstrap and mke2fs live in sbin, which is not in everybody's PATH.
    environment["PATH"] += ":/usr/sbin:/sbin"
    command = ["sh", "-eu", str(recipe.script)]
    return subprocess.run(command, cwd=out, env=environment, stdin=subprocess.DEVNULL,
                          stdout=stream, stderr=stream).returncode == 0


# --- trees whose files are other names of the cache's ---


def link_tree(source, target):
    """A copy of the directory. Its files may be taken away or replaced, never written to."""
    shutil.copytree(source, target, symlinks=True, copy_function=link)


def link(source, target, **_):
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
    else:
        os.link(source, target)


def replace(path, text):
    """A new file in the place of one that may be the cache's. Returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text)
    return path
