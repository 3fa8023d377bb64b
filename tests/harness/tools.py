"""Unit tests of tests/lib, tests/qemu/boot and tests/mutations/try; every data file is read."""

import importlib.machinery
import os
import pathlib
import sys
import tempfile
import types
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(TESTS / "lib"))
import cache  # noqa: E402
import caseimage  # noqa: E402
import casefile  # noqa: E402
import newc  # noqa: E402
import observed  # noqa: E402
import qemu  # noqa: E402
import replayed  # noqa: E402


def program(path):
    loader = importlib.machinery.SourceFileLoader(path.name, str(path))
    module = types.ModuleType(loader.name)
    module.__file__ = str(path)
    loader.exec_module(module)
    return module


boot = program(TESTS / "qemu" / "boot")
mutation = program(TESTS / "mutations" / "try")


WORK = tempfile.TemporaryDirectory(prefix="bootgraph-tools-")


def temporary(text):
    file = tempfile.NamedTemporaryFile("w", suffix=".case", dir=WORK.name, delete=False)
    with file:
        file.write(text)
    return pathlib.Path(file.name)


class Files(unittest.TestCase):
    def test_blocks_and_repeated_keys(self):
        path = temporary("# note\nsee: a: b # c\nsee: d\nunits:\n  x:\n    y\n\n  z\nend: e\n")
        fields = [(f.key, f.value) for f in casefile.read(path)]
        self.assertEqual(fields, [("see", "a: b # c"), ("see", "d"),
                                  ("units", "x:\n  y\n\nz\n"), ("end", "e")])

    def test_a_line_that_is_no_field_is_named(self):
        with self.assertRaisesRegex(casefile.CaseError, ":2: expected"):
            casefile.read(temporary("see: a\n(what)\n"))

    def test_cases_refuse_what_they_do_not_know(self):
        for text in ("bus: floppy\n", "colour: red\n", "see: (\n", "dialogue:\n  hope: x\n",
                     "limit: soon\n"):
            with self.assertRaisesRegex(casefile.CaseError, ":1: "):
                boot.Case(temporary(text))

    def test_every_case_can_be_read_and_names_what_exists(self):
        cases = sorted((TESTS / "qemu" / "cases").glob("*.case"))
        self.assertGreater(len(cases), 30)
        for path in cases:
            for disk in boot.Case(path).disks:
                cache.Recipe(disk)
            for field in casefile.read(path):
                if field.key == "mutation":
                    named = mutation.Mutation(TESTS / "mutations" / f"{field.value}.mutation")
                    self.assertIn(f"qemu.{path.stem}", named.cases, field.where)

    def test_every_mutation_applies(self):
        root = TESTS.parent
        for path in sorted((TESTS / "mutations").glob("*.mutation")):
            for edit in mutation.Mutation(path).edits:
                text = (root / edit["file"]).read_text()
                self.assertTrue(mutation.place(edit, text), path)


class Images(unittest.TestCase):
    def setUp(self):
        self.entries = [newc.Entry("etc", newc.DIRECTORY | 0o755), newc.file("init", b"first"),
                        newc.file("./etc/bootgraph/boot.blob", bytes(range(10)), 0o644),
                        newc.file("init", b"second!")]

    def test_written_archives_are_read_again(self):
        entries = newc.read(newc.join(newc.write(self.entries[:2]), newc.write(self.entries[2:])))
        self.assertEqual([(e.name, e.mode, e.data) for e in entries],
                         [(e.name, e.mode, e.data) for e in self.entries])
        self.assertEqual(newc.find(entries, "init").data, b"second!")

    def test_damage(self):
        def blob(words):
            entries = newc.read(newc.write(self.entries))
            found = newc.find(caseimage._damaged(entries, words), caseimage.BLOB)
            return found and found.data

        self.assertEqual(blob("blob truncate 3"), b"\0\1\2")
        self.assertEqual(blob("blob truncate half"), b"\0\1\2\3\4")
        self.assertEqual(blob("blob flip 2.7")[2], 0x82)
        self.assertEqual(blob("blob flip middle")[5], 4)
        self.assertIsNone(blob("blob remove"))
        with self.assertRaises(ValueError):
            blob("blob paint red")
        with self.assertRaises(caseimage.ImageError):
            blob("nothing remove")


