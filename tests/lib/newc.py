"""Reading and writing initramfs images: cpio archives in the newc format, one after another, each
plain or compressed with zstd (Documentation/driver-api/early-userspace/buffer-format.rst)."""

import subprocess

MAGIC = b"070701"
ZSTD = b"\x28\xb5\x2f\xfd"
REGULAR, DIRECTORY = 0o100000, 0o040000


class Entry:
    def __init__(self, name, mode, data=b"", rest=None):
        self.name, self.mode, self.data = name, mode, data
        # ino, uid, gid, nlink, mtime, devmajor, devminor, rdevmajor, rdevminor
        self.rest = rest or (0, 0, 0, 1, 0, 0, 0, 0, 0)


def kind(entry):
    """REGULAR, DIRECTORY, or another of inode(7)'s types."""
    return entry.mode & 0o170000


def file(name, data, mode=0o755):
    return Entry(name, REGULAR | mode, data)


def read(image):
    """The entries of an image, in order; what comes later wins, as in the kernel."""
    entries, at = [], 0
    while at < len(image):
        if image[at] == 0:
            at += 1
        elif image.startswith(ZSTD, at):
            # Whatever follows must be zstd too: the tool decompresses all frames there are.
            image, at = _zstd(image[at:], "-dc"), 0
        elif image.startswith(MAGIC, at):
            at = _archive(image, at, entries)
        else:
            raise ValueError(f"neither cpio nor zstd at byte {at} of the image")
    return entries


def _archive(image, at, entries):
    while True:
        if image[at:at + 6] != MAGIC:
            raise ValueError(f"no cpio header at byte {at}")
        field = [int(image[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        ino, mode, uid, gid, nlink, mtime, size, major, minor, rmajor, rminor, length, _ = field
        name = image[at + 110:at + 110 + length - 1].decode()
        start = _round(at + 110 + length)
        at = _round(start + size)
        if name == "TRAILER!!!":
            return at
        rest = (ino, uid, gid, nlink, mtime, major, minor, rmajor, rminor)
        entries.append(Entry(name, mode, image[start:start + size], rest))


def _round(offset):
    return (offset + 3) & ~3


def write(entries):
    out = bytearray()
    for number, entry in enumerate([*entries, Entry("TRAILER!!!", 0)], 1):
        ino, uid, gid, nlink, mtime, major, minor, rmajor, rminor = entry.rest
        name = entry.name.encode() + b"\0"
        fields = (ino or number, entry.mode, uid, gid, nlink, mtime, len(entry.data),
                  major, minor, rmajor, rminor, len(name), 0)
        out += MAGIC + b"".join(b"%08x" % field for field in fields) + name
        out += bytes(-len(out) % 4)
        out += entry.data
        out += bytes(-len(out) % 4)
    return bytes(out)


def join(*images):
    """Images one after another; the kernel wants a plain archive to begin at a multiple of four."""
    return b"".join(image + bytes(-len(image) % 4) for image in images)


def find(entries, name):
    """The last entry of that name, or None. Names may begin with `/` or `./`."""
    for entry in reversed(entries):
        if entry.name.lstrip("./") == name.lstrip("./"):
            return entry
    return None


def _zstd(data, *options):
    return subprocess.run(["zstd", "-q", *options], input=data, stdout=subprocess.PIPE,
                          check=True).stdout
