"""The initramfs image of a QEMU case: made by `bootgraph image` from a sysroot with the case's own
fstab, and then damaged or joined with the distribution's image as the case says."""

import pathlib
import re
import shlex
import shutil
import struct
import subprocess
import tempfile

import cache
import debs
import newc
import qemu
import reference

BLOB = "etc/bootgraph/boot.blob"
SCRIPTS = "initramfs-tools/scripts/"
FACTS = pathlib.Path(__file__).resolve().parent.parent / "qemu" / "facts"


class ImageError(Exception):
    """The product did not make an image."""


def make(case, build, work):
    """Writes WORK/initrd and returns its path; of an image of ours, also WORK/boot.blob, undamaged."""
    initrd = work / "initrd"
    if case.maker == "initramfs-tools":
        theirs = reference.image(case) if case.reference else distribution_image()
        shutil.copyfile(theirs, initrd)
        return initrd
    if case.maker == "packages":
        _packaged(case, work, initrd)
        return initrd
    root = work / "root"
    try:
        arguments = _sysroot(case, root)
        _bootgraph(case, build, work, arguments, initrd)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    archive = section(initrd.read_bytes(), ".initrd") if is_unified(case) else initrd.read_bytes()
    (work / "boot.blob").write_bytes(newc.find(newc.read(archive), BLOB).data)
    if case.damage or case.distribution:
        initrd.write_bytes(_altered(case, initrd.read_bytes()))
    if case.hooks:
        initrd.write_bytes(_over_hooks(case, initrd.read_bytes()))
    return initrd


def has_scripts(case):
    """Whether the case has boot scripts: then these are all there are. Other cases leave out those
    of the sysroot's packages, which are about devices that udev's rules would have set up, and call
    programs that only their hooks would have copied."""
    return bool(case.hooks) or any(SCRIPTS in name for name in case.files)


def is_unified(case):
    """Whether the image has its kernel and the kernel's command line, and UEFI starts it by itself."""
    return "--uki" in shlex.split(case.image)


def section(image, name):
    """Of a PE file, the section of this name: Microsoft, "PE Format"."""
    at, = struct.unpack_from("<I", image, 0x3c)
    count, optional = struct.unpack_from("<H12xH", image, at + 6)
    for number in range(count):
        label, size, _, _, offset = struct.unpack_from("<8s4I", image, at + 24 + optional + 40 * number)
        if label.rstrip(b"\0") == name.encode():
            return image[offset:offset + size]
    raise ImageError(f"no section {name}")


def kernel_release():
    return (cache.make("kernel") / "version").read_text().strip()


def distribution_image():
    """What the kernel package of the Debian root had initramfs-tools make."""
    return cache.make("debian-root") / "root" / "boot" / f"initrd.img-{kernel_release()}"


def _packaged(case, work, initrd):
    """What a Debian system makes of itself when bootgraph's packages are installed into it."""
    with tempfile.TemporaryDirectory(dir=work) as folder:
        system = debs.System(case.hooks, folder)
        for name, text in case.files.items():
            system.write(name, text)
        status, said = system.install(debs.files(debs.build()))
        (work / "image.log").write_text(said)
        if status != 0:
            raise ImageError(f"dpkg: exit {status}\n{said}")
        shutil.copyfile(system.image(), initrd)


def _sysroot(case, root):
    """A copy of the sysroot by hard links, with the case's own files. Files are replaced, never
    written to: their other names are the cache's."""
    shutil.rmtree(root, ignore_errors=True)
    cache.link_tree(cache.make(case.hooks or "sysroot") / "root", root)
    if has_scripts(case) and not case.hooks:
        shutil.rmtree(root / "usr/share/initramfs-tools/scripts")
    for recipe in case.overlays:
        _lay_over(cache.make(recipe) / "root", root)
    for name, text in case.files.items():
        path = cache.replace(root / name.lstrip("/"), text)
        if SCRIPTS in name or text.startswith("#!"):
            path.chmod(0o755)
    release = kernel_release()
    if case.modules_as:
        modules = root / "usr/lib/modules"
        (modules / release).rename(modules / case.modules_as)
        release = case.modules_as
    return ["--root", str(root), "--kernel", release]


def _lay_over(overlay, root):
    """The files of a recipe's tree, besides or instead of those of the sysroot. Its /bin and the
    like are the same links as the sysroot's."""
    for path in sorted(overlay.rglob("*")):
        target = root / path.relative_to(overlay)
        if path.is_dir() and not path.is_symlink():
            target.mkdir(exist_ok=True)
        elif not target.is_dir():
            target.unlink(missing_ok=True)
            cache.link(path, target)


