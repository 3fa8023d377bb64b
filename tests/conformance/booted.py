"""What is observed on a machine that the distribution's own init boots, and on the same machine with
bootgraph as PID 1.

A run is a case of tests/qemu (its format is in tests/README.md), whose system is a Debian root with
initramfs-tools (lib/recipes/debian-root, or what `reference` says). mkinitramfs makes the image, and
`bootgraph image --into` puts the graph into the same one, as the package's hook does: scripts and what
hooks copied are the same. `reference dialogue` is what their machine is told, if not the same.

In each phase runs a script of ours, `probe`, and says what it sees on a second serial port:

    PHASE FACT...        what the probe, or another script of the run, has said
    real FACT...         what the real system's init was handed (qemu/tiny-init.c)
    console LINE         what stood on the console, but for the kernel's own lines"""

import contextlib
import copy
import importlib.machinery
import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import cache
import caseimage
import reference

HERE = pathlib.Path(__file__).resolve().parent
RECIPE = "debian-root"
PHASES = ("init-top", "init-premount", "local-top", "local-block", "local-premount", "nfs-top",
          "nfs-premount", "nfs-bottom", "local-bottom", "init-bottom", "panic")
# mkinitramfs's default image has every driver there is; the machine needs few of them.
FILES = {
    "etc/initramfs-tools/conf.d/conformance": "MODULES=list\nCOMPRESSLEVEL=1\n",
    "etc/initramfs-tools/hooks/drivers": """\
#!/bin/sh
case $1 in prereqs) exit 0 ;; esac
. /usr/share/initramfs-tools/hook-functions
manual_add_modules virtio_pci virtio_blk virtio_scsi virtio_net sd_mod ext4 btrfs dm_mod dm_crypt raid1 \\
	aes_generic xts sha256_generic
""",
}
SCRIPTS = "usr/share/initramfs-tools/scripts/"
# What hooks read: a run that has it has an image of its own.
OWN_IMAGE = ("etc/crypttab", "etc/initramfs-tools/conf.d/")
WORD = "conformance.run="
PREREQS = "case $1 in prereqs) exit 0 ;; esac"
ONLY_HERE = "read -r line </proc/cmdline; case $line in *{}*) ;; *) exit 0 ;; esac"
# Seconds for the distribution's init, with a script in each phase that looks around, on a busy host.
LIMIT = 600
STAMP = re.compile(r"^\[ *\d+\.\d+\] ?")


def _boot_script():
    """tests/qemu/boot, which is a program."""
    path = HERE.parent / "qemu" / "boot"
    if "boot" not in sys.modules:
        loader = importlib.machinery.SourceFileLoader("boot", str(path))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("boot", loader))
        sys.modules["boot"] = module
        loader.exec_module(module)
    return sys.modules["boot"]


def _case(path):
    """The run, with the files of all runs that need no image of their own: mkinitramfs takes its time. A
    script does something in its own run only, which the kernel's command line names."""
    boot = _boot_script()
    case = boot.Case(path)
    case.reference = case.reference or RECIPE
    # What may never be in a boot of ours is what other cases are about; here it is observed.
    case.allow = [*case.allow, *boot.NEVER[3:]]
    case.cmdline += f" {WORD}{path.stem}/"
    probe = (HERE / "probe").read_text()
    shared = {**FILES, **{f"{SCRIPTS}{phase}/probe": probe for phase in PHASES}}
    if _own_image(case):
        shared.update(case.files)
    else:
        for other in sorted((HERE / "runs").glob("*.case")):
            shared.update(_scripts(other.stem, boot.Case(other), case.reference))
    case.their_files = shared
    case.files = {**shared, **{name: text for name, text in case.files.items() if name not in shared}}
    return case


def _own_image(case):
    return any(name.startswith(OWN_IMAGE) for name in case.files)


