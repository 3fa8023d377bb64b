"""merged.findings: what `check` says of all of Debian's packages in one tree, each finding under a
reason that somebody has written.

A reason is one comment line or more. It quotes the scripts in backquotes; ` ... ` in a quotation
leaves something out. A finding without a reason, or a reason whose quotation is in no script of the
tree, is not accepted, neither by the test nor by update-findings."""

import pathlib
import re

FILE = pathlib.Path(__file__).resolve().parent / "merged.findings"
QUOTE = re.compile(r"`([^`]+)`")


class FindingsError(Exception):
    """The file of findings cannot be meant."""


def read(text):
    """The head of the file, and finding -> reason, the lines above it without their `# `."""
    head, reasons, lines = [], {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            lines.append(line[1:].strip())
        elif line:
            if line in reasons:
                raise FindingsError(f"line {number}: again: {line}")
            reasons[line] = " ".join(lines)
            lines = []
        elif lines and not head and not reasons:
            head, lines = lines, []
    return head, reasons


def write(head, entries):
    blocks = ["".join(f"# {line}\n" for line in head)]
    blocks += [f"# {reason}\n{finding}\n" for finding, reason in entries]
    return blocks[0] + "\n" + "".join(blocks[1:])


def _plain(text):
    return " ".join(text.split())


def scripts_of(root):
    """The text of every script and hook below a root, blanks made one."""
    texts = []
    for tree in ("usr/share/initramfs-tools", "etc/initramfs-tools"):
        for path in sorted((root / tree).rglob("*")):
            if path.is_file() and not path.is_symlink():
                texts.append(_plain(path.read_text(errors="replace")))
    return texts


def quotes_script(reason, texts):
    """Whether the reason quotes a script, and does so word for word."""
    quotes = QUOTE.findall(reason)
    for quote in quotes:
        pieces = [_plain(piece) for piece in quote.split(" ... ")]
        if not any(all(piece in text for piece in pieces) for text in texts):
            return False
    return bool(quotes)


def found(output):
    """The findings in what `check` prints, without the scripts' lines and the notes below them."""
    return [line for line in output.splitlines()
            if line.startswith(("usr/", "etc/init")) and line.endswith("]")]