def _bootgraph(case, build, work, arguments, initrd):
    if case.units:
        units = work / "units"
        shutil.rmtree(units, ignore_errors=True)
        units.mkdir()
        (units / "case.yaml").write_text(case.units)
        arguments += ["--units", str(units)]
    options = shlex.split(case.image)
    if "--generic" not in options and "--facts" not in options:
        hardware = case.bus + ("-network" if case.hooks else "")
        arguments += ["--facts", str(FACTS / f"{hardware}.json")]
    if "--compress" not in options: # takes ten times as long as the rest, and has a case of its own
        arguments += ["--compress", "none"]
    if not has_scripts(case):
        arguments.append("--no-scripts")
    if is_unified(case):
        arguments += ["--linux", str(cache.make("kernel") / "vmlinuz"),
                      "--cmdline", f"{qemu.CMDLINE} {case.cmdline}"]
    command = [str(build / "bootgraph"), "image", *arguments, *options,
               "--init", str(build / "bootgraph-init"), "-o", str(initrd)]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors="replace")
    (work / "image.log").write_text(shlex.join(command) + "\n" + result.stdout)
    if result.returncode != 0:
        raise ImageError(f"bootgraph image: exit {result.returncode}\n{result.stdout}")


def _over_hooks(case, image):
    """Our image over the one that initramfs-tools and the packages' hooks made, as a hook of our own
    would leave it: their init is the fallback, and where both have a file, ours counts. Links that
    both have, like /bin, are left as they are."""
    boot = cache.make(case.hooks) / "root" / "boot"
    theirs = (boot / f"initrd.img-{kernel_release()}").read_bytes()
    known = newc.read(theirs)
    names = {entry.name.lstrip("./"): entry for entry in known}
    ours = []
    for entry in newc.read(image):
        other = names.get(entry.name.lstrip("./"))
        if other and newc.kind(other) != newc.kind(entry) and newc.DIRECTORY in (
                newc.kind(other), newc.kind(entry)):
            raise ImageError(f"{entry.name} is a directory in one image only")
        if not other or newc.kind(entry) != newc.DIRECTORY:
            ours.append(entry)
    ours.append(newc.file("init.distribution", newc.find(known, "init").data))
    return newc.join(theirs, newc.write(ours))


def _altered(case, image):
    entries = newc.read(image)
    for words in case.damage:
        entries = _damaged(entries, words)
    if not case.distribution:
        return newc.write(entries)
    # The distribution's image stays whole. Ours adds only PID 1 and the blob, for its directories
    # would take the place of the links (/lib -> usr/lib) that the other image has.
    theirs = distribution_image().read_bytes()
    script = newc.find(newc.read(theirs), "init")
    overlay = [newc.file("init.distribution", script.data),
               newc.file("init", newc.find(entries, "init").data),
               newc.Entry("etc/bootgraph", newc.DIRECTORY | 0o755)]
    blob = newc.find(entries, BLOB)
    if blob:
        overlay.append(newc.file(BLOB, blob.data, 0o644))
    return newc.join(theirs, newc.write(overlay))


def _damaged(entries, words):
    """`WHAT truncate BYTES|half`, `WHAT flip BYTE.BIT|middle` or `WHAT remove`, where WHAT is
    `blob` or a path in the image, in which * stands for a kernel's release."""
    what, verb, *operand = words.split()
    name = BLOB if what == "blob" else what.replace("*", kernel_release())
    entry = newc.find(entries, name)
    if not entry:
        raise ImageError(f"damage: the image has no {name}")
    size = len(entry.data)
    if verb == "remove" and not operand:
        return [e for e in entries if e is not entry]
    if verb == "truncate" and len(operand) == 1:
        entry.data = entry.data[:size // 2 if operand[0] == "half" else int(operand[0])]
        return entries
    if verb == "flip" and len(operand) == 1:
        place = f"{size // 2}.0" if operand[0] == "middle" else operand[0]
        byte, bit = (int(n) for n in re.fullmatch(r"(\d+)\.([0-7])", place).groups())
        data = bytearray(entry.data)
        data[byte] ^= 1 << bit
        entry.data = bytes(data)
        return entries
    raise ValueError(f"cannot damage: {words}")
