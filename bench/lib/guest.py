"""Things that only the machine under measurement can tell: what hardware its root stands on, and
what initramfs-tools includes when it looks at that hardware (MODULES=dep). Found by booting the
sysroot itself on that machine, without the instruction counter, which would only slow it down."""
import json
import subprocess
import tempfile
from pathlib import Path

import machine
import store
from debian import run

HERE = Path(__file__)

# Runs as init of the sysroot. Results go as a tar archive to the second disk.
SCRIPT = """#!/bin/sh
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
finish() { echo "guest: status $?"; sync; echo o >/proc/sysrq-trigger; sleep 60; }
trap finish EXIT
mountpoint -q /proc || mount -t proc proc /proc
mountpoint -q /sys || mount -t sysfs sysfs /sys
mountpoint -q /dev || mount -t devtmpfs devtmpfs /dev
mount -o remount,rw /
mkdir /result
device=$(readlink -f "/sys/dev/block/$(mountpoint -d /)")
while [ "$device" != /sys/devices ]; do
	if [ -f "$device/modalias" ]; then cat "$device/modalias"; fi
	device=$(dirname "$device")
done >/result/modalias
echo MODULES=dep >/etc/initramfs-tools/conf.d/bench
mkinitramfs -o /result/initrd
tar -cf /dev/vdb -C /result .
"""


def ask(sysroot):
    """Directory with `facts` (JSON, as `bootgraph image --facts` reads it) and `initrd` (dep)."""
    def make(place):
        with tempfile.TemporaryDirectory(dir=store.directory()) as scratch:
            image = Path(scratch) / "disk"
            result = Path(scratch) / "result"
            machine.make_disk(sysroot.path, image, 2048)
            script = Path(scratch) / "script"
            script.write_text(SCRIPT, encoding="ascii")
            run("debugfs", "-w", "-f", "-", f"{image}?offset={1 << 20}", text=True,
                stdout=subprocess.DEVNULL, input=f"write {script} bench-guest\n"
                "set_inode_field bench-guest mode 0100755\n")
            with open(result, "wb") as target:
                target.truncate(128 << 20)
            console = machine.start(
                sysroot.kernel, sysroot.initrd, f"{machine.COMMAND_LINE} root=UUID={machine.UUID} "
                "init=/bench-guest", [image, result], ["-m", "1G", "-rtc", "base=2024-01-01T00:00:00"], 1200)
            if "guest: status 0" not in console:
                raise machine.BootFailed("the guest failed\n" + console[-4000:])
            run("tar", "-xf", result, "-C", place)
        aliases = (place / "modalias").read_text(encoding="ascii").split()
        (place / "facts").write_text(json.dumps({"modalias": aliases}, indent=1) + "\n",
                                     encoding="ascii")

    return store.made("guest", [HERE, Path(machine.__file__), sysroot.key], make)
