#!/usr/bin/env python3
"""usage: table_test.py

How rows are chosen and judged: a row without an observation, or with an empty one, is never right, and
a difference that has gone has to be cleared."""

import pathlib
import re
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import table  # noqa: E402
import casefile  # noqa: E402


def row(**words):
    made = table.Row(table.Box("2.1/x", "here"), "y", "here")
    for key, value in words.items():
        setattr(made, key, value)
    return made


class Choice(unittest.TestCase):
    observation = ["b env A=1", "a env B=22", "a env A=1", "a fd 0"]

    def test_lines(self):
        made = row(lines=[re.compile(r"^a env"), re.compile("fd")])
        self.assertEqual(made.choose(self.observation), ["a env B=22", "a env A=1", "a fd 0"])

    def test_sorted_once_changed(self):
        made = row(lines=[re.compile(r" env ")], changes=[(re.compile("^. "), ""), (re.compile(r"\d+"), "N")],
                   sorted=True, once=True)
        self.assertEqual(made.choose(self.observation), ["env A=N", "env B=N"])


class Judgement(unittest.TestCase):
    def test_empty(self):
        for made in (row(), row(open="x"), row(because="x")):
            self.assertIn("empty", table.judge(made, [], [], ()))
        self.assertIn("empty", table.judge(row(), ["a"], [], ()))

    def test_kept(self):
        self.assertIsNone(table.judge(row(), ["a"], ["a"], ()))
        self.assertEqual(table.judge(row(), ["a"], ["b"], ()), "they differ")

    def test_cleared(self):
        for made in (row(open="x"), row(because="x"), row(finding="f", because="x")):
            self.assertIn("by now", table.judge(made, ["a"], ["a"], ("f",)))

    def test_finding(self):
        made = row(finding="f", because="x")
        self.assertIsNone(table.judge(made, ["a"], [], ("f",)))
        self.assertIn("does not say f", table.judge(made, ["a"], [], ("g",)))


class Rows(unittest.TestCase):
    def refused(self, **words):
        with self.assertRaises(casefile.CaseError):
            row(**words).check()

    def test_nothing_observed(self):
        self.refused(run="mkinitramfs")
        self.refused(lines=["x"])
        self.refused(run="no-such-run", lines=["x"])

    def test_two_ways_out(self):
        self.refused(run="mkinitramfs", lines=["x"], open="x", because="y")
        self.refused(run="mkinitramfs", lines=["x"], finding="x")

    def test_table(self):
        names = [one.name for one in table.rows(table.read())]
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main()
