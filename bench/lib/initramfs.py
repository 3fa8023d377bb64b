"""The initramfs format (kernel: Documentation/driver-api/early-userspace/buffer-format.rst):
writing a newc archive, and measuring the images of others."""
import gzip
import lzma
import subprocess

HEADER = 110
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


def _entry(number, name, mode, data=b""):
    links = 2 if mode & 0o170000 == 0o040000 else 1
    fields = (number, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)


def archive(files):
    """A newc archive of {absolute path: (mode, bytes)}, with the directories they need."""
    directories = {str(parent) for path in files for parent in _parents(path)}
    entries = [(path, 0o040755, b"") for path in directories]
    entries += [(path, 0o100000 | mode, data) for path, (mode, data) in files.items()]
    body = b"".join(_entry(number, path.lstrip("/"), mode, data)
                    for number, (path, mode, data) in enumerate(sorted(entries), 1))
    return body + _entry(0, "TRAILER!!!", 0)


def _parents(path):
    parts = path.strip("/").split("/")[:-1]
    return ["/" + "/".join(parts[:n]) for n in range(1, len(parts) + 1)]


def zstd(data, level=19):
    return subprocess.run(["zstd", "-q", f"-{level}", "-c"], input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def _archive_end(image, offset):
    """Where the newc archive that begins at offset ends."""
    while True:
        if image[offset:offset + 6] not in (b"070701", b"070702"):
            raise ValueError(f"not a newc header at byte {offset}")
        size = int(image[offset + 54:offset + 62], 16)
        name_size = int(image[offset + 94:offset + 102], 16)
        name = image[offset + HEADER:offset + HEADER + name_size - 1]
        offset += HEADER + name_size
        offset += -offset % 4 + size
        offset += -offset % 4
        if name == b"TRAILER!!!":
            return offset


def unpacked_size(image):
    """Bytes of newc archive in an image of any number of segments, each compressed or not. A
    compressed segment must be the last one, as it is in every image measured here."""
    total = offset = 0
    while offset < len(image):
        rest = image[offset:]
        if rest[:1] == b"\0":
            offset += len(rest) - len(rest.lstrip(b"\0"))
        elif rest[:5] == b"07070":
            end = _archive_end(image, offset)
            total += end - offset
            offset = end
        elif rest[:4] == ZSTD_MAGIC:
            return total + len(subprocess.run(["zstd", "-q", "-dc"], input=rest, check=True,
                                              stdout=subprocess.PIPE).stdout)
        elif rest[:2] == b"\x1f\x8b":
            return total + len(gzip.decompress(rest))
        elif rest[:6] == b"\xfd7zXZ\0":
            return total + len(lzma.decompress(rest))
        else:
            raise ValueError(f"unknown compression at byte {offset}")
    return total
