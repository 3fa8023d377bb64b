"""usage: truecrypt.py truecrypt|veracrypt

`header`, the encrypted head of a volume of 96 MiB, for the recipes truecrypt-header and
veracrypt-header. Passphrase "open sesame"; AES in XTS mode, the key by PBKDF2 with HMAC-SHA-512. That of
TrueCrypt is the volume's own, that of VeraCrypt a hidden volume's, with a PIM of 1: it lies 64 KiB behind
the first one, and what it opens behind 32 MiB.

The format: VeraCrypt's documentation, "VeraCrypt Volume Format Specification" and "PIM"; of TrueCrypt
only the magic and the number of rounds are others."""

import hashlib
import pathlib
import struct
import sys
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SIZE, RESERVED = 96 << 20, 128 << 10  # of the volume; before the data, and behind it
HIDDEN = 32 << 20
PIM = 1


def header(magic, version, rounds, hidden, begin, size):
    salt = hashlib.sha512(b"salt").digest()
    master = hashlib.sha512(b"volume key").digest().ljust(256, b"\0")
    head = struct.pack(">4sHHI16xQQQQII120x", magic, 5, version, zlib.crc32(master), hidden, size,
                       begin, size, 0, 512)
    text = head + struct.pack(">I", zlib.crc32(head)) + master
    assert len(text) == 448
    key = hashlib.pbkdf2_hmac("sha512", b"open sesame", salt, rounds, 64)
    encryptor = Cipher(algorithms.AES(key), modes.XTS(bytes(16))).encryptor()
    return salt + encryptor.update(text) + encryptor.finalize()


kind, = sys.argv[1:] or [""]
if kind == "truecrypt":
    made = header(b"TRUE", 0x0700, 1000, 0, RESERVED, SIZE - 2 * RESERVED)
elif kind == "veracrypt":
    length = SIZE - HIDDEN - RESERVED
    made = header(b"VERA", 0x010b, 15000 + 1000 * PIM, length, HIDDEN, length)
else:
    sys.exit(__doc__)
pathlib.Path("header").write_bytes(made)
