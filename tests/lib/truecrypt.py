"""The head of a TrueCrypt volume before its encryption, for recipes/truecrypt-header: `salt`, `header` (448
bytes, filled up to a sector) and `key`, in hexadecimal, with which it is to be encrypted. Passphrase
"open sesame"; PBKDF2 with HMAC-SHA-512 and 1000 rounds, AES in XTS mode, a volume of 96 MiB.

The format: VeraCrypt's documentation, "VeraCrypt Volume Format Specification", which is also
TrueCrypt's but for the magic and the number of rounds."""

import hashlib
import pathlib
import struct
import zlib

SIZE, RESERVED = 96 << 20, 128 << 10  # of the volume; before the data, and behind it
salt = hashlib.sha512(b"salt").digest()
master = hashlib.sha512(b"volume key").digest().ljust(256, b"\0")
head = struct.pack(">4sHHI16xQQQQII120x", b"TRUE", 5, 0x0700, zlib.crc32(master), 0,
                   SIZE - 2 * RESERVED, RESERVED, SIZE - 2 * RESERVED, 0, 512)
header = head + struct.pack(">I", zlib.crc32(head)) + master
assert len(header) == 448
pathlib.Path("salt").write_bytes(salt)
pathlib.Path("header").write_bytes(header.ljust(512, b"\0"))
pathlib.Path("key").write_text(hashlib.pbkdf2_hmac("sha512", b"open sesame", salt, 1000, 64).hex())
