"""Images and disks of the bench, made once and kept with the tests' things (tests/lib/cache.py).

An entry's name ends in a hash of everything that decides its content, the source of its recipe
included, so that nothing stale is ever found: a changed recipe is another entry. An entry is made
beside its place and renamed into it; a lock makes a second run wait for the first."""
import fcntl
import hashlib
import shutil
import sys
from pathlib import Path

import cache


def directory():
    path = cache.directory() / "bench"
    path.mkdir(exist_ok=True)
    return path


def digest(*inputs):
    """Hash of texts, byte strings and the contents of files (paths)."""
    total = hashlib.sha256()
    for part in inputs:
        if isinstance(part, Path):
            part = part.read_bytes()
        elif isinstance(part, str):
            part = part.encode()
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()[:16]


def made(name, inputs, make):
    """The directory of an entry; make(directory) fills it when it is not there yet."""
    key = f"{name}-{digest(*inputs)}"
    place = directory() / key
    with open(directory() / f"{key}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if place.exists():
            return place
        print(f"bench: making {key}", file=sys.stderr, flush=True)
        beside = directory() / f"{key}.new"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        make(beside)
        beside.rename(place)
    return place
