#!/usr/bin/env python3
"""usage: cases.py [--show] BOOTGRAPH CASE

A case (cases/*.case, in the form of tests/lib/casefile.py) makes a small tree and says what
bootgraph has to print about it:

    summary: what is shown
    file PATH: block, an executable file; `plain PATH:` one that is not
    link PATH: target
    copy PATH: a file beside the case
    run: arguments of bootgraph; what follows belongs to this run
    output: block, everything on standard output and then on standard error; nothing if left out
    exit: the status, 0 if left out

--show prints what comes out instead of comparing it."""

import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import casefile  # noqa: E402


def make(top, kind, path, value):
    target = top / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if kind == "link":
        target.symlink_to(value)
    else:
        # \xNN stands for bytes that no text has.
        target.write_bytes(value.encode().decode("unicode_escape").encode("latin-1")
                           if "\\x" in value else value.encode())
        target.chmod(0o755 if kind == "file" else 0o644)


class Run:
    def __init__(self, field):
        self.where, self.arguments = field.where, shlex.split(field.value)
        self.output, self.exit = "", 0


def read(path, top):
    runs = []
    for field in casefile.read(path):
        kind, _, name = field.key.partition(" ")
        if kind in ("file", "plain", "link") and name:
            make(top, kind, name, field.value)
        elif kind == "copy" and name:
            make(top, "plain", name, (path.parent / field.value).read_text())
        elif field.key == "run":
            runs.append(Run(field))
        elif field.key == "output" and runs:
            runs[-1].output = field.value
        elif field.key == "exit" and runs:
            runs[-1].exit = int(field.value)
        elif field.key != "summary":
            raise casefile.CaseError(f"{field.where}: no such key here")
    if not runs:
        raise casefile.CaseError(f"{path}:1: nothing is run")
    return runs


def execute(bootgraph, run, top):
    done = subprocess.run([bootgraph, *run.arguments], cwd=top, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120,
                          env={"PATH": os.environ["PATH"]})
    return done.stdout + done.stderr, done.returncode


def show(run, output, status):
    print(f"run: {shlex.join(run.arguments)}")
    if output:
        print("output:\n" + "".join(f"  {line}\n" for line in output.splitlines()), end="")
    if status != 0:
        print(f"exit: {status}")


def main(arguments):
    showing = arguments[0] == "--show"
    bootgraph, case = pathlib.Path(arguments[-2]).resolve(), pathlib.Path(arguments[-1])
    failures = 0
    with tempfile.TemporaryDirectory() as directory:
        top = pathlib.Path(directory)
        top.chmod(0o755)
        for run in read(case, top):
            output, status = execute(bootgraph, run, top)
            if showing:
                show(run, output, status)
            elif (output, status) != (run.output, run.exit):
                failures += 1
                print(f"{run.where}: {' '.join(run.arguments)}\n--- expected, exit {run.exit}\n"
                      f"{run.output}--- got, exit {status}\n{output}")
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except casefile.CaseError as error:
        sys.exit(str(error))
