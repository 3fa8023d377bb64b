"""What the tests of bootgraph image share. They are run by

    BOOTGRAPH=build/bootgraph python3 -m unittest -v test_archive"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import newc  # noqa: E402
from sysroot import RELEASE, Sysroot, run  # noqa: E402

MODULES = f"usr/lib/modules/{RELEASE}"
VIRTIO = ["acpi:PNP0A08:", "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00",
          "virtio:d00000002v00001AF4"]
FILESYSTEM = [("filesystem", "isofs", "mount-root")]


class Case(unittest.TestCase):
    """A sysroot with a kernel, and a blob. The program is run from a directory of its own, so that
    no bootgraph-probe of a build gets into images."""

    @classmethod
    def setUpClass(cls):
        cls.work = pathlib.Path(tempfile.mkdtemp(prefix="bootgraph-image-"))
        cls.addClassCleanup(shutil.rmtree, cls.work)
        cls.program = cls.work / "program" / "bootgraph"
        cls.program.parent.mkdir()
        shutil.copy(os.environ["BOOTGRAPH"], cls.program)
        cls.kernel_root = Sysroot(cls.work / "kernel")
        cls.kernel_root.kernel()
        cls.init = cls.work / "init"
        cls.init.write_bytes(b"not a program")
        cls.init.chmod(0o700)
        run(cls.program, "compile", "--root", cls.kernel_root.top, "-o", cls.work / "blob")

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        self.root = Sysroot(self.dir / "root")
        shutil.copytree(self.kernel_root.path("/usr/lib/modules"),
                        self.root.path("/usr/lib/modules"), symlinks=True)
        self.output = self.dir / "initrd"

    def facts(self, aliases):
        path = self.dir / "facts.json"
        path.write_text(json.dumps(aliases if isinstance(aliases, dict) else {"modalias": aliases}))
        return path

    def bootgraph(self, *words, **more):
        return subprocess.run([str(self.program), "image", *map(str, words)],
                              capture_output=True, **more)

    def words(self, manifest, *more, facts=VIRTIO, compress="none", root=None):
        path = self.dir / "manifest"
        path.write_text("".join("\t".join(line) + "\n" for line in manifest))
        hardware = ["--generic"] if facts is None else ["--facts", self.facts(facts)]
        return ["--root", root or self.root.top, "--kernel", RELEASE, *hardware,
                "--init", self.init, "--blob", self.work / "blob", "--manifest", path,
                "--compress", compress, "-o", self.output, *more]

    def image(self, manifest, *more, quiet=True, **how):
        """Makes an image; its entries by name."""
        done = self.bootgraph(*self.words(manifest, *more, **how))
        self.messages = done.stderr.decode()
        self.assertEqual(done.returncode, 0, self.messages)
        if quiet:
            # Without busybox in the sysroot, this one note is due.
            lines = [line for line in self.messages.splitlines() if "rescue shell" not in line]
            self.assertEqual(lines, [])
        return self.entries()

    def entries(self):
        return {entry.name: entry for entry in newc.read(self.output.read_bytes())}

    def fails(self, manifest, *more, **how):
        """Fails to make an image; what is said."""
        self.output.unlink(missing_ok=True)
        done = self.bootgraph(*self.words(manifest, *more, **how))
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        self.assertEqual(done.stdout, b"")
        self.assertEqual([p.name for p in self.dir.iterdir() if "initrd" in p.name], [])
        return done.stderr.decode()

    def plan(self, entries):
        text = entries["etc/bootgraph/modules"].data.decode()
        self.assertTrue(text.startswith(f"bootgraph-modules 1\nkernel {RELEASE}\n"))
        return text.splitlines()[2:]

    def line(self, entries, start):
        found = [line for line in self.plan(entries) if line.startswith(start + " ")]
        self.assertEqual(len(found), 1, found)
        return found[0][len(start) + 1:]
