"""An image put into the directory that mkinitramfs is filling."""

import lzma
import pathlib
import unittest

from case import MODULES, VIRTIO, Case
from sysroot import RELEASE, multiarch


class Into(Case):
    def setUp(self):
        super().setUp()
        self.root.file("/etc/fstab", "UUID=00000000-0000-4000-8000-000000000001 / ext4 defaults 0 1\n")
        self.root.loader()
        self.root.program("/usr/sbin/fsck.ext4", [f"/usr/lib/{multiarch()}/ld-test.so.2"])
        self.into = self.dir / "destdir"
        for name in ("bin", "lib", "lib64", "sbin"):
            (self.into / "usr" / name).mkdir(parents=True)
            (self.into / name).symlink_to(f"usr/{name}")
        self.put("init", b"#!/bin/sh\n", 0o755)

    def put(self, name, data=b"", mode=0o644):
        path = self.into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)
        return path

    def conf(self, text):
        self.root.file("/etc/bootgraph/bootgraph.conf", text)

    def make(self, *more, status=0):
        done = self.bootgraph("--root", self.root.top, "--kernel", RELEASE, "--facts", self.facts(VIRTIO),
                              "--init", self.init, "--no-scripts", "--into", self.into, *more)
        self.said = done.stdout.decode() + done.stderr.decode()
        self.assertEqual(done.returncode, status, self.said)

    def names(self):
        return {str(path.relative_to(self.into)) for path in self.into.rglob("*") if not path.is_dir()}

    def test_what_is_there_stays(self):
        self.put("usr/sbin/fsck.ext4", b"their own", 0o755)
        self.put("etc/bootgraph/boot.blob", b"an older one")
        self.make()
        self.assertEqual((self.into / "init").read_bytes(), self.init.read_bytes())
        self.assertEqual((self.into / "init").stat().st_mode & 0o777, 0o700)
        self.assertEqual((self.into / "init.distribution").read_bytes(), b"#!/bin/sh\n")
        self.assertEqual((self.into / "usr/sbin/fsck.ext4").read_bytes(), b"their own")
        self.assertTrue((self.into / "etc/bootgraph/boot.blob").read_bytes().startswith(b"\x89BGB"))
        self.assertIn("virtio_blk", (self.into / "etc/bootgraph/modules").read_text())
        self.assertTrue((self.into / "lib").is_symlink())

    def test_twice(self):
        self.make()
        self.make()
        self.assertEqual((self.into / "init.distribution").read_bytes(), b"#!/bin/sh\n")

    def test_compressed_twin(self):
        module = next(self.root.top.rglob("virtio_blk.ko*"))
        name = f"{MODULES}/{module.relative_to(self.root.top / MODULES)}".removesuffix(".xz")
        self.put(f"{name}.xz", lzma.compress(b"the same module"))
        self.make()
        self.assertIn(name, self.names())
        self.assertNotIn(f"{name}.xz", self.names())

    def test_links_stay_inside(self):
        (self.into / "etc").symlink_to("/tmp")
        self.make(status=3)
        self.assertIn("cannot be written", self.said)
        self.assertFalse(pathlib.Path("/tmp/bootgraph/boot.blob").exists())

    def test_errors(self):
        self.root.file("/etc/bootgraph/units/x.yaml", "unit: x\nrequires: nobody\nrun: [/bin/true]\n")
        before = self.names()
        self.make(status=1)
        self.assertIn("etc/bootgraph/units/x.yaml:2:", self.said)
        self.assertIn("there is no new image", self.said)
        self.conf("errors: fallback\n")
        self.make()
        self.assertIn("boots without bootgraph", self.said)
        self.assertEqual(self.names(), before)

    def test_errors_that_leave_a_graph(self):
        """check misses a program; a graph there is all the same."""
        self.root.file("/bin/sh", "", 0o755)
        self.root.file("/etc/bootgraph/units/x.yaml", "unit: x\nrun: [/bin/gone]\n")
        self.conf("errors: warn\n")
        self.make(status=1)
        self.assertIn("/bin/gone", self.said)
        self.assertIn("in spite of these errors", self.said)

    def small(self):
        """What mkinitramfs and hooks would have put there, and what the sysroot's own programs are not."""
        self.conf("image: small\n")
        library = f"/usr/lib/{multiarch()}"
        self.root.library(f"{library}/libkept.so.1")
        self.root.library(f"{library}/libgone.so.1")
        self.root.program("/usr/sbin/tool", [f"{library}/libkept.so.1"])
        self.root.program("/usr/bin/udevadm", [f"{library}/libgone.so.1"])
        self.root.program("/usr/bin/fstype", [f"{library}/libgone.so.1"], loader="/lib/klibc-x.so")
        for path in (f"{library}/libkept.so.1", f"{library}/libgone.so.1", "/usr/sbin/tool", "/usr/bin/udevadm",
                     "/usr/bin/fstype"):
            self.put(path.lstrip("/"), self.root.path(path).read_bytes(), 0o755)
        self.put("usr/lib/klibc-x.so", b"", 0o755)
        self.put("usr/lib/udev/rules.d/50-x.rules")
        self.put(f"{MODULES}/kernel/sound/loud.ko", b"x" * 100000)
        self.put("usr/lib/firmware/loud.bin")
        self.put("scripts/init-top/udev", b"#!/bin/sh\n", 0o755)
        self.put("scripts/functions")
        self.put("scripts/panic/keymap", b"#!/bin/sh\n", 0o755)
        self.put("etc/keymap")

    def test_small(self):
        self.small()
        self.make()
        names = self.names()
        library = f"usr/lib/{multiarch()}"
        for name in ("init", "etc/bootgraph/boot.blob", "usr/sbin/tool", f"{library}/libkept.so.1",
                     "scripts/functions", "scripts/panic/keymap", "etc/keymap"):
            self.assertIn(name, names)
        for name in ("init.distribution", f"{library}/libgone.so.1", "usr/bin/udevadm", "usr/bin/fstype",
                     "usr/lib/klibc-x.so", "usr/lib/udev/rules.d/50-x.rules", f"{MODULES}/kernel/sound/loud.ko",
                     "usr/lib/firmware/loud.bin", "scripts/init-top/udev"):
            self.assertNotIn(name, names)
        self.assertFalse((self.into / "usr/lib/firmware").exists())
        self.assertRegex(self.said, r"left out 0\.1 MB of 0\.\d MB: modules 0\.1, udev 0\.0, klibc")

    def make_with_script(self, text):
        self.small()
        self.root.file("/bin/sh", "", 0o755)
        hold = self.program.parent / "bootgraph-hold"
        hold.write_text("")
        self.addCleanup(hold.unlink)
        self.root.file("/usr/share/initramfs-tools/scripts/local-top/x",
                       f"#!/bin/sh\ncase $1 in prereqs) exit;; esac\n{text}", 0o755)
        done = self.bootgraph("--root", self.root.top, "--kernel", RELEASE, "--facts", self.facts(VIRTIO),
                              "--init", self.init, "--no-run", "--into", self.into)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode(), self.names()

    def test_small_keeps_what_scripts_call(self):
        said, names = self.make_with_script("udevadm settle\nmodprobe loud\ntype=$(fstype /dev/sda)\n")
        self.assertIn("what modprobe loads stays for local-top/x, which runs modprobe", said)
        self.assertIn("udev stays for local-top/x, which wants it", said)
        for name in (f"usr/lib/{multiarch()}/libgone.so.1", "usr/bin/udevadm", "usr/bin/fstype",
                     "usr/lib/klibc-x.so", "usr/lib/udev/rules.d/50-x.rules",
                     f"{MODULES}/kernel/sound/loud.ko", "scripts/local-top/x"):
            self.assertIn(name, names)
        self.assertNotIn("scripts/init-top/udev", names)

    def test_small_keeps_all_for_who_cannot_be_read(self):
        said, names = self.make_with_script('. "/$(cat /etc/which)"\n')
        self.assertIn("all that a script may run stays for local-top/x, which may run what nobody can tell", said)
        for name in ("usr/bin/udevadm", f"{MODULES}/kernel/sound/loud.ko", "scripts/init-top/udev"):
            self.assertIn(name, names)


if __name__ == "__main__":
    unittest.main()
