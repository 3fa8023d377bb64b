"""The Debian root and kernel from which every contender makes its image (tests/lib/recipes)."""
import subprocess

import cache


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, **options)


def output(*command):
    return run(*command, stdout=subprocess.PIPE, text=True).stdout


class Sysroot:
    """Debian with systemd, Debian's kernel and its modules."""

    def __init__(self):
        place = cache.make("debian-root")
        kernel = cache.make("kernel")
        self.key = place.name
        self.path = place / "root"
        self.version = (kernel / "version").read_text(encoding="ascii").strip()
        self.kernel = kernel / "vmlinuz"
        # What the kernel package made for itself: MODULES=most, Debian's default.
        self.initrd = self.path / f"boot/initrd.img-{self.version}"
        self.fstab = (self.path / "etc/fstab").read_text(encoding="utf-8")

    def modules(self, *names):
        """Files of the modules with what they depend on, dependencies first, inside the sysroot."""
        paths = []
        for name in names:
            for line in output("chroot", self.path, "modprobe", "-S", self.version,
                               "--show-depends", name).splitlines():
                how, path = line.split()[:2]
                if how == "insmod" and path not in paths:  # else "builtin"
                    paths.append(path)
        return paths

    def libraries(self, program):
        """The shared objects a program needs, as its own dynamic linker finds them."""
        found = []
        for line in output("chroot", self.path, "ldd", program).splitlines():
            found += [word for word in line.split() if word.startswith("/")]
        return found
