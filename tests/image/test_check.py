"""What `bootgraph check` says of things that units need and the sysroot does not have."""

import shutil
import subprocess
import unittest

from case import Case
from sysroot import RELEASE

UNITS = """\
unit: one
needs-binaries: [/usr/bin/none, /usr/bin/tool, /usr/bin/fine]
needs-files: [/etc/none, /etc/fstab]
needs-modules: [nosuch, virtio-blk, xfs]
log: here
---
unit: two
run: [nothing, at, all]
"""


class Check(Case):
    def check(self, units=UNITS):
        directory = self.dir / "units"
        directory.mkdir(exist_ok=True)
        (directory / "x.yaml").write_text(units)
        done = subprocess.run([self.program, "check", "--root", self.root.top, "--units", directory],
                              capture_output=True, text=True)
        self.status = done.returncode
        return [line.partition("x.yaml:")[2] or line for line in done.stdout.splitlines()
                if line.endswith("]") and not line.startswith(" ")]

    def make_programs(self):
        self.root.file("/usr/bin/sh", "#!/bin/sh\n", 0o755)
        self.root.loader()
        self.root.library("/usr/lib/libgone.so.1")
        self.root.program("/usr/bin/tool", ["/usr/lib/libgone.so.1"])
        self.root.path("/usr/lib/libgone.so.1").unlink()
        self.root.program("/usr/bin/fine")

    def test_everything_missing_in_one_run(self):
        self.make_programs()
        self.assertEqual(self.check(), [
            "2:18: error: /usr/bin/none (unit one): No such file or directory [image-program]",
            "2:33: error: libgone.so.1 (needed by /usr/bin/tool): no such library in the sysroot "
            "[image-library]",
            "3:15: error: /etc/none (unit one): No such file or directory [image-program]",
            "8:7: error: program nothing (unit two): not in the sysroot [image-program]",
            f"4:17: error: module nosuch (unit one): not in kernel {RELEASE} [image-module]"])
        self.assertEqual(self.status, 1)

    def test_also_beside_other_errors(self):
        self.make_programs()
        found = self.check(UNITS + "---\nunit: three\nrequires: nobody\nlog: x\n")
        self.assertEqual(len(found), 6, found)

    def test_configuration_alone_lacks_nothing(self):
        """A tree without programs, as of a package or in version control, is no machine."""
        shutil.rmtree(self.root.path("/usr/lib/modules"))
        self.assertEqual(self.check(), [])
        self.assertEqual(self.status, 0)

    def test_two_kernels(self):
        """One that has the module is enough to make an image; one without an index was removed."""
        top = self.root.path("/usr/lib/modules")
        other = top / "6.9.0-other"
        shutil.copytree(top / RELEASE, other, symlinks=True)
        for path in other.rglob("isofs.ko*"):
            path.unlink()
        subprocess.run(["depmod", "-b", self.root.top, other.name], check=True)
        (top / "6.8.0-gone").mkdir()
        self.assertEqual(self.check("unit: one\nneeds-modules: isofs\nlog: x\n"), [
            "2:16: warning: module isofs (unit one): not in kernel 6.9.0-other "
            "[module-some-kernels]"])
        self.assertEqual(self.status, 0)

    def test_root_file_system(self):
        self.root.file("/etc/fstab", "UUID=1 / nofs defaults 0 1\n")
        self.assertEqual(self.check("unit: one\nlog: x\n"), [
            "etc/fstab:1:10: error: module for file system nofs (unit check-root): not in kernel "
            f"{RELEASE} [image-module]"])


if __name__ == "__main__":
    unittest.main()