def _scripts(run, case, recipe):
    """The files of a run as all runs of the same system can have them."""
    if _own_image(case) or (case.reference or RECIPE) != recipe:
        return {}
    only_here = ONLY_HERE.format(f"{WORD}{run}/")
    return {name: text.replace(PREREQS, f"{PREREQS}\n{only_here}", 1)
            for name, text in case.files.items() if name != "etc/fstab"}


def observe(path, build, work):
    case = _case(path)
    theirs = _lines(reference.booted(case, _boot_theirs))
    folder = work / path.stem
    folder.mkdir(parents=True, exist_ok=True)
    wrong = _boot_ours(case, build, folder)
    if wrong:
        # What was seen until then still counts, and the rows say what is missing.
        print(f"{path.stem}: {wrong}\nwhat there is, is in {folder}")
    return theirs, _lines(folder), lambda: _findings(case, build, folder)


def _boot_ours(case, build, folder):
    """What was not as expected, or None. A machine that is refused is not booted."""
    for name in ("probe", "text"):
        (folder / name).write_text("")
    with _tree(case, folder) as root:
        said, initrd = _image(case, build, root, folder)
    (folder / "image.log").write_text(said)
    if not initrd:
        return said
    with open(folder / "serial.log", "wb") as log:
        wrong, text = _with_probe(case, initrd, folder, log, _boot_script().run_machine)
    (folder / "text").write_text(text)
    return wrong


@contextlib.contextmanager
def _tree(case, folder):
    """The system that the case's image is made of, as long as it is needed."""
    root = folder / "root"
    shutil.rmtree(root, ignore_errors=True)
    try:
        cache.link_tree(cache.make(case.reference) / "root", root)
        for name, text in case.files.items():
            cache.replace(root / name, text).chmod(0o755 if text.startswith("#!") else 0o644)
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _image(case, build, root, folder):
    """What bootgraph says, and the image, or None if it makes none."""
    initrd = folder / "initrd"
    with tempfile.TemporaryDirectory(dir=folder) as into:
        subprocess.run(f"zstd -dc '{reference.image(case)}' | cpio --quiet -idm", shell=True, cwd=into,
                       check=True)
        done = subprocess.run([str(build / "bootgraph"), "image", "--root", root, "--kernel",
                               caseimage.kernel_release(), "--into", into, "--init",
                               str(build / "bootgraph-init"), "--facts",
                               str(caseimage.FACTS / f"{case.bus}-network.json")],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
        if done.returncode != 0:
            return done.stdout, None
        with open(initrd, "wb") as packed:
            subprocess.run("find . | cpio --quiet -o -H newc", shell=True, cwd=into, check=True,
                           stdout=packed)
    return done.stdout, initrd


def _boot_theirs(case, initrd, folder, log):
    case = copy.copy(case)
    case.limit = LIMIT
    return _with_probe(case, initrd, folder, log, _boot_script().run_theirs)


def _with_probe(case, initrd, folder, log, boot):
    """The second serial port of the machine leads to a file; it has an adapter, and a DHCP server."""
    (folder / "probe").write_bytes(b"")
    case.devices = ["-chardev", f"file,id=probe,path={folder}/probe",
                    "-device", "isa-serial,chardev=probe,index=1",
                    "-netdev", "user,id=net,restrict=on",
                    "-device", "virtio-net-pci,netdev=net,romfile="]
    return boot(case, initrd, folder, log)


def _lines(folder):
    lines = (folder / "probe").read_text(errors="replace").splitlines()
    for line in (folder / "text").read_text().splitlines():
        if line.startswith("tiny: "):
            lines.append("real " + line.removeprefix("tiny: "))
        elif line and not STAMP.match(line):
            lines.append("console " + line)
    return lines


def _findings(case, build, folder):
    """What `bootgraph check` says of the machine, with its command line."""
    with _tree(case, folder) as root:
        done = subprocess.run([str(build / "bootgraph"), "check", "--root", root, "--cmdline", case.cmdline],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return set(re.findall(r"\[([a-z0-9-]+)\]$", done.stdout, re.M))
