#!/usr/bin/env python3
"""usage: page.py [--check]

Prints specs/compatibility.md, which follows from the table. --check compares it with the page that is
there, and the numbers in the README with the table."""

import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import table  # noqa: E402

HEAD = """\
# What scripts and command lines of initramfs-tools can rely on

Made from `tests/conformance/boxes` by `ninja specs`. Each row is observed twice, of what the
distribution's own programs do (Debian 12: initramfs-tools 0.142, cryptsetup 2.6.1, mdadm 4.2, lvm2
2.03.16), and of what bootgraph does with the same files. `tests/conformance/run`
compares the two; [tests/README.md](../tests/README.md) says how.

{count} rows: {kept} are kept, {lost} are not, {open} are open: they differ today and are to become the same.
"""


def cell(text):
    return text.replace("|", "\\|")


def listing(title, words, head, lines):
    if not lines:
        return []
    return ["", f"## {title}", "", words, "", f"| {head} |",
            "|" + " --- |" * (head.count("|") + 1), *lines]


def about(row):
    return cell(row.says or row.box.says)


def page(boxes):
    rows = table.rows(boxes)
    lost = [row for row in rows if row.finding or row.because]
    still = [row for row in rows if row.open]
    out = [HEAD.format(count=len(rows), kept=len(rows) - len(lost) - len(still), lost=len(lost),
                       open=len(still)).rstrip()]
    out += listing("Not kept", "With the finding of `bootgraph check` that says so for a machine that it "
                   "concerns, or the reason why it concerns none.", "row | theirs | finding | reason",
                   [f"| {row.name} | {about(row)} | {f'`{row.finding}`' if row.finding else ''} "
                    f"| {cell(row.because)} |" for row in lost])
    out += listing("Open", "What bootgraph does otherwise today.", "row | theirs | bootgraph",
                   [f"| {row.name} | {about(row)} | {cell(row.open)} |" for row in still])
    for section, title in table.SECTIONS.items():
        mine = [box for box in boxes if box.section == section]
        out += listing(f"{section} {title}", "", "box | what is kept | rows",
                       [f"| {box.name} | {cell(box.says)} | {summary(box)} |" for box in mine])
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)) + "\n"


def summary(box):
    """How many rows there are, and of which kind."""
    kinds = [("kept", sum(row.kept() for row in box.rows)),
             ("not kept", sum(bool(row.because) for row in box.rows)),
             ("open", sum(bool(row.open) for row in box.rows))]
    return ", ".join(f"{number} {kind}" for kind, number in kinds if number)


def check(boxes):
    text, there = page(boxes), table.TOP / "specs" / "compatibility.md"
    readme = " ".join((table.TOP / "README.md").read_text().split())
    rows = table.rows(boxes)
    words = f"{len(rows)} rows, {sum(bool(row.open) for row in rows)} of them open"
    wrong = []
    if not there.is_file() or there.read_text() != text:
        wrong.append("specs/compatibility.md is not what follows from the table: `ninja specs`")
    if words not in readme:
        wrong.append(f"README.md does not say \"{words}\"")
    print("\n".join(wrong) or words)
    return 1 if wrong else 0


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    boxes = table.read()
    if arguments:
        return check(boxes)
    sys.stdout.write(page(boxes))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
