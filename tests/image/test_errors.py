"""What is said when an image cannot be made."""

import unittest

from case import MODULES, Case
from sysroot import RELEASE

EXT4 = [("filesystem", "ext4", "mount-root")]


class Errors(Case):
    def test_everything_missing_in_one_run(self):
        self.root.loader()
        lib = self.root.path("/usr/lib/libgone.so.1")
        self.root.library("/usr/lib/libgone.so.1")
        self.root.program("/usr/bin/tool", ["/usr/lib/libgone.so.1"])
        lib.unlink()
        self.root.file("/usr/bin/damaged", b"\x7fELF\2\1\1", 0o755)
        said = self.fails([("binary", "/usr/bin/none", "one"), ("binary", "nothing", "two"),
                           ("binary", "/usr/bin/tool", "three"), ("module", "nosuch", "four"),
                           ("filesystem", "nofs", "five"), ("file", "/etc/none", "six"),
                           ("file", "/etc", "seven"), ("binary", "/usr/bin/damaged", "eight"),
                           ("module", "perhaps", "nine", "optional")]).splitlines()
        path = str(self.dir / "manifest")
        for line, text in enumerate([
                "error: /usr/bin/none (unit one): No such file or directory [image-program]",
                "error: program nothing (unit two): not in the sysroot [image-program]",
                "error: libgone.so.1 (needed by /usr/bin/tool): no such library in the sysroot "
                "[image-library]",
                "error: module nosuch (unit four): not in the sysroot [image-module]",
                "error: module for file system nofs (unit five): not in the sysroot [image-module]",
                "error: /etc/none (unit six): No such file or directory [image-program]",
                "error: /etc (unit seven): not a regular file [image-program]",
                "error: /usr/bin/damaged (unit eight): ",
                "note: module perhaps (unit nine): not in the sysroot; left out of the image "
                "[image-left-out]"], 1):
            found = [told for told in said if told.startswith(f"{path}:{line}:1: ")]
            self.assertEqual(len(found), 1, said)
            self.assertTrue(found[0].startswith(f"{path}:{line}:1: {text}"), found)

    def test_unit_that_needs_it_is_shown(self):
        units = self.dir / "units"
        units.mkdir()
        (units / "x.yaml").write_text("unit: extra\nneeds-binaries: [/sbin/gone]\n"
                                      "run: [/sbin/gone]\n")
        words = [w for w in self.words([]) if w not in ("--blob", "--manifest",
                 self.work / "blob", self.dir / "manifest")]
        done = self.bootgraph(*words, "--units", units)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr.decode(),
                         r"x\.yaml:\d:\d+: error: /sbin/gone \(unit extra\): No such file or "
                         r"directory \[image-program\]\n.*\n +\^")
        self.assertFalse(self.output.exists())

    def test_kernel(self):
        words = self.words(EXT4)
        for release, reason in [("6.9", "no such kernel in the sysroot"),
                                ("../modules", "no such kernel"), ("", "no such kernel")]:
            words[3] = release
            done = self.bootgraph(*words)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"--kernel: error: {release}: {reason}", done.stderr.decode())
            self.assertIn(f"the sysroot has those of {RELEASE}", done.stderr.decode())
        self.root.path(f"/{MODULES}/modules.dep.bin").unlink()
        self.assertIn("run depmod for it", self.fails(EXT4))

    def test_damaged_module(self):
        path = self.root.path(f"/{MODULES}/kernel/fs/ext4/ext4.ko.zst")
        whole = path.read_bytes()
        path.write_bytes(whole[:len(whole) // 2])
        self.assertRegex(self.fails(EXT4), r"ext4\.ko\.zst: error: module ext4 .*\[image-damaged\]")
        path.unlink()
        self.assertRegex(self.fails(EXT4), r"ext4\.ko\.zst: error: module ext4 .*\[unreadable\]")

    def test_facts(self):
        path = self.dir / "facts.json"
        for text, message in [
                ('{"modalias": [}', "1:15: error: not a JSON object: "),
                ('{"modalias": "x"}', r'1:1: error: "modalias" is not a list of texts'),
                ('{"modalias": ["a", 1]}', r'1:1: error: "modalias\[1\]" is not a text'),
                ('{"other": 1}', r'1:1: error: neither "bootgraph-facts" nor "modalias" in it'),
                ('null', r"1:5: error: not a JSON object: it is something else"),
                ('[]', r"1:3: error: not a JSON object: it is something else"),
                ('{"modalias": []} x', "1:18: error: not a JSON object: "),
                ('', r"1:1: error: not a JSON object: ")]:
            words = self.words(EXT4)
            path.write_text(text)
            done = self.bootgraph(*words)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr.decode(), "facts.json:" + message)
            self.assertEqual(done.stderr.decode().count("error:"), 1, done.stderr)

    def test_manifest(self):
        said = self.fails([("binary", "x"), ("kind", "x", "u"), ("binary", "", "u"),
                           ("binary", "x", "u", "perhaps"), ("binary", "x", "u", "optional", "")])
        for line in range(1, 6):
            self.assertIn(f"manifest:{line}:1: error: not a line of a manifest", said)

    def test_usage(self):
        words = [str(word) for word in self.words(EXT4)]

        def without(*names):
            found = list(words)
            for name in names:
                at = found.index(name)
                del found[at:at + 2]
            return found
        for given, message in [
                (without("--facts"), "--facts FILE (or --facts live) for one machine, or --generic"),
                (without("--kernel"), "--kernel VERSION is missing"),
                (without("-o"), "say where the image goes"),
                ([*words, "--into", "/nowhere"], "say where the image goes"),
                ([*without("-o"), "--into", "/nowhere"], "--into compiles"),
                (without("--blob"), "--blob and --manifest belong together"),
                (without("--init"), "use --init FILE"),
                ([*words, "--cmdline", "x"], "--cmdline, --units and --no-stdlib say nothing"),
                ([*words, "more"], "an argument too many"),
                ([*words, "--compress", "lz4"], "Usage: "), ([*words, "--add", "x"], "Usage: "),
                ([*words, "--without", "x"], "Usage: ")]:
            done = self.bootgraph(*given)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(message, done.stderr.decode())
            self.assertFalse(self.output.exists())


if __name__ == "__main__":
    unittest.main()
