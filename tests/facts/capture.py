#!/usr/bin/env python3
"""usage: capture.py BOOTGRAPH SPECS

bootgraph capture, on a recorded machine (recording.json: what its /sys, /proc, dmsetup table and lvm
had, by path) and on this one; and whether what comes out is what specs/facts-schema.json says."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
BOOTGRAPH, SPECS = sys.argv[1], pathlib.Path(sys.argv[2])
KEY = "5ec2e7" * 21 + "00"  # stands in the recording where dmsetup table --showkeys has the key


def capture(*arguments):
    done = subprocess.run([BOOTGRAPH, "capture", *arguments], stdin=subprocess.DEVNULL,
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
        self.assertEqual(capture()[1], out)

    def test_machines(self):
        for path in sorted((HERE / "machines").glob("*.json")):
            jsonschema.validate(json.loads(path.read_text()), self.schema)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
