"""The trace of a boot in QEMU, run again by `bootgraph simulate`: it must do the same."""

import re
import subprocess

BLOCK = re.compile(r"^tiny: trace begin$\n(.*?)^tiny: trace end$", re.M | re.S)
KERNEL = re.compile(r"\[ *\d+\.\d{6}\]")
NO_ROOM = re.compile(r"^bootgraph: /run/\S+ could not be written: No space left on device$", re.M)


def check(text, program, work):
    """None, or what was not the same: in the last trace that a console's text has, with WORK/boot.blob.
    None also if there is no trace, if /run had no room for it, or if the kernel said something in
    the middle of one of its lines, which nobody can take apart again."""
    blocks = BLOCK.findall(text)
    if not blocks:
        return None
    lines = [line for line in blocks[-1].splitlines() if not KERNEL.match(line)]
    if any(KERNEL.search(line) for line in lines):
        return None
    if not lines:
        return None if NO_ROOM.search(text) else "its trace is empty, and nothing says why"
    (work / "trace").write_text("\n".join(lines) + "\n")
    result = subprocess.run([program, "simulate", work / "boot.blob", work / "trace",
                             "-o", work / "trace-again"], capture_output=True, text=True)
    if result.returncode == 0 and not result.stderr:
        return None
    return f"its trace run again is not the same (exit {result.returncode}):\n{result.stderr}"
