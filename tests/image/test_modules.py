"""Kernel modules, firmware, drivers and the plan."""

import re
import subprocess
import unittest

from case import MODULES, VIRTIO, Case
from sysroot import RELEASE

EXT4 = [("filesystem", "ext4", "mount-root")]


class Modules(Case):
    def image(self, manifest, *more, **how):
        """No fsck in this sysroot, which is worth a note."""
        entries = super().image(manifest, *more, **{"quiet": False, **how})
        self.said = [line for line in self.messages.splitlines()
                     if re.search(": (note|warning|error): ", line)
                     and "rescue shell" not in line and "/sbin/fsck.ext4" not in line]
        return entries

    def test_plan(self):
        entries = self.image(EXT4)
        self.assertEqual(self.said, [])
        self.assertEqual(self.plan(entries), [
            "module crc16 kernel/lib/crc16.ko",
            "module crc32c_generic kernel/crypto/crc32c_generic.ko",
            "module ext4 kernel/fs/ext4/ext4.ko crc32c_generic jbd2 crc16",
            "module jbd2 kernel/fs/jbd2/jbd2.ko crc32c_generic",
            "module virtio_blk kernel/drivers/block/virtio_blk.ko virtio_ring",
            "module virtio_pci kernel/drivers/virtio/virtio_pci.ko virtio_ring",
            "module virtio_ring kernel/drivers/virtio/virtio_ring.ko",
            "drivers virtio_pci virtio_blk",
        ])
        # Whatever the sysroot has compressed is not in the image.
        for line in self.plan(entries)[:-1]:
            self.assertTrue(entries[f"{MODULES}/{line.split()[2]}"].data.startswith(b"\x7fELF"))

    def test_dependencies_come_first(self):
        """Every dependency is in the image, and none needs one that comes later in the line."""
        entries = self.image(EXT4, facts=None)
        needs = {line.split()[1]: line.split()[3:] for line in self.plan(entries)
                 if line.startswith("module ")}
        self.assertIn("qla2xxx", needs)
        for name, before in needs.items():
            for at, need in enumerate(before):
                self.assertLessEqual(set(needs[need]), set(before[:at]), name)

    def test_processor(self):
        cpu = "cpu:type:x86,ven0000fam0006mod0055:feature:,0000,0094,0095,"
        entries = self.image(EXT4, facts=[*VIRTIO, cpu])
        self.assertEqual(self.line(entries, "module ext4"),
                         "kernel/fs/ext4/ext4.ko crc32c_intel crc32c_generic jbd2 crc16")
        self.assertEqual(self.line(entries, "drivers"), "virtio_pci virtio_blk")
        old = "cpu:type:x86,ven0000fam0006mod0001:feature:,0000,0001,"
        entries = self.image(EXT4, facts=[*VIRTIO, old])
        self.assertEqual(self.line(entries, "module jbd2"), "kernel/fs/jbd2/jbd2.ko crc32c_generic")

    def test_names(self):
        entries = self.image([("filesystem", "ext2", "mount-root"), ("filesystem", "iso9660", "u"),
                              ("filesystem", "xfs", "u"), ("module", "virtio-ring", "u"),
                              ("module", "ext2", "u"), ("filesystem", "tmpfs", "u")])
        plan = self.plan(entries)
        self.assertEqual([line for line in plan if line.startswith(("alias", "builtin"))],
                         ["builtin xfs", "alias ext2 ext4", "alias fs-ext2 ext4",
                          "alias fs-iso9660 isofs"])

    def test_checks_and_files_of_file_systems(self):
        for name in ("ext4", "xfs", "iso9660"):
            self.root.file(f"/usr/sbin/fsck.{name}", name, 0o755)
        self.root.file("/etc/e2fsck.conf", "x")
        entries = self.image([*EXT4, ("filesystem", "xfs", "u"), ("filesystem", "iso9660", "u")])
        self.assertIn("usr/sbin/fsck.ext4", entries)
        self.assertIn("etc/e2fsck.conf", entries)
        self.assertIn("usr/sbin/fsck.iso9660", entries)
        self.assertNotIn("usr/sbin/fsck.xfs", entries)
        self.assertNotIn("usr/sbin/fsck.ext4", self.image(EXT4, "--without", "fsck"))
        self.root.path("/usr/sbin/fsck.ext4").unlink()
        self.image(EXT4)
        self.assertIn("manifest:1:1: note: /sbin/fsck.ext4 (unit mount-root): No such file or "
                      "directory; left out of the image [image-left-out]", self.messages)

    def test_mount_helpers(self):
        """What a program mounts by FUSE needs no module of its own; without the program it does."""
        self.assertIn("module for file system served", self.fails([("filesystem", "served", "u")]))
        for name in ("served", "iso9660"):
            self.root.file(f"/usr/sbin/mount.{name}", name, 0o755)
        entries = self.image([("filesystem", "served", "u"), ("filesystem", "iso9660", "u")])
        self.assertEqual(self.said, [])
        self.assertIn("usr/sbin/mount.served", entries)
        self.assertIn("usr/sbin/mount.iso9660", entries)
        plan = self.plan(entries)
        self.assertIn("module fuse kernel/fs/fuse/fuse.ko", plan)
        self.assertEqual([line for line in plan if line.startswith("alias")],
                         ["alias fs-iso9660 isofs", "alias fs-served fuse"])

    def test_modprobe_configuration(self):
        self.root.file("/etc/modprobe.d/a.conf", "options virtio-blk queue_depth=64 \\\n x=1\n"
                       "options e1000 nothing=1\nsoftdep virtio_blk pre: crc16 post: isofs\n")
        self.root.file("/usr/lib/modprobe.d/a.conf", "blacklist virtio_pci\n")
        self.root.file("/usr/lib/modprobe.d/b.conf", "install sd_mod /bin/true\n")
        entries = self.image(EXT4, facts=[*VIRTIO, "scsi:t-0x00"])
        self.assertRegex(self.said[0], r"^kernel/drivers/scsi/sd_mod\.ko: note: module sd_mod "
                                       r"\(driver of scsi:t-0x00\) is switched off .*")
        # The line that switches virtio_pci off is masked by a file of the same name in /etc.
        self.assertEqual(self.line(entries, "drivers"), "virtio_pci virtio_blk")
        self.assertRegex(self.line(entries, "options virtio_blk"), "^queue_depth=64 +x=1$")
        self.assertEqual(self.line(entries, "module virtio_blk"),
                         "kernel/drivers/block/virtio_blk.ko crc16 virtio_ring")
        self.root.file("/etc/modprobe.d/b.conf", "blacklist virtio-blk\n")
        entries = self.image(EXT4, facts=None)
        self.assertFalse([line for line in self.plan(entries) if line.endswith(" virtio_blk")])

    def test_firmware(self):
        qla = ["pci:v00001077d00002031"]
        self.image(EXT4, facts=qla)
        self.assertEqual(self.said, ["kernel/drivers/scsi/qla2xxx/qla2xxx.ko: note: the sysroot "
                                     "lacks firmware that module qla2xxx names: qla/one.bin, "
                                     "qla/two.bin [image-firmware]"])
        self.image(EXT4, facts=None)
        self.assertEqual(self.said, [])
        one = self.root.file("/usr/lib/firmware/qla/one.bin", "first")
        two = self.root.file("/usr/lib/firmware/updates/qla/two.bin", "updated")
        self.root.file("/usr/lib/firmware/qla/two.bin", "second")
        subprocess.run(["xz", "--check=crc32", one], check=True)
        subprocess.run(["zstd", "-q", "--rm", two], check=True)
        entries = self.image(EXT4, facts=qla)
        self.assertEqual(self.said, [])
        self.assertEqual(entries["usr/lib/firmware/qla/one.bin"].data, b"first")
        self.assertEqual(entries["usr/lib/firmware/qla/two.bin"].data, b"updated")

    def test_facts_choose_drivers(self):
        bridge = "pci:v00001B36d0000000Csv00001B36sd00000000bc06sc04i00"
        lnro = "acpi:LNRO0005:"
        entries = self.image(EXT4, facts=[bridge, lnro, *VIRTIO, VIRTIO[1], "scsi:t-0x00"])
        self.assertEqual(self.line(entries, "drivers"), "virtio_pci virtio_blk sd_mod")
        self.assertEqual(self.line(entries, "builtin"), "virtio_mmio")
        self.image(EXT4, facts=["pci:v0000FFFFd0000FFFF"])
        self.assertIn(f"kernel {RELEASE} has no driver for any of the devices in the facts",
                      self.said[0])

    def test_network_drivers(self):
        """Only for who configures the network, and then a word if there are none."""
        adapter = {"modalias": VIRTIO, "network": ["pci:v00008086d00001000sv1sd1bc02sc00i00"]}
        wanted = [*EXT4, ("network", "drivers", "init-premount/dropbear")]
        self.assertEqual(self.line(self.image(EXT4, facts=adapter), "drivers"),
                         "virtio_pci virtio_blk")
        self.assertEqual(self.line(self.image(wanted, facts=adapter), "drivers"),
                         "virtio_pci virtio_blk e1000")
        self.image(wanted)
        self.assertIn("unit init-premount/dropbear configures the network, and no driver answers "
                      "to the facts' adapters [image-no-network]", self.said[0])

    def test_any_machine(self):
        entries = self.image(EXT4, facts=None)
        self.assertEqual(self.said, [])
        plan = self.plan(entries)
        self.assertEqual({line.split()[1] for line in plan if line.startswith("module ")},
                         {"crc16", "crc32c_generic", "ext4", "jbd2", "qla2xxx", "scsi_mod",
                          "sd_mod", "virtio_blk", "virtio_pci", "virtio_ring"})
        self.assertEqual([line for line in plan if not line.startswith("module ")],
                         ["alias pci:v00001077d* qla2xxx",
                          "alias pci:v00001AF4d*sv*sd*bc*sc*i* virtio_pci",
                          "alias scsi:t-0x00* sd_mod",
                          "alias virtio:d00000002v* virtio_blk"])

    def test_root_of_unknown_type(self):
        entries = self.image([], facts=None)
        self.assertEqual(self.line(entries, "builtin"), "xfs")
        self.assertIn("usr/lib/modules/6.1.0-test/kernel/fs/ext4/ext4.ko", entries)
        self.image([])
        self.assertIn("[image-no-file-system]", self.messages)


if __name__ == "__main__":
    unittest.main()
