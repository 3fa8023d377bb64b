"""bench/run stacks: what the root lies on, down the table; who made the image, across."""
import subprocess
import sys

import contenders
import initramfs
import machine
import newc
import stackroot
from contenders import Missing
from stacks import STACKS

# ---- the images ----


def floor(stack, sysroot):
    filesystem = {"ext4": "ext4", "btrfs": "btrfs"}[stack.type]
    checker = ("/sbin/fsck.ext4",) if stack.type == "ext4" else ()
    keys = tuple(path for path in stack.files if path.startswith("/etc/keys/"))
    return contenders.floor_image((*checker, *stack.programs),
                                  ("virtio_blk", "virtio_pci", *stack.modules, filesystem),
                                  steps=stack.steps, files=keys)(sysroot)


def bootgraph(stack, sysroot):
    return contenders.bootgraph_image(sysroot, stackroot.ask(stack, sysroot, "facts"), stack.name)


def asked(name):
    return lambda stack, sysroot: stackroot.ask(stack, sysroot, name)


CONTENDERS = {
    "floor": (floor, "hand-written C init that runs the distribution's tools"),
    "bootgraph": (bootgraph, "bootgraph image --facts"),
    "initramfs-tools-dep": (asked("dep"), "MODULES=dep, made on this machine"),
    "initramfs-tools-most": (lambda stack, sysroot: sysroot.initrd, "MODULES=most, Debian's default"),
    "dracut-shell": (asked("dracut-shell"), "dracut --hostonly without systemd, made on this machine"),
    "dracut-systemd": (asked("dracut-systemd"), "dracut --hostonly with systemd, made on this machine"),
}

# ---- measuring ----

# QEMU's default processor, and RDRAND, which real ones have had since 2012. Without it the kernel's
# random numbers are not ready that early, and whoever asks for one, as lvm and OpenSSL do, waits for a
# second of timer ticks: the wait would be all that is compared.
PROCESSOR = "qemu64,+rdrand"


def _boots(stack, sysroot, image, runs, arguments):
    disks = [path for number, path in enumerate(stackroot.disks(stack, sysroot), 1)
             if number not in stack.without]

    def boot():
        # systemd in the initramfs looks for a systemd first if it is not told.
        return machine.measure(sysroot.kernel, image, "init=/sbin/init", arguments.cpu or PROCESSOR, disks,
                               stack.root)

    # The shortest is the result, so that one with a cold page cache of the host does no harm.
    boots = [boot()]
    while len(boots) < runs:
        boots.append(boot())
    return sorted(boots, key=machine.seconds)


def blob_facts(image):
    """Bytes of the blob, and the least time of a thousand verifications on this host."""
    entry = newc.find(newc.read(image), "etc/bootgraph/boot.blob")
    program = contenders.BUILD / "bench-verify"
    if entry is None or not program.exists():
        return {}
    done = subprocess.run([program], input=entry.data, stdout=subprocess.PIPE, check=True)
    return {"blob bytes": len(entry.data), "blob verified, us": float(done.stdout)}


def measure(stack, sysroot, name, arguments):
    make, what = CONTENDERS[name]
    row = {"stack": stack.name, "contender": name, "what": what}
    try:
        image = make(stack, sysroot)
        data = image.read_bytes()
        row |= {"image bytes": len(data), "unpacked bytes": initramfs.unpacked_size(data)}
        if name == "bootgraph":
            row |= blob_facts(data)
        # A percent decides between these two; the others differ by factors, and take a minute a boot.
        runs = arguments.runs if name in ("floor", "bootgraph") else 1
        boots = _boots(stack, sysroot, image, runs, arguments)
    except Missing as missing:
        return row | {"missing": str(missing)}
    except machine.BootFailed as failure:
        return row | {"failed": str(failure)}
    best = boots[0]
    return row | {"seconds": machine.seconds(best), "spread": machine.seconds(boots[-1]) - machine.seconds(best),
                  "to /init": best["started.log"] / 1e9,
                  **{key: best[key] for key in ("processes", "modules", "pid1.kilobytes")},
                  "runs": [machine.seconds(boot) for boot in boots]}


def run(words, arguments):
    """All rows, stack by stack, each with its ratio to the floor of its stack."""
    names = {stack.name: stack for stack in STACKS}
    unknown = [word for word in words if word not in names and word not in CONTENDERS]
    if unknown:
        sys.exit(f"bench: neither a stack ({', '.join(names)}) nor a contender "
                 f"({', '.join(CONTENDERS)}): {unknown[0]}")
    chosen = [names[word] for word in words if word in names] or STACKS
    # Ratios are to the floor of the same run.
    others = [word for word in words if word in CONTENDERS and word != "floor"]
    who = ["floor", *others] if others else list(CONTENDERS)
    rows = []
    for stack in chosen:
        sysroot = stackroot.StackRoot(stack)
        base = None
        for name in who:
            row = measure(stack, sysroot, name, arguments)
            base = row.get("seconds") if name == "floor" else base
            if base and "seconds" in row:
                row["ratio"] = row["seconds"] / base
            rows.append(row)
            print(f"bench: {stack.name} {name} {row.get('seconds', '-')}", file=sys.stderr, flush=True)
    return rows


def ratio_table(rows):
    """Markdown: a line for each stack, seconds and ratio for each contender."""
    who = list(dict.fromkeys(row["contender"] for row in rows))
    lines = ["| root on | " + " | ".join(who) + " |", "| --- |" + " --- |" * len(who)]
    for stack in dict.fromkeys(row["stack"] for row in rows):
        cells = {row["contender"]: row for row in rows if row["stack"] == stack}
        texts = []
        for name in who:
            row = cells.get(name, {})
            text = f"{row['seconds']:.2f}" if "seconds" in row else "failed" if "failed" in row else "-"
            texts.append(f"{text} ({row['ratio']:.2f})" if "ratio" in row else text)
        lines.append(f"| {stack} | " + " | ".join(texts) + " |")
    return "\n".join(lines)
