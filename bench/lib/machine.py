"""The machine under measurement: QEMU with an instruction counter for a clock, and its disk.

With -icount shift=0 every guest instruction takes one nanosecond of guest time, and sleep=on lets
guest time pass as real time while the guest is idle. So a result says how much work was done plus
how long was waited, whatever else the host was doing; it is not the time of any real machine."""
import os
import re
import subprocess
import tempfile
from pathlib import Path

import store
from debian import run

HERE = Path(__file__)
BENCH = HERE.parent.parent
WALL_LIMIT = 600
# The root's, as in the fstab of tests/lib/recipes/debian-root.
UUID = "00000000-0000-4000-8000-000000000001"
# The kernel limits what /dev/kmsg takes from others by default, and could drop the marker of
# bench/root/init.c after a contender that logs there.
COMMAND_LINE = f"console=ttyS0 quiet panic=-1 nokaslr printk.devkmsg=on ro"
MEMORY = "512M"

# The file system is younger than the guest's clock: fsck would repair one from the future.
MADE_AT = "1703980800"
MADE_DAY = "2023-12-31T00:00:00"
BOOTED_DAY = "2024-01-01T00:00:00"
CLOCK = ["-rtc", f"base={BOOTED_DAY},clock=vm", "-icount", "shift=0,sleep=on"]


class BootFailed(Exception):
    """The real init was not reached, or could not measure. Says so with the end of the console."""


def compile_static(program, *sources):
    """musl's start-up is 1,500 instructions to main, against 37,000 of a static glibc. Its wrapper
    hides the kernel's headers."""
    run("musl-gcc", "-std=gnu11", "-Os", "-Wall", "-Wextra", "-Werror", "-static", "-s",
        "-idirafter", "/usr/include", "-idirafter", "/usr/include/x86_64-linux-gnu",
        "-o", program, *sources)


def make_disk(tree, image, megabytes):
    """A GPT disk with one ext4 partition that holds the tree."""
    environment = dict(os.environ, E2FSPROGS_FAKE_TIME=MADE_AT)
    with open(image, "wb") as disk:
        disk.truncate((megabytes + 2) << 20)
    run("sfdisk", "-q", image, input=f"label: gpt\nlabel-id: {UUID}\nsize={megabytes}MiB, "
        f"type=linux, uuid={UUID}\n", text=True)
    run("mke2fs", "-q", "-F", "-t", "ext4", "-U", UUID, "-d", tree,
        "-E", f"offset={1 << 20},hash_seed={UUID}", image, f"{megabytes}M", env=environment)


def disk():
    """The disk with the real root of the bench: a static init that says when it was reached."""
    source = BENCH / "root/init.c"

    def make(place):
        with tempfile.TemporaryDirectory() as scratch:
            tree = Path(scratch)
            tree.chmod(0o755)
            for name in ("dev", "proc", "sys", "run", "tmp", "root", "etc", "sbin"):
                (tree / name).mkdir()
            (tree / "etc/fstab").write_text(f"UUID={UUID} / ext4 errors=remount-ro 0 1\n",
                                            encoding="ascii")
            compile_static(tree / "sbin/init", source)
            make_disk(tree, place / "disk", 60)

    return store.made("disk", [HERE, source], make) / "disk"


def start(kernel, initrd, command_line, disks, options, wall_limit=WALL_LIMIT, keep=0, log=None,
          first=False):
    """Runs the machine to its end; returns what it wrote on the console, and writes it to `log`
    meanwhile. What it writes to the first `keep` disks is thrown away: they are kept as they are.
    `first`: before other work of the host, so that this does not prolong waits."""
    command = ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=single",
               "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-smp", "1",
               "-serial", "stdio", "-kernel", kernel, "-initrd", initrd, "-append", command_line]
    for number, path in enumerate(disks):
        snapshot = "on" if number < keep else "off"
        command += ["-drive", f"file={path},if=none,id=d{number},format=raw,cache=unsafe,"
                    f"snapshot={snapshot}",
                    "-device", f"virtio-blk-pci,drive=d{number}"]
    if first and os.geteuid() == 0:
        command = ["nice", "-n", "-10", *command]
    with open(log, "w+b") if log else tempfile.TemporaryFile() as stream:
        try:
            done = subprocess.run([str(word) for word in command + options], stdin=subprocess.DEVNULL,
                                  stdout=stream, stderr=subprocess.STDOUT, check=False,
                                  timeout=wall_limit)
        except subprocess.TimeoutExpired:
            done = None
        stream.seek(0)
        console = stream.read().decode(errors="replace")
    if done is None:
        raise BootFailed(f"no end after {wall_limit} s of real time\n" + _tail(console))
    if done.returncode != 0:
        raise BootFailed(f"QEMU ended with {done.returncode}\n" + _tail(console))
    return console


def _tail(console):
    return "\n".join("    " + line for line in console.splitlines()[-40:])


def measure(kernel, initrd, extra_words="", cpu=None, disks=None, root=f"UUID={UUID}"):
    """Boots once, on QEMU's default processor if none is named, with the plain disk if none is named.
    Returns the readings of bench/root/init.c as a dictionary of integers, with the floor's steps as a
    list of (label, CLOCK_MONOTONIC ns) under "steps"."""
    disks = disks or [disk()]
    console = start(kernel, initrd, f"{COMMAND_LINE} root={root} {extra_words}".strip(), disks,
                    ["-m", MEMORY, *CLOCK] + (["-cpu", cpu] if cpu else []), keep=len(disks),
                    first=True)
    found = re.findall(r"^bench: (\S+) ?(.*?)\r?$", console, re.MULTILINE)
    if ("end", "") not in found:
        raise BootFailed("the real init was not reached\n" + _tail(console))
    readings = {key: int(value) for key, value in found if key not in ("end", "step", "error")}
    readings["steps"] = [(label, int(at)) for at, label in
                         (value.split(" ", 1) for key, value in found if key == "step")]
    return readings


def seconds(readings):
    """From "Run /init" to the real init."""
    return (readings["reached.log"] - readings["started.log"]) / 1e9
