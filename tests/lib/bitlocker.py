"""What makes an empty disk a BitLocker volume of Windows 8.1 and later, for recipes/bitlocker-header:
`boot`, its first sector, and `metadata`, of which the volume has three copies. Passphrase "open sesame";
AES in XTS mode with 128 bits. No tool of Linux makes one.

A volume has a random key (FVEK), encrypted with another one (VMK), encrypted with what is made of the
passphrase. The file system's first 16 sectors lie elsewhere, because the boot sector is in their place.
Where that is, and where the metadata are, the opened volume is read-only zeros: here behind the end of
the file system, which has the first FILE_SYSTEM bytes.

The format: libbde's "BitLocker Drive Encryption (BDE) format specification"; the check behind the
metadata is what cryptsetup 2.8 wants to see (lib/bitlk/bitlk.c)."""

import hashlib
import pathlib
import struct
import zlib

from cryptography.hazmat.primitives.ciphers.aead import AESCCM

SIZE, FILE_SYSTEM = 96 << 20, 88 << 20
METADATA = (88 << 20, 90 << 20, 92 << 20)  # 64 KiB each
MOVED, MOVED_SIZE = (94 << 20), 16 * 512  # where the file system's first sectors are
XTS_128, CCM, STRETCHED = 0x8004, 0x2003, 0x1000  # methods of encryption
IS_PROPERTY, IS_VMK, IS_FVEK, IS_DESCRIPTION, IS_MOVED = 0, 2, 3, 7, 15  # what an entry is for
KEY, STRING, STRETCH, ENCRYPTED, VMK, PLACE = 1, 2, 3, 5, 8, 15  # what it has
NORMAL, BY_PASSPHRASE = 4, 0x2000  # a volume's state, a VMK's protection
TIME = 132223104000000000  # in 100 ns since 1601: 2020-01-01


def fixed(name, size):
    """Bytes that are as good as random and the same every time."""
    return hashlib.sha512(name.encode()).digest()[:size]


def entry(kind, value, data):
    return struct.pack("<HHHH", 8 + len(data), kind, value, 1) + data


def stretch(passphrase, salt):
    """2^20 rounds of SHA-256."""
    first = hashlib.sha256(hashlib.sha256(passphrase.encode("utf-16-le")).digest()).digest()
    last = bytes(32)
    for count in range(1 << 20):
        last = hashlib.sha256(last + first + salt + struct.pack("<Q", count)).digest()
    return last


def encrypt(wrapper, counter, text):
    """Nonce, authentication tag and text, in this order."""
    nonce = struct.pack("<QI", TIME, counter)
    both = AESCCM(wrapper).encrypt(nonce, text, None)
    return nonce + both[-16:] + both[:-16]


def key(method, data):
    return entry(IS_PROPERTY, KEY, struct.pack("<I", method) + data)


def entries(vmk, fvek, salt):
    protector = entry(IS_PROPERTY, STRETCH, struct.pack("<I", STRETCHED) + salt) + entry(
        IS_PROPERTY, ENCRYPTED, encrypt(stretch("open sesame", salt), 1, key(CCM, vmk)))
    return b"".join((
        entry(IS_DESCRIPTION, STRING, "root\0".encode("utf-16-le")),
        entry(IS_VMK, VMK,
              fixed("vmk", 16) + struct.pack("<QHH", TIME, 0, BY_PASSPHRASE) + protector),
        entry(IS_FVEK, ENCRYPTED, encrypt(vmk, 2, key(XTS_128, fvek))),
        entry(IS_MOVED, PLACE, struct.pack("<QQ", MOVED, MOVED_SIZE))))


def block(vmk, fvek):
    """The metadata, and behind them their checksum and their hash, which the VMK encrypts."""
    body = entries(vmk, fvek, fixed("salt", 16))
    size = 64 + 48 + len(body)
    body += bytes(-size % 16)
    size += -size % 16
    data = struct.pack("<8sHHHHQIIQQQQ", b"-FVE-FS-", size // 16, 2, NORMAL, NORMAL, SIZE, 0,
                       MOVED_SIZE // 512, *METADATA, MOVED)
    data += struct.pack("<IIII16sIIQ", size - 64, 1, 48, size - 64, fixed("volume", 16), 4, XTS_128,
                        TIME) + body
    assert len(data) == size
    digest = entry(0, 1, struct.pack("<HH", 0x2005, 0) + hashlib.sha256(data).digest())
    return data + struct.pack("<HHI", 88, 2, zlib.crc32(data)) + entry(
        0, ENCRYPTED, encrypt(vmk, 3, digest))


def boot_sector():
    guid = bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")  # an ordinary volume, little-endian
    sector = bytearray(512)
    sector[:16] = struct.pack("<3s8sHBH", b"\xeb\x58\x90", b"-FVE-FS-", 512, 8, 0)
    sector[160:200] = guid + struct.pack("<QQQ", *METADATA)
    sector[510:] = b"\x55\xaa"
    return sector


pathlib.Path("boot").write_bytes(boot_sector())
pathlib.Path("metadata").write_bytes(block(fixed("VMK", 32), fixed("FVEK", 32)).ljust(64 << 10, b"\0"))
