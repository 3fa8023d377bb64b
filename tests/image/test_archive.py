"""The archive: what is in every image, and that it is the same bytes everywhere."""

import os
import shutil
import subprocess
import unittest

from case import FILESYSTEM, MODULES, Case, newc
from sysroot import run

LAYOUT = {"bin", "dev", "dev/console", "etc", "etc/bootgraph", "etc/bootgraph/boot.blob",
          "etc/bootgraph/modules", "init", "lib", "lib64", "proc", "root", "run", "sbin", "sys",
          "tmp", "usr", "usr/bin", "usr/lib", "usr/lib64", "usr/sbin"}


class Archive(Case):
    def test_holds_the_layout_and_nothing_else(self):
        entries = self.image(FILESYSTEM, facts=["virtio:d00000002v00001AF4"])
        modules = {MODULES + path for path in (
            "", "/kernel", "/kernel/drivers", "/kernel/drivers/block", "/kernel/drivers/virtio",
            "/kernel/fs", "/kernel/fs/isofs", "/kernel/drivers/block/virtio_blk.ko",
            "/kernel/drivers/virtio/virtio_ring.ko", "/kernel/fs/isofs/isofs.ko")}
        self.assertEqual(set(entries), LAYOUT | modules | {"usr/lib/modules"})
        self.assertEqual(entries["init"].data, b"not a program")
        self.assertEqual(entries["etc/bootgraph/boot.blob"].data,
                         (self.work / "blob").read_bytes())

    def test_entries_are_normalised(self):
        self.root.file("/usr/bin/setuid", "#!/x", 0o4755)
        self.root.file("/x", "x", 0o744)
        self.root.file("/etc/group-writable", "x", 0o664)
        self.root.file("/etc/secret", "x", 0o440)
        entries = self.image([*FILESYSTEM, ("file", "/usr/bin/setuid", "u"),
                              ("file", "/etc/group-writable", "u"), ("file", "/etc/secret", "u")])
        names = list(entries)
        self.assertEqual(names, sorted(names))
        modes = {"init": 0o100700, "usr/bin/setuid": 0o100755, "etc/group-writable": 0o100644,
                 "etc/secret": 0o100644, "usr": 0o40755, "bin": 0o120777, "dev/console": 0o20600}
        for number, entry in enumerate(entries.values(), 1):
            ino, uid, gid, nlink, mtime, major, minor, rmajor, rminor = entry.rest
            self.assertEqual((ino, uid, gid, mtime), (number, 0, 0, 0), entry.name)
            self.assertEqual((rmajor, rminor), (5, 1) if entry.name == "dev/console" else (0, 0))
            if entry.name in modes:
                self.assertEqual(oct(entry.mode), oct(modes[entry.name]), entry.name)
            parent = entry.name.rpartition("/")[0]
            self.assertTrue(parent == "" or parent in names[:number - 1], entry.name)
        self.assertEqual(entries["bin"].data, b"usr/bin")

    def test_same_bytes_everywhere(self):
        manifest = [("filesystem", "ext4", "mount-root"), ("binary", "/usr/bin/script", "u")]
        self.root.file("/usr/bin/script", "#!/bin/sh\n", 0o755)
        self.root.file("/bin/sh", "not a program", 0o755)
        self.image(manifest, compress="zstd", quiet=False)
        first = self.output.read_bytes()
        self.assertTrue(first.startswith(newc.ZSTD))

        other = self.dir / "elsewhere" / "sysroot"
        shutil.copytree(self.root.top, other, symlinks=True, copy_function=shutil.copy)
        words = self.words(manifest, compress="zstd", root=other)
        words[-1] = "-"
        elsewhere = {"LC_ALL": "C.UTF-8", "TZ": "Asia/Kolkata", "HOME": "/", "PATH": "/"}
        umask = os.umask(0o077)
        try:
            done = self.bootgraph(*words, env=elsewhere, cwd="/")
        finally:
            os.umask(umask)
        self.assertEqual(done.stdout, first)

        if os.geteuid() == 0:
            run("chmod", "-R", "a+rX", self.work)
            self.init.chmod(0o705)
            done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                   str(self.program), "image", *map(str, words)],
                                  capture_output=True)
            self.init.chmod(0o700)
            self.assertEqual(done.stderr.decode().count("error"), 0, done.stderr)
            # The one thing that a user sees differently is what another made private.
            mine = {e.name: e.data for e in newc.read(first)}
            self.assertEqual({e.name: e.data for e in newc.read(done.stdout)}, mine)

    def test_time(self):
        os.environ["SOURCE_DATE_EPOCH"] = "1234567890"
        self.addCleanup(os.environ.pop, "SOURCE_DATE_EPOCH")
        entries = self.image(FILESYSTEM)
        self.assertEqual({entry.rest[4] for entry in entries.values()}, {1234567890})

    def test_private_content_makes_a_private_image(self):
        umask = os.umask(0o022)
        self.addCleanup(os.umask, umask)
        self.init.chmod(0o755)
        self.addCleanup(self.init.chmod, 0o700)
        self.image(FILESYSTEM)
        self.assertEqual(self.output.stat().st_mode & 0o777, 0o644)
        self.output.unlink()
        self.root.file("/etc/keys/root.key", "secret", 0o600)
        entries = self.image([*FILESYSTEM, ("file", "/etc/keys/root.key", "crypt")])
        self.assertEqual(self.output.stat().st_mode & 0o777, 0o600)
        self.assertEqual(entries["etc/keys/root.key"].mode, 0o100600)

    def test_where_it_goes(self):
        self.image(FILESYSTEM)
        image = self.output.read_bytes()
        done = self.bootgraph(*self.words(FILESYSTEM)[:-1], "-")
        self.assertEqual(done.stdout, image)
        done = self.bootgraph(*self.words(FILESYSTEM)[:-1], "/dev/full")
        self.assertEqual(done.returncode, 3, done.stderr.decode())
        self.assertIn("/dev/full: error: cannot be written: No space left on device",
                      done.stderr.decode())
        done = self.bootgraph(*self.words(FILESYSTEM)[:-1], self.dir / "no" / "such")
        self.assertEqual(done.returncode, 3)
        # A failure leaves the image that was there.
        done = self.bootgraph(*self.words([("module", "nosuch", "u")]))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.output.read_bytes(), image)

    def test_verbose(self):
        self.image(FILESYSTEM, "--verbose", quiet=False)
        size = len(self.entries()["etc/bootgraph/boot.blob"].data)
        self.assertRegex(self.messages, rf"(?m)^ *{size}  etc/bootgraph/boot.blob +bootgraph$")
        self.assertRegex(self.messages, r"isofs\.ko +unit mount-root\n")
        self.assertRegex(self.messages, r"virtio_ring\.ko +needed by module virtio_pci\n")


if __name__ == "__main__":
    unittest.main()
