# Functions for recipes that make a Debian system with its own kernel as a directory `root`.
#
# shellcheck shell=sh

unmount() {
	umount "$OUT/root/proc" 2>/dev/null || true
}

# debian FILE...: a system with the packages that the files list, Debian's kernel, and the
# initramfs-tools image that the kernel package makes for itself (boot/initrd.img-VERSION), so that
# whatever is built on it can be compared with what Debian does. $kernel is the recipe's.
debian() {
	packages=$(cat "$@" | sed 's/[[:space:]]*#.*//; /^$/d' | paste -sd,)
	version=$(cat "$kernel/version")
	IFS='	' read -r mirror suite keyring <<source
$("$LIB/apt-source")
source
	# debootstrap asks the mirror through wget, which reads http_proxy, not apt's configuration.
	eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
	export http_proxy="${http_proxy-}"
	trap unmount EXIT

	debootstrap --variant=minbase --keyring="$keyring" --include="$packages" "$suite" root "$mirror"

	# Nothing may be started from within the chroot, and a package's script must find /proc.
	printf '#!/bin/sh\nexit 101\n' >root/usr/sbin/policy-rc.d
	chmod 755 root/usr/sbin/policy-rc.d
	mountpoint -q root/proc || mount -t proc proc root/proc
	# What the kernel package's own image is made for: any machine, an ext4 root.
	echo 'UUID=00000000-0000-4000-8000-000000000001 / ext4 errors=remount-ro 0 1' >root/etc/fstab
	cp "$kernel/linux-image.deb" root/linux-image.deb
	chroot root dpkg -i /linux-image.deb
	rm root/linux-image.deb root/usr/sbin/policy-rc.d
	rm -r root/var/cache/apt/archives root/var/lib/apt/lists
	mkdir -p root/var/cache/apt/archives/partial root/var/lib/apt/lists/partial
	test -s "root/boot/initrd.img-$version"
	unmount
	# A machine of its own: a fresh identity at its first boot, no mirror of ours, no password.
	: >root/etc/machine-id
	: >root/etc/apt/sources.list
	echo bootgraph-example >root/etc/hostname
	sed -i 's/^root:[^:]*:/root::/' root/etc/shadow
}