class Console(unittest.TestCase):
    """The dialogue, with a shell script in the place of QEMU."""

    def converse(self, script, text):
        case = boot.Case(temporary(text))
        with qemu.Machine(["sh", "-c", script + "\n:", "machine"], case.limit,
                          case.forbidden()) as machine:
            machine.reason = "guest-shutdown"
            return (boot._converse(case, case.dialogue, machine, boot.Disks([], []), case.end) or
                    boot._unseen(case, machine.text))

    def test_power_on_begins_another_day(self):
        case = boot.Case(temporary("dialogue:\n  expect: a\n  power on:\n  expect: b\n"))
        self.assertEqual([[step["text"] for step in day] for day in boot._days(case.dialogue)],
                         [["a"], ["b"]])

    def test_a_disk_that_was_written_to_is_noticed(self):
        case = boot.Case(temporary("dialogue:\n  unchanged:\n"))
        one, two = temporary("as it was"), temporary("as it was")
        disks = boot.Disks([one, two], case.dialogue)
        self.assertIsNone(boot._do(case, None, disks, case.dialogue[0]))
        two.write_text("as it is")
        self.assertEqual(boot._do(case, None, disks, case.dialogue[0]), "written to: disk 2")

    def test_in_order(self):
        talk = "dialogue:\n  expect: ^name\\?\n  send: you\n  expect: hello you$\n"
        script = "printf 'name? '; read name; printf '\\033[1mhello %s\\r\\n' $name"
        self.assertIsNone(self.converse(script, talk))
        self.assertEqual(self.converse("echo 'hello you'; echo 'name?'", talk),
                         "the machine ended before: hello you$")

    def test_a_line_in_pieces_is_read_whole(self):
        talk = "dialogue:\n  expect guest 70..80: up=(?P<t>[\\d.]+)\n"
        self.assertIsNone(self.converse("printf up=7; sleep 0.1; echo 5.5", talk))

    def test_a_line_that_the_kernel_interrupts_is_whole(self):
        talk = "dialogue:\n  expect: ^script: init-top$\n  expect: ^2 of 2$\n"
        self.assertIsNone(self.converse("echo 'script: init-top[    2.926981] ACPI: bus'; echo; printf '2 of[    3.000000] x\n'; "
                                        "sleep 0.2; printf '[    3.100000] y\n 2\n'", talk))
        quoting = "dialogue:\n  expect: ^journal: \\[    1\\.000000\\] x$\n  expect: ^next$\n"
        self.assertIsNone(self.converse("echo 'journal: [    1.000000] x'; echo next", quoting))

    def test_forbidden_and_never_seen(self):
        self.assertIn("forbidden line", self.converse("echo oops now", "forbid: oops\n"))
        self.assertIn("forbidden line", self.converse("echo 'tiny: fd 7 /x'", "see: tiny\n"))
        self.assertEqual(self.converse("echo hm", "see: ^oh$\n"), "never seen: ^oh$")

    def test_limits(self):
        self.assertIn("time is up, waiting for: x",
                      self.converse("exec sleep 30", "limit: 1\ndialogue:\n  expect: x\n"))
        late = "dialogue:\n  expect guest 5..9: done\n"
        self.assertIsNone(self.converse("echo '[    6.5] x'; echo done", late))
        self.assertIn("at 3.5 s", self.converse("echo '[    3.5] x'; echo done", late))
        self.assertIsNone(self.converse("echo up 7.1", "dialogue:\n"
                                        "  expect guest 5..9: up (?P<t>[\\d.]+)\n"))

    def test_the_wrong_end(self):
        self.assertIn("expected reboot", self.converse("echo", "end: reboot\n"))


