"""What a stack is measured with: a Debian root that declares it, disks with that root on the stack, and
what that very machine says of itself: the images of the others, and bootgraph's facts."""
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import cache
import contenders
import debian
import machine
import newc
import store
from debian import output, run

HERE = Path(__file__)
SCRIPTS = machine.BENCH / "stacks"
GUEST_LIMIT = 3600  # dracut in an emulated machine, on a busy host
# There, a kernel that sees itself starved would do little else than say so.
PATIENT = "console=ttyS0 panic=-1 no_timer_check nowatchdog rcupdate.rcu_cpu_stall_suppress=1"
# Drivers that no image for this machine's hardware has, and that take minutes to copy in an emulated one.
NOT_IN_THE_MACHINE = ("sound", "drivers/gpu", "drivers/media", "drivers/net/wireless", "drivers/staging",
                      "drivers/infiniband", "drivers/net/ethernet", "drivers/usb/gadget", "drivers/iio")
# What the machine is asked for, and the job of stacks/guest that makes it.
JOBS = {"facts": "facts", "dep": "dep", "dracut-shell": "dracut", "dracut-systemd": "dracut"}


def _write(directory, files):
    for path, text in files.items():
        target = directory / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


class StackRoot(debian.Sysroot):
    """The Debian root of a stack, as a directory. `dracut` has the packages for dracut."""

    def __init__(self, stack):
        super().__init__()
        base, script = self.path, SCRIPTS / "root"

        def make(place):
            with tempfile.TemporaryDirectory() as files:
                _write(Path(files), stack.all_files())
                run("unshare", "--mount", "--propagation", "private", "sh", "-eu", script, base,
                    place / "root", files, *stack.packages, stdout=subprocess.DEVNULL)

        inputs = [script, self.key, repr((stack.packages, sorted(stack.all_files().items())))]
        place = store.made(f"root-{stack.source}", inputs, make)
        self.key = place.name
        self.path = place / "root"
        self.dracut = place / "root.dracut"
        self.initrd = self.path / f"boot/initrd.img-{self.version}"


def disks(stack, sysroot):
    """The disks of the stack, with the root on them. Its /sbin/init is the bench's, which says when it
    was reached; /bench-first is an init that asks the machine things."""
    source, first, script = machine.BENCH / "root/init.c", SCRIPTS / "first", SCRIPTS / "disks"
    workshop = cache.make("workshop") / "initrd"

    def make(place):
        with tempfile.TemporaryDirectory(dir=store.directory()) as scratch:
            tree, origin, job = (Path(scratch) / name for name in ("tree", "origin", "job"))
            run("cp", "-a", sysroot.path, tree)
            for name in NOT_IN_THE_MACHINE:
                shutil.rmtree(tree / f"lib/modules/{sysroot.version}/kernel" / name, ignore_errors=True)
            machine.compile_static(place / "init", source)
            for program, path in ((place / "init", "sbin/init"), (first, "bench-first")):
                (tree / path).unlink(missing_ok=True)
                run("install", "-m", "755", program, tree / path)
            machine.make_disk(tree, origin, 1200)
            # The file system that it is copied to gets the UUID of this one, and may be the only one.
            run("tune2fs", "-f", "-U", "random", f"{origin}?offset={1 << 20}", stdout=subprocess.DEVNULL)
            entries = [newc.Entry("job", newc.DIRECTORY | 0o755),
                       newc.file("job/script", b"export STACK=%s SOURCE=vd%s\n" % (
                           stack.source.encode(), b"abc"[stack.disks:stack.disks + 1])
                           + script.read_bytes())]
            job.write_bytes(newc.join(workshop.read_bytes(), newc.write(entries)))
            made = [place / f"disk{number + 1}" for number in range(stack.disks)]
            for path in made:
                with open(path, "wb") as stream:
                    stream.truncate(stack.megabytes << 20)
            # What is made now must not come from the future of the boots that are measured.
            console = machine.start(sysroot.kernel, job, f"{PATIENT} quiet",
                                    [*made, origin],
                                    ["-m", "1G", "-rtc", f"base={machine.MADE_DAY}"], GUEST_LIMIT, log=place / "console")
            if "workshop: done" not in console:
                raise machine.BootFailed("making the disks failed\n" + console[-4000:])

    inputs = [HERE, source, first, script, sysroot.key, workshop,
              repr((stack.source, stack.disks, stack.megabytes))]
    place = store.made(f"disks-{stack.source}", inputs, make)
    return [place / f"disk{number + 1}" for number in range(stack.disks)]


def _pack_job(sysroot, target):
    """What the guest needs: bootgraph with its libraries, which a Debian need not have, and dracut."""
    libraries = [word for line in output("ldd", contenders.BUILD / "bootgraph").splitlines()
                 for word in line.split() if word.startswith("/")]
    with tarfile.open(target, "w", dereference=True) as archive:
        for path in (SCRIPTS / "guest", contenders.BUILD / "bootgraph", *map(Path, libraries)):
            archive.add(path, arcname=path.name)
        archive.add(sysroot.dracut, arcname="dracut")


def ask(stack, sysroot, what):
    """A file that the machine makes itself, booted with the image that initramfs-tools makes by default:
    bootgraph's `facts`, or an image (JOBS)."""
    script, job = SCRIPTS / "guest", JOBS[what]

    def make(place):
        with tempfile.TemporaryDirectory(dir=store.directory()) as scratch:
            result = Path(scratch) / "result"
            _pack_job(sysroot, result)
            with open(result, "r+b") as stream:
                stream.truncate(900 << 20)
            last = "vd" + "abc"[stack.disks]
            console = machine.start(
                sysroot.kernel, sysroot.initrd, f"{PATIENT} root={stack.root} "
                f"ro init=/bench-first bench.disk={last} bench.job={job}",
                [*disks(stack, sysroot), result], ["-m", "2G", "-rtc", f"base={machine.BOOTED_DAY}"],
                GUEST_LIMIT, keep=stack.disks, log=place / "console")
            if "guest: status 0" not in console:
                raise machine.BootFailed("the guest failed\n" + console[-4000:])
            run("tar", "-xf", result, "-C", place)
        # dracut's own way to compress, which would take minutes in an emulated machine.
        for name in ("dracut-shell", "dracut-systemd"):
            if (place / name).exists():
                run("zstd", "-q", "-15", "-T0", "--rm", place / name, "-o", place / "compressed")
                (place / "compressed").rename(place / name)

    inputs = [HERE, script, sysroot.key, disks(stack, sysroot)[0].parent.name, job]
    if job == "facts":
        inputs += sorted((HERE.parent.parent.parent / "compiler/facts").glob("*.c"))
    return store.made(f"{job}-{stack.source}", inputs, make) / what
