"""The stacks that a root can lie on: what a machine declares of each, and what the floor needs for it.

Every contender gets the same files, in a Debian that has the packages which such a machine would
have. How the disks are made is stacks/disks; identifiers are repeated there."""
from dataclasses import dataclass, field

UUID = "00000000-0000-4000-8000-000000000001"
LUKS_UUID = "00000000-0000-4000-8000-0000000000c1"
ARRAY_UUID = "00000000:00004000:80000000:000000a1"
KEY_FILE = "/etc/keys/root.key"
# Without a newline: the same bytes open the device as a key file and as a passphrase.
KEY = "open sesame"

# A processor without AES instructions: xts over ecb over the generic AES is what dm-crypt asks for.
CRYPT_MODULES = ("dm_crypt", "xts", "ecb", "aes_generic")
OPEN = f"/sbin/cryptsetup open --key-file {KEY_FILE}"


@dataclass(frozen=True)
class Stack:
    name: str
    what: str
    root: str  # as fstab and the kernel command line name it
    packages: tuple = ()  # of Debian, beyond those of tests/lib/debian-packages
    type: str = "ext4"
    disks: int = 1
    megabytes: int = 1600  # of each disk
    files: dict = field(default_factory=dict)  # of the machine, beyond fstab
    modules: tuple = ()  # for the floor: beyond the disk's and the file system's
    programs: tuple = ()
    steps: tuple = ()  # the floor's commands, in order, once the modules are loaded
    without: tuple = ()  # disks that are missing when it is measured
    made_as: str = ""  # the stack whose disks and images these are

    @property
    def source(self):
        return self.made_as or self.name

    def all_files(self):
        options = "errors=remount-ro 0 1" if self.type == "ext4" else "defaults 0 0"
        return {"/etc/fstab": f"{self.root} / {self.type} {options}\n",
                # What the fsck hook finds out on the machine itself, and cannot in a chroot.
                "/etc/initramfs-tools/conf.d/fstype": f"FSTYPE={self.type}\n", **self.files}


def crypttab(name, source):
    # In a chroot nothing tells that it is the root; `initramfs` does.
    return {"/etc/crypttab": f"{name} {source} {KEY_FILE} luks,discard,initramfs\n",
            KEY_FILE: KEY,
            "/etc/cryptsetup-initramfs/conf-hook": 'KEYFILE_PATTERN="/etc/keys/*.key"\n',
            # An image with a key in it is nobody else's to read.
            "/etc/initramfs-tools/conf.d/umask": "UMASK=0077\n"}


def array(name):
    return {"/etc/mdadm/mdadm.conf": "HOMEHOST <system>\n"
            f"ARRAY /dev/md/{name} level=raid1 metadata=1.2 UUID={ARRAY_UUID} name=any:{name}\n"}


MD = {"root": f"UUID={UUID}", "packages": ("mdadm",), "disks": 2, "files": array("root"),
      "modules": ("raid1",), "programs": ("/sbin/mdadm",)}

STACKS = [
    Stack("ext4", "plain ext4", f"UUID={UUID}"),
    Stack("luks2", "ext4 on LUKS2, 1,000 iterations, a key file in the image", "/dev/mapper/root",
          packages=("cryptsetup-initramfs",), files=crypttab("root", f"UUID={LUKS_UUID}"),
          modules=CRYPT_MODULES, programs=("/sbin/cryptsetup",), steps=(f"{OPEN} /dev/vda root",)),
    Stack("md1", "ext4 on a mirror of two disks",
          steps=("/sbin/mdadm --quiet --assemble /dev/md0 /dev/vda /dev/vdb",), **MD),
    Stack("lvm", "ext4 on a logical volume over two disks", "/dev/mapper/vg-root", packages=("lvm2",),
          disks=2, megabytes=900, modules=("dm_mod",), programs=("/sbin/lvm",),
          steps=("/sbin/lvm lvchange -qq -ay vg/root",)),
    Stack("md1-luks2-lvm", "ext4 on a logical volume on LUKS2 on a mirror of two disks",
          "/dev/mapper/vg-root", packages=("mdadm", "cryptsetup-initramfs", "lvm2"), disks=2,
          files={**array("mirror"), **crypttab("safe", f"UUID={LUKS_UUID}")},
          modules=("raid1", *CRYPT_MODULES), programs=("/sbin/mdadm", "/sbin/cryptsetup", "/sbin/lvm"),
          steps=("/sbin/mdadm --quiet --assemble /dev/md0 /dev/vda /dev/vdb", f"{OPEN} /dev/md0 safe",
                 "/sbin/lvm lvchange -qq -ay vg/root")),
    Stack("btrfs", "btrfs raid1 over two disks", f"UUID={UUID}", packages=("btrfs-progs",), type="btrfs",
          disks=2, programs=("/bin/btrfs",), steps=("/bin/btrfs -q device scan /dev/vda /dev/vdb",)),
    # The floor knows that the disk is gone and does not wait for it.
    Stack("md1-degraded", "the mirror without its second disk", made_as="md1", without=(2,),
          steps=("/sbin/mdadm --quiet --assemble --run /dev/md0 /dev/vda",), **MD),
]
