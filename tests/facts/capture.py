#!/usr/bin/env python3
"""usage: capture.py BOOTGRAPH SPECS

bootgraph capture, on a recorded machine (recording.json: what its /sys, /proc, dmsetup table and lvm
had, by path) and on this one; and whether what comes out is what specs/facts-schema.json says."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
BOOTGRAPH, SPECS = sys.argv[1], pathlib.Path(sys.argv[2])
KEY = "5ec2e7" * 21 + "00"  # stands in the recording where dmsetup table --showkeys has the key


def capture(*arguments, prefix=(), program=BOOTGRAPH):
    done = subprocess.run([*prefix, program, "capture", *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=100)
    return done.returncode, done.stdout, done.stderr


class Capture(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="bootgraph-capture-")
        self.addCleanup(directory.cleanup)
        self.top = pathlib.Path(directory.name)
        self.schema = json.loads((SPECS / "facts-schema.json").read_text())

    def unpack(self):
        files = json.loads((HERE / "recording.json").read_text())
        for name, content in files.items():
            path = self.top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, dict):
                target = content["link"]
                path.symlink_to(str(self.top) + target if target.startswith("/") else target)
            else:
                path.write_text(content)
        self.assertIn(KEY, files["dm/cryptroot"])
        # A disk image is as good as a disk.
        (self.top / "dev/mapper").mkdir(parents=True)
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-U", "00000000-0000-4000-8000-000000000001",
                        "-L", "a b", self.top / "dev/dm-1", "4M"],
                       check=True, capture_output=True)

    def test_recorded(self):
        self.unpack()
        status, out, said = capture("--from", self.top)
        self.assertEqual(status, 0, said)
        self.assertEqual(out, (HERE / "recorded.json").read_text())
        self.assertNotIn("5ec2e7", out)
        self.assertRegex(said, r"what is on \d+ devices cannot be read: No such file")
        jsonschema.validate(json.loads(out), self.schema)

    def test_strict(self):
        self.unpack()
        target = self.top / "facts"
        status, _, _ = capture("--from", self.top, "--strict", "-o", target)
        self.assertEqual(status, 1)
        self.assertFalse(target.exists())

    def test_unreadable_tables(self):
        self.unpack()
        (self.top / "dm/cryptroot").unlink()
        status, out, said = capture("--from", self.top)
        self.assertEqual(status, 0)
        self.assertIn("1 table cannot be read", said)
        (self.top / "lvm.json").write_text('{"report": [{"vg": [{"vg_name": 1}], "pv": 2')
        _, out, _ = capture("--from", self.top)
        self.assertEqual(json.loads(out)["groups"], [])

    def test_nothing(self):
        status, out, said = capture("--from", self.top)
        self.assertEqual(status, 0)
        self.assertIn("no block devices", said)
        self.assertIn("mountinfo: warning: cannot be read", said)
        jsonschema.validate(json.loads(out), self.schema)

    def test_this_machine(self):
        status, out, said = capture()
        self.assertEqual(status, 0, said)
        jsonschema.validate(json.loads(out), self.schema)
        self.assertEqual({device["device"] for device in json.loads(out)["devices"]} -
                         set(os.listdir("/sys/class/block")), set())
        # Other programs may take or leave a loop device meanwhile: the same twice in a row is enough.
        outs = [out] + [capture()[1] for _ in range(4)]
        self.assertTrue(any(one == two for one, two in zip(outs, outs[1:])), outs[-2:])

    @unittest.skipIf(os.geteuid() != 0, "only root can be somebody else")
    def test_this_machine_as_somebody_without_privileges(self):
        """The same devices; what only root may read is missing, and that is said."""
        self.top.chmod(0o755)
        program = shutil.copy(BOOTGRAPH, self.top)
        somebody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        status, out, said = capture(prefix=somebody, program=program)
        self.assertEqual(status, 0, said)
        theirs, ours = json.loads(out), json.loads(capture()[1])
        jsonschema.validate(theirs, self.schema)
        for key in ("mounts", "swaps"):
            self.assertEqual(theirs[key], ours[key])
        self.assertEqual([device["device"] for device in theirs["devices"]],
                         [device["device"] for device in ours["devices"]])
        self.assertRegex(said, r"^$|\[facts-partial\]")

    def test_the_same_blob_here_and_elsewhere(self):
        facts = self.top / "facts.json"
        self.assertEqual(capture("-o", facts)[0], 0)
        roots = [m for m in json.loads(facts.read_text())["mounts"] if m["where"] == "/"]
        if not roots:
            self.skipTest("the root of this machine is on no block device")
        (self.top / "root/etc").mkdir(parents=True)
        (self.top / "root/etc/fstab").write_text(f"{roots[0]['source']} / {roots[0]['type']}\n")
        blobs = []
        for source in (facts, "live"):
            blob = self.top / f"blob{len(blobs)}"
            done = subprocess.run([BOOTGRAPH, "compile", "--no-scripts", "--root", self.top / "root",
                                   "--facts", source, "-o", blob], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            blobs.append(blob.read_bytes())
        self.assertEqual(*blobs)

    def test_machines(self):
        for path in sorted((HERE / "machines").glob("*.json")):
            jsonschema.validate(json.loads(path.read_text()), self.schema)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
