"""What is in the memory of another process."""

import pathlib


def copies(pid, text):
    """How often a text stands in what a process can write to."""
    found = 0
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            begin, end = (int(word, 16) for word in line.split()[0].split("-"))
            # What is larger is a sanitizer's notes.
            if line.split()[1].startswith("rw") and end - begin < 64 << 20:
                memory.seek(begin)
                found += memory.read(end - begin).count(text)
    return found
