"""Disks that the host cannot make, because its kernel may lack md, dm or loop: the recipe's script
runs in a QEMU guest with Debian's kernel and tools (recipes/workshop), on empty disks that become
the result. Headers: `# guest: yes`, `# disks: 2` (default 1), `# size: 64` (MiB, of each),
`# tools: sbin/mdmon` (programs below the sysroot's /usr that the workshop has not got; their
libraries have to be those of its own tools), and `# source: NAME`, whose disk.img is one disk more,
to be read: a root that is too large to be unpacked in memory."""

import newc
import qemu

LIMIT = 600  # seconds; the slowest recipe takes a tenth of it on two idle cores


def run(recipe, needs, out, log):
    count = int(recipe.header.get("disks", ["1"])[0])
    size = int(recipe.header["size"][0])
    disks = [out / f"disk{n + 1 if n else ''}.img" for n in range(count)]
    for disk in disks:
        with open(disk, "wb") as stream:
            stream.truncate(size << 20)

    sources = recipe.header.get("source", [])
    job = [newc.Entry("job", newc.DIRECTORY | 0o755)]
    job += [newc.file(f"job/{p.name}", p.read_bytes()) for p in recipe.inputs]
    job.append(newc.file("job/script", recipe.text))
    for name, path in needs.items():
        if name not in ("kernel", "workshop", "sysroot", *sources):
            job += _tree(path, "job/" + name.replace("-", "_"))
    job += [newc.file(f"usr/{tool}", (needs["sysroot"] / "root/usr" / tool).read_bytes(), 0o755)
            for tool in recipe.header.get("tools", [])]
    initrd = out / "job.initrd"
    workshop = (needs["workshop"] / "initrd").read_bytes()
    initrd.write_bytes(newc.join(workshop, newc.write(job)))

    line = qemu.command(needs["kernel"] / "vmlinuz", initrd, f"{qemu.CMDLINE} quiet panic=-1",
                        disks, memory=1024, keep=True, extra=_sources(needs, sources))
    with qemu.Machine(line, LIMIT, log=log) as machine:
        try:
            done = machine.expect(r"^workshop: done$")
            machine.wait()
        except qemu.Limit:
            done = None
            log.write(b"\nworkshop: the limit passed\n")
    initrd.unlink()
    return bool(done)


def _sources(needs, names):
    """Options for disks that are only read."""
    options = []
    for n, name in enumerate(names):
        options += ["-drive", f"if=none,id=s{n},file={needs[name] / 'disk.img'},format=raw,"
                    "readonly=on", "-device", f"virtio-blk-pci,drive=s{n}"]
    return options


def _tree(source, target):
    """The entries for a directory of the host, under another name."""
    entries = [newc.Entry(target, newc.DIRECTORY | 0o755)]
    for path in sorted(source.rglob("*")):
        name = f"{target}/{path.relative_to(source)}"
        mode = path.lstat().st_mode
        data = b""
        if path.is_symlink():
            data = str(path.readlink()).encode()
        elif path.is_file():
            data = path.read_bytes()
        entries.append(newc.Entry(name, mode, data))
    return entries
