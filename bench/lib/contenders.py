"""The contenders: how each makes its image. A new one is a function and a line in TABLE."""
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import debian
import guest
import initramfs
import machine
import store

HERE = Path(__file__)
REPOSITORY = HERE.parent.parent.parent


class Missing(Exception):
    """This contender cannot be made here; says why."""


@dataclass(frozen=True)
class Contender:
    name: str
    what: str
    image: Callable[[debian.Sysroot], Path]
    words: str = ""  # added to the kernel command line
    needs_cpu: bool = False  # QEMU's default processor will not do


# ---- initramfs-tools ----

def initramfs_tools_most(sysroot):
    return sysroot.initrd


def initramfs_tools_dep(sysroot):
    return guest.ask(sysroot) / "initrd"


# ---- the floor ----

FLOOR_MODULES = ("virtio_blk", "virtio_pci", "ext4")
# ext4 names the algorithm crc32c, which several modules provide. This one refuses QEMU's default
# processor, which has no SSE 4.2.
NOT_FOR_THIS_PROCESSOR = "/crc32c-intel.ko"
FLOOR_SOURCES = [machine.BENCH / "floor" / name for name in ("init.c", "steps.c")]
FLOOR_HEADER = machine.BENCH / "floor/floor.h"
SIGNATURE_MAGIC = b"~Module signature appended~\n"


def without_signature(module):
    """The appended signature is the PKCS#7 message, 12 bytes of which the last four are its size
    in big-endian, and the magic (kernel: include/linux/module_signature.h)."""
    if not module.endswith(SIGNATURE_MAGIC):
        return module
    end = len(module) - len(SIGNATURE_MAGIC)
    size = int.from_bytes(module[end - 4:end], "big")
    return module[:end - 12 - size]


def floor_image(programs=("/sbin/fsck.ext4",), modules=FLOOR_MODULES, compress=True, signed=True,
                padding=0, steps=(), files=()):
    """A recipe for an image with the floor's init, its modules and these programs and files of the
    sysroot. Padding adds that many bytes that do not compress, to see what the size of an image
    costs."""
    def image(sysroot):
        def make(place):
            machine.compile_static(place / "init", *FLOOR_SOURCES)
            image_files = {"/init": (0o755, (place / "init").read_bytes())}
            paths = [path for path in sysroot.modules(*modules)
                     if not path.endswith(NOT_FOR_THIS_PROCESSOR)]
            image_files["/modules"] = (0o644, ("\n".join(paths) + "\n").encode())
            for path in paths:
                data = sysroot.path.joinpath(path.lstrip("/")).read_bytes()
                image_files[path] = (0o644, data if signed else without_signature(data))
            if steps:
                image_files["/steps"] = (0o644, "".join(f"{step}\n" for step in steps).encode())
            for path in files:
                image_files[path] = (0o600, sysroot.path.joinpath(path.lstrip("/")).read_bytes())
            for program in programs:
                for path in (program, *sysroot.libraries(program)):
                    data = sysroot.path.joinpath(path.lstrip("/")).read_bytes()
                    image_files[path] = (0o755, data)
            if padding:
                image_files["/padding"] = (0o644, os.urandom(padding))
            data = initramfs.archive(image_files)
            (place / "initrd").write_bytes(initramfs.zstd(data) if compress else data)

        inputs = [HERE, Path(initramfs.__file__), *FLOOR_SOURCES, FLOOR_HEADER, sysroot.key,
                  repr((programs, modules, compress, signed, padding, steps, files))]
        return store.made("floor", inputs, make) / "initrd"

    return image


WRAPPED = ("/sbin/fsck.ext4", "/sbin/fsck", "/sbin/logsave")
IN_SHELL = (*WRAPPED, "/bin/busybox")

# ---- bootgraph ----

# Not kept: what the image depends on in the build directory is not ours to know.
SCRATCH = tempfile.TemporaryDirectory()


BUILD = Path(os.environ.get("BOOTGRAPH_BUILD", REPOSITORY / "build"))


def bootgraph_image(sysroot, facts, name):
    if not (BUILD / "bootgraph").exists():
        raise Missing(f"no {os.path.relpath(BUILD / 'bootgraph')}: build it first")
    image = Path(SCRATCH.name) / f"{name}.initrd"
    # The one script that no unit stands for, init-top/keymap, does nothing without what its hook copies:
    # it would add a shell to the image and a fork to the boot, and no work.
    done = subprocess.run([BUILD / "bootgraph", "image", "--root", sysroot.path, "--kernel",
                           sysroot.version, "--no-scripts", "--facts", facts, "-o", image], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Missing(f"bootgraph image ended with {done.returncode}:\n{done.stdout}")
    return image


def bootgraph(sysroot):
    return bootgraph_image(sysroot, guest.ask(sysroot) / "facts", "plain")


# ---- the table ----

FLOOR = Contender("floor", "hand-written C init, runs fsck.ext4 itself", floor_image())

CONTENDERS = [
    FLOOR,
    Contender("floor-nofsck", "the same without fsck", floor_image(()), "floor.fsck=none"),
    Contender("bootgraph", "bootgraph image --facts", bootgraph),
    Contender("initramfs-tools-dep", "MODULES=dep, made on this machine", initramfs_tools_dep),
    Contender("initramfs-tools-most", "MODULES=most, Debian's default", initramfs_tools_most),
]

# One thing changed each, to see what it costs.
VARIANTS = [
    Contender("floor/child", "one child loads all modules", floor_image(), "floor.load=child"),
    Contender("floor/each", "a child for each module", floor_image(), "floor.load=each"),
    Contender("floor/async", "async_probe", floor_image(), "floor.async=1"),
    Contender("floor/carried", "fsck(8) and logsave in the image, not run", floor_image(WRAPPED),
              "floor.fsck=direct"),
    Contender("floor/wrapper", "fsck(8) runs fsck.ext4", floor_image(WRAPPED),
              "floor.fsck=wrapper"),
    Contender("floor/logsave", "logsave runs fsck(8) runs fsck.ext4", floor_image(WRAPPED),
              "floor.fsck=logsave"),
    Contender("floor/shell", "the same from busybox sh", floor_image(IN_SHELL),
              "floor.fsck=shell"),
    Contender("floor/plain", "image not compressed", floor_image(compress=False)),
    Contender("floor/padded", "10 MB more that do not compress", floor_image(padding=10_000_000)),
    Contender("floor/keep", "files left in the rootfs", floor_image(), "floor.keep=1"),
    Contender("floor/unsigned", "signatures cut off the modules", floor_image(signed=False)),
    Contender("floor/sha256", "sha256-ssse3 loaded first; needs --cpu with SSSE3",
              floor_image(modules=("sha256-ssse3", *FLOOR_MODULES)), needs_cpu=True),
]