class Observations(unittest.TestCase):
    """What two systems say of their devices."""

    def said(self, number, **properties):
        return "".join(f"settled: info dm-{number} {line}\n" for line in (
            f"N: dm-{number}", "S: mapper/a", "E: DM_NAME=a", f"E: DEVLINKS=/dev/b{number} /dev/a",
            *(f"E: {name}={value}" for name, value in properties.items()))
        ) + f"settled: record dm-{number} 644\n"

    def table(self, *rows):
        path = temporary(f"# x\n\n{observed.HEADING}\n\n| key | of | what | why |\n| --- |\n" +
                         "".join(row + "\n" for row in rows) + "\n## y\n\n| `Z` | nobody |\n")
        self.addCleanup(path.unlink)
        return path

    def test_devices_have_their_names_and_links_no_order(self):
        one, other = (observed.devices(self.said(number)) for number in (0, 1))
        self.assertEqual(one["a"]["E:DEVLINKS"], "/dev/a /dev/b0")
        self.assertEqual([difference[1:4] for difference in observed.differences(one, other)],
                         [("mappings", "E:DEVLINKS", "other value"), ("mappings", "N", "other value")])

    def test_what_is_not_explained_is_told(self):
        here, there = self.said(0, SYSTEMD_READY="0"), self.said(0, SYSTEMD_READY="1", L="-100")
        table = self.table("| `E:L` | all | only there | because |")
        self.assertEqual(observed.compare(here, there, table).splitlines()[:-1],
                         ["a: E:SYSTEMD_READY: other value: '0' here, '1' there"])
        table = self.table("| `E:L`, `E:SYSTEMD_READY` | mappings | other value | because |")
        self.assertEqual(observed.compare(here, there, table).splitlines()[:-1],
                         ["a: E:L: only there: None here, '-100' there"])
        self.assertIsNone(observed.compare(here, here, table))
        self.assertIn("nothing to compare", observed.compare(here, "", table))

    def test_a_device_that_is_not_there_differs(self):
        table = self.table("| `N` | all | other value | because |")
        self.assertIn("b: N: only there", observed.compare(
            self.said(0), self.said(0) + "settled: info dm-1 N: dm-1\nsettled: info dm-1 E: DM_NAME=b\n",
            table))

    def test_a_table_that_says_nothing_is_refused(self):
        for row in ("| `N` | some | other value | because |", "| `N` | all | other value |  |", ""):
            with self.assertRaises(ValueError):
                observed.explained(self.table(row))


class Replays(unittest.TestCase):
    TRACE = "tiny: trace begin\n{}tiny: trace end\n"

    def check(self, text):
        return replayed.check(text, "false", pathlib.Path(WORK.name))

    def test_a_trace_that_is_not_the_same_is_told(self):
        self.assertIn("not the same", self.check(self.TRACE.format("bootgraph-trace 1\n")))

    def test_an_empty_trace_needs_a_reason(self):
        full = "bootgraph: /run/bootgraph/left could not be written: No space left on device\n"
        self.assertIn("is empty", self.check(self.TRACE.format("")))
        self.assertIsNone(self.check(full + self.TRACE.format("")))


class Mutants(unittest.TestCase):
    def test_the_old_text_is_there_once(self):
        edit = {"file": "f", "old": "if (a)\n\tb();\n", "new": "b();\n"}
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "f"
            file.write_text("{\n\tif (a)\n\t\tb();\n\tb();\n}\n")
            made = types.SimpleNamespace(edits=[edit])
            mutation.apply(made, pathlib.Path(folder))
            self.assertEqual(file.read_text(), "{\nb();\n\tb();\n}\n")
            with self.assertRaisesRegex(mutation.Broken, "0 times"):
                mutation.apply(made, pathlib.Path(folder))


class Cache(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.lib = pathlib.Path(self.folder.name)
        (self.lib / "recipes").mkdir()
        (self.lib / "input").write_text("1")
        self.recipe("one", "# inputs: ../input\necho x >thing")
        self.recipe("two", "# needs: one\ncp $one/thing other")
        self.recipe("bad", "echo reason; false")
        self.old = cache.LIB, os.environ.get("BOOTGRAPH_CACHE")
        cache.LIB = self.lib
        os.environ["BOOTGRAPH_CACHE"] = str(self.lib / "cache")
        sys.stderr = open(os.devnull, "w")

    def tearDown(self):
        sys.stderr.close()
        sys.stderr = sys.__stderr__
        cache.LIB = self.old[0]
        os.environ.pop("BOOTGRAPH_CACHE")
        if self.old[1] is not None:
            os.environ["BOOTGRAPH_CACHE"] = self.old[1]

    def recipe(self, name, text):
        (self.lib / "recipes" / name).write_text(f"#!/bin/sh\n{text}\n")

    def test_made_once_and_anew_when_an_input_changes(self):
        first = cache.make("two")
        self.assertEqual((first / "other").read_text(), "x\n")
        self.assertEqual(cache.make("two"), first)
        (self.lib / "input").write_text("2")
        self.assertNotEqual(cache.make("two"), first)

    def test_a_failure_is_told_and_leaves_nothing(self):
        with self.assertRaisesRegex(cache.CacheError, "(?s)bad failed.*reason"):
            cache.make("bad")
        self.assertEqual([p.name for p in cache.directory().iterdir()], ["locks"])

    def test_no_such_recipe(self):
        with self.assertRaises(cache.CacheError):
            cache.make("none")


if __name__ == "__main__":
    unittest.main()
