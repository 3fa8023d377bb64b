"""What a machine says of its devices when the distribution's own initramfs has booted it: for QEMU
cases that say `reference: RECIPE`, a recipe with a Debian system whose initramfs-tools makes the image.
Images and observations are kept like disks (cache.py), by a hash of all that they follow from."""

import hashlib
import shutil
import subprocess

import cache

# Runs in a mount namespace of its own, with the copy of the system in $1 and the kernel's release in $2.
# Only what the hooks read has to be there; /proc is, as on a machine that makes its own image.
MAKE_IMAGE = """
mount -t proc proc "$1/proc"
chroot "$1" mkinitramfs -o /initrd "$2"
"""


def image(case):
    """The image that the recipe's initramfs-tools makes with the case's fstab, crypttab and mdadm.conf."""
    recipe = cache.Recipe(case.reference)
    release = (cache.make("kernel") / "version").read_text().strip()
    files = case.files if case.their_files is None else case.their_files
    files = {name: _for_their_hooks(name, text) for name, text in sorted(files.items())}
    key = _hash(recipe.key(), MAKE_IMAGE, files)

    def fill(out, log):
        root = out / "root"
        try:
            cache.link_tree(cache.make(recipe.name) / "root", root)
            for name, text in files.items():
                cache.replace(root / name, text).chmod(0o755 if text.startswith("#!") else 0o644)
            done = subprocess.run(["unshare", "--mount", "sh", "-eu", "-c", MAKE_IMAGE, "sh",
                                   str(root), release], stdin=subprocess.DEVNULL, stdout=log,
                                  stderr=log, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
            if done.returncode == 0:
                (root / "initrd").rename(out / "initrd")
        finally:
            shutil.rmtree(root, ignore_errors=True)
        return done.returncode == 0

    return cache.keep("their image", f"their-image-{key}", fill) / "initrd"


def _for_their_hooks(name, text):
    """On a running machine the hook looks which encrypted devices the root is on. In a directory it
    cannot, but takes those along that say so (crypttab(5), `initramfs`)."""
    if name != "etc/crypttab":
        return text
    return "".join(f"{line},initramfs\n" for line in text.splitlines())


def observation(case, boot):
    """What the case's machine says with their image: the text of the console."""
    return (booted(case, boot) / "text").read_text()


def booted(case, boot):
    """The folder with what a boot of their image left, `text` among it, from the cache or from
    `boot(case, initrd, folder, log)`, which returns what was wrong, and the text of the console."""
    disks = [(recipe, cache.make(recipe).stat().st_mtime_ns, case.absent[recipe])
             for recipe in case.disks]
    initrd = image(case)
    clock = [case.clock] * (case.clock != "real")
    key = _hash(str(initrd), disks, case.cmdline, case.bus, case.memory, case.their_dialogue(), *clock)

    def fill(out, log):
        wrong, text = boot(case, initrd, out, log)
        (out / "text").write_text(text)
        log.write(f"\n{wrong}\n".encode())
        return not wrong

    return cache.keep("their boot", f"their-boot-{key}", fill)


def _hash(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
