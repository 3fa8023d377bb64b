"""What a system says of its devices (lib/settled), compared key by key with what it says after another
boot. Differences that may be are the table of specs/handoff.md."""

import pathlib
import re

HANDOFF = pathlib.Path(__file__).resolve().parent.parent.parent / "specs" / "handoff.md"
HEADING = "## Beside a boot by initramfs-tools"
INFO = re.compile(r"^settled: info (\S+) ([A-Z]): (.*)$", re.M)
MODE = re.compile(r"^settled: record (\S+) (\d+)$", re.M)
ROW = re.compile(r"^\| (?P<keys>(?:`[^`]+`(?:, )?)+) \| (?P<whose>[a-z ]+) \| (?P<how>[a-z ]+) \| .+ \|$")
WHOSE = ("all", "mappings", "arrays")
HOW = ("other value", "only here", "only there")


def devices(text):
    """{name: {key: value}} for each mapping and array. The name is what the device is called, not the
    number it happened to get. A key is `N`, `E:DM_NAME` and so on; links are one, in order."""
    found = {}
    for kernel, kind, value in INFO.findall(text):
        facts = found.setdefault(kernel, {})
        if kind == "E":
            name, _, value = value.partition("=")
            facts["E:" + name] = value
        else:
            facts[kind] = " ".join(sorted([*facts.get(kind, "").split(), value]))
    for kernel, mode in MODE.findall(text):
        found[kernel]["mode"] = mode
    for facts in found.values():
        facts["E:DEVLINKS"] = " ".join(sorted(facts.get("E:DEVLINKS", "").split()))
    return {facts.get("E:DM_NAME") or facts.get("E:MD_DEVNAME") or kernel: facts
            for kernel, facts in found.items()}


def differences(ours, theirs):
    """All (device, whose, key, how, what is here, what is there)."""
    for name in sorted({*ours, *theirs}):
        here, there = ours.get(name, {}), theirs.get(name, {})
        whose = "arrays" if "E:MD_LEVEL" in {**here, **there} else "mappings"
        for key in sorted({*here, *there}):
            if key not in there:
                yield name, whose, key, "only here", here[key], None
            elif key not in here:
                yield name, whose, key, "only there", None, there[key]
            elif here[key] != there[key]:
                yield name, whose, key, "other value", here[key], there[key]


def explained(path):
    """The document's table: all (key, whose, how) that may differ."""
    section = path.read_text().partition(HEADING + "\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    table = set()
    for line in rows:
        row = ROW.match(line)
        if not row or row["whose"] not in WHOSE or row["how"] not in HOW:
            raise ValueError(f"{path}: not a row of differences: {line}")
        table.update((key, row["whose"], row["how"]) for key in re.findall(r"`([^`]+)`", row["keys"]))
    if not table:
        raise ValueError(f"{path}: no table below {HEADING}")
    return table


def compare(our_text, their_text, document=HANDOFF):
    """None, or the differences that the document does not explain."""
    ours, theirs = devices(our_text), devices(their_text)
    if not ours or not theirs:
        return f"nothing to compare: {len(ours)} devices here, {len(theirs)} there"
    table = explained(document)
    wrong = [f"{name}: {key}: {how}: {here!r} here, {there!r} there"
             for name, whose, key, how, here, there in differences(ours, theirs)
             if not {(key, whose, how), (key, "all", how)} & table]
    if not wrong:
        return None
    return "\n".join([*wrong, f"differs from their boot, and {document.name} does not say why"])
