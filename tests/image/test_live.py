"""Facts of a running machine: facts_collect on a made-up /sys, through the program of facts.c."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest


class Live(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="bootgraph-facts-"))
        self.addCleanup(shutil.rmtree, self.dir)
        self.sys = self.dir / "sys"
        (self.sys / "dev/block").mkdir(parents=True)
        self.mountinfo = self.dir / "mountinfo"

    def device(self, path, alias=None, number=None, **files):
        path = self.sys / "devices" / path
        path.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (path / name).write_text(text)
        if alias:
            (path / "modalias").write_text(alias + "\n")
        if number:
            (self.sys / "dev/block" / number).symlink_to(path)
        return path

    def facts(self, *mounts):
        self.mountinfo.write_text("".join(
            f"{n} 1 {number} / {where} rw,relatime shared:1 - {kind} {source} rw\n"
            for n, (number, where, kind, source) in enumerate(mounts, 20)))
        done = subprocess.run([os.environ["FACTS"], self.sys, self.mountinfo],
                              capture_output=True, text=True)
        self.said = done.stderr
        return done.stdout.splitlines() if done.returncode == 0 else None

    def disk(self, bus, name, number):
        self.device("pci0000:00", "acpi:PNP0A08:")
        self.device(f"pci0000:00/{bus}", f"pci:{bus}")
        self.device(f"pci0000:00/{bus}/virtio", f"virtio:{bus}")
        self.device(f"pci0000:00/{bus}/virtio/block/{name}", None, f"{number}:0")
        return self.device(f"pci0000:00/{bus}/virtio/block/{name}/{name}1", None, f"{number}:1",
                           partition="1\n")

    def test_partition(self):
        self.disk("0000:00:04.0", "vda", 253)
        self.device("system/cpu", "cpu:type:x86")
        self.assertEqual(self.facts(("253:1", "/", "ext4", "/dev/vda1")),
                         ["acpi:PNP0A08:", "pci:0000:00:04.0", "virtio:0000:00:04.0", "cpu:type:x86"])

    def test_last_mount_counts_and_usr_too(self):
        self.disk("a", "vda", 253)
        self.disk("b", "vdb", 254)
        self.assertEqual(self.facts(("0:1", "/", "rootfs", "rootfs"),
                                    ("253:1", "/", "ext4", "/dev/vda1"),
                                    ("254:0", "/usr", "ext4", "/dev/vdb")),
                         ["acpi:PNP0A08:", "pci:a", "virtio:a", "pci:b", "virtio:b"])

    def test_stack(self):
        first = self.disk("a", "vda", 253)
        second = self.disk("b", "vdb", 254)
        md = self.device("virtual/block/md0", None, "9:0")
        dm = self.device("virtual/block/dm-0", None, "252:0")
        for holder, members in ((md, (first, second)), (dm, (md,))):
            (holder / "slaves").mkdir()
            for member in members:
                (holder / "slaves" / member.name).symlink_to(member)
        self.assertEqual(self.facts(("252:0", "/", "ext4", "/dev/mapper/root")),
                         ["acpi:PNP0A08:", "pci:a", "virtio:a", "pci:b", "virtio:b"])
        self.device("virtual/block/md0/md0p1", None, "259:9", partition="1\n")
        self.assertEqual(self.facts(("259:9", "/", "ext4", "/dev/md0p1")),
                         ["acpi:PNP0A08:", "pci:a", "virtio:a", "pci:b", "virtio:b"])
        # A circle, which no kernel makes, ends all the same.
        (md / "slaves" / "dm-0").symlink_to(dm)
        self.assertIsNotNone(self.facts(("252:0", "/", "ext4", "/dev/mapper/root")))

    def test_nvme_multipath(self):
        self.device("pci0000:00/x", "pci:x")
        controller = self.device("pci0000:00/x/nvme/nvme0")
        top = self.device("virtual/nvme-subsystem/nvme-subsys0")
        (top / "nvme0").symlink_to(controller)
        self.device("virtual/nvme-subsystem/nvme-subsys0/nvme0n1", None, "259:0")
        self.assertEqual(self.facts(("259:0", "/", "ext4", "/dev/nvme0n1")), ["pci:x"])

    def test_no_block_device(self):
        self.assertIsNone(self.facts(("0:30", "/", "overlay", "overlay")))
        self.assertIn("is on no block device that sysfs knows", self.said)
        self.assertIsNone(self.facts(("8:1", "/", "ext4", "/dev/gone")))
        self.assertIsNone(self.facts(("8:1", "/home", "ext4", "/dev/gone")))


if __name__ == "__main__":
    unittest.main()
