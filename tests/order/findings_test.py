#!/usr/bin/env python3
"""The tool behind update-findings: reasons are kept, and one that quotes no script is none."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import findings  # noqa: E402

FINDING = "usr/share/initramfs-tools/scripts/local-top/a:1:1: note: something [an-id]"


class Findings(unittest.TestCase):
    def test_file_is_kept(self):
        text = findings.FILE.read_text()
        head, reasons = findings.read(text)
        self.assertEqual(findings.write(head, reasons.items()), text)
        self.assertGreater(len(reasons), 40)
        for finding, reason in reasons.items():
            self.assertRegex(reason, "`[^`]+`", finding)

    def test_same_finding_twice(self):
        with self.assertRaises(findings.FindingsError):
            findings.read(f"# head\n\n# `a`\n{FINDING}\n# `a`\n{FINDING}\n")

    def test_quotations(self):
        texts = ["#!/bin/sh case $1 in prereqs) exit;; esac rm -f /run/count", "echo b"]
        for reason, good in {
                "": False, "because": False, "`rm /run`": False, "`rm -f /run/count`": True,
                "`case $1 in ... exit;;` and more": True, "`exit;; ... echo b`": False,
                "`echo b` but `echo c`": False, "`rm\t-f /run`": True}.items():
            with self.subTest(reason):
                self.assertEqual(findings.quotes_script(reason, texts), good)

    def test_scripts(self):
        with tempfile.TemporaryDirectory() as name:
            hook = pathlib.Path(name) / "etc/initramfs-tools/hooks/mine"
            hook.parent.mkdir(parents=True)
            hook.write_text("copy_exec\n\t/sbin/a\n")
            self.assertEqual(findings.scripts_of(pathlib.Path(name)), ["copy_exec /sbin/a"])

    def test_found(self):
        self.assertEqual(findings.found(f"etc/fstab: warning: no root [no-root]\n{FINDING}\n"
                                        "  echo\n  ^~~~\n"), [FINDING])


if __name__ == "__main__":
    unittest.main()
