"""The data files of the tests: QEMU cases and mutations.

    # a comment line
    key: value
    key:
      a block: the indented lines that follow, with their common indentation removed

A key may come more than once. A `#` elsewhere than at the beginning of a line is text.
"""

import re
import textwrap

KEY = re.compile(r"^([a-z][^:]*):(?:[ \t]+(.*?))?[ \t]*$")


class CaseError(Exception):
    """A data file that says something it cannot mean; the message begins with file:line."""


class Field:
    def __init__(self, key, value, where):
        self.key, self.value, self.where = key, value, where


def read(path):
    """All fields of the file, in order."""
    fields = []
    lines = path.read_text().splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{path}:{number}"
        match = KEY.match(line)
        if not match:
            raise CaseError(f"{where}: expected `key: value`")
        key, value = match.groups()
        if value is None:
            block = []
            while number < len(lines) and (not lines[number].strip() or lines[number][0] in " \t"):
                block.append(lines[number])
                number += 1
            value = textwrap.dedent("\n".join(block)).strip("\n") + "\n"
        fields.append(Field(key, value, where))
    return fields
