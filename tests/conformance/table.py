"""The table of what bootgraph has to keep of initramfs-tools and its neighbours: boxes/*.boxes.

A box is one behaviour that somebody relies on, a row one thing about it that can be observed:

    box: 2.1/same-name
    says: a script in /etc replaces the one of the same name in /usr/share
    row: order
    run: mkinitramfs
    lines: ^order same-name

`box` begins a box, `row` a row of it; the row is called 2.1/same-name/order. `run` names the pair of
observations (runs/), `lines` chooses from both of them; it may be repeated. Further keys of a row:

    says: what this row is about, if the box's words do not say it
    change: REGEX => TEXT     what may differ between two runs of the same thing, like process numbers
    sorted: yes               the lines come in any order
    once: yes                 a line that comes again is not counted

A row without one of these keys is kept: what is chosen from both observations is the same, and not
nothing. With one of them it has to differ:

    open: the difference      it is to become the same
    finding: ID               not kept; `bootgraph check` says so, in the words of `because`
    because: a sentence       not kept, and why that cannot matter
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "lib"))
import casefile  # noqa: E402

SECTIONS = {
    "2.1": "Building an image: which scripts, in which order",
    "2.2": "init, from the first line to the real system",
    "2.3": "What boot scripts are given, and may do",
    "2.4": "scripts/functions",
    "2.5": "scripts/local and scripts/nfs",
    "2.6": "udev's scripts",
    "3.1": "cryptsetup-initramfs: building",
    "3.2": "cryptsetup-initramfs: options of crypttab",
    "3.3": "cryptsetup-initramfs: opening",
    "3.4": "mdadm",
    "3.5": "lvm2",
}
TEXTS = ("says", "run", "open", "finding", "because")


class Box:
    def __init__(self, name, where):
        self.name, self.where, self.says, self.rows = name, where, "", []
        self.section = name.partition("/")[0]


class Row:
    def __init__(self, box, name, where):
        self.box, self.name, self.where = box, f"{box.name}/{name}", where
        self.says, self.run, self.open, self.finding, self.because = "", "", "", "", ""
        self.lines, self.changes, self.sorted, self.once = [], [], False, False

    def kept(self):
        return not (self.open or self.finding or self.because)

    def choose(self, observation):
        """The row's part of an observation, a list of lines."""
        chosen = [self._changed(line) for line in observation
                  if any(expression.search(line) for expression in self.lines)]
        if self.once:
            chosen = list(dict.fromkeys(chosen))
        return sorted(chosen) if self.sorted else chosen

    def _changed(self, line):
        for expression, text in self.changes:
            line = expression.sub(text, line)
        return line

    def take(self, key, value):
        if key in TEXTS:
            if getattr(self, key):
                raise ValueError(f"a second {key}")
            setattr(self, key, " ".join(value.split()))
        elif key == "lines":
            self.lines.append(re.compile(value))
        elif key == "change":
            expression, text = re.fullmatch("(.*?) => ?(.*)", value).groups()
            self.changes.append((re.compile(expression), text))
        elif key in ("sorted", "once") and value == "yes":
            setattr(self, key, True)
        else:
            raise ValueError("no such key here")

    def check(self):
        if not self.run or not self.lines:
            raise casefile.CaseError(f"{self.where}: {self.name} observes nothing: `run`, `lines`")
        if self.open and (self.finding or self.because) or self.finding and not self.because:
            raise casefile.CaseError(f"{self.where}: {self.name} is open, or not kept `because` of something")
        if not run_file(self.run):
            raise casefile.CaseError(f"{self.where}: there is no run {self.run}")


def run_file(name):
    """The file of a run, or None: a tree for mkinitramfs, a case that is booted."""
    paths = [HERE / "runs" / f"{name}.{kind}" for kind in ("tree", "case")]
    return next((path for path in paths if path.is_file()), None)


def read():
    """All boxes, in order."""
    boxes = []
    for path in sorted((HERE / "boxes").glob("*.boxes")):
        _read_file(path, boxes)
    names = [row.name for row in rows(boxes)]
    for name in names:
        if names.count(name) > 1:
            raise casefile.CaseError(f"{name} is in the table twice")
    return boxes


def _read_file(path, boxes):
    for field in casefile.read(path):
        try:
            _take(field, boxes)
        except (ValueError, re.error) as error:
            raise casefile.CaseError(f"{field.where}: {field.key}: {error}") from None
    for box in boxes:
        if not box.says or not box.rows:
            raise casefile.CaseError(f"{box.where}: {box.name} says nothing, or has no row")
        for row in box.rows:
            row.check()


def _take(field, boxes):
    if field.key == "box":
        boxes.append(Box(field.value, field.where))
        if boxes[-1].section not in SECTIONS:
            raise ValueError("no such section")
    elif not boxes:
        raise ValueError("before the first box")
    elif field.key == "row":
        boxes[-1].rows.append(Row(boxes[-1], field.value, field.where))
    elif boxes[-1].rows:
        boxes[-1].rows[-1].take(field.key, field.value)
    elif field.key == "says" and not boxes[-1].says:
        boxes[-1].says = " ".join(field.value.split())
    else:
        raise ValueError("a box has `says`, and then rows")


def rows(boxes):
    return [row for box in boxes for row in box.rows]


def judge(row, theirs, ours, findings):
    """What is wrong with the row, or None. Observations are what it chose from them."""
    if not theirs:
        return "the distribution's observation is empty"
    if row.kept():
        if not ours:
            return "bootgraph's observation is empty"
        return None if theirs == ours else "they differ"
    if theirs == ours:
        return "they are the same by now: take `open`, `finding` and `because` away"
    if row.finding and row.finding not in findings:
        return f"`bootgraph check` does not say {row.finding}"
    return None
