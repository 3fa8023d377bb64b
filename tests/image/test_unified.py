"""bootgraph image --uki: a PE file that objdump understands, and what cannot be one."""

import struct
import subprocess
import unittest

from case import FILESYSTEM, Case
from sysroot import RELEASE

SECTIONS = [(".text", b"program"), (".sdmagic", b"a stub")]


def stub(sections=SECTIONS, magic=0x20b, headers=0x400, alignment=0x200):
    """A PE file with nothing to run."""
    table = b"".join(struct.pack("<8sIIII12xI", name.encode(), len(data), 0x4000 + 0x1000 * n, 0x200,
                                 headers + 0x200 * n, 0x60000020) for n, (name, data) in enumerate(sections))
    optional = struct.pack("<H30xIIxxxxxxxxxxxxxxxxII", magic, 0x1000, alignment,
                           0x4000 + 0x1000 * len(sections), headers).ljust(240, b"\0")
    coff = struct.pack("<HHIIIHH", 0x8664, len(sections), 0, 0, 0, len(optional), 0x206)
    head = b"MZ".ljust(0x3c, b"\0") + struct.pack("<I", 0x40) + b"PE\0\0" + coff + optional + table
    return head.ljust(headers, b"\0") + b"".join(data.ljust(0x200, b"\0") for _, data in sections)


class Unified(Case):
    def setUp(self):
        super().setUp()
        self.stub = self.dir / "stub"
        self.stub.write_bytes(stub())
        self.kernel = self.dir / "kernel"
        self.kernel.write_bytes(b"a kernel " * 1000)
        self.root.file("/etc/os-release", 'NAME="Test"\n')

    def unified(self, *more):
        return self.bootgraph(*self.words(FILESYSTEM, "--uki", "--stub", self.stub, "--linux", self.kernel, *more))

    def sections(self):
        """Names, sizes and addresses as another program reads them."""
        said = subprocess.run(["objdump", "-h", self.output], capture_output=True, text=True, check=True).stdout
        rows = [line.split() for line in said.splitlines() if line.strip()[:1].isdigit()]
        return {row[1]: (int(row[2], 16), int(row[3], 16), int(row[5], 16)) for row in rows}

    def data(self, name):
        size, _, offset = self.sections()[name]
        return self.output.read_bytes()[offset:offset + size]

    def test_sections(self):
        self.assertEqual(self.image(FILESYSTEM) and 0, 0)
        archive = self.output.read_bytes()
        done = self.unified("--cmdline", "root=/dev/sda1 quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(list(self.sections()),
                         [".text", ".sdmagic", ".osrel", ".cmdline", ".uname", ".initrd", ".linux"])
        self.assertEqual(self.data(".cmdline"), b"root=/dev/sda1 quiet")
        self.assertEqual(self.data(".uname"), RELEASE.encode())
        self.assertEqual(self.data(".osrel"), b'NAME="Test"\n')
        self.assertEqual(self.data(".linux"), self.kernel.read_bytes())
        self.assertEqual(self.data(".initrd"), archive)
        self.assertEqual(self.data(".text"), b"program")
        ends = [(address, address + size) for size, address, _ in self.sections().values()]
        for (_, end), (address, _) in zip(ends, ends[1:]):
            self.assertGreaterEqual(address, end)
            self.assertEqual(address % 4096, 0)

    def test_reproducible(self):
        self.unified()
        first = self.output.read_bytes()
        self.unified()
        self.assertEqual(self.output.read_bytes(), first)
        self.assertNotIn(".cmdline", self.sections())

    def test_kernel_of_the_sysroot(self):
        self.root.file(f"/boot/vmlinuz-{RELEASE}", "its own")
        self.root.file("/usr/lib/systemd/boot/efi/linuxx64.efi.stub", stub())
        done = self.bootgraph(*self.words(FILESYSTEM, "--uki"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.data(".linux"), b"its own")

    def test_nothing_there(self):
        said = self.fails(FILESYSTEM, "--uki")
        self.assertIn("no stub of systemd-boot in the sysroot [image-uki]", said)
        self.assertIn("no kernel of this version in the sysroot [image-uki]", said)

    def test_no_stub(self):
        """Every truncation, and every header that cannot be."""
        full = [(f".s{n}", b"x") for n in range(14)]
        broken = [stub()[:size] for size in range(0, 0x400, 7)] + [
            b"\x7fELF" + stub()[4:], stub(magic=0x10b), stub(alignment=0), stub(alignment=3), stub(full)]
        for data in broken:
            self.stub.write_bytes(data)
            self.output.unlink(missing_ok=True)
            done = self.unified()
            self.assertEqual(done.returncode, 1, (len(data), done.stderr))
            self.assertIn(b"cannot be used as stub: ", done.stderr)
            self.assertFalse(self.output.exists())


if __name__ == "__main__":
    unittest.main()
