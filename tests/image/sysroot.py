"""A small sysroot made on the spot: programs and libraries that nobody runs, and a kernel's modules
that hold nothing but what depmod and bootgraph read of them."""

import pathlib
import subprocess

RELEASE = "6.1.0-test"
LOADER = "/lib64/ld-test.so.2"
MULTIARCH = {"x86_64": "x86_64-linux-gnu", "aarch64": "aarch64-linux-gnu"}


def multiarch():
    machine = subprocess.run(["uname", "-m"], capture_output=True, text=True, check=True).stdout
    return MULTIARCH[machine.strip()]


def run(*words, **more):
    subprocess.run([str(word) for word in words], check=True, **more)


def compile_text(text, output, *options):
    output.parent.mkdir(parents=True, exist_ok=True)
    run("cc", "-x", "c", "-", "-x", "none", "-o", output, *options, input=text, text=True)


class Sysroot:
    """Paths are given as the sysroot's own: /usr/sbin/tool."""

    def __init__(self, top, merged=True):
        self.top = pathlib.Path(top)
        self.top.mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (self.top / "usr" / name).mkdir(parents=True)
            if merged:
                (self.top / name).symlink_to(f"usr/{name}")
            else:
                (self.top / name).mkdir()
        self.file("/etc/fstab", "UUID=00000000-0000-4000-8000-000000000001 / ext4 defaults 0 1\n")

    def path(self, path):
        return self.top / path.lstrip("/")

    def file(self, path, data, mode=0o644):
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        target.chmod(mode)
        return target

    def link(self, path, target):
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path(path).symlink_to(target)

    # --- programs and libraries ------------------------------------------------------------------

    def library(self, path, needs=(), options=(), soname=None):
        """An ELF library; needs are paths of others, linked by their names."""
        name = soname or pathlib.Path(path).name
        compile_text("int nothing;", self.path(path), "-shared", "-nostdlib",
                     f"-Wl,-soname,{name}", "-Wl,--no-as-needed", "-Wl,--allow-shlib-undefined",
                     *[self.path(need) for need in needs], *options)

    def program(self, path, needs=(), options=(), loader=LOADER):
        # One library has to be there, or the linker makes the program static.
        compile_text("void _start(void) {}", self.path(path), "-nostdlib", "-pie", "-fPIE",
                     f"-Wl,--dynamic-linker,{loader}", "-Wl,--no-as-needed",
                     "-Wl,--allow-shlib-undefined", *[self.path(need) for need in needs], *options)

    def loader(self):
        """The loader is in the multiarch directory, and the name programs have for it is a link."""
        self.library(f"/usr/lib/{multiarch()}/ld-test.so.2")
        self.link("/usr/lib64/ld-test.so.2", f"/lib/{multiarch()}/ld-test.so.2")

    # --- kernel modules --------------------------------------------------------------------------

    def module(self, path, *info, exports="", needs=(), compress=""):
        """kernel/PATH; info are the strings of its .modinfo. Symbols make it depend on others."""
        name = pathlib.Path(path).name.split(".")[0].replace("-", "_")
        strings = "\\0".join([f"name={name}", *info])
        text = (f'const char i[] __attribute__((section(".modinfo"), used)) = "{strings}";\n'
                + (f'const char e[] __attribute__((section("__ksymtab_strings"), used)) = '
                   f'"{exports}";\nint {exports};\n' if exports else "")
                + "".join(f"extern int {need}; int *p_{need} = &{need};\n" for need in needs))
        target = self.path(f"/usr/lib/modules/{RELEASE}/kernel/{path}")
        compile_text(text, target, "-c")
        if compress == "xz":
            run("xz", "--check=crc32", target)
        elif compress == "zst":
            run("zstd", "-q", "--rm", target)

    def kernel(self):
        """The modules that most tests want."""
        crc32c = ("alias=crypto-crc32c",)
        self.module("fs/ext4/ext4.ko", "alias=fs-ext4", "alias=fs-ext2", "alias=ext2",
                    "softdep=pre: crypto-crc32c", needs=["jbd2_symbol", "crc16_symbol"],
                    compress="zst")
        self.module("fs/jbd2/jbd2.ko", "softdep=pre: crypto-crc32c", exports="jbd2_symbol")
        self.module("lib/crc16.ko", exports="crc16_symbol", compress="xz")
        self.module("crypto/crc32c_generic.ko", *crc32c, "alias=crypto-crc32c-generic")
        self.module("arch/x86/crypto/crc32c-intel.ko", *crc32c, "alias=crypto-crc32c-intel",
                    "alias=cpu:type:x86,ven*fam*mod*:feature:*0094*")
        self.module("fs/isofs/isofs.ko", "alias=fs-iso9660")
        self.module("fs/overlayfs/overlay.ko", "alias=fs-overlay")
        self.module("fs/fuse/fuse.ko", "alias=fs-fuse")
        self.module("drivers/virtio/virtio_ring.ko", exports="ring_symbol")
        self.module("drivers/virtio/virtio_pci.ko", "alias=pci:v00001AF4d*sv*sd*bc*sc*i*",
                    needs=["ring_symbol"])
        self.module("drivers/block/virtio_blk.ko", "alias=virtio:d00000002v*",
                    needs=["ring_symbol"])
        self.module("drivers/pci/hotplug/shpchp.ko", "alias=pci:v*d*sv*sd*bc06sc04i00*")
        self.module("drivers/scsi/scsi_mod.ko", exports="scsi_symbol")
        self.module("drivers/scsi/sd_mod.ko", "alias=scsi:t-0x00*", "alias=block-major-8-*",
                    needs=["scsi_symbol"])
        self.module("drivers/scsi/scsi_debug.ko", needs=["scsi_symbol"])
        self.module("drivers/scsi/be2iscsi/be2iscsi.ko", "alias=pci:v000019A2d*",
                    needs=["scsi_symbol"])
        self.module("drivers/scsi/qla2xxx/qla2xxx.ko", "alias=pci:v00001077d*",
                    "firmware=qla/one.bin", "firmware=qla/two.bin", needs=["scsi_symbol"])
        self.module("drivers/net/e1000.ko", "alias=pci:v00008086d00001000*")
        top = f"/usr/lib/modules/{RELEASE}"
        self.file(f"{top}/modules.order", "")
        self.file(f"{top}/modules.builtin",
                  "kernel/fs/xfs/xfs.ko\nkernel/drivers/virtio/virtio_mmio.ko\n")
        self.file(f"{top}/modules.builtin.modinfo",
                  "xfs.alias=fs-xfs\0virtio_mmio.alias=acpi*:LNRO0005:*\0")
        self.depmod()

    def depmod(self):
        run("depmod", "-b", self.top, RELEASE)
